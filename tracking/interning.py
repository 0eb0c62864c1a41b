"""Distinct values of hot properties, stored once each, however they are written: events refer to them by id."""

import datetime as dt
import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from subscribers.arrays import write_array, write_texts
from tracking.hot_properties import list_interned
from tracking.models import Event

FIND = """
SELECT wanted.event_type_id, wanted.property, wanted.digest, known.id, known.seen_at
FROM unnest(%s::bigint[], %s::text[], %s::uuid[]) AS wanted (event_type_id, property, digest)
JOIN tracking_propertyvalue AS known USING (event_type_id, property, digest)
"""
ADD = """
INSERT INTO tracking_propertyvalue (event_type_id, property, digest, value, seen_at)
SELECT new.*, %s FROM unnest(%s::bigint[], %s::text[], %s::uuid[], %s::jsonb[]) AS new (event_type_id, property, digest, value)
ORDER BY event_type_id, property, carillon_form(value, property = 'url')::text
ON CONFLICT DO NOTHING
"""
# Written otherwise, but the same to rules (segments/migrations/0011): events with it lead to the one that came first.
FIND_ALIKE = """
SELECT wanted.event_type_id, wanted.property, wanted.digest, known.id, known.seen_at
FROM unnest(%s::bigint[], %s::text[], %s::uuid[], %s::jsonb[]) AS wanted (event_type_id, property, digest, value)
JOIN tracking_propertyvalue AS known ON known.event_type_id = wanted.event_type_id
 AND known.property = wanted.property AND known.form = md5(carillon_form(wanted.value, wanted.property = 'url')::text)::uuid
"""


# Once a week each, in order, as above. What was collected meanwhile is not among what comes back.
TOUCH = """
UPDATE tracking_propertyvalue AS known SET seen_at = greatest(known.seen_at, %s)
FROM (SELECT id FROM tracking_propertyvalue WHERE id = ANY(%s::bigint[]) ORDER BY id FOR UPDATE) AS held
WHERE known.id = held.id RETURNING known.id
"""
# Whatever was recorded with it happened no later than it was received, so before the log begins.
COLLECT = """
DELETE FROM tracking_propertyvalue WHERE id = ANY(ARRAY(
    SELECT id FROM tracking_propertyvalue WHERE seen_at < %s ORDER BY id LIMIT %s
)) AND seen_at < %s
"""
BATCH_ROWS = 10_000
TOUCHED_AFTER = dt.timedelta(days=7)


class Key(NamedTuple):
    """Which value of which property, without the value itself."""

    event_type: int
    property: str
    digest: UUID


def intern_values(events: Sequence[Event]) -> None:
    """Set `item_id` and `category_id` of events that are about to be written, from their `properties`."""
    wanted: dict[Key, Any] = {}
    places: list[tuple[Event, str, Key]] = []
    for event in events:
        for column, name in list_interned(event.event_type.name).items():
            value = event.properties.get(name)
            if value is not None:
                key = Key(event.event_type_id, name, digest_value(value))
                wanted[key] = value
                places.append((event, column, key))
    if not wanted:
        return
    ids = _find_or_add(wanted, now=max(event.received_at for event in events))
    for event, column, key in places:
        setattr(event, column, ids[key])


def collect_values(*, before: dt.datetime) -> int:
    """Forget the values that no event can have that happened since; how many there were."""
    before -= TOUCHED_AFTER  # so much later they may have been used than is noted
    collected: int = 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute(COLLECT, [before, BATCH_ROWS, before])
            collected += cursor.rowcount
            if cursor.rowcount < BATCH_ROWS:
                return collected


class _Found(NamedTuple):
    id: int
    seen_at: dt.datetime


def _find_or_add(wanted: dict[Key, Any], *, now: dt.datetime) -> dict[Key, int]:
    """Those that are there are kept from being collected: whoever has told `now` that they are used goes first."""
    found = _find(wanted)
    found |= _find_alike({key: value for key, value in wanted.items() if key not in found})
    gone = _touch(found, now=now)
    found = {key: one for key, one in found.items() if one.id not in gone}
    new = {key: value for key, value in wanted.items() if key not in found}
    if new:
        # In order, so that two workers who add the same values wait for each other and do not lock each other out.
        with connection.cursor() as cursor:
            cursor.execute(ADD, [now, *_columns_with_values(new)])
        found |= _find_alike(new)
    return {key: one.id for key, one in found.items()}


def _touch(found: Mapping[Key, _Found], *, now: dt.datetime) -> set[int]:
    """The ids of those that are no longer there."""
    old = {one.id for one in found.values() if one.seen_at < now - TOUCHED_AFTER}
    if not old:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(TOUCH, [now, write_array(sorted(old))])
        return old - {pk for (pk,) in cursor.fetchall()}


def _find_alike(wanted: Mapping[Key, Any]) -> dict[Key, _Found]:
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(FIND_ALIKE, _columns_with_values(wanted))
        return {Key(*row[:3]): _Found(*row[3:]) for row in cursor.fetchall()}


def _find(keys: Collection[Key]) -> dict[Key, _Found]:
    if not keys:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(FIND, _columns(keys))
        return {Key(*row[:3]): _Found(*row[3:]) for row in cursor.fetchall()}


def _columns(keys: Collection[Key]) -> list[str]:
    types, properties, digests = zip(*keys, strict=True)
    return [write_array(types), write_texts(properties), write_array(digests)]


def _columns_with_values(wanted: Mapping[Key, Any]) -> list[str]:
    return [*_columns(wanted.keys()), write_texts(json.dumps(value) for value in wanted.values())]


def digest_value(value: Any) -> UUID:
    """One digest for all JSON values that jsonb holds to be equal: 1.0 is 1, and the order of keys says nothing."""
    text = json.dumps(_unify_numbers(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return UUID(bytes=hashlib.md5(text.encode(), usedforsecurity=False).digest())


def _unify_numbers(value: Any) -> Any:
    match value:
        case float() if value.is_integer():
            return int(value)
        case list():
            return [_unify_numbers(item) for item in value]
        case dict():
            return {key: _unify_numbers(item) for key, item in value.items()}
        case _:
            return value
