"""Origins of pages (RFC 6454), as browsers send them: scheme, host and port, without path."""

from urllib.parse import urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443}


def read_origin(address: object) -> str:
    """Scheme, host and port of an address, as browsers write them; empty for what has none (`null`, garbage)."""
    try:
        parts = urlsplit(address if isinstance(address, str) else "")
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return ""
    if parts.scheme not in DEFAULT_PORTS or not host:
        return ""
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}" + ("" if port in {None, DEFAULT_PORTS[parts.scheme]} else f":{port}")


def is_origin(text: str) -> bool:
    """True for https://shop.example and http://localhost:8000, false for anything with a path or a wildcard."""
    strange = any(character.isspace() or character in "*@" for character in text)
    return not strange and text.lower() == read_origin(text)
