"""One event that happens to very many people at once, recorded in a few statements: a campaign's push, say."""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from subscribers.arrays import write_array
from subscribers.changes import name_event, note_changes
from subscribers.models import Site
from tracking.event_names import find_or_create_types
from tracking.interning import intern_values
from tracking.log import (
    REPEATED_WITHIN,
    NewEvent,
    find_log_start,
    learn_campaigns,
    learn_properties,
    record_events,
)
from tracking.models import Event

LOCK_PEOPLE = """
SELECT id, merged_into_id FROM subscribers_subscriber WHERE id = ANY(%s::bigint[]) ORDER BY id FOR NO KEY UPDATE
"""
# Repeats are looked up one by one, whatever statistics say (LIMIT).
WRITE_ALIKE = """
INSERT INTO tracking_event
    (subscriber_id, id, event_type_id, occurred_at, received_at, properties, item_id, category_id)
SELECT new.subscriber_id, new.id, %(type)s, %(at)s, %(at)s, %(properties)s::jsonb, %(item)s, %(category)s
FROM unnest(%(people)s::bigint[], %(ids)s::uuid[]) AS new (subscriber_id, id)
LEFT JOIN LATERAL (
    SELECT event.id FROM tracking_event AS event
    WHERE event.subscriber_id = new.subscriber_id AND event.id = new.id
      AND event.occurred_at BETWEEN %(earliest)s AND %(latest)s
    LIMIT 1) AS known ON true
WHERE known.id IS NULL
RETURNING subscriber_id
"""
COUNT_ALIKE = """
INSERT INTO tracking_eventsummary AS old (subscriber_id, event_type_id, count, first_at, last_at)
SELECT subscriber_id, %(type)s, 1, %(at)s, %(at)s FROM unnest(%(people)s::bigint[]) AS new (subscriber_id)
ON CONFLICT (subscriber_id, event_type_id) DO UPDATE SET
    count = old.count + 1, first_at = least(old.first_at, excluded.first_at),
    last_at = greatest(old.last_at, excluded.last_at)
"""


def record_alike(
    site: Site,
    name: str,
    people: Sequence[tuple[int, UUID]],
    *,
    properties: dict[str, Any],
    at: dt.datetime,
) -> None:
    """Record one event that happened to many people at once: to each under an id of their own, else the same for all.

    What record_events does, in a few statements however many there are. In the caller's transaction, if there is one.
    """
    ids = dict(people)
    if not ids:
        return
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute(LOCK_PEOPLE, [write_array(ids)])
        merged: dict[int, int | None] = dict(cursor.fetchall())
        alive = [pk for pk, into in merged.items() if into is None]
        if len(alive) < len(merged) or len(ids) < len(people):
            events = [NewEvent(event_id, pk, name, at, properties) for pk, event_id in people]
            record_events(site, events, received_at=at)
        elif alive:
            _record_new(site, name, {pk: ids[pk] for pk in alive}, properties=properties, at=at)


def _record_new(
    site: Site, name: str, ids: Mapping[int, UUID], *, properties: dict[str, Any], at: dt.datetime
) -> None:
    """For people who are locked and living, each with one event."""
    event_type = find_or_create_types(site, [name])[name]
    example = Event(event_type=event_type, occurred_at=at, received_at=at, properties=properties)
    intern_values([example])
    begins_at = find_log_start(site.pk)
    if begins_at is not None and at < begins_at:
        return
    values: dict[str, Any] = {
        "people": write_array(ids), "ids": write_array(ids.values()), "type": event_type.pk, "at": at,
        "properties": json.dumps(properties), "item": example.item_id, "category": example.category_id,
        "earliest": at - REPEATED_WITHIN, "latest": at + REPEATED_WITHIN,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(WRITE_ALIKE, values)
        new = [pk for (pk,) in cursor.fetchall()]
        if not new:
            return
        cursor.execute(COUNT_ALIKE, {"people": write_array(new), "type": event_type.pk, "at": at})
    note_changes(site.pk, {name_event(name): new}, now=at, earliest_at=at)
    learn_properties([example])
    learn_campaigns(site, [NewEvent(next(iter(ids.values())), new[0], name, at, properties)])
