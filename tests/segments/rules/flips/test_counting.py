"""What counts and adds up events changes as each one comes into its window, and leaves it."""

import datetime as dt
from typing import Any

import pytest

from segments.rules.facts import ForgottenEvents
from tests.factories import NOW
from tests.segments.rules.documents import JSON, event
from tests.segments.rules.flips.asking import DAY, HOUR, TICK, at, did, find_change, person

WEEK = {"last": {"days": 7}}


def count(operator: str, value: Any, **fields: Any) -> JSON:
    key = "values" if operator == "between" else "value"
    return event(within=WEEK, count={"operator": operator, key: value}, **fields)


def test_an_event_leaves_a_rolling_window_when_it_is_exactly_as_old_as_that() -> None:
    root, facts = event(within=WEEK), person(events=did(1))

    assert find_change(root, facts) == NOW + 6 * DAY
    assert find_change(root, facts, as_of=NOW + 6 * DAY - TICK) == NOW + 6 * DAY
    assert find_change(root, facts, as_of=NOW + 6 * DAY) is None


@pytest.mark.parametrize(
    ("operator", "value", "days"),
    [
        ("at_least", 1, 6),
        ("at_least", 3, 2),
        ("equals", 2, 2),
        ("greater_than", 2, 2),
        ("at_most", 0, 6),
        ("less_than", 3, 2),
        ("between", [1, 2], 2),
        ("between", [4, 9], None),
        ("at_least", 0, None),
    ],
)
def test_a_count_changes_when_as_many_have_left_as_it_takes(
    operator: str, value: Any, days: int | None
) -> None:
    changes_at = find_change(count(operator, value), person(events=did(5, 3, 1)))

    assert changes_at == (None if days is None else NOW + days * DAY)


def test_events_that_leave_at_one_instant_leave_together() -> None:
    facts = person(events=did(5, 5, 1))

    assert find_change(count("equals", 2), facts) is None
    assert find_change(count("equals", 1), facts) == NOW + 2 * DAY


def test_an_event_that_takes_the_place_of_one_that_leaves_changes_nothing() -> None:
    facts = person(events=did(5, -2))  # the second is dated two days ahead

    assert find_change(count("equals", 1), facts) == NOW + 9 * DAY


@pytest.mark.parametrize(
    ("within", "changes_at"),
    [
        (None, None),
        ({"between_ago": [{"days": 3}, {"days": 2}]}, NOW + DAY),
        ({"between_ago": [{"days": 2}, {"hours": 1}]}, NOW + DAY),
        ({"since": "2026-11-01T00:00:00Z"}, None),
        ({"between": ["2026-11-01T00:00:00Z", "2026-11-28T00:00:00Z"]}, None),
        ({"calendar": "today"}, None),
        ({"calendar": "yesterday"}, at("2026-11-22T00:00")),
        ({"calendar": "this_week"}, at("2026-11-23T00:00")),
        ({"calendar": "this_month"}, at("2026-12-01T00:00")),
    ],
)
def test_each_window_moves_in_its_own_way(within: JSON | None, changes_at: dt.datetime | None) -> None:
    root = event() if within is None else event(within=within)

    assert find_change(root, person(events=did(1))) == changes_at


@pytest.mark.parametrize(
    ("now", "ends_at"),
    [
        ("2026-10-25T01:00", at("2026-10-26T00:00")),  # 25 hours long
        ("2026-03-29T01:00", at("2026-03-30T00:00")),  # 23 hours long
    ],
)
def test_a_day_of_25_or_23_hours_ends_at_the_sites_midnight(now: str, ends_at: dt.datetime) -> None:
    as_of = at(now)
    facts = person(events=did((NOW - as_of) / DAY))

    assert find_change(event(within={"calendar": "today"}), facts, as_of=as_of) == ends_at


def test_an_event_that_is_dated_ahead_counts_once_its_time_has_come() -> None:
    facts = person(events=did(-2))

    assert find_change(event(), facts) == NOW + 2 * DAY
    assert find_change(event(within={"calendar": "today"}), facts) == NOW + 2 * DAY
    assert find_change(event(within={"since": "2027-01-01T00:00:00Z"}), facts) is None


def test_what_the_log_has_forgotten_counts_for_ever_where_no_window_and_no_detail_is_asked_for() -> None:
    facts = person(forgotten={"purchase": ForgottenEvents(2, NOW - 5 * DAY, NOW - DAY)}, events=did(-1, -2))
    four: dict[str, Any] = {"count": {"operator": "at_least", "value": 4}}

    assert find_change(event(**four), facts) == NOW + 2 * DAY
    assert find_change(event(**four, within={"last": {"days": 9}}), facts) is None
    assert find_change(event(**four, where=[{"property": "a", "operator": "not_exists"}]), facts) is None


def test_events_with_other_details_do_not_count() -> None:
    where = [{"property": "price", "operator": "at_least", "value": 5}]
    facts = person(events=(*did(5, price=9), *did(1, price=1)))

    assert find_change(event(within=WEEK, where=where), facts) == NOW + 2 * DAY


def test_a_detail_that_is_a_moment_grows_old_on_its_own() -> None:
    where = [{"property": "due", "operator": "within_next", "value": {"hours": 3}}]
    facts = person(events=did(1, due="2026-11-21T14:00:00.000000Z"))

    assert find_change(event(within=WEEK, where=where), facts) == NOW + 2 * HOUR


def test_page_views_and_messages_are_counted_likewise() -> None:
    page = {"type": "page_view", "url": {"operator": "contains", "value": "sale"}, "within": WEEK}
    message = {"type": "message", "activity": "clicked", "campaign": 3, "within": WEEK}
    facts = person(
        events=(
            *did(2, name="$page_view", url="https://shop.example/sale"),
            *did(1, name="$page_view", url="https://shop.example/cart"),
            *did(3, name="$push_clicked", campaign=3),
            *did(1, name="$push_clicked", campaign=4),
        )
    )

    assert find_change(page, facts) == NOW + 5 * DAY
    assert find_change(message, facts) == NOW + 4 * DAY


@pytest.mark.parametrize(
    ("function", "operator", "value", "days"),
    [
        ("sum", "at_least", 40, 1),  # from 60 to 30 …
        ("sum", "at_least", 10, 4),  # … to 10, to none
        ("average", "less_than", 16, 1),  # from 20 to 15 …
        ("average", "equals", 10, 2),  # … to 10
        ("minimum", "greater_than", 5, 4),
        ("maximum", "at_most", 20, 1),
        ("maximum", "at_least", 30, 1),
        ("distinct", "equals", 3, 1),
        ("distinct", "equals", 0, 5),  # of nothing there are 0, which is known
        ("distinct", "not_exists", None, None),
        ("sum", "at_most", 5, 4),
        ("sum", "greater_than", 60, None),
    ],
)
def test_a_total_changes_with_the_events_it_is_made_of(
    function: str, operator: str, value: float | None, days: int | None
) -> None:
    facts = person(events=(*did(6, price=30), *did(5, price=20), *did(3, price=10), *did(2, price="x")))
    root = {"type": "event_aggregate", "event": "purchase", "function": function, "property": "price", "operator": operator, "within": WEEK}  # fmt: skip

    changes_at = find_change(root | ({} if value is None else {"value": value}), facts)

    assert changes_at == (None if days is None else NOW + days * DAY)


def test_a_sum_is_as_exact_after_thousands_of_changes_as_before() -> None:
    ticks = [*did(6, price=0.3), *(each for hours in range(100) for each in did(5 - hours / 24, price=0.1))]
    root = {
        "type": "event_aggregate", "event": "purchase", "function": "sum", "property": "price", "operator": "equals",
        "value": 0.1, "within": WEEK,
    }  # fmt: skip

    assert find_change(root, person(events=tuple(ticks))) == NOW + 2 * DAY + 98 * HOUR


def test_the_same_value_is_no_longer_repeated_when_one_of_its_events_leaves() -> None:
    root = {
        "type": "event_repeat", "event": "view", "property": "sku", "within": WEEK,
        "count": {"operator": "at_least", "value": 2},
    }  # fmt: skip
    seen = (*did(6, 4, name="view", sku="a"), *did(5, 1, name="view", sku="b"), *did(1, name="view"))

    assert find_change(root, person(events=seen)) == NOW + 2 * DAY
