"""Origins of pages (RFC 6454), as browsers send them: scheme, host and port, without path."""

from urllib.parse import urlsplit


def is_origin(text: str) -> bool:
    """True for https://shop.example and http://localhost:8000, false for anything with a path or a wildcard."""
    try:
        parts = urlsplit(text)
        named = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False
    strange = any(character.isspace() or character in "*@" for character in parts.netloc)
    return (
        parts.scheme in {"http", "https"}
        and named
        and not strange
        and text == f"{parts.scheme}://{parts.netloc}"
    )
