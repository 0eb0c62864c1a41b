"""Which web pages may talk to the browser door (the Fetch standard's origins, as in the Origin header)."""

from urllib.parse import urlsplit

from django.conf import settings

from subscribers.models import Site

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


def list_origins(site: Site) -> set[str]:
    """The site's own address, those it allows besides, and ours (the demo shop). A page without origin is nobody's."""
    allowed = site.allowed_origins if isinstance(site.allowed_origins, list) else []
    return {read_origin(address) for address in (site.url, settings.PUBLIC_URL, *allowed)} - {""}


def is_known_origin(origin: str) -> bool:
    """Whether any site allows this page; a preflight does not say which site it is about."""
    found = read_origin(origin)
    return bool(found) and any(found in list_origins(site) for site in Site.objects.all())
