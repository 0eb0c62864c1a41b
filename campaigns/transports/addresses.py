"""Which addresses of the internet we connect to: what a name leads to is looked at when the connection is made."""

import ipaddress
import socket
from collections.abc import Callable
from typing import Any

# What carries another address inside counts as that one, or not at all.
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_TUNNELS = [ipaddress.IPv6Network(network) for network in ("64:ff9b:1::/48", "2001::/32", "2002::/16")]

AddressCheck = Callable[[str], bool]


def is_public(address: str) -> bool:
    """Whether it is one machine on the public internet, and nothing in anybody's own network."""
    parsed = _unwrap(address)
    if parsed is None or parsed.is_multicast or any(parsed in network for network in _TUNNELS):
        return False
    return parsed.is_global


def is_loopback(address: str) -> bool:
    """Whether it is this very machine."""
    parsed = _unwrap(address)
    return parsed is not None and parsed.is_loopback


def open_socket(allows: AddressCheck, address: Any) -> socket.socket | None:
    """A socket for the address that is about to be connected to; None if it is not one to connect to.

    Asked for each connection with the address itself, so a name that led elsewhere a moment ago makes no difference.
    `address` is libcurl's (CURLOPT_OPENSOCKETFUNCTION): family, type, protocol and the pair of host and port.
    """
    family, kind, protocol, (host, *_) = address
    return socket.socket(family, kind, protocol) if allows(host) else None


def _unwrap(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return None
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed in _NAT64:
            return ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF)
        return parsed.ipv4_mapped or parsed
    return parsed
