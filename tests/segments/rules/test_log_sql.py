"""Which tables and columns answer a question about events. That the answers are right is what parity shows."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from segments.rules import parse_rule
from segments.rules.compiler import CompileContext, compile_rule
from segments.rules.event_log import EventLog
from tests.factories import NOW
from tracking.hot_properties import find_hot_column

BOUGHT = {"type": "event", "event": "purchase"}
WEEK = {"last": {"days": 7}}


def _compile(root: dict[str, Any], *, newest: dt.datetime | None = NOW) -> str:
    log = EventLog({"purchase": 1}, {"purchase": newest} if newest else {}, find_hot_column)
    context = CompileContext(NOW, ZoneInfo("UTC"), log)
    return compile_rule(parse_rule({"version": 1, "root": root}), context).sql


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


@pytest.mark.parametrize("newest", [NOW + dt.timedelta(microseconds=1), None])
def test_a_summary_that_knows_of_later_events_does_not_answer(newest: dt.datetime | None) -> None:
    assert "tracking_eventsummary" not in _compile(BOUGHT, newest=newest)


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
