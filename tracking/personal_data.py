"""What this app holds of people: what waits in the inbox, and the log."""

import datetime as dt
import zlib
from collections.abc import Iterator

from django.db import connection
from django.db.models import Q, QuerySet

from subscribers.arrays import write_array
from subscribers.holdings import Holding, People, Row, delete_rows, hold_rows, read_rows
from subscribers.models import Identity
from tracking.inbox import LOCK_SPACE
from tracking.models import Event, InboxItem, PropertyValue

# Waits for whoever drains, where `hold_shards` would go past.
HOLD_ALL = "SELECT pg_advisory_xact_lock(%s, shard) FROM generate_series(0, %s) AS shards (shard)"
READ_VALUES = """
SELECT DISTINCT interned.id FROM tracking_event AS event
CROSS JOIN unnest(ARRAY[event.item_id, event.category_id]) AS interned (id)
WHERE event.subscriber_id = ANY(%s::bigint[]) AND interned.id IS NOT NULL
"""
# Those that no event of anybody names any more.
DELETE_VALUES = """
DELETE FROM tracking_propertyvalue AS value WHERE id = ANY(%s::bigint[])
AND NOT EXISTS (SELECT 1 FROM tracking_event AS event WHERE event.event_type_id = value.event_type_id AND event.item_id = value.id)
AND NOT EXISTS (SELECT 1 FROM tracking_event AS event
                WHERE event.event_type_id = value.event_type_id AND event.category_id = value.id)
"""


def hold_inbox() -> None:
    """Nothing is applied until the transaction ends, and no value is interned."""
    with connection.cursor() as cursor:
        cursor.execute(HOLD_ALL, [LOCK_SPACE, InboxItem.SHARDS - 1])


def _find_items(people: People) -> QuerySet[InboxItem]:
    """What waits or was set aside: sent by them, or saying that its browser is theirs."""
    senders = {
        kind: [value for other, value in people.names if other == kind] for kind in Identity.Kind.values
    }
    theirs = Q(pk__in=[])
    for kind, values in senders.items():
        digests = [zlib.crc32(f"{people.site_id}:{kind}:{value}".encode()) for value in values]
        theirs |= Q(sender__in=digests, payload__kind=kind, payload__value__in=values)
    for value in senders[Identity.Kind.EXTERNAL]:
        theirs |= Q(payload__contains={"operations": [{"type": "identify", "external_id": value}]})
    return InboxItem.objects.filter(theirs, site=people.site_id)


def _read_items(people: People) -> Iterator[Row]:
    return read_rows(InboxItem, pk__in=list(_find_items(people).values_list("pk", flat=True)))


def _erase_items(people: People, now: dt.datetime) -> int:
    return _find_items(people).delete()[0]


def _read_values(people: People) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(READ_VALUES, [write_array(people.ids)])
        return [pk for (pk,) in cursor.fetchall()]


def _erase_events(people: People, now: dt.datetime) -> int:
    """With the values that nobody else's events have."""
    values = _read_values(people)
    deleted = delete_rows(Event, "subscriber_id", people.ids)
    if values:
        with connection.cursor() as cursor:
            cursor.execute(DELETE_VALUES, [write_array(values)])
    return deleted


HOLDINGS = (
    Holding(
        "tracking.InboxItem", "What was sent and is not applied yet, or could not be", "deleted",
        _read_items, _erase_items, stand_still=hold_inbox,
    ),
    Holding(
        "tracking.Event", "What they did: events, pages, pushes they got, with all properties", "deleted",
        lambda people: read_rows(Event, subscriber_id__in=people.ids), _erase_events,
    ),
    Holding(
        "tracking.PropertyValue", "Values of properties, each stored once for everybody",
        "deleted with their events, if nobody else’s has the same",
        lambda people: read_rows(PropertyValue, pk__in=_read_values(people)), lambda people, now: 0,
    ),
    hold_rows("tracking.EventSummary", "How often, first and last they did each thing"),
)  # fmt: skip
