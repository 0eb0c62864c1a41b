"""Where a request comes from."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def read_address(request: HttpRequest) -> str:
    """The asker's address. Each trusted proxy adds one entry at the right; what stands left of those is hearsay."""
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    proxies = settings.TRUSTED_PROXIES
    if proxies and len(hops) >= proxies:
        return hops[-proxies]
    return str(request.META.get("REMOTE_ADDR", ""))


def read_valid_address(request: HttpRequest) -> str | None:
    """The same, if it is one: a socket has none, and a proxy may write a name or a port."""
    try:
        return str(ipaddress.ip_address(read_address(request).partition("%")[0]))
    except ValueError:
        return None


def read_network(request: HttpRequest) -> str:
    """Whose requests are counted together: an address, and of IPv6 the /64 that one household or machine has."""
    text = read_address(request).strip()
    if text.startswith("["):  # some proxies write the port, too
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, 64), strict=False).network_address)
