"""Tests of a moment change when it is as far away as they ask."""

import datetime as dt
from typing import Any

import pytest

from segments.rules.comparisons import Comparison
from segments.rules.facts import DeviceFacts, ForgottenEvents, write_instant
from segments.rules.flips.moments import find_reach, list_moving_spans
from segments.rules.operators import OPERATORS, Arity
from tests.factories import NOW
from tests.segments.rules.documents import JSON, attribute
from tests.segments.rules.flips.asking import DAY, HOUR, TICK, at, did, find_change, person

DAYS = {"days": 3}


def since(operator: str, value: Any = DAYS) -> JSON:
    return attribute("since", operator, value)


CHANGES = [  # the operator, how many days ago the moment was, in how many the answer changes
    ("within_last", 1, 2),
    ("within_last", 3, None),
    ("within_last", -1, 1),
    ("more_than_ago", 1, 2),
    ("more_than_ago", 3, None),
    ("more_than_ago", -1, 4),
    ("within_next", -1, 1),
    ("within_next", -5, 2),
    ("within_next", 0, None),
]


@pytest.mark.parametrize(
    ("kind", "operator", "days_ago", "changes_in"),
    [
        (kind, *change)
        for kind in ("attribute", "profile", "event_recency")
        for change in CHANGES
        if kind != "event_recency" or change[1] >= 0  # an event that is ahead has not happened
    ],
)
def test_a_moment_grows_old_likewise_wherever_it_comes_from(
    kind: str, operator: str, days_ago: int, changes_in: int | None
) -> None:
    moment = NOW - days_ago * DAY
    facts = person(
        attributes={"since": write_instant(moment)}, profile={"last_seen_at": moment}, events=did(days_ago)
    )
    root = {
        "attribute": since(operator),
        "profile": {"type": "profile", "field": "last_seen_at", "operator": operator, "value": DAYS},
        "event_recency": {"type": "event_recency", "event": "purchase", "occurrence": "last", "operator": operator, "value": DAYS},
    }[kind]  # fmt: skip

    assert find_change(root, facts) == (None if changes_in is None else NOW + changes_in * DAY)


@pytest.mark.parametrize("operator", ["before", "after"])
def test_a_moment_compared_with_another_one_stays_as_it_is(operator: str) -> None:
    facts = person(attributes={"since": write_instant(NOW + DAY)})

    assert find_change(since(operator, "2026-11-21T12:00:00Z"), facts) is None


@pytest.mark.parametrize("value", [None, "yesterday", 5, True, ["2026-11-21T12:00:00.000000Z"]])
def test_what_is_no_moment_never_grows_old(value: Any) -> None:
    assert find_change(since("within_last"), person(attributes={"since": value})) is None


def test_an_anniversary_comes_near_and_passes() -> None:
    facts = person(attributes={"since": "2020-11-26T08:00:00.000000Z"})
    comes_at = dt.datetime(2026, 11, 26, 8, tzinfo=dt.UTC)

    assert find_change(since("anniversary_within"), facts) == comes_at - 3 * DAY
    assert find_change(since("anniversary_within"), facts, as_of=comes_at - DAY) == comes_at
    assert find_change(since("anniversary_within"), facts, as_of=comes_at) == comes_at + 362 * DAY


def test_an_anniversary_of_29_february_is_kept_on_the_28th_of_shorter_years() -> None:
    facts = person(attributes={"since": "2024-02-29T08:00:00.000000Z"})
    root = since("anniversary_within")

    assert find_change(root, facts) == dt.datetime(2027, 2, 25, 8, tzinfo=dt.UTC)
    assert find_change(root, facts, as_of=NOW + 400 * DAY) == dt.datetime(2028, 2, 26, 8, tzinfo=dt.UTC)


def test_an_anniversary_that_is_always_near_never_changes_and_one_that_is_nearly_so_does_in_leap_years() -> (
    None
):
    facts = person(attributes={"since": "2020-11-26T08:00:00.000000Z"})

    assert find_change(since("anniversary_within", {"days": 366}), facts) is None
    assert find_change(since("anniversary_within", {"days": 365}), facts) == dt.datetime(
        2027, 11, 26, 8, tzinfo=dt.UTC
    )


def test_the_first_time_stays_the_first_and_the_last_moves_on() -> None:
    facts = person(events=did(5, 2, -1))
    root = {"type": "event_recency", "event": "purchase", "operator": "within_last", "value": DAYS}

    assert find_change({**root, "occurrence": "first"}, facts) is None
    assert find_change({**root, "occurrence": "last"}, facts) == NOW + 4 * DAY  # the one ahead is in time


def test_a_time_that_the_log_has_forgotten_grows_old_as_well() -> None:
    forgotten = {"purchase": ForgottenEvents(2, NOW - 5 * DAY, NOW - DAY)}
    root = {"type": "event_recency", "event": "purchase", "operator": "within_last"}
    last = {**root, "occurrence": "last", "value": DAYS}

    assert find_change(last, person(forgotten=forgotten)) == NOW + 2 * DAY
    assert find_change(last, person(forgotten=forgotten, events=did(0.5))) == NOW + 2.5 * DAY
    first = {**root, "occurrence": "first", "value": {"days": 6}}
    assert find_change(first, person(forgotten=forgotten, events=did(0.5))) == NOW + DAY


def test_what_was_never_done_is_done_when_an_event_that_is_dated_ahead_comes() -> None:
    root = {"type": "event_recency", "event": "purchase", "occurrence": "last", "operator": "not_exists"}

    assert find_change(root, person(events=did(-2))) == NOW + 2 * DAY
    assert find_change(root, person()) is None


def test_a_device_is_new_for_as_long_as_any_active_one_is() -> None:
    channel = {"type": "channel", "channel": "web_push"}
    phone = DeviceFacts("mobile", "", "", NOW - 2 * DAY, None)
    tablet = DeviceFacts("tablet", "", "", NOW - DAY, None)
    ended = DeviceFacts("desktop", "", "", NOW - HOUR, NOW - 2 * HOUR)
    week = {"last": {"days": 7}}

    subscribed = find_change(
        {**channel, "state": "subscribed", "within": week}, person(devices=(phone, tablet, ended))
    )
    unsubscribed = find_change({**channel, "state": "unsubscribed", "within": week}, person(devices=(ended,)))
    assert (subscribed, unsubscribed) == (NOW + 6 * DAY, NOW + 7 * DAY - 2 * HOUR)
    assert find_change({**channel, "state": "subscribed"}, person(devices=(phone,))) is None


@pytest.mark.parametrize(
    ("text", "reached_at"),
    [
        ("2026-11-21T12:00:00.000000Z", NOW),
        ("2026-11-45T12:00:00.000000Z", dt.datetime(2026, 12, 1, tzinfo=dt.UTC)),
        ("2026-02-29T12:00:00.000000Z", dt.datetime(2026, 3, 1, tzinfo=dt.UTC)),
        ("2026-11-21T23:59:60.000000Z", dt.datetime(2026, 11, 22, tzinfo=dt.UTC)),
        ("0000-00-00T00:00:00.000000Z", dt.datetime.min.replace(tzinfo=dt.UTC)),
        ("9999-99-99T99:99:99.000000Z", dt.datetime.max.replace(tzinfo=dt.UTC)),
    ],
)
def test_a_moment_that_no_calendar_knows_is_reached_where_its_text_sorts(
    text: str, reached_at: dt.datetime
) -> None:
    assert find_reach(text) == reached_at


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00.000000Z", "9999-12-31T23:59:59.999999Z"])
@pytest.mark.parametrize("operator", ["within_last", "more_than_ago", "within_next", "anniversary_within"])
def test_the_ends_of_the_calendar_are_no_trouble(operator: str, text: str) -> None:
    facts = person(attributes={"since": text})
    years = {"weeks": 50} if operator == "anniversary_within" else {"weeks": 5217}

    changes_at = find_change(since(operator, years), facts)

    assert changes_at is None or operator == "anniversary_within"


@pytest.mark.parametrize("key", [row.key for row in OPERATORS if row.arity is Arity.DURATION])
def test_every_operator_with_a_length_of_time_is_known_here(key: str) -> None:
    test = Comparison.model_validate({"operator": key, "value": DAYS})

    assert list(list_moving_spans(test, NOW - 400 * DAY, NOW))


def test_a_microsecond_before_it_has_not_changed() -> None:
    facts = person(attributes={"since": write_instant(NOW)})

    assert find_change(since("within_last"), facts, as_of=NOW + 3 * DAY - TICK) == NOW + 3 * DAY
    assert find_change(since("within_last"), facts, as_of=at("2026-11-24T13:00")) is None
