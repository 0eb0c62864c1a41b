"""Events in plain words, for people who did not name them."""

import datetime as dt
import zlib
from typing import NamedTuple

from subscribers.sampling import show_value
from tracking.timeline import TimelineEntry


class EventWords(NamedTuple):
    """`icon` is the name of a Material Symbol."""

    label: str
    icon: str


RESERVED = {
    "$page_view": EventWords("Viewed a page", "web"),
    "$session_start": EventWords("Session started", "login"),
    "$subscribed": EventWords("Allowed notifications", "notifications_active"),
    "$unsubscribed": EventWords("Stopped notifications", "notifications_off"),
    "$push_sent": EventWords("Push sent", "send"),
    "$push_displayed": EventWords("Push displayed", "mark_chat_unread"),
    "$push_clicked": EventWords("Push clicked", "ads_click"),
    "$push_dismissed": EventWords("Push dismissed", "do_not_disturb_on"),
    "$push_failed": EventWords("Push failed", "error"),
    "$converted": EventWords("Converted", "flag"),
}


def describe_event(name: str) -> EventWords:
    """“Viewed a page” for `$page_view`; a site's own names as they are read aloud: “Add to cart”."""
    if name in RESERVED:
        return RESERVED[name]
    spoken = name.lstrip("$").replace("_", " ").replace("-", " ").strip()
    return EventWords(spoken[:1].upper() + spoken[1:] or name, "bolt")


class TimelineRow(NamedTuple):
    """One entry of a timeline as people read it. `key` tells rows apart; `facts` are names and values."""

    key: str
    occurred_at: dt.datetime
    label: str
    icon: str
    name: str
    detail: str
    facts: list[tuple[str, str]]


def describe_entry(entry: TimelineEntry) -> TimelineRow:
    """“Viewed a page: Running shoes”, “Push clicked: Spring sale”, “Add to cart” with its properties."""
    label, icon = describe_event(entry.name)
    detail, used = _read_detail(entry)
    facts = [(key, show_value(value)) for key, value in entry.properties.items() if key not in used]
    key = f"{entry.occurred_at.isoformat()} {entry.name} {zlib.crc32(repr(entry.properties).encode()):x}"
    return TimelineRow(key, entry.occurred_at, label, icon, entry.name, detail, facts)


def _read_detail(entry: TimelineEntry) -> tuple[str, set[str]]:
    """What matters most about an event, and the properties that it makes superfluous."""
    properties = entry.properties
    if entry.name == "$page_view":
        detail = properties.get("title") or properties.get("path") or properties.get("url") or ""
        return str(detail), {"title", "path", "url"} if not properties.get("title") else {"title", "url"}
    if entry.name.startswith("$push_"):
        return str(properties.get("campaign_name", "")), {"campaign", "campaign_name"}
    return "", set()
