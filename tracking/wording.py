"""Events in plain words, for people who did not name them."""

from typing import NamedTuple


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
