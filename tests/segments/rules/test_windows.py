"""Windows: which instants count, exact to the microsecond."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from segments.rules import RuleError
from segments.rules.event_nodes import EventCondition
from segments.rules.windows import Bounds, find_bounds, read_instant
from tests.factories import NOW
from tests.segments.rules.documents import event, read

UTC = ZoneInfo("UTC")
BERLIN = ZoneInfo("Europe/Berlin")
TICK = dt.timedelta(microseconds=1)


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def bounds(within: Any, as_of: dt.datetime = NOW, zone: ZoneInfo = UTC) -> Bounds:
    node = read(event(within=within)).root
    assert isinstance(node, EventCondition)
    return find_bounds(node.within, as_of=as_of, zone=zone)


DAY = {"last": {"hours": 24}}
WEEK_BEFORE = {"between_ago": [{"days": 14}, {"days": 7}]}
SINCE = {"since": "2026-11-20T00:00:00Z"}
BETWEEN = {"between": ["2026-11-19T00:00:00Z", "2026-11-20T00:00:00Z"]}


@pytest.mark.parametrize(
    ("within", "instant", "counts"),
    [
        pytest.param(None, NOW, True, id="ever-now"),
        pytest.param(None, NOW + TICK, False, id="ever-but-not-the-future"),
        pytest.param(DAY, NOW - dt.timedelta(hours=24), False, id="last-leaves-out-its-beginning"),
        pytest.param(DAY, NOW - dt.timedelta(hours=24) + TICK, True, id="last-takes-the-tick-after-it"),
        pytest.param(DAY, NOW, True, id="last-takes-its-end"),
        pytest.param(DAY, NOW + TICK, False, id="last-and-not-the-future"),
        pytest.param(WEEK_BEFORE, NOW - dt.timedelta(days=14), False, id="ago-leaves-out-its-beginning"),
        pytest.param(WEEK_BEFORE, NOW - dt.timedelta(days=7), True, id="ago-takes-its-end"),
        pytest.param(WEEK_BEFORE, NOW - dt.timedelta(days=7) + TICK, False, id="ago-ends-there"),
        pytest.param(SINCE, at("2026-11-20T00:00:00Z"), True, id="since-takes-its-moment"),
        pytest.param(SINCE, at("2026-11-20T00:00:00Z") - TICK, False, id="since-not-before"),
        pytest.param(SINCE, NOW + TICK, False, id="since-and-not-the-future"),
        pytest.param(BETWEEN, at("2026-11-19T00:00:00Z"), True, id="between-takes-its-beginning"),
        pytest.param(BETWEEN, at("2026-11-20T00:00:00Z"), True, id="between-takes-its-end"),
        pytest.param(BETWEEN, at("2026-11-20T00:00:00Z") + TICK, False, id="between-ends-there"),
    ],
)
def test_an_instant_counts_or_not(within: Any, instant: dt.datetime, counts: bool) -> None:
    assert bounds(within).holds(instant) is counts


def test_windows_that_touch_share_no_instant_and_leave_none_out() -> None:
    edge = NOW - dt.timedelta(days=7)
    this_week, week_before = bounds({"last": {"days": 7}}), bounds(WEEK_BEFORE)

    for instant in (edge - TICK, edge, edge + TICK):
        assert this_week.holds(instant) != week_before.holds(instant)


@pytest.mark.parametrize(
    ("calendar", "as_of", "begin"),
    [
        pytest.param("today", "2026-11-21T12:00:00Z", "2026-11-20T23:00:00Z", id="today-in-winter"),
        pytest.param("today", "2026-11-20T23:00:00Z", "2026-11-20T23:00:00Z", id="today-at-midnight"),
        pytest.param(
            "today", "2026-11-20T22:59:59Z", "2026-11-19T23:00:00Z", id="today-just-before-midnight"
        ),
        pytest.param("today", "2026-10-25T12:00:00Z", "2026-10-24T22:00:00Z", id="day-of-25-hours"),
        pytest.param("today", "2026-03-29T12:00:00Z", "2026-03-28T23:00:00Z", id="day-of-23-hours"),
        pytest.param("this_week", "2026-11-21T12:00:00Z", "2026-11-15T23:00:00Z", id="week-from-monday"),
        pytest.param("this_week", "2026-03-29T12:00:00Z", "2026-03-22T23:00:00Z", id="week-over-the-change"),
        pytest.param("this_month", "2026-11-21T12:00:00Z", "2026-10-31T23:00:00Z", id="month"),
        pytest.param(
            "this_month", "2026-10-25T12:00:00Z", "2026-09-30T22:00:00Z", id="month-over-the-change"
        ),
    ],
)
def test_the_calendar_is_the_site_s(calendar: str, as_of: str, begin: str) -> None:
    found = bounds({"calendar": calendar}, at(as_of), BERLIN)

    assert found == Bounds(at(begin), at(as_of), lower_in=True)


def test_yesterday_ends_before_midnight() -> None:
    yesterday = bounds({"calendar": "yesterday"}, at("2026-10-26T12:00:00Z"), BERLIN)

    assert yesterday == Bounds(
        at("2026-10-24T22:00:00Z"), at("2026-10-25T23:00:00Z"), lower_in=True, upper_in=False
    )


def test_a_day_whose_midnight_is_skipped_begins_when_the_clock_jumps() -> None:
    found = bounds({"calendar": "today"}, at("2026-03-08T12:00:00Z"), ZoneInfo("America/Havana"))

    assert found.lower == at("2026-03-08T05:00:00Z")


@pytest.mark.parametrize(
    "duration",
    [
        pytest.param({}, id="no-unit"),
        pytest.param({"days": 0}, id="zero"),
        pytest.param({"days": -1}, id="negative"),
        pytest.param({"days": 1e-300}, id="next-to-nothing"),
        pytest.param({"minutes": 0.016}, id="less-than-a-second"),
        pytest.param({"weeks": 1e308}, id="beyond-all-time"),
        pytest.param({"days": 36_525.1}, id="more-than-a-hundred-years"),
        pytest.param({"years": 1}, id="unknown-unit"),
    ],
)
def test_a_length_of_time_that_makes_no_sense_is_refused(duration: Any) -> None:
    with pytest.raises(RuleError):
        bounds({"last": duration})


def test_lengths_of_time_may_be_fractions_and_as_long_as_a_century() -> None:
    assert bounds({"last": {"minutes": 0.5}}).lower == NOW - dt.timedelta(seconds=30)
    assert bounds({"last": {"days": 36_525}}).lower == NOW - dt.timedelta(days=36_525)


@pytest.mark.parametrize(
    "text",
    ["", "tomorrow", "2026-11-21", "2026-11-21T10:00:00", "1899-12-31T23:59:59Z", "2200-01-01T00:00:01Z",
     "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2026-02-30T00:00:00Z", "1700000000", 1_700_000_000, None],
)  # fmt: skip
def test_what_is_no_moment_of_these_centuries_with_its_offset_is_refused(text: Any) -> None:
    with pytest.raises(ValueError, match="moment"):
        read_instant(text)


def test_a_moment_is_read_as_utc() -> None:
    assert read_instant("2026-11-21T15:45:00.000001+05:45") == at("2026-11-21T10:00:00.000001Z")
