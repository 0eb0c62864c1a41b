"""How large an audience was on the past 30 days, at the same time of day."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pytest_django import Settings

from segments.definitions import select_subscribers
from segments.preview import PastSizes, PreviewImpossible, read_past_sizes
from segments.preview.past import NO_PAST, TOO_SLOW, PastDay, describe_past
from segments.rules import RuleError
from subscribers.models import Site
from tests.factories import EVERYONE, NOW, make_event, make_subscriber
from tests.segments.preview.crowds import make_crowd
from tracking.models import LogStart

LONG_AGO = NOW - dt.timedelta(days=60)
DAY = dt.timedelta(days=1)
CART_TODAY: dict[str, Any] = {
    "version": 1,
    "root": {"type": "event", "event": "cart", "within": {"last": {"days": 1}}},
}


def somebody_did(site: Site, *days_ago: float, joined_at: dt.datetime = LONG_AGO) -> None:
    person = make_subscriber(site, created_at=joined_at)
    for days in days_ago:
        make_event(person, "cart", NOW - days * DAY)


def read(site: Site, rule: dict[str, Any] = CART_TODAY, as_of: dt.datetime = NOW) -> PastSizes:
    return read_past_sizes(site, rule, as_of=as_of)


def test_each_of_the_past_thirty_days_is_counted_at_this_time_of_day_the_oldest_first(site: Site) -> None:
    somebody_did(site, 40)
    somebody_did(site, 3.5, 0.5)
    somebody_did(site, 3.5)

    past = read(site)

    clock_now = NOW.astimezone(ZoneInfo(site.timezone))  # days on a clock differ in length
    assert [day.at for day in past.days] == [clock_now - days * DAY for days in range(30, 0, -1)]
    assert {day.at: day.count for day in past.days if day.count} == {NOW - 3 * DAY: 2}
    assert (past.now, past.exact, past.as_large_on) == (1, True, 1)
    assert (
        past.sentence == "In the past 30 days it was at least this large on 1 day (between 0 and 2 people)."
    )


def test_days_before_the_log_begins_are_not_counted_though_rows_of_theirs_still_lie_there(site: Site) -> None:
    somebody_did(site, 40, 0.5)
    LogStart.objects.create(begins_at=NOW - 3 * DAY)

    assert [day.at for day in read(site).days] == [NOW - days * DAY for days in (3, 2, 1)]


def test_the_time_of_day_is_that_of_the_site_s_clock(site: Site) -> None:
    """In Berlin the clocks went back on 25 October: an hour more lies between two noons."""
    somebody_did(site, 40)

    hours = {day.at.hour for day in read(site, as_of=dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC)).days}

    assert hours == {11, 12}


def test_whoever_was_not_there_yet_does_not_count(site: Site) -> None:
    did_not = {**CART_TODAY["root"], "count": {"operator": "at_most", "value": 0}}
    somebody_did(site, 40)
    somebody_did(site, joined_at=NOW - 10 * DAY - dt.timedelta(hours=1))

    counts = [day.count for day in read(site, {"version": 1, "root": did_not}).days]

    assert counts == [1] * 20 + [2] * 10


def test_days_before_the_first_event_say_nothing(site: Site) -> None:
    somebody_did(site, 4.5)

    past = read(site)

    assert [day.at for day in past.days] == [NOW - days * DAY for days in (4, 3, 2, 1)]
    assert past.sentence.startswith(
        "In the past 4 days it was at least this large on 4 days (between 0 and 1"
    )


def test_a_rule_that_time_does_not_change_has_no_past(site: Site) -> None:
    somebody_did(site, 40)

    past = read(site, EVERYONE)

    assert (past.days, past.now, past.sentence) == ([], None, NO_PAST)


def pause(monkeypatch: pytest.MonkeyPatch, *, exact: float, sampled: float) -> None:
    """Let counting take so many seconds."""

    def select(*args: Any, **named: Any) -> Any:
        seconds = sampled if named["sampled"] else exact
        return select_subscribers(*args, **named).extra(where=[f"(SELECT pg_sleep({seconds})) IS NOT NULL"])

    monkeypatch.setattr("segments.preview.past.select_subscribers", select)


def test_the_days_that_are_counted_when_time_runs_out_are_shown(
    site: Site, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PREVIEW_PAST_MS = 1_500
    somebody_did(site, 40, 0.5)
    pause(monkeypatch, exact=0.15, sampled=0)

    past = read(site)

    assert 0 < len(past.days) < 30
    assert past.days[-1].at == NOW - DAY
    assert past.exact, "so few are not estimated"


def test_where_no_day_is_counted_in_time_nothing_is_shown(
    site: Site, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PREVIEW_PAST_MS = 60
    somebody_did(site, 40)
    pause(monkeypatch, exact=1, sampled=1)

    past = read(site)

    assert (past.days, past.now, past.sentence) == ([], None, TOO_SLOW)


def test_many_are_estimated_each_day_from_the_same_sample(
    site: Site, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PREVIEW_PAST_MS = 3_100
    make_crowd(site, 12_000)
    somebody_did(site, 40)
    did_not = {**CART_TODAY["root"], "count": {"operator": "at_most", "value": 0}}
    pause(monkeypatch, exact=0.3, sampled=0)

    past = read(site, {"version": 1, "root": did_not})

    assert len(past.days) == 30
    assert past.exact is False
    assert past.now is not None
    assert abs(past.now - 12_001) < 20
    assert past.sentence.startswith("In the past 30 days it was at least this large on")
    assert "about 12,000 people" in past.sentence


def test_what_the_database_refuses_is_raised(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    somebody_did(site, 40)
    monkeypatch.setattr(
        "segments.preview.past.select_subscribers",
        lambda *args, **named: select_subscribers(*args, **named).extra(where=["country::int = 1"]),
    )

    with pytest.raises(PreviewImpossible):
        read(site)


def test_a_rule_that_cannot_be_understood_is_refused(site: Site) -> None:
    with pytest.raises(RuleError):
        read(site, {})


@pytest.mark.parametrize(
    ("counts", "as_large_on", "exact", "sentence"),
    [
        ([310, 480], 1, True, "In the past 2 days it was at least this large on 1 day (between 310 and 480 people)."),
        ([7], 0, True, "In the past day it was at least this large on no day (7 people)."),
        ([1, 1], 2, True, "In the past 2 days it was at least this large on 2 days (1 person)."),
        (
            [310_482, 480_111], 2, False,
            "In the past 2 days it was at least this large on 2 days (between about 310,000 and 480,000 people).",
        ),
    ],
)  # fmt: skip
def test_it_reads_as_a_sentence(counts: list[int], as_large_on: int, exact: bool, sentence: str) -> None:
    days = [PastDay(NOW - number * DAY, count) for number, count in enumerate(counts)]

    assert describe_past(days, as_large_on, exact=exact) == sentence
