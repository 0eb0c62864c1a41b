"""What one subscriber did, newest first."""

import datetime as dt
from typing import Any, NamedTuple

from subscribers.models import Subscriber
from subscribers.viewing import mask_properties
from tracking.event_names import read_as_sent
from tracking.models import Event


class TimelineEntry(NamedTuple):
    occurred_at: dt.datetime
    name: str
    properties: dict[str, Any]


def read_timeline(
    subscriber: Subscriber, *, before: dt.datetime | None = None, limit: int = 50
) -> list[TimelineEntry]:
    """The latest events, or the latest before an instant: that of the last entry on the page before.

    What happened at one instant stays on one page, so a page may be somewhat longer than `limit`.
    """
    events = subscriber.events.select_related("event_type").order_by("-occurred_at", "-id")
    if before:
        events = events.filter(occurred_at__lt=before)
    page = list(events[:limit])
    if len(page) == limit:
        edge = page[-1].occurred_at
        page = [event for event in page if event.occurred_at > edge] + list(events.filter(occurred_at=edge))
    return [_read_entry(event, subscriber.site_id) for event in page]


def _read_entry(event: Event, site_id: int) -> TimelineEntry:
    name, properties = read_as_sent(event)
    return TimelineEntry(event.occurred_at, name, mask_properties(name, properties, site_id))
