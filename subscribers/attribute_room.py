"""Attributes out of browsers for which there was no room: those that most people sent lately find it, as events do."""

import datetime as dt
import json
from collections.abc import Collection
from typing import Any

from django.db import connection, transaction

from subscribers.attribute_moves import bring_back, put_aside
from subscribers.definitions import define_attribute, read_room
from subscribers.kept_aside import MOST_READ, list_beyond
from subscribers.models import Attribute, AttributeMove, Site, Standing
from subscribers.quarantine import choose_names

RECENT = dt.timedelta(days=7)  # who was here since then speaks for what they sent
SWAPS = 20  # names that change places in one turn, on one site
COUNT_PEOPLE = """
SELECT named.key, count(*) FROM (
    SELECT attributes FROM subscribers_subscriber
    WHERE site_id = %s AND merged_into_id IS NULL AND last_seen_at > %s ORDER BY last_seen_at DESC LIMIT %s
) AS person, jsonb_object_keys(person.attributes) AS named (key)
WHERE named.key = ANY(%s::text[]) GROUP BY 1
"""
READ_ONE = """
SELECT raw_values -> %s FROM subscribers_subscriber
WHERE site_id = %s AND NOT (raw_values = '{}'::jsonb) AND raw_values ? %s AND merged_into_id IS NULL
ORDER BY last_seen_at DESC LIMIT 1
"""


@transaction.atomic
def make_attribute_room(site: Site, *, now: dt.datetime) -> None:
    """The loser's values are kept as they were sent, so that they come back with its name."""
    if site.vocabulary_frozen:
        return
    waiting = list(list_beyond(site, since=now - RECENT, most=SWAPS).items())
    if not waiting:
        return
    room = read_room(site.pk, from_browsers=True)
    rivals = _find_rarest(site, now=now) if room < len(waiting) else []
    chosen, losers = choose_names(waiting, rivals, room=room)
    for loser in losers:
        put_aside(loser)
    for key in chosen:
        _list(site, key, Standing.NEW)


@transaction.atomic
def accept_beyond(site: Site, keys: Collection[str]) -> None:
    """Names that somebody's rules or messages use, and that found no room, find that of colleagues."""
    for key in list_beyond(site, most=MOST_READ) if keys else ():
        if key in keys and read_room(site.pk, from_browsers=False):
            _list(site, key, Standing.ACCEPTED)


def _list(site: Site, key: str, standing: Standing) -> None:
    with connection.cursor() as cursor:
        cursor.execute(READ_ONE, [key, site.pk, key])
        row: Any = cursor.fetchone()
    if row is not None:
        attribute = define_attribute(site.pk, key, json.loads(row[0]), standing=standing)
        bring_back(attribute)


def _find_rarest(site: Site, *, now: dt.datetime) -> list[tuple[int, Attribute]]:
    """New names, those first that fewest people have who were here lately; what somebody marked personal is not new."""
    rows = list(
        Attribute.objects.filter(site=site, standing=Standing.NEW, personal=False)
        .exclude(key__in=AttributeMove.objects.filter(site=site, finished_at=None).values("key"))
        .order_by("pk")
    )
    with connection.cursor() as cursor:
        cursor.execute(COUNT_PEOPLE, [site.pk, now - RECENT, MOST_READ, [row.key for row in rows]])
        counts = dict(cursor.fetchall())
    return sorted(((counts.get(row.key, 0), row) for row in rows), key=lambda pair: (pair[0], pair[1].pk))
