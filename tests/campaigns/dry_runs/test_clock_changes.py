"""What a dry run says where clocks are changed at the hour of a campaign."""

import datetime as dt
from zoneinfo import ZoneInfo

from campaigns.dry_runs.clock_changes import find_clock_changes
from campaigns.models import Campaign
from campaigns.schedule import resolve_local_time

Due = dict[tuple[dt.datetime, str], int]


def at_local_time(time: dt.time) -> Campaign:
    return Campaign(schedule=Campaign.Schedule.LOCAL, local_time=time)


def due_on(day: dt.date, time: dt.time, people: dict[str, int]) -> Due:
    return {(resolve_local_time(day, time, ZoneInfo(zone)), zone): count for zone, count in people.items()}


HALF_PAST_TWO = dt.time(2, 30)
SPRING, AUTUMN = dt.date(2027, 3, 28), dt.date(2027, 10, 31)


def test_a_time_that_clocks_skip_is_told_with_the_time_at_which_it_comes() -> None:
    due = due_on(SPRING, HALF_PAST_TWO, {"Europe/Berlin": 1200, "Asia/Tokyo": 7})
    (change,) = find_clock_changes(at_local_time(HALF_PAST_TWO), due)
    assert (change["kind"], change["zones"], change["people"]) == ("skipped", ["Europe/Berlin"], 1200)
    assert change["sentence"] == (
        "Clocks in Europe/Berlin skip 02:30 on 28 March 2027: the 1,200 people there get it at 03:00."
    )


def test_a_time_that_clocks_show_twice_is_told_to_be_the_first() -> None:
    due = due_on(AUTUMN, HALF_PAST_TWO, {"Europe/Berlin": 1})
    (change,) = find_clock_changes(at_local_time(HALF_PAST_TWO), due)
    assert change["sentence"] == (
        "Clocks in Europe/Berlin show 02:30 twice on 31 October 2027: the one person there gets it the first time."
    )


def test_zones_with_the_same_change_are_told_together_those_with_most_people_first() -> None:
    people = {
        "Europe/Berlin": 5,
        "Europe/Paris": 9,
        "Europe/Rome": 7,
        "Europe/Oslo": 1,
        "Europe/Vaduz": 2,
    }
    due = due_on(SPRING, HALF_PAST_TWO, people)
    (change,) = find_clock_changes(at_local_time(HALF_PAST_TWO), due)
    assert change["people"] == 24
    assert "Europe/Paris, Europe/Rome, Europe/Berlin, 2 more skip 02:30" in change["sentence"]


def test_half_an_hour_is_skipped_where_clocks_go_by_half_an_hour() -> None:
    due = due_on(dt.date(2027, 10, 3), dt.time(2, 10), {"Australia/Lord_Howe": 3})
    (change,) = find_clock_changes(at_local_time(dt.time(2, 10)), due)
    assert "skip 02:10 on 3 October 2027: the 3 people there get it at 02:30." in change["sentence"]


def test_an_hour_that_is_as_always_is_not_worth_a_word() -> None:
    due = due_on(SPRING, dt.time(9), {"Europe/Berlin": 5}) | due_on(SPRING, dt.time(3), {"Europe/Berlin": 5})
    assert find_clock_changes(at_local_time(dt.time(9)), due) == []
    assert find_clock_changes(at_local_time(dt.time(3)), due) == []


def test_those_due_at_another_time_than_the_campaigns_are_not_told_of() -> None:
    """They are late, deferred, or wait for the winner."""
    due = {(dt.datetime(2027, 3, 28, 5, tzinfo=dt.UTC), "Europe/Berlin"): 5}
    assert find_clock_changes(at_local_time(HALF_PAST_TWO), due) == []


def test_without_local_times_clocks_do_not_matter() -> None:
    due = due_on(SPRING, HALF_PAST_TWO, {"Europe/Berlin": 5})
    assert find_clock_changes(Campaign(schedule=Campaign.Schedule.NOW), due) == []
