"""Static segments: lists that people keep, by hand, from a file, or as a snapshot of what a rule gave."""

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any

from django.db import connection

from segments.membership import Cause, Moves, note_days, pick_instant
from segments.models import Segment
from segments.rules.topics import name_segment
from subscribers.changes import note_changes
from subscribers.models import Site, Subscriber

# Both for one segment and some people, of whom only those who are not (or are) in it already move.
ADD = """
WITH entered AS (
    INSERT INTO segments_membership (segment_id, subscriber_id, entered_at)
    SELECT %(segment)s, id, %(as_of)s FROM subscribers_subscriber
    WHERE id = ANY(%(people)s) AND site_id = %(site)s AND merged_into_id IS NULL
    ON CONFLICT DO NOTHING RETURNING subscriber_id
), logged AS (
    INSERT INTO segments_membershipchange (segment_id, subscriber_id, kind, cause, changed_at)
    SELECT %(segment)s, subscriber_id, 'entered', %(cause)s, %(as_of)s FROM entered
    ON CONFLICT (subscriber_id, segment_id, changed_at) DO UPDATE SET kind = excluded.kind, cause = excluded.cause
), counted AS (
    UPDATE segments_segment SET member_count = member_count + (SELECT count(*) FROM entered),
        refreshed_at = GREATEST(refreshed_at, %(as_of)s)
    WHERE id = %(segment)s AND EXISTS (SELECT 1 FROM entered)
)
SELECT subscriber_id FROM entered
"""
REMOVE = """
WITH gone AS (
    DELETE FROM segments_membership WHERE segment_id = %(segment)s AND subscriber_id = ANY(%(people)s)
    RETURNING subscriber_id
), logged AS (
    INSERT INTO segments_membershipchange (segment_id, subscriber_id, kind, cause, changed_at)
    SELECT %(segment)s, subscriber_id, 'left', %(cause)s, %(as_of)s FROM gone
    ON CONFLICT (subscriber_id, segment_id, changed_at) DO UPDATE SET kind = excluded.kind, cause = excluded.cause
), counted AS (
    UPDATE segments_segment SET member_count = member_count - (SELECT count(*) FROM gone),
        refreshed_at = GREATEST(refreshed_at, %(as_of)s)
    WHERE id = %(segment)s AND EXISTS (SELECT 1 FROM gone)
)
SELECT subscriber_id FROM gone
"""


def start_list(now: dt.datetime) -> dict[str, Any]:
    """What a new segment is made with to be a list with nobody on it. `refreshed_at` is when it last changed."""
    return {"kind": Segment.Kind.STATIC, "rule": None, "status": Segment.Status.READY, "refreshed_at": now}


def add_members(
    segment: Segment, people: Collection[int], *, now: dt.datetime, cause: Cause = Cause.LIST
) -> Moves:
    """Put living subscribers of the segment's site on its list; those on it already, and strangers, change nothing.

    In the caller's transaction, which holds the segment's row.
    """
    return _note(segment, Moves(entered=_move(ADD, segment, people, now, cause)), now)


def remove_members(
    segment: Segment, people: Collection[int], *, now: dt.datetime, cause: Cause = Cause.LIST
) -> Moves:
    """Take people off a static segment's list, in the caller's transaction, which holds the segment's row."""
    return _note(segment, Moves(left=_move(REMOVE, segment, people, now, cause)), now)


def keep_lists(site: Site, people: Collection[int], *, as_of: dt.datetime) -> dict[int, Moves]:
    """On a list, who turned out to be somebody else gives way to that person; who was deleted goes.

    Returns who moved, by segment; what is built on the lists and the day's figures are for the caller to see to.
    """
    if not people:
        return {}
    ids = list(people)
    leads = find_survivors(ids)
    listed = Segment.objects.filter(
        site=site, kind=Segment.Kind.STATIC, memberships__subscriber_id__in=ids
    ).distinct()
    moves: dict[int, Moves] = {}
    for pk in listed.order_by("pk").values_list("pk", flat=True):
        segment = Segment.objects.select_for_update(no_key=True).get(pk=pk)
        on_it = set(segment.memberships.filter(subscriber_id__in=ids).values_list("subscriber_id", flat=True))
        gone = {person for person in on_it if leads.get(person) != person}
        survivors = {leads[person] for person in gone if person in leads}
        at = pick_instant([segment], no_earlier_than=as_of)
        left = _move(REMOVE, segment, gone, at, Cause.PROFILE)
        moves[pk] = Moves(_move(ADD, segment, survivors, at, Cause.PROFILE), left)
    return moves


def find_survivors(ids: Collection[int]) -> dict[int, int]:
    """Whom each id stands for now; those who were deleted are left out."""
    leads: dict[int, int | None] = {}
    missing = set(ids)
    while missing:
        leads |= dict(Subscriber.objects.filter(pk__in=missing).values_list("pk", "merged_into"))
        missing = {pk for pk in leads.values() if pk} - leads.keys()
    return {pk: _follow(pk, leads) for pk in ids if pk in leads}


def _follow(pk: int, leads: Mapping[int, int | None]) -> int:
    while ahead := leads.get(pk):
        pk = ahead
    return pk


def _move(
    statement: str, segment: Segment, people: Collection[int], now: dt.datetime, cause: Cause
) -> tuple[int, ...]:
    with connection.cursor() as cursor:
        cursor.execute(
            statement,
            {
                "segment": segment.pk,
                "site": segment.site_id,
                "people": list(people),
                "as_of": now,
                "cause": cause,
            },
        )
        return tuple(pk for (pk,) in cursor.fetchall())


def _note(segment: Segment, moves: Moves, now: dt.datetime) -> Moves:
    """What is built on the list follows, and the day's figures."""
    if moves.people:
        note_days({segment.pk: moves}, segment.site.find_day(now))
        note_changes(segment.site_id, {name_segment(segment.pk): moves.people}, now=now)
    return moves
