"""What changed about whom: noted in the transaction that changes it, for those who keep something true about people.

Segments are kept true in this way (segments/following.py). A topic says what changed: `person` (somebody came, went, or
turned out to be somebody else), `device`, `location`, `attribute:plan`, `profile:country`, `event:purchase`; and, about a
whole site at once, `zone` (its clock) and `log` (older events are forgotten).
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from functools import partial
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from subscribers.arrays import write_array
from subscribers.models import SubscriberChange
from subscribers.waking import wake

PERSON = "person"
DEVICE = "device"
LOCATION = "location"
ZONE = "zone"
LOG = "log"

_WRITE = """
INSERT INTO subscribers_subscriberchange (site_id, topic, subscriber_ids, changed_at, earliest_at) VALUES
"""
_ROW = "(%s, %s, %s::bigint[], %s, %s)"


def name_attribute(key: str) -> str:
    return f"attribute:{key}"


def name_profile(field: str) -> str:
    """The topic of a profile field; where somebody is counts as one thing however it is told."""
    return LOCATION if field in {"latitude", "longitude"} else f"profile:{field}"


def name_event(name: str) -> str:
    return f"event:{name}"


def note_changes(
    site_id: int,
    changed: Mapping[str, Collection[int]],
    *,
    now: dt.datetime,
    earliest_at: dt.datetime | None = None,
) -> None:
    """Note who is concerned by each topic, in the caller's transaction: the change and its note are there together.

    `now`: an instant at which all of it has happened; `earliest_at`, of events: when the first of them did.
    """
    rows = [
        SubscriberChange(
            site_id=site_id,
            topic=topic,
            subscriber_ids=sorted(set(ids)),
            changed_at=now,
            earliest_at=earliest_at,
        )
        for topic, ids in changed.items()
        if ids
    ]
    _write(rows)


def note_for_everyone(site_id: int, topics: Iterable[str], *, now: dt.datetime) -> None:
    """Note what concerns all of a site's subscribers at once."""
    _write(
        [
            SubscriberChange(site_id=site_id, topic=topic, subscriber_ids=None, changed_at=now)
            for topic in topics
        ]
    )


def _write(rows: list[SubscriberChange]) -> None:
    """By hand: for each of very many ids the ORM takes longer than the database."""
    if rows:
        values: list[Any] = []
        for row in rows:
            ids = None if row.subscriber_ids is None else write_array(row.subscriber_ids)
            values += [row.site_id, row.topic, ids, row.changed_at, row.earliest_at]
        with connection.cursor() as cursor:
            cursor.execute(_WRITE + ", ".join([_ROW] * len(rows)), values)
        transaction.on_commit(partial(wake, settings.FOLLOWING_TASK), robust=True)
