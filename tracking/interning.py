"""Distinct values of hot properties, stored once each, however they are written: events refer to them by id."""

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
SELECT wanted.event_type_id, wanted.property, wanted.digest, known.id
FROM unnest(%s::bigint[], %s::text[], %s::uuid[]) AS wanted (event_type_id, property, digest)
JOIN tracking_propertyvalue AS known USING (event_type_id, property, digest)
"""
ADD = """
INSERT INTO tracking_propertyvalue (event_type_id, property, digest, value)
SELECT * FROM unnest(%s::bigint[], %s::text[], %s::uuid[], %s::jsonb[]) AS new (event_type_id, property, digest, value)
ORDER BY event_type_id, property, carillon_form(value, property = 'url')::text
ON CONFLICT DO NOTHING
"""
# Written otherwise, but the same to rules (segments/migrations/0011): events with it lead to the one that came first.
FIND_ALIKE = """
SELECT wanted.event_type_id, wanted.property, wanted.digest, known.id
FROM unnest(%s::bigint[], %s::text[], %s::uuid[], %s::jsonb[]) AS wanted (event_type_id, property, digest, value)
JOIN tracking_propertyvalue AS known ON known.event_type_id = wanted.event_type_id
 AND known.property = wanted.property AND known.form = md5(carillon_form(wanted.value, wanted.property = 'url')::text)::uuid
"""


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
    ids = _find_or_add(wanted)
    for event, column, key in places:
        setattr(event, column, ids[key])


def _find_or_add(wanted: dict[Key, Any]) -> dict[Key, int]:
    ids = _find(wanted)
    ids |= _find_alike({key: value for key, value in wanted.items() if key not in ids})
    new = {key: value for key, value in wanted.items() if key not in ids}
    if new:
        # In order, so that two workers who add the same values wait for each other and do not lock each other out.
        with connection.cursor() as cursor:
            cursor.execute(ADD, _columns_with_values(new))
        ids |= _find_alike(new)
    return ids


def _find_alike(wanted: Mapping[Key, Any]) -> dict[Key, int]:
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(FIND_ALIKE, _columns_with_values(wanted))
        return {Key(*row[:3]): row[3] for row in cursor.fetchall()}


def _find(keys: Collection[Key]) -> dict[Key, int]:
    if not keys:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(FIND, _columns(keys))
        return {Key(*row[:3]): row[3] for row in cursor.fetchall()}


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
