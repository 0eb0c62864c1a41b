"""Whom the clock concerns: for whom time alone may have changed a segment's answer since it was last looked at."""

import datetime as dt

from django.db import connection

from segments.models import Segment
from segments.rules import Rule
from segments.rules.turning import Turning

# Of more people the whole segment is built anew, in one statement: at midnight all may leave “today” at once.
MOST_ASKED = 20_000
PAUSE = dt.timedelta(seconds=1)
# A look takes no more than this share of the time: one that has no index to go by is taken less often.
SHARE = 20


def is_due(segment: Segment, now: dt.datetime) -> bool:
    pause = max(PAUSE, SHARE * dt.timedelta(microseconds=segment.sweep_us))
    return segment.refreshed_at is not None and now - segment.refreshed_at >= pause


def find_turned(rule: Rule, turning: Turning) -> set[int]:
    """Ids of subscribers, perhaps too many of them, never too few; one more than MOST_ASKED: of so many, or more."""
    found = turning.select(rule)
    if found is None:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT DISTINCT id FROM ({found.text}) AS turned (id) LIMIT %s",  # noqa: S608  # values are bound
            [*found.params, MOST_ASKED + 1],
        )
        return {pk for (pk,) in cursor.fetchall()}
