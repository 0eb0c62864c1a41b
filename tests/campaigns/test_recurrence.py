"""On which days a campaign that repeats is sent, and which run comes next."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.models import Campaign
from campaigns.recurrence import NextRun, find_next_run, list_days
from subscribers.models import Site
from tests import factories

Repeats = Campaign.Repeats
SATURDAY = dt.date(2026, 11, 21)
DAY = dt.timedelta(days=1)


def repeating(first: dt.date = SATURDAY, **values: Any) -> Campaign:
    return Campaign(schedule=Campaign.Schedule.RECURRING, local_date=first, local_time=dt.time(9), **values)


def days(campaign: Campaign, until: dt.date, after: dt.date = SATURDAY - DAY) -> list[str]:
    return [f"{day:%a %-d %b}" for day in list_days(campaign, after, until)]


def test_every_day_begins_with_its_date() -> None:
    campaign = repeating(repeats=Repeats.DAILY)
    assert days(campaign, SATURDAY + 2 * DAY, after=SATURDAY - 9 * DAY) == [
        "Sat 21 Nov",
        "Sun 22 Nov",
        "Mon 23 Nov",
    ]


def test_days_later_than_one_do_not_hold_it() -> None:
    assert days(repeating(repeats=Repeats.DAILY), SATURDAY + DAY, after=SATURDAY) == ["Sun 22 Nov"]


def test_every_week_is_on_the_weekday_of_its_date_unless_others_are_chosen() -> None:
    assert days(repeating(), SATURDAY + 8 * DAY) == ["Sat 21 Nov", "Sat 28 Nov"]
    tuesdays_and_fridays = repeating(weekdays=[2, 5])
    assert days(tuesdays_and_fridays, SATURDAY + 8 * DAY) == ["Tue 24 Nov", "Fri 27 Nov"]


def test_every_month_is_on_the_last_day_of_those_that_are_too_short() -> None:
    campaign = repeating(dt.date(2027, 1, 31), repeats=Repeats.MONTHLY, month_day=31)
    found = days(campaign, dt.date(2027, 5, 1))
    assert found == ["Sun 31 Jan", "Sun 28 Feb", "Wed 31 Mar", "Fri 30 Apr"]


def test_a_leap_day_is_the_last_of_its_february() -> None:
    campaign = repeating(dt.date(2028, 2, 1), repeats=Repeats.MONTHLY, month_day=30)
    assert days(campaign, dt.date(2028, 2, 29)) == ["Tue 29 Feb"]


def test_the_last_day_is_among_them_and_nothing_after_it() -> None:
    campaign = repeating(repeats=Repeats.DAILY, repeat_until=SATURDAY + DAY)
    assert days(campaign, SATURDAY + 9 * DAY) == ["Sat 21 Nov", "Sun 22 Nov"]


@given(
    repeats=st.sampled_from(Repeats.values),
    weekdays=st.lists(st.integers(1, 7), unique=True),
    month_day=st.integers(1, 31),
    first=st.dates(dt.date(2026, 1, 1), dt.date(2028, 12, 31)),
    cut=st.integers(0, 120),
)
def test_days_told_in_two_parts_are_those_told_at_once(
    repeats: str, weekdays: list[int], month_day: int, first: dt.date, cut: int
) -> None:
    """So that whoever counts on from the last run misses no day and repeats none."""
    campaign = repeating(first, repeats=repeats, weekdays=weekdays, month_day=month_day)
    start, end = first - DAY, first + 120 * DAY
    whole = list(list_days(campaign, start, end))
    parts = [*list_days(campaign, start, start + cut * DAY), *list_days(campaign, start + cut * DAY, end)]
    assert parts == whole == sorted(set(whole))
    assert len(whole) >= 3


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.fixture
def campaign(site: Site) -> Campaign:
    return factories.make_campaign(
        site,
        schedule=Campaign.Schedule.RECURRING,
        repeats=Repeats.DAILY,
        local_date=SATURDAY,
        local_time=dt.time(9),
    )


def test_the_first_run_is_planned_a_quarter_of_an_hour_before_its_hour_comes_first_on_earth(
    campaign: Campaign,
) -> None:
    coming = NextRun(number=1, day=SATURDAY, plans_at=at("2026-11-20 18:45"))
    assert find_next_run(campaign, now=at("2026-11-10 00:00")) == coming


def test_the_next_run_follows_the_last_that_was_begun(campaign: Campaign) -> None:
    factories.make_occurrence(campaign, local_date=SATURDAY)
    coming = NextRun(number=2, day=SATURDAY + DAY, plans_at=at("2026-11-21 18:45"))
    assert find_next_run(campaign, now=at("2026-11-21 12:00")) == coming


def test_days_whose_hour_has_passed_everywhere_are_left_out(campaign: Campaign) -> None:
    factories.make_occurrence(campaign, local_date=SATURDAY)
    # On 24 November it is nine o'clock for the last time at 21:00 UTC.
    for now, day in (("2026-11-24 21:00", 24), ("2026-11-24 21:01", 25)):
        coming = find_next_run(campaign, now=at(now))
        assert coming is not None
        assert (coming.number, coming.day.day) == (2, day)


@pytest.mark.parametrize("repeats", [Repeats.WEEKLY, Repeats.MONTHLY])
def test_there_is_a_next_run_whenever_one_asks(campaign: Campaign, repeats: str) -> None:
    campaign.repeats, campaign.month_day = repeats, 31
    for hours in range(0, 24 * 70, 5):
        now = at("2027-01-25 00:00") + dt.timedelta(hours=hours)
        coming = find_next_run(campaign, now=now)
        assert coming is not None
        assert coming.plans_at + dt.timedelta(hours=26, minutes=15) >= now


def test_after_the_last_day_no_run_is_to_come(campaign: Campaign) -> None:
    campaign.repeat_until = SATURDAY
    factories.make_occurrence(campaign, local_date=SATURDAY)
    assert find_next_run(campaign, now=at("2026-11-21 12:00")) is None


def test_a_campaign_that_does_not_repeat_or_is_not_filled_in_has_no_next_run(site: Site) -> None:
    now = at("2026-11-21 12:00")
    assert find_next_run(factories.make_campaign(site), now=now) is None
    unfinished = factories.make_campaign(site, schedule=Campaign.Schedule.RECURRING)
    assert find_next_run(unfinished, now=now) is None
