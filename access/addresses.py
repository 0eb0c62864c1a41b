"""Where a request comes from."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def read_address(request: HttpRequest) -> str:
    """The asker's address. Each trusted proxy adds one entry at the right; what stands left of those is hearsay."""
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    proxies = settings.TRUSTED_PROXIES
    if proxies and len(hops) >= proxies:
        return _bare(hops[-proxies])
    return str(request.META.get("REMOTE_ADDR", ""))


def _bare(text: str) -> str:
    """Without the port that some proxies write beside it, and without the name of their network card."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    return text.partition("%")[0].strip()


def read_valid_address(request: HttpRequest) -> str | None:
    """The same, if it is one: a socket has none, and a proxy may write a name."""
    try:
        return str(ipaddress.ip_address(read_address(request)))
    except ValueError:
        return None


def read_network(request: HttpRequest) -> str:
    """Whose requests are counted together."""
    return widen_address(read_address(request)) or "unknown"


def widen_address(address: str) -> str:
    """An address, however it is written, and of IPv6 the /64 that one household or machine has; empty: it is none."""
    try:
        found = ipaddress.ip_address(_bare(address))
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, 64), strict=False).network_address)
