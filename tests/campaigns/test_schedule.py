"""Due times: the right instant on every clock on earth."""

import datetime as dt
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.models import Campaign, Delivery
from campaigns.schedule import Due, choose_zone, find_due, resolve_local_time

BERLIN = ZoneInfo("Europe/Berlin")
NINE = dt.time(9)
SATURDAY = dt.date(2026, 11, 21)
NOON = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)  # 13:00 in Berlin
LatePolicy = Campaign.LatePolicy


def utc(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=dt.UTC)  # type: ignore[arg-type, misc]


def local_campaign(day: dt.date = SATURDAY, time: dt.time = NINE, **values: object) -> Campaign:
    values = {"schedule": Campaign.Schedule.LOCAL, **values}
    return Campaign(local_date=day, local_time=time, **values)


@pytest.mark.parametrize(
    ("zone", "day", "time", "expected"),
    [
        ("Europe/Berlin", dt.date(2026, 11, 21), NINE, utc(2026, 11, 21, 8)),
        ("Asia/Kathmandu", dt.date(2026, 11, 21), NINE, utc(2026, 11, 21, 3, 15)),
        ("Pacific/Kiritimati", dt.date(2026, 11, 21), NINE, utc(2026, 11, 20, 19)),
        ("Etc/GMT+12", dt.date(2026, 11, 21), NINE, utc(2026, 11, 21, 21)),
        ("Australia/Lord_Howe", dt.date(2026, 11, 21), NINE, utc(2026, 11, 20, 22)),
        ("Australia/Lord_Howe", dt.date(2026, 6, 21), NINE, utc(2026, 6, 20, 22, 30)),
    ],
)
def test_nine_o_clock_is_nine_o_clock_on_the_subscribers_clock(
    zone: str, day: dt.date, time: dt.time, expected: dt.datetime
) -> None:
    assert resolve_local_time(day, time, ZoneInfo(zone)) == expected


@pytest.mark.parametrize("minute", [0, 1, 30, 59])
def test_a_time_that_berlin_skips_becomes_the_first_instant_after_the_gap(minute: int) -> None:
    resolved = resolve_local_time(dt.date(2027, 3, 28), dt.time(2, minute), BERLIN)
    assert resolved == utc(2027, 3, 28, 1)
    assert resolved.astimezone(BERLIN).time() == dt.time(3)


def test_the_minutes_around_berlins_gap_are_as_they_always_are() -> None:
    assert resolve_local_time(dt.date(2027, 3, 28), dt.time(1, 59), BERLIN) == utc(2027, 3, 28, 0, 59)
    assert resolve_local_time(dt.date(2027, 3, 28), dt.time(3, 0), BERLIN) == utc(2027, 3, 28, 1)


@pytest.mark.parametrize("day", [dt.date(2026, 10, 25), dt.date(2027, 10, 31)])
def test_a_time_that_berlin_has_twice_is_the_first_of_the_two(day: dt.date) -> None:
    first = dt.datetime.combine(day, dt.time(0, 30), dt.UTC)
    assert resolve_local_time(day, dt.time(2, 30), BERLIN) == first


def test_lord_howes_gap_and_fold_are_half_an_hour_wide() -> None:
    zone = ZoneInfo("Australia/Lord_Howe")
    assert resolve_local_time(dt.date(2027, 10, 3), dt.time(2, 15), zone) == utc(2027, 10, 2, 15, 30)
    assert resolve_local_time(dt.date(2027, 4, 4), dt.time(1, 45), zone) == utc(2027, 4, 3, 14, 45)


def test_a_day_that_samoa_skipped_becomes_the_start_of_the_next() -> None:
    zone = ZoneInfo("Pacific/Apia")
    resolved = resolve_local_time(dt.date(2011, 12, 30), NINE, zone)
    assert resolved.astimezone(zone) == dt.datetime(2011, 12, 31, tzinfo=zone)


@settings(max_examples=400, deadline=None)
@given(
    name=st.sampled_from(sorted(available_timezones() - {"Factory", "localtime"})),
    wall=st.datetimes(dt.datetime(1970, 1, 2), dt.datetime(2037, 12, 30)),  # noqa: DTZ001 - a wall time
)
def test_in_every_zone_the_clock_shows_the_wanted_time_whenever_it_exists(
    name: str, wall: dt.datetime
) -> None:
    zone = ZoneInfo(name)
    due = resolve_local_time(wall.date(), wall.time(), zone)
    shown = due.astimezone(zone).replace(tzinfo=None)
    readings = [wall.replace(tzinfo=zone, fold=fold).astimezone(dt.UTC) for fold in (0, 1)]
    real = [instant for instant in readings if instant.astimezone(zone).replace(tzinfo=None) == wall]
    if real:
        assert due == min(real)
    else:
        assert shown > wall
        just_before = (due - dt.timedelta(seconds=1)).astimezone(zone).replace(tzinfo=None)
        assert just_before < wall


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../../etc/passwd", "America", "Europe/Berlin\0"])
def test_a_missing_or_invalid_zone_falls_back_to_the_sites(name: str) -> None:
    chosen = choose_zone(name, "Asia/Kathmandu")
    assert (chosen.zone.key, chosen.is_site_default) == ("Asia/Kathmandu", True)


def test_a_known_zone_is_used_and_not_counted_as_the_sites() -> None:
    chosen = choose_zone("Pacific/Kiritimati", "Europe/Berlin")
    assert (chosen.zone.key, chosen.is_site_default) == ("Pacific/Kiritimati", False)


def test_a_site_whose_own_zone_is_invalid_goes_by_utc() -> None:
    assert choose_zone("", "Nowhere").zone.key == "UTC"


def test_right_away_is_due_now() -> None:
    assert find_due(Campaign(schedule=Campaign.Schedule.NOW), None, BERLIN, now=NOON) == Due(NOON)


def test_an_instant_is_the_same_in_every_zone() -> None:
    campaign = Campaign(schedule=Campaign.Schedule.INSTANT, send_at=utc(2026, 12, 1))
    assert find_due(campaign, None, BERLIN, now=NOON) == Due(utc(2026, 12, 1))


def test_a_local_time_that_is_still_ahead_knows_no_late_policy() -> None:
    campaign = local_campaign(time=dt.time(13), late_policy=LatePolicy.SKIP)
    assert find_due(campaign, SATURDAY, BERLIN, now=NOON) == Due(NOON)


def test_a_run_of_a_campaign_that_repeats_is_due_on_its_own_day() -> None:
    campaign = local_campaign(schedule=Campaign.Schedule.RECURRING)
    assert find_due(campaign, dt.date(2026, 11, 28), BERLIN, now=NOON) == Due(utc(2026, 11, 28, 8))


def test_late_send_now_is_due_now() -> None:
    due = find_due(local_campaign(late_policy=LatePolicy.SEND_NOW), SATURDAY, BERLIN, now=NOON)
    assert due == Due(NOON, late=True)


def test_late_skip_says_when_it_would_have_been() -> None:
    due = find_due(local_campaign(late_policy=LatePolicy.SKIP), SATURDAY, BERLIN, now=NOON)
    assert due == Due(utc(2026, 11, 21, 8), Delivery.Reason.TOO_LATE, late=True)


@pytest.mark.parametrize(("minutes", "sent"), [(239, False), (240, True), (241, True)])
def test_late_send_if_within_counts_the_minutes_since_the_local_time(minutes: int, sent: bool) -> None:
    campaign = local_campaign(late_policy=LatePolicy.SEND_IF_WITHIN, late_limit_minutes=minutes)
    assert (not find_due(campaign, SATURDAY, BERLIN, now=NOON).reason) == sent


def test_late_next_day_is_the_same_wall_time_tomorrow() -> None:
    due = find_due(local_campaign(late_policy=LatePolicy.NEXT_DAY), SATURDAY, BERLIN, now=NOON)
    assert due == Due(utc(2026, 11, 22, 8), late=True)


def test_late_next_day_keeps_to_the_gap_rule() -> None:
    day = dt.date(2027, 3, 27)
    campaign = local_campaign(day, dt.time(2, 30), late_policy=LatePolicy.NEXT_DAY)
    due = find_due(campaign, day, BERLIN, now=utc(2027, 3, 27, 12))
    assert due.at == utc(2027, 3, 28, 1)


def test_late_next_day_days_later_is_the_next_time_that_is_still_ahead() -> None:
    day = dt.date(2026, 11, 18)
    campaign = local_campaign(day, late_policy=LatePolicy.NEXT_DAY)
    assert find_due(campaign, day, BERLIN, now=utc(2026, 11, 21, 7)).at == utc(2026, 11, 21, 8)
    assert find_due(campaign, day, BERLIN, now=utc(2026, 11, 21, 8)).at == utc(2026, 11, 22, 8)
