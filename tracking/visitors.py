"""What the connection shows of a visitor."""

from django.conf import settings
from django.http import HttpRequest

from subscribers.devices import LONGEST_USER_AGENT
from tracking.ingestion import Visitor


def read_visitor(request: HttpRequest) -> Visitor:
    user_agent = "".join(
        character for character in request.headers.get("User-Agent", "") if character.isprintable()
    )
    return Visitor(ip=_read_ip(request), user_agent=user_agent[:LONGEST_USER_AGENT])


def _read_ip(request: HttpRequest) -> str:
    """The visitor's address. Each trusted proxy adds one entry at the right; what stands left of those is hearsay."""
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    proxies = settings.TRUSTED_PROXIES
    if proxies and len(hops) >= proxies:
        return hops[-proxies]
    return str(request.META.get("REMOTE_ADDR", ""))
