"""Questions to the future of one person, written short."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from segments.rules import SubscriberFacts
from segments.rules.facts import EventFacts
from segments.rules.flips import find_next_change, find_next_flip
from tests.factories import NOW
from tests.segments.rules.documents import JSON, read

BERLIN = ZoneInfo("Europe/Berlin")
HOUR = dt.timedelta(hours=1)
DAY = 24 * HOUR
TICK = dt.timedelta(microseconds=1)


def person(**values: Any) -> SubscriberFacts:
    return SubscriberFacts(**{"attributes": {}, "profile": {}, **values})


def did(*days_ago: float, name: str = "purchase", **properties: Any) -> tuple[EventFacts, ...]:
    return tuple(EventFacts(name, NOW - days * DAY, properties) for days in days_ago)


def find_change(
    root: JSON, facts: SubscriberFacts, *, as_of: dt.datetime = NOW, zone: ZoneInfo = BERLIN
) -> dt.datetime | None:
    return find_next_change(read(root), facts, as_of=as_of, zone=zone).changes_at


def find_flip(root: JSON, facts: SubscriberFacts, *, as_of: dt.datetime = NOW) -> dt.datetime | None:
    return find_next_flip(read(root), facts, as_of=as_of, zone=BERLIN)


def at(text: str) -> dt.datetime:
    """A moment in Berlin: 2026-11-21T13:00."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(dt.UTC)
