"""Shares, differences and times in the words of reports."""

import datetime as dt
import math

import pytest

from campaigns.admin.lift_words import describe_lift
from campaigns.admin.progress_words import describe_left
from campaigns.admin.report_words import say_percent, say_rate
from campaigns.admin.zones_chart import draw_zones
from campaigns.lift import Comparison, Group, Lift
from campaigns.reports.rates import measure_rate
from campaigns.reports.zones import ZoneProgress
from campaigns.statistics import Estimate, Interval, Sample
from tests.factories import NOW

MINUTE = dt.timedelta(minutes=1)


@pytest.mark.parametrize(
    ("value", "words"),
    [(0.0861, "8.6 %"), (0.0, "0.0 %"), (0.0001, "< 0.1 %"), (1.0, "100.0 %"), (None, "–")],
)
def test_shares_have_one_decimal_and_none_is_rounded_away(value: float | None, words: str) -> None:
    assert say_percent(value).replace("\u00a0", " ") == words


def test_an_interval_lies_on_its_scale() -> None:
    rate = say_rate(measure_rate(10, 100), top=0.2)

    assert rate.interval.replace("\u00a0", " ") == "5.5–17.4 %"
    assert rate.dot == 50
    assert rate.x < rate.dot < rate.x + rate.width < 100


def test_what_is_beyond_the_scale_ends_with_it() -> None:
    rate = say_rate(measure_rate(1, 2), top=0.2)

    assert rate.x + rate.width == 100


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (0.3, "less than a minute"),
        (1, "about a minute"),
        (42, "about 42 minutes"),
        (150, "about 2 hours"),
        (60 * 50, "about 2 days"),
    ],
)
def test_the_time_left_is_said_in_one_unit(left: float, words: str) -> None:
    assert describe_left(left * MINUTE) == words


def test_the_pieces_of_a_zone_s_bar_are_its_people() -> None:
    zone = ZoneProgress("Asia/Tokyo", 1, 2, 0, 1, 5, 1, NOW, NOW)

    (bar,), more = draw_zones([zone], "Europe/Berlin")

    assert not more
    assert bar.done == 6
    assert sum(part.width for part in bar.parts) == 100
    assert bar.next_due == "Sat 21:00"


def make_lift(low: float, high: float, *, people: int = 100, converted: int = 10) -> Lift:
    group = Group(people, converted, Sample(people, 0, 0), NOW)
    middle = 0.0 if math.isinf(low) else (low + high) / 2
    return Lift(group, group, Comparison(Estimate(middle, Interval(low, high)), None, 0.5), None, [])


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (0.01, 0.03, "It made a difference"),
        (-0.03, -0.01, "It did harm"),
        (-0.01, 0.03, "The difference may be chance"),
    ],
)
def test_the_verdict_is_as_sure_as_the_interval(low: float, high: float, verdict: str) -> None:
    words = describe_lift(make_lift(low, high))

    assert words is not None
    assert words.verdict == verdict


@pytest.mark.parametrize(("people", "converted"), [(99, 10), (100, 9)])
def test_of_few_people_nothing_is_said_yet(people: int, converted: int) -> None:
    words = describe_lift(make_lift(0.01, 0.03, people=people, converted=converted))

    assert words is not None
    assert words.verdict == "Too early to tell"


def test_no_difference_is_on_the_line_too() -> None:
    words = describe_lift(make_lift(0.01, 0.03))

    assert words is not None
    (difference,) = words.differences
    assert difference.value == "+2.0 points"
    assert difference.interval == "+1.0 points to +3.0 points"
    assert difference.zero == 0
    assert difference.x + difference.width == 100


def test_a_difference_without_end_says_so() -> None:
    words = describe_lift(make_lift(-math.inf, math.inf))

    assert words is not None
    assert words.differences[0].interval == ""
