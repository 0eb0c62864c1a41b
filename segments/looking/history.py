"""How large segments were on each day, and what moved people lately: read off the days, which cost the same at any size."""

import datetime as dt
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from django.db import connection

from segments.models import MembershipChange, Segment

# One statement sees the count and the days as they are at one instant.
READ_DAYS = """
SELECT segment.id, segment.member_count, known.begins_on, day.day, day.entered, day."left"
FROM segments_segment AS segment
CROSS JOIN LATERAL (
    SELECT min(day) AS begins_on FROM segments_segmentday WHERE segment_id = segment.id
) AS known
LEFT JOIN segments_segmentday AS day ON day.segment_id = segment.id AND day.day >= %s
WHERE segment.id = ANY(%s)
"""
MOST_CHANGES = 1000  # of the latest, of which the causes are told


@dataclass(frozen=True)
class DaySize:
    """`size` at the end of the day, or now for the one that is not over; who entered and who left on it."""

    day: dt.date
    size: int
    entered: int
    left: int


@dataclass(frozen=True)
class Mover:
    """How many of the latest changes were of one kind and cause, and when the last of them was."""

    kind: str
    cause: str
    count: int
    last_at: dt.datetime


@dataclass(frozen=True)
class LatestChanges:
    """What moved people lately, the most frequent first. `since`: the first change that is counted here."""

    movers: list[Mover]
    count: int
    since: dt.datetime | None


def read_sizes(segments: Collection[Segment], *, days: int, now: dt.datetime) -> dict[int, list[DaySize]]:
    """For each segment (its id) the last days of its site's calendar, oldest first, in one query.

    Days before the first of which anything is known are left out: nobody was in it, or nobody kept count.
    """
    todays = {segment.pk: segment.site.find_day(now) for segment in segments}
    since = min(todays.values(), default=now.date()) - dt.timedelta(days=days - 1)
    with connection.cursor() as cursor:
        cursor.execute(READ_DAYS, [since, list(todays)])
        rows = cursor.fetchall()
    counts = {pk: (count, begins_on) for pk, count, begins_on, *_ in rows}
    moves: dict[int, dict[dt.date, tuple[int, int]]] = {pk: {} for pk in counts}
    for pk, _, _, day, entered, left in rows:
        if day is not None:
            moves[pk][day] = (entered, left)
    return {
        pk: _go_back(count, moves[pk], todays[pk], max(todays[pk] - dt.timedelta(days=days - 1), begins_on))
        if begins_on
        else []
        for pk, (count, begins_on) in counts.items()
    }


def read_history(segment: Segment, *, days: int, now: dt.datetime) -> list[DaySize]:
    return read_sizes([segment], days=days, now=now).get(segment.pk, [])


def read_latest_changes(segment: Segment) -> LatestChanges:
    rows = MembershipChange.objects.filter(segment=segment).order_by("-changed_at")
    latest = list(rows.values_list("kind", "cause", "changed_at")[:MOST_CHANGES])
    counts = Counter((kind, cause) for kind, cause, _ in latest)
    last_at: dict[tuple[str, str], dt.datetime] = {}
    for kind, cause, changed_at in latest:
        last_at.setdefault((kind, cause), changed_at)
    movers = [Mover(*key, count, last_at[key]) for key, count in counts.most_common()]
    return LatestChanges(movers, len(latest), latest[-1][2] if latest else None)


def _go_back(
    size: int, moves: dict[dt.date, tuple[int, int]], today: dt.date, since: dt.date
) -> list[DaySize]:
    """From the size now, day by day; a clock that was changed may have made days that are still to come."""
    days = []
    day = max(today, *moves, since)
    while day >= since:
        entered, left = moves.get(day, (0, 0))
        days.append(DaySize(day, size, entered, left))
        size -= entered - left
        day -= dt.timedelta(days=1)
    return days[::-1]
