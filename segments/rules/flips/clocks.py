"""When a wall clock will show something else: at its times of day, at midnight, and when it is changed."""

import datetime as dt
from bisect import bisect_left
from collections.abc import Iterator
from itertools import count, product
from zoneinfo import ZoneInfo

from segments.rules.ast import LocalTimeCondition
from segments.rules.flips.timelines import Answer, Course
from segments.rules.shares import shows

DAY, SECOND = dt.timedelta(days=1), dt.timedelta(seconds=1)
# Who never turns in four weeks never will: a whole week of them is free of changes to the clock.
PATIENCE = 28


def follow_clock(node: LocalTimeCondition, zone: ZoneInfo, as_of: dt.datetime) -> Course:
    """Whether the clock of this zone shows what the condition asks for; `zone` is the subscriber's."""
    holds = shows(zone, as_of, node.times, node.weekdays)
    return Course(holds, _list_answers(node, zone, as_of, holds))


def _list_answers(
    node: LocalTimeCondition, zone: ZoneInfo, as_of: dt.datetime, holds: bool
) -> Iterator[Answer]:
    walls = sorted({dt.time(), *(node.times or ())})
    start, turned = as_of.replace(microsecond=0), 0
    for day in count():
        if day - turned > PATIENCE:
            return
        for at in _list_instants(walls, zone, start + day * DAY):
            answer = shows(zone, at, node.times, node.weekdays)
            if at > as_of and answer != holds:
                holds, turned = answer, day
                yield at, answer


def _list_instants(walls: list[dt.time], zone: ZoneInfo, start: dt.datetime) -> list[dt.datetime]:
    """Within a day from `start`, when the clock shows one of these times, or is changed."""
    end = start + DAY
    # Also a change of the day before: the times that it makes the clock show twice may still come.
    change_at = _find_change(zone, start - DAY, end)
    # On such a day the wall's calendar may be a day further at either end.
    first, margin = start.astimezone(zone).date(), DAY * (change_at is not None)
    dates = {first - margin, first, first + DAY, first + DAY + margin}
    found = {
        dt.datetime.combine(date, wall, zone).replace(fold=fold).astimezone(dt.UTC)
        for date, wall, fold in product(dates, walls, (0, 1) if change_at else (0,))
    }
    if change_at:
        found.add(change_at)
    return sorted(at for at in found if start <= at < end)


def _find_change(zone: ZoneInfo, start: dt.datetime, end: dt.datetime) -> dt.datetime | None:
    """The second after `start`, and before `end`, from which the clock is changed, if it is, once."""

    def find_offset(seconds: int) -> dt.timedelta | None:
        return (start + seconds * SECOND).astimezone(zone).utcoffset()

    before, last = find_offset(0), (end - start) // SECOND - 1
    if find_offset(last) == before:
        return None
    seconds = bisect_left(range(last), True, key=lambda each: find_offset(each) != before)
    return start + seconds * SECOND
