"""Quiet hours: on everybody's own clock, over midnight and over changes of the clocks."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.models import Campaign, SendingPolicy
from campaigns.quiet import find_end, read_policy
from subscribers.models import Site
from subscribers.timezones import list_timezones
from tests import factories

BERLIN = ZoneInfo("Europe/Berlin")


def quiet(start: str, end: str) -> SendingPolicy:
    return SendingPolicy(quiet_from=dt.time.fromisoformat(start), quiet_until=dt.time.fromisoformat(end))


def berlin(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(dt.UTC)


@pytest.mark.parametrize(
    ("at", "end"),
    [
        ("2026-11-21 21:59:59", None),
        ("2026-11-21 22:00", "2026-11-22 08:00"),
        ("2026-11-21 23:30", "2026-11-22 08:00"),
        ("2026-11-22 00:00", "2026-11-22 08:00"),
        ("2026-11-22 07:59:59", "2026-11-22 08:00"),
        ("2026-11-22 08:00", None),
    ],
)
def test_hours_over_midnight_end_on_the_morning_after(at: str, end: str | None) -> None:
    assert find_end(quiet("22:00", "08:00"), berlin(at), BERLIN) == (berlin(end) if end else None)


@pytest.mark.parametrize(
    ("at", "end"),
    [("11:59", None), ("12:00", "14:00"), ("13:59", "14:00"), ("14:00", None), ("23:00", None)],
)
def test_hours_within_a_day_end_on_that_day(at: str, end: str | None) -> None:
    found = find_end(quiet("12:00", "14:00"), berlin(f"2026-11-21 {at}"), BERLIN)
    assert found == (berlin(f"2026-11-21 {end}") if end else None)


def test_the_same_instant_is_quiet_on_one_clock_and_not_on_another() -> None:
    at = dt.datetime(2026, 11, 21, 15, tzinfo=dt.UTC)
    assert find_end(quiet("22:00", "08:00"), at, BERLIN) is None
    tokyo = find_end(quiet("22:00", "08:00"), at, ZoneInfo("Asia/Tokyo"))
    assert tokyo == dt.datetime(2026, 11, 21, 23, tzinfo=dt.UTC)


def test_an_end_that_the_clocks_skip_is_the_first_instant_after_the_gap() -> None:
    found = find_end(quiet("22:00", "02:30"), berlin("2027-03-28 01:00"), BERLIN)
    assert found == dt.datetime(2027, 3, 28, 1, tzinfo=dt.UTC)


def test_after_the_first_of_two_ends_it_is_quiet_until_the_second() -> None:
    policy = quiet("22:00", "02:30")
    first = dt.datetime(2027, 10, 31, 0, 30, tzinfo=dt.UTC)
    assert find_end(policy, berlin("2027-10-31 01:00"), BERLIN) == first
    assert find_end(policy, first, BERLIN) is None
    shown_again = dt.datetime(2027, 10, 31, 1, 10, tzinfo=dt.UTC)  # 02:10 for the second time
    assert find_end(policy, shown_again, BERLIN) == dt.datetime(2027, 10, 31, 1, 30, tzinfo=dt.UTC)


def test_an_end_that_is_quiet_itself_is_passed_over() -> None:
    """Quiet but for half an hour, which the clocks skip: the next day's half hour it is."""
    found = find_end(quiet("03:00", "02:30"), berlin("2027-03-27 12:00"), BERLIN)
    assert found == berlin("2027-03-29 02:30")


@settings(max_examples=300, deadline=None)
@given(
    name=st.sampled_from(sorted(list_timezones())),
    at=st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2027, 12, 31), timezones=st.just(dt.UTC)),  # noqa: DTZ001
    start=st.times(),
    end=st.times(),
)
def test_an_end_is_later_and_not_quiet_wherever_and_whenever(
    name: str, at: dt.datetime, start: dt.time, end: dt.time
) -> None:
    policy, zone = SendingPolicy(quiet_from=start, quiet_until=end), ZoneInfo(name)
    found = find_end(policy, at, zone)
    if found is not None:
        assert found > at
        assert found - at < dt.timedelta(hours=27)
        assert find_end(policy, found, zone) is None


@pytest.mark.parametrize("policy", [None, SendingPolicy(), quiet("09:00", "09:00")])
def test_without_quiet_hours_it_is_never_quiet(policy: SendingPolicy | None) -> None:
    assert find_end(policy, berlin("2026-11-21 09:00"), BERLIN) is None


def test_a_campaign_may_be_sent_at_any_hour(site: Site) -> None:
    policy = SendingPolicy.objects.create(site=site, quiet_from=dt.time(22), quiet_until=dt.time(8))
    assert read_policy(factories.make_campaign(site)) == policy
    assert read_policy(factories.make_campaign(site, quiet_hours=Campaign.QuietHours.IGNORE)) is None


def test_a_site_without_quiet_hours_has_no_policy_about_them(site: Site) -> None:
    SendingPolicy.objects.create(site=site, holdout_percent=5)
    assert read_policy(factories.make_campaign(site)) is None
