"""The rows that say who is in a segment, and the one statement that changes them with their log and their count."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from segments.models import MembershipChange, Segment
from segments.rules.sql import Fragment

Cause = MembershipChange.Cause

# Whoever is new enters, whoever is there no longer leaves, both are logged and counted. Modifying parts of a WITH all
# see the tables as they were before. `asked`: whom this is about, and what made us ask; {here} limits it to them.
APPLY = """
WITH asked AS MATERIALIZED (SELECT * FROM unnest(%(people)s::bigint[], %(causes)s::text[]) AS asked (id, cause)),
members AS MATERIALIZED ({members}),
entered AS (
    INSERT INTO segments_membership (segment_id, subscriber_id, entered_at)
    SELECT %(segment)s, id, %(as_of)s FROM members
    WHERE NOT EXISTS (SELECT 1 FROM segments_membership AS known
                      WHERE known.segment_id = %(segment)s AND known.subscriber_id = members.id)
    RETURNING subscriber_id
),
gone AS (
    DELETE FROM segments_membership AS known
    WHERE known.segment_id = %(segment)s {here}
      AND NOT EXISTS (SELECT 1 FROM members WHERE members.id = known.subscriber_id)
    RETURNING subscriber_id
),
changes AS (
    SELECT subscriber_id, 'entered' AS kind FROM entered UNION ALL SELECT subscriber_id, 'left' FROM gone
),
logged AS (
    INSERT INTO segments_membershipchange (segment_id, subscriber_id, kind, cause, changed_at)
    SELECT %(segment)s, subscriber_id, kind, COALESCE(asked.cause, %(cause)s), %(as_of)s
    FROM changes LEFT JOIN asked ON asked.id = subscriber_id
    ON CONFLICT (subscriber_id, segment_id, changed_at) DO UPDATE SET kind = excluded.kind, cause = excluded.cause
),
counted AS (
    UPDATE segments_segment SET member_count = member_count
        + (SELECT count(*) FROM entered) - (SELECT count(*) FROM gone)
    WHERE id = %(segment)s AND EXISTS (SELECT 1 FROM changes)
)
SELECT kind, array_agg(subscriber_id) FROM changes GROUP BY kind
"""
FEW = 1000  # people, of whom each may be looked up by itself
HERE = "AND known.subscriber_id = ANY(%(people)s)"

TICK = dt.timedelta(microseconds=1)

NOTE_DAYS = """
INSERT INTO segments_segmentday AS old (segment_id, day, entered, "left", looked_at, took_us)
SELECT * FROM unnest(%s::bigint[], %s::date[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[])
ON CONFLICT (segment_id, day) DO UPDATE SET
    entered = old.entered + excluded.entered, "left" = old."left" + excluded."left",
    looked_at = old.looked_at + excluded.looked_at, took_us = old.took_us + excluded.took_us
"""


@dataclass(frozen=True)
class Moves:
    """Who entered and left one segment: ids of subscribers. `looked_at`: how many were asked about, in `took`."""

    entered: tuple[int, ...] = ()
    left: tuple[int, ...] = ()
    looked_at: int = 0
    took: dt.timedelta = field(default=dt.timedelta(0), compare=False)

    @property
    def people(self) -> tuple[int, ...]:
        return (*self.entered, *self.left)


def pick_instant(segments: Iterable[Segment], *, no_earlier_than: dt.datetime) -> dt.datetime:
    """The instant to ask these segments about: later than any that they were asked about before.

    Never back in time: whom the clock has moved since would not be asked again. And never twice at the same: of one
    person's changes at one instant the log keeps but one.
    """
    marks = [at + TICK for each in segments for at in (each.refreshed_at, each.asked_at) if at]
    return max([no_earlier_than, *marks])


def apply_members(
    segment: Segment,
    members: Fragment,
    *,
    as_of: dt.datetime,
    cause: Cause,
    asked: Mapping[int, Cause] | None = None,
) -> Moves:
    """Make the segment's members those that the SELECT of ids `members` gives; or, of the people `asked` alone.

    The caller holds the segment's row. `asked` says for each what made us ask; for all others it is `cause`.
    """
    people = dict(sorted(asked.items())) if asked is not None else {}
    few = asked is not None and len(people) <= FEW
    with nullcontext(members) if few else _gather(members) as found:
        moved = _apply(segment, found, people, as_of=as_of, cause=cause, here=asked is not None)
    return Moves(moved.get("entered", ()), moved.get("left", ()), len(people))


@contextmanager
def _gather(members: Fragment) -> Iterator[Fragment]:
    """The members in a table of their own, to be joined with those of now without ever looking at each by each.

    What the planner thinks of how many a rule gives, or a segment that is just being filled has, may be far off; one row
    expected where there are a hundred thousand took it minutes.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE segment_members (id) AS {members.text}", members.params)
        cursor.execute("SET LOCAL enable_nestloop TO off")
        yield Fragment("SELECT id FROM segment_members")
        cursor.execute("SET LOCAL enable_nestloop TO DEFAULT")
        cursor.execute("DROP TABLE segment_members")


def _apply(  # noqa: PLR0913 - all that the statement depends on
    segment: Segment,
    members: Fragment,
    people: Mapping[int, Cause],
    *,
    as_of: dt.datetime,
    cause: Cause,
    here: bool,
) -> dict[str, tuple[int, ...]]:
    """Ids of those who entered and of those who left."""
    # Two styles of placeholders do not mix: the members' become named ones, in order.
    named: dict[str, Any] = {f"member_{index}": value for index, value in enumerate(members.params)}
    statement = APPLY.format(
        members=members.text % tuple(f"%({name})s" for name in named), here=HERE if here else ""
    )
    with connection.cursor() as cursor:
        cursor.execute(
            statement,
            {
                **named,
                "people": list(people),
                "causes": list(people.values()),
                "segment": segment.pk,
                "as_of": as_of,
                "cause": cause,
            },
        )
        return {kind: tuple(ids) for kind, ids in cursor.fetchall()}


def note_days(moves: Mapping[int, Moves], day: dt.date) -> None:
    """Add up what happened to each segment (its id) on a day of its site's calendar."""
    rows = [
        (
            pk,
            day,
            len(each.entered),
            len(each.left),
            each.looked_at,
            each.took // dt.timedelta(microseconds=1),
        )
        for pk, each in sorted(moves.items())
    ]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(NOTE_DAYS, [list(column) for column in zip(*rows, strict=True)])
