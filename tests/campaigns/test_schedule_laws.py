"""For every time zone and every day of 2026 and 2027: a local time is due when clocks first show it, or would.

The laws are told from what a zone's clocks do (its offset from UTC, and the seconds at which that changes), not from
how due times are computed. Many names share one history; each history is gone through once.
"""

import datetime as dt
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest

from campaigns.schedule import resolve_local_time
from subscribers.timezones import list_timezones

FIRST, LAST = dt.date(2026, 1, 1), dt.date(2027, 12, 31)
ONE_DAY, ONE_HOUR, ONE_SECOND = dt.timedelta(days=1), dt.timedelta(hours=1), dt.timedelta(seconds=1)
FAR = dt.timedelta(days=3)
STEP = dt.timedelta(hours=8)  # no clocks are changed twice within it


class Stretch(NamedTuple):
    """Some time with one offset from UTC, from `start` up to but without `end`."""

    start: dt.datetime
    end: dt.datetime
    offset: dt.timedelta


History = tuple[Stretch, ...]


def read_offset(zone: ZoneInfo, at: dt.datetime) -> dt.timedelta:
    offset = at.astimezone(zone).utcoffset()
    assert offset is not None
    return offset


def read_history(name: str) -> History:
    """What a zone's clocks do in these two years and a little around them."""
    zone, stretches = ZoneInfo(name), list[Stretch]()
    start = at = dt.datetime.combine(FIRST, dt.time(), dt.UTC) - FAR
    end, offset = dt.datetime.combine(LAST, dt.time(), dt.UTC) + FAR, read_offset(zone, at)
    while at < end:
        following = read_offset(zone, at + STEP)
        if following != offset:
            change = find_change(zone, at, at + STEP)
            stretches.append(Stretch(start, change, offset))
            start, offset = change, following
        at += STEP
    return (*stretches, Stretch(start, end, offset))


def find_change(zone: ZoneInfo, before: dt.datetime, after: dt.datetime) -> dt.datetime:
    while after - before > ONE_SECOND:
        middle = (before + (after - before) / 2).replace(microsecond=0)
        same = read_offset(zone, middle) == read_offset(zone, before)
        before, after = (middle, after) if same else (before, middle)
    return after


def find_due(history: History, wall: dt.datetime) -> dt.datetime:
    """The first instant at which clocks show this wall time; where they skip it, the instant at which they do so."""
    as_utc = wall.replace(tzinfo=dt.UTC)
    shown = [each for each in history if each.start <= as_utc - each.offset < each.end]
    if shown:
        return min(as_utc - each.offset for each in shown)
    (skipping,) = (
        later.start
        for earlier, later in pairwise(history)
        if later.start + earlier.offset <= as_utc < later.start + later.offset
    )
    return skipping


def list_walls(history: History) -> Iterator[dt.datetime]:
    """Every day at its first and last minute and at noon; around a change of the clocks, every five minutes."""
    day = FIRST
    while day <= LAST:
        for time in (dt.time(), dt.time(12), dt.time(23, 59)):
            yield dt.datetime.combine(day, time)
        day += ONE_DAY
    for earlier, later in pairwise(history):
        around = sorted(
            (later.start + offset).replace(tzinfo=None) for offset in (earlier.offset, later.offset)
        )
        wall = around[0] - ONE_HOUR
        while wall <= around[1] + ONE_HOUR:
            yield from (wall - ONE_SECOND, wall)
            wall += dt.timedelta(minutes=5)


@pytest.fixture(scope="module")
def histories() -> dict[History, list[str]]:
    found: dict[History, list[str]] = {}
    for name in sorted(list_timezones()):
        found.setdefault(read_history(name), []).append(name)
    return found


def test_every_zone_on_every_day_keeps_the_rules_of_gap_and_fold(
    histories: dict[History, list[str]],
) -> None:
    for history, names in histories.items():
        zone = ZoneInfo(names[0])
        for wall in list_walls(history):
            due = resolve_local_time(wall.date(), wall.time(), zone)
            assert due == find_due(history, wall), (names[0], wall)


def test_zones_of_one_history_are_due_together(histories: dict[History, list[str]]) -> None:
    """So that it is enough to go through one of them."""
    for history, names in histories.items():
        wall = max((each.start for each in history), default=history[0].start).replace(tzinfo=None)
        due = {resolve_local_time(wall.date(), wall.time(), ZoneInfo(name)) for name in names}
        assert len(due) == 1


def test_there_are_gaps_and_folds_among_them(histories: dict[History, list[str]]) -> None:
    changes = [later.offset - earlier.offset for history in histories for earlier, later in pairwise(history)]
    assert any(change > dt.timedelta(0) for change in changes)
    assert any(change < dt.timedelta(0) for change in changes)
    assert {dt.timedelta(minutes=30), dt.timedelta(minutes=-30)} <= set(changes)
    assert sum(map(len, histories.values())) == len(list_timezones())
