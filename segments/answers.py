"""Some people's answers: several segments asked about those who concern them, and who moved written for all of them.

Two statements however many segments there are. Asking one after the other spends more time on the way than on answers.
"""

import datetime as dt
import time
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db import connection

from segments.membership import Cause, Moves
from segments.rules.sql import Fragment
from subscribers.arrays import write_array

# Whoever holds and is not there enters, whoever is there and does not hold leaves; both are logged and counted.
MOVE = """
WITH asked AS MATERIALIZED (
    SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::boolean[]) AS asked (segment_id, id, cause, holds)
),
entered AS (
    INSERT INTO segments_membership (segment_id, subscriber_id, entered_at)
    SELECT segment_id, id, %s FROM asked
    WHERE holds AND NOT EXISTS (SELECT 1 FROM segments_membership AS known
                                WHERE known.segment_id = asked.segment_id AND known.subscriber_id = asked.id)
    RETURNING segment_id, subscriber_id
),
gone AS (
    DELETE FROM segments_membership AS known USING asked
    WHERE NOT asked.holds AND known.segment_id = asked.segment_id AND known.subscriber_id = asked.id
    RETURNING known.segment_id, known.subscriber_id
),
changes AS (
    SELECT segment_id, subscriber_id, 'entered' AS kind FROM entered
    UNION ALL SELECT segment_id, subscriber_id, 'left' FROM gone
),
logged AS (
    INSERT INTO segments_membershipchange (segment_id, subscriber_id, kind, cause, changed_at)
    SELECT changes.segment_id, subscriber_id, kind, asked.cause, %s
    FROM changes JOIN asked ON asked.segment_id = changes.segment_id AND asked.id = subscriber_id
    ON CONFLICT (subscriber_id, segment_id, changed_at) DO UPDATE SET kind = excluded.kind, cause = excluded.cause
),
counted AS (
    UPDATE segments_segment AS segment SET member_count = member_count + moved.number
    FROM (SELECT segment_id, sum(CASE kind WHEN 'entered' THEN 1 ELSE -1 END) AS number FROM changes GROUP BY segment_id)
        AS moved
    WHERE segment.id = moved.segment_id
)
SELECT segment_id, kind, array_agg(subscriber_id) FROM changes GROUP BY segment_id, kind
"""


@dataclass(frozen=True)
class Question:
    """`members`: a SELECT of those for whom the rule holds, of the people with these ids alone; with what made us ask."""

    members: Fragment
    causes: Mapping[int, Cause]


def move_people(questions: Mapping[int, Question], *, as_of: dt.datetime) -> dict[int, Moves]:
    """Make the answers of these people true, for each segment (its id); the caller holds the segments' rows."""
    began = time.monotonic()
    holding = _ask(questions)
    moved = _move(questions, holding, as_of)
    total = sum(len(each.causes) for each in questions.values())
    took = dt.timedelta(seconds=time.monotonic() - began)
    return {
        pk: Moves(
            moved.get((pk, "entered"), ()),
            moved.get((pk, "left"), ()),
            len(question.causes),
            took * len(question.causes) / total,
        )
        for pk, question in questions.items()
    }


def _ask(questions: Mapping[int, Question]) -> dict[int, set[int]]:
    """For each segment, for whom of the people its rule holds."""
    selects = [
        f"SELECT {int(pk)}, id FROM ({each.members.text}) AS members"  # noqa: S608 - values are bound
        for pk, each in questions.items()
    ]
    holding: defaultdict[int, set[int]] = defaultdict(set)
    with connection.cursor() as cursor:
        values = [value for each in questions.values() for value in each.members.params]
        cursor.execute(" UNION ALL ".join(selects), values)
        for pk, subscriber in cursor.fetchall():
            holding[pk].add(subscriber)
    return holding


def _move(
    questions: Mapping[int, Question], holding: Mapping[int, Collection[int]], as_of: dt.datetime
) -> dict[tuple[int, str], tuple[int, ...]]:
    """Ids of those who moved, by segment and kind of move."""
    rows = [
        (pk, person, cause, person in holding.get(pk, ()))
        for pk, question in questions.items()
        for person, cause in sorted(question.causes.items())
    ]
    with connection.cursor() as cursor:
        cursor.execute(MOVE, [*map(write_array, zip(*rows, strict=True)), as_of, as_of])
        return {(pk, kind): tuple(ids) for pk, kind, ids in cursor.fetchall()}
