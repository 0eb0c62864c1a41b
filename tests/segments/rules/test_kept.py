"""Which conditions look further back than events are kept."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from segments.rules.kept import list_cut_short
from tests.factories import NOW
from tests.segments.rules.documents import JSON, attribute, event, group, read

DAY = dt.timedelta(days=1)
BEGINS_AT = NOW - 30 * DAY
DETAIL: JSON = {"where": [{"property": "price", "operator": "exists"}]}
TOTAL: JSON = {"type": "event_aggregate", "event": "purchase", "function": "sum", "property": "price", "operator": "exists"}  # fmt: skip
REPEAT: JSON = {"type": "event_repeat", "event": "purchase", "property": "sku", "count": {"operator": "at_least", "value": 2}}  # fmt: skip
STEPS: JSON = {"type": "event_sequence", "steps": [{"event": "add_to_cart"}, {"event": "purchase"}]}
RECENCY: JSON = {"type": "event_recency", "event": "purchase", "occurrence": "last", "operator": "more_than_ago", "value": {"days": 90}}  # fmt: skip


def list_paths(root: JSON) -> list[str]:
    remarks = list_cut_short(read(root), BEGINS_AT, as_of=NOW, zone=ZoneInfo("UTC"))
    assert all("since 22 Oct 2026 alone" in remark.message for remark in remarks)
    return [remark.path for remark in remarks]


@pytest.mark.parametrize(
    "within",
    [
        {"last": {"days": 31}},
        {"between_ago": [{"days": 60}, {"days": 7}]},
        {"since": "2026-10-01T00:00:00Z"},
        {"between": ["2025-01-01T00:00:00Z", "2025-02-01T00:00:00Z"]},
    ],
)
def test_a_window_that_begins_before_the_log_is_cut_short(within: JSON) -> None:
    for root in (event(), TOTAL, REPEAT, STEPS):
        assert list_paths({**root, "within": within}) == ["root"]


@pytest.mark.parametrize(
    "within", [{"last": {"days": 30}}, {"since": BEGINS_AT.isoformat()}, {"calendar": "this_month"}]
)
def test_a_window_within_the_log_is_not(within: JSON) -> None:
    for root in (event(), TOTAL, REPEAT, STEPS):
        assert list_paths({**root, "within": within}) == []


@pytest.mark.parametrize(
    "root",
    [
        event(**DETAIL), TOTAL, REPEAT, STEPS,
        {"type": "page_view", "url": {"operator": "contains", "value": "sale"}},
        {"type": "message", "activity": "clicked", "campaign": 3},
    ],
)  # fmt: skip
def test_without_a_window_details_totals_repeats_and_sequences_are_cut_short(root: JSON) -> None:
    assert list_paths(root) == ["root"]


@pytest.mark.parametrize(
    "root",
    [event(), RECENCY, {"type": "page_view"}, {"type": "message", "activity": "clicked"}, attribute("tier", "exists")],
)  # fmt: skip
def test_what_is_remembered_is_not(root: JSON) -> None:
    assert list_paths(root) == []


def test_each_condition_is_named_by_its_place() -> None:
    assert list_paths(group("all", event(), group("any", TOTAL, STEPS))) == [
        "root.conditions[1].conditions[0]",
        "root.conditions[1].conditions[1]",
    ]
