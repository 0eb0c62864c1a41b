"""A condition on the subscriber's clock changes at its times of day, at midnight, and when the clock is changed."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from segments.rules.shares import WEEKDAYS
from tests.segments.rules.documents import JSON
from tests.segments.rules.flips.asking import at, find_change, person

OFFICE = {"type": "local_time", "between": ["09:00", "17:00"]}


def clock(*between: str, weekdays: tuple[str, ...] = ()) -> JSON:
    fields = {"between": list(between)} if between else {}
    return {"type": "local_time", **fields, **({"weekdays": list(weekdays)} if weekdays else {})}


@pytest.mark.parametrize(
    ("now", "changes_at"),
    [
        ("2026-11-21T08:59:59", "2026-11-21T09:00"),
        ("2026-11-21T09:00", "2026-11-21T17:00"),
        ("2026-11-21T17:00", "2026-11-22T09:00"),
    ],
)
def test_it_changes_when_the_clock_shows_the_one_time_and_the_other(now: str, changes_at: str) -> None:
    assert find_change(OFFICE, person(), as_of=at(now)) == at(changes_at)


@pytest.mark.parametrize(
    ("zone", "changes_at"),
    [
        ("America/New_York", "2026-11-21T15:00"),
        ("Asia/Kathmandu", "2026-11-21T12:15"),
        ("Mars/Olympus", "2026-11-21T17:00"),
        ("", "2026-11-21T17:00"),
    ],
)
def test_it_is_the_subscribers_own_clock_or_else_the_sites(zone: str, changes_at: str) -> None:
    facts = person(profile={"timezone": zone})

    assert find_change(OFFICE, facts, as_of=at("2026-11-21T12:00")) == at(changes_at)


@pytest.mark.parametrize(
    ("root", "now", "changes_at"),
    [
        (clock(weekdays=("saturday", "sunday")), "2026-11-21T12:00", "2026-11-23T00:00"),
        (clock(weekdays=("saturday", "sunday")), "2026-11-23T00:00", "2026-11-28T00:00"),
        (clock("22:00", "06:00"), "2026-11-21T23:00", "2026-11-22T06:00"),
        (clock("22:00", "06:00", weekdays=("saturday",)), "2026-11-21T23:00", "2026-11-22T00:00"),
        (clock("22:00", "06:00", weekdays=("saturday",)), "2026-11-22T00:00", "2026-11-28T00:00"),
    ],
)
def test_weekdays_end_at_midnight(root: JSON, now: str, changes_at: str) -> None:
    assert find_change(root, person(), as_of=at(now)) == at(changes_at)


def test_all_days_of_the_week_never_change() -> None:
    assert find_change(clock(weekdays=WEEKDAYS), person()) is None


def test_a_time_that_the_clock_skips_comes_the_next_day() -> None:
    skipped = clock("02:15", "02:45")

    assert find_change(skipped, person(), as_of=at("2026-03-29T01:00")) == at("2026-03-30T02:15")
    assert find_change(
        clock("02:15", "02:45", weekdays=("sunday",)), person(), as_of=at("2026-03-29T01:00")
    ) == (at("2026-04-05T02:15"))


def test_a_span_whose_beginning_is_skipped_begins_when_the_clock_is_changed() -> None:
    assert find_change(clock("02:15", "03:45"), person(), as_of=at("2026-03-29T01:00")) == (
        dt.datetime(2026, 3, 29, 1, tzinfo=dt.UTC)
    )


def test_a_time_that_the_clock_shows_twice_comes_twice() -> None:
    twice, as_of, turns = clock("02:15", "02:45"), at("2026-10-25T01:00"), []
    for _ in range(5):
        changes_at = find_change(twice, person(), as_of=as_of)
        assert changes_at
        as_of = changes_at
        turns.append(f"{as_of:%d %H:%M}")

    assert turns == ["25 00:15", "25 00:45", "25 01:15", "25 01:45", "26 01:15"]


def test_a_clock_that_is_set_back_before_the_end_shows_the_time_for_an_hour_more() -> None:
    change_at = dt.datetime(2026, 10, 25, 1, tzinfo=dt.UTC)
    until_half_past = clock("02:30", "03:30")

    assert find_change(until_half_past, person(), as_of=at("2026-10-25T02:45")) == change_at
    assert find_change(until_half_past, person(), as_of=change_at) == change_at + dt.timedelta(minutes=30)


@pytest.mark.parametrize(
    ("zone", "now", "changes_at"),
    [
        # Cairo skips the midnight of 24 April 2026, Lord Howe changes its clocks by half an hour.
        ("Africa/Cairo", "2026-04-23T20:00:00Z", "2026-04-23T22:00:00Z"),
        ("Australia/Lord_Howe", "2026-10-03T12:00:00Z", "2026-10-03T13:30:00Z"),
    ],
)
def test_days_of_zones_with_odd_changes_end_where_they_do(zone: str, now: str, changes_at: str) -> None:
    as_of, own = dt.datetime.fromisoformat(now), ZoneInfo(zone)
    today = as_of.astimezone(own).strftime("%A").lower()

    found = find_change(clock(weekdays=(today,)), person(profile={"timezone": zone}), as_of=as_of)

    assert found == dt.datetime.fromisoformat(changes_at)
