"""Which addresses we post to. Endpoints come from browsers, so from strangers."""

import re
from collections.abc import Sequence

# Strict on purpose: a URL that two parsers could read differently (backslashes, user names, odd ports, IP literals,
# trailing dots) is refused as a whole.
_HTTPS = re.compile(r"https://((?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*)(?::443)?/[!-\[\]-~]*")
_LOOPBACK = re.compile(r"(http://([a-z0-9.\[\]:-]+:\d{1,5}))/[!-\[\]-~]*")


class EndpointRefusedError(ValueError):
    """Not an address of a push service that we know."""


def find_origin(endpoint: str, *, hosts: Sequence[str], loopback_hosts: Sequence[str]) -> str:
    """The origin of an endpoint that may be posted to; EndpointRefusedError for every other.

    `hosts` are names of push services; a leading dot stands for any subdomain. `loopback_hosts` are exact
    `host:port` pairs that may be plain http. Names that resolve to private addresses are no concern here: whoever
    controls the DNS of an allowed host is that push service.
    """
    if match := _HTTPS.fullmatch(endpoint):
        host = match[1]
        if any(_covers(allowed, host) for allowed in hosts):
            return f"https://{host}"
    elif (match := _LOOPBACK.fullmatch(endpoint)) and match[2] in loopback_hosts:
        return match[1]
    raise EndpointRefusedError(
        "The address is not one of a known push service; the setting PUSH_HOSTS lists them."
    )


def _covers(allowed: str, host: str) -> bool:
    return host.endswith(allowed) if allowed.startswith(".") else host == allowed
