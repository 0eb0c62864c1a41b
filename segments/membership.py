"""The rows that say who is in a segment, and the one statement that changes them with their log and their count."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db import connection

from segments.models import MembershipChange, Segment
from segments.rules.sql import Fragment

Cause = MembershipChange.Cause

# Whoever is new enters, whoever is there no longer leaves, both are logged and counted. Modifying parts of a WITH all
# see the tables as they were before.
APPLY = """
WITH entered AS (
    INSERT INTO segments_membership (segment_id, subscriber_id, entered_at)
    SELECT %(segment)s, id, %(as_of)s FROM segment_members AS members
    WHERE NOT EXISTS (SELECT 1 FROM segments_membership AS known
                      WHERE known.segment_id = %(segment)s AND known.subscriber_id = members.id)
    RETURNING subscriber_id
),
gone AS (
    DELETE FROM segments_membership AS known
    WHERE known.segment_id = %(segment)s
      AND NOT EXISTS (SELECT 1 FROM segment_members AS members WHERE members.id = known.subscriber_id)
    RETURNING subscriber_id
),
changes AS (
    SELECT subscriber_id, 'entered' AS kind FROM entered UNION ALL SELECT subscriber_id, 'left' FROM gone
),
logged AS (
    INSERT INTO segments_membershipchange (segment_id, subscriber_id, kind, cause, changed_at)
    SELECT %(segment)s, subscriber_id, kind, %(cause)s, %(as_of)s FROM changes
    ON CONFLICT (subscriber_id, segment_id, changed_at) DO UPDATE SET kind = excluded.kind, cause = excluded.cause
),
counted AS (
    UPDATE segments_segment SET member_count = member_count
        + (SELECT count(*) FROM entered) - (SELECT count(*) FROM gone)
    WHERE id = %(segment)s AND EXISTS (SELECT 1 FROM changes)
)
SELECT kind, array_agg(subscriber_id) FROM changes GROUP BY kind
"""

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


def apply_members(segment: Segment, members: Fragment, *, as_of: dt.datetime, cause: Cause) -> Moves:
    """Make the segment's members those that the SELECT of ids `members` gives. The caller holds the segment's row.

    They are gathered in a table of their own, to be joined with those of now without ever looking at each by each.
    What the planner thinks of how many a rule gives, or a segment that is just being filled has, may be far off; one
    row expected where there are a hundred thousand took it minutes.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE segment_members (id) AS {members.text}", members.params)
        cursor.execute("SET LOCAL enable_nestloop TO off")
        cursor.execute(APPLY, {"segment": segment.pk, "as_of": as_of, "cause": cause})
        moved = {kind: tuple(ids) for kind, ids in cursor.fetchall()}
        cursor.execute("SET LOCAL enable_nestloop TO DEFAULT")
        cursor.execute("DROP TABLE segment_members")
    return Moves(moved.get("entered", ()), moved.get("left", ()))


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
