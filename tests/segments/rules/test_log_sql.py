"""Which tables and columns answer a question about events. That the answers are right is what parity shows."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db.models.expressions import RawSQL

from segments.rules import parse_rule
from segments.rules.compiler import CompileContext, compile_rule
from segments.rules.event_log import EventLog
from tests.factories import NOW
from tracking.hot_properties import find_hot_column

BOUGHT = {"type": "event", "event": "purchase"}
WEEK = {"last": {"days": 7}}


def _compile_rule(
    root: dict[str, Any], newest: dt.datetime | None, begins_at: dt.datetime | None = None
) -> RawSQL:
    log = EventLog({"purchase": 1}, {"purchase": newest} if newest else {}, find_hot_column, begins_at)
    context = CompileContext(NOW, ZoneInfo("UTC"), log)
    return compile_rule(parse_rule({"version": 1, "root": root}), context)


def _compile(root: dict[str, Any], *, newest: dt.datetime | None = NOW) -> str:
    return _compile_rule(root, newest).sql


@pytest.mark.parametrize(
    "root",
    [
        BOUGHT,
        {**BOUGHT, "count": {"operator": "at_least", "value": 5}},
        {**BOUGHT, "count": {"operator": "at_most", "value": 0}},
        {**BOUGHT, "within": WEEK},
        {**BOUGHT, "within": WEEK, "count": {"operator": "at_most", "value": 0}},
        {"type": "event_recency", "event": "purchase", "occurrence": "last", "operator": "within_last", "value": {"days": 3}},
    ],
)  # fmt: skip
def test_ever_never_and_the_last_time_are_read_from_the_summary(root: dict[str, Any]) -> None:
    sql = _compile(root)

    assert "tracking_eventsummary" in sql
    assert "tracking_event " not in sql


@pytest.mark.parametrize(
    "root",
    [
        {**BOUGHT, "within": WEEK, "count": {"operator": "at_least", "value": 2}},
        {**BOUGHT, "within": {"between_ago": [{"days": 7}, {"days": 3}]}},
        {**BOUGHT, "where": [{"property": "size", "operator": "equals", "value": 42}]},
    ],
)
def test_what_lies_between_the_first_and_the_last_is_read_from_the_log(root: dict[str, Any]) -> None:
    assert "tracking_eventsummary" not in _compile(root)


RECENCY = {"type": "event_recency", "event": "purchase", "operator": "more_than_ago", "value": {"days": 3}}


@pytest.mark.parametrize(
    ("root", "looks_at_the_log"),
    [
        (BOUGHT, True),
        ({**BOUGHT, "count": {"operator": "at_least", "value": 5}}, True),
        ({**RECENCY, "occurrence": "last"}, True),
        ({**RECENCY, "occurrence": "first"}, False),
    ],
)
def test_where_the_log_was_cut_the_summary_is_read_back_by_what_happened_later(
    root: dict[str, Any], looks_at_the_log: bool
) -> None:
    sql = _compile_rule(root, newest=NOW + dt.timedelta(seconds=1), begins_at=NOW).sql

    assert "FROM tracking_eventsummary AS done" in sql
    assert ("FROM tracking_event AS own" in sql) == looks_at_the_log
    assert "FROM tracking_event AS event" not in sql


@pytest.mark.parametrize(
    ("root", "begins_days_ago", "reads_from_days_ago"),
    [
        ({**BOUGHT, "within": WEEK}, 3, 3),
        ({**BOUGHT, "within": WEEK}, 9, 7),
        ({**BOUGHT, "within": WEEK, "count": {"operator": "at_least", "value": 2}}, 3, 3),
        ({**BOUGHT, "where": [{"property": "size", "operator": "equals", "value": 42}]}, 3, 3),
    ],
)
def test_nothing_before_the_log_begins_is_read(
    root: dict[str, Any], begins_days_ago: int, reads_from_days_ago: int
) -> None:
    found = _compile_rule(root, newest=NOW, begins_at=NOW - dt.timedelta(days=begins_days_ago))

    instants = [each for each in found.params if isinstance(each, dt.datetime)]
    assert min(instants) == NOW - dt.timedelta(days=reads_from_days_ago)
    assert ("_at >= %s" in found.sql) == (reads_from_days_ago == begins_days_ago)


@pytest.mark.parametrize("newest", [NOW + dt.timedelta(hours=2), None])
def test_a_summary_that_knows_of_much_later_events_does_not_answer(newest: dt.datetime | None) -> None:
    assert "tracking_eventsummary" not in _compile(BOUGHT, newest=newest)


def test_what_happened_since_an_instant_just_past_is_taken_off_the_summary() -> None:
    sql = _compile(BOUGHT, newest=NOW + dt.timedelta(minutes=1))

    assert "tracking_eventsummary" in sql
    assert "own.occurred_at" in sql


@pytest.mark.parametrize(
    ("name", "operator", "value", "column"),
    [
        ("value", "greater_than", 10, "event.value > "),
        ("product_id", "equals", "sku-1", "event.item_id IN"),
        ("category", "contains", "shoe", "event.category_id IN"),
    ],
)
def test_tests_of_hot_properties_read_their_columns(
    name: str, operator: str, value: Any, column: str
) -> None:
    sql = _compile({**BOUGHT, "where": [{"property": name, "operator": operator, "value": value}]})

    assert column in sql
    assert "event.properties" not in sql


def test_whether_the_value_is_known_at_all_is_read_from_the_properties() -> None:
    """The column says nothing of values that are no numbers."""
    assert "event.properties" in _compile({**BOUGHT, "where": [{"property": "value", "operator": "exists"}]})
