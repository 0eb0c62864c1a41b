"""What kind of device a User-Agent header (RFC 9110) speaks of."""

import functools
from typing import NamedTuple

from ua_parser import parse

from subscribers.models import PushSubscription

LONGEST_USER_AGENT = 500
# The names that people use, where the parser's are finer or older.
PLAIN_BROWSERS = {
    "Chrome Mobile": "Chrome",
    "Chrome Mobile iOS": "Chrome",
    "Edge Mobile": "Edge",
    "Firefox Mobile": "Firefox",
    "Firefox iOS": "Firefox",
    "Mobile Safari": "Safari",
    "Mobile Safari UI/WKWebView": "Safari",
    "Opera Mobile": "Opera",
}
PLAIN_SYSTEMS = {"Mac OS X": "macOS"}


class Device(NamedTuple):
    kind: str
    os: str
    browser: str


@functools.lru_cache(maxsize=4096)
def parse_user_agent(text: str) -> Device:
    """Kind of device, operating system and browser; empty where the header does not tell."""
    found = parse(text[:LONGEST_USER_AGENT])
    os = found.os.family if found.os else ""
    browser = found.user_agent.family if found.user_agent else ""
    return Device(
        _guess_kind(text, os)[:10],
        PLAIN_SYSTEMS.get(os, os)[:50],
        PLAIN_BROWSERS.get(browser, browser)[:50],
    )


def _guess_kind(text: str, os: str) -> PushSubscription.Kind:
    """Android tablets are told from phones by a missing “Mobile”, as Google recommends."""
    if "iPad" in text or "Tablet" in text or (os == "Android" and "Mobile" not in text):
        return PushSubscription.Kind.TABLET
    if "Mobi" in text or os in {"Android", "iOS"}:
        return PushSubscription.Kind.MOBILE
    return PushSubscription.Kind.DESKTOP
