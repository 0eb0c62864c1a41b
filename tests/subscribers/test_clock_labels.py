"""Days and hours beside charts can be told apart."""

import datetime as dt
from zoneinfo import ZoneInfo

from subscribers.clock_labels import name_day, name_hour, span_years

BERLIN = ZoneInfo("Europe/Berlin")


def test_the_hour_that_comes_twice_says_which_one_it_is() -> None:
    first = dt.datetime(2026, 10, 25, 0, tzinfo=dt.UTC)

    assert [name_hour((first + dt.timedelta(hours=hour)).astimezone(BERLIN)) for hour in range(3)] == [
        "02:00 CEST",
        "02:00 CET",
        "03:00",
    ]


def test_an_hour_that_is_skipped_needs_no_more_than_its_time() -> None:
    before = dt.datetime(2026, 3, 29, 0, tzinfo=dt.UTC)

    assert [name_hour((before + dt.timedelta(hours=hour)).astimezone(BERLIN)) for hour in range(2)] == [
        "01:00",
        "03:00",
    ]


def test_days_of_several_years_say_their_year() -> None:
    days = [dt.date(2026, 12, 31), dt.date(2027, 1, 1)]

    assert [name_day(day, with_year=span_years(days)) for day in days] == ["31 Dec 2026", "1 Jan 2027"]
    assert name_day(days[0], with_year=span_years(days[:1])) == "31 Dec"
