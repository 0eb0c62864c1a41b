"""The shapes of the report's pictures."""

import datetime as dt

from campaigns.admin.charts import HEIGHT, draw_hours
from tests.factories import NOW

HOUR = dt.timedelta(hours=1)


def test_hours_in_which_nothing_happened_are_drawn_too() -> None:
    chart = draw_hours([(NOW, 4, 0), (NOW + 3 * HOUR, 0, 1)], "UTC")

    assert chart is not None
    assert [(bar.sent, bar.clicked) for bar in chart.bars] == [(4, 0), (0, 0), (0, 0), (0, 1)]


def test_the_largest_number_takes_the_full_height() -> None:
    chart = draw_hours([(NOW, 4, 2)], "UTC")

    assert chart is not None
    assert (chart.bars[0].sent_height, chart.bars[0].clicked_height) == (HEIGHT, HEIGHT / 2)


def test_hours_are_named_on_the_clock_of_the_site() -> None:
    chart = draw_hours([(NOW, 1, 0)], "Asia/Kathmandu")

    assert chart is not None
    assert chart.bars[0].when == "21 Nov, 17:45"


def test_a_long_campaign_is_drawn_by_day() -> None:
    chart = draw_hours([(NOW, 5, 0), (NOW + 100 * HOUR, 0, 2)], "Europe/Berlin")

    assert chart is not None
    assert (chart.unit, len(chart.bars)) == ("day", 5)
    assert (sum(bar.sent for bar in chart.bars), sum(bar.clicked for bar in chart.bars)) == (5, 2)


def test_days_stay_whole_when_clocks_change() -> None:
    before_dst = dt.datetime(2026, 3, 27, 12, 0, tzinfo=dt.UTC)

    chart = draw_hours([(before_dst, 1, 0), (before_dst + 96 * HOUR, 1, 0)], "Europe/Berlin")

    assert chart is not None
    assert [bar.label for bar in chart.bars] == ["27 Mar", "28 Mar", "29 Mar", "30 Mar", "31 Mar"]


def test_the_hour_that_comes_twice_is_told_apart() -> None:
    night = dt.datetime(2026, 10, 24, 23, 0, tzinfo=dt.UTC)

    chart = draw_hours([(night + number * HOUR, 1, 0) for number in range(4)], "Europe/Berlin")

    assert chart is not None
    assert [bar.label for bar in chart.bars] == ["01:00", "02:00 CEST", "02:00 CET", "03:00"]


def test_days_of_two_years_say_their_year() -> None:
    chart = draw_hours([(NOW, 1, 0), (NOW + 60 * 24 * HOUR, 1, 0)], "UTC")

    assert chart is not None
    assert (chart.bars[0].label, chart.bars[-1].label) == ("21 Nov 2026", "20 Jan 2027")


def test_nothing_is_drawn_of_nothing() -> None:
    assert draw_hours([], "UTC") is None
