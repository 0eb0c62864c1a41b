"""Which rules have a past that can be told."""

from typing import Any

import pytest

from segments.rules.past import has_past
from tests.segments.rules.documents import attribute, event, group, read

DAYS = {"days": 7}
EVENTS: list[Any] = [
    event(),
    {"type": "page_view"},
    {"type": "message", "activity": "clicked"},
    {"type": "event_aggregate", "event": "e", "function": "sum", "property": "p", "operator": "at_least", "value": 1},
    {"type": "event_recency", "event": "e", "occurrence": "last", "operator": "within_last", "value": DAYS},
    {"type": "event_sequence", "steps": [{"event": "a"}, {"event": "b"}]},
    {"type": "event_repeat", "event": "e", "property": "p", "count": {"operator": "at_least", "value": 2}},
]  # fmt: skip
TIMES: list[Any] = [
    attribute("renewal", "within_next", DAYS),
    {"type": "profile", "field": "created_at", "operator": "more_than_ago", "value": DAYS},
    {"type": "channel", "channel": "web_push", "state": "subscribed", "within": {"last": DAYS}},
    {"type": "local_time", "weekdays": ["monday"]},
]
LASTING: list[Any] = [
    attribute("tier", "equals", "gold"),
    attribute("renewal", "before", "2026-11-21T00:00:00Z"),
    {"type": "profile", "field": "country", "operator": "equals", "value": "DE"},
    {"type": "device", "field": "os", "operator": "equals", "value": "iOS"},
    {"type": "channel", "channel": "web_push", "state": "subscribed"},
    {"type": "location", "near": {"lat": 1, "lon": 1}, "radius": {"km": 1}},
    {"type": "segment", "segment": 7},
    {"type": "bucket", "salt": "s", "from": 0, "to": 10},
    {"type": "local_time", "between": ["09:00", "17:00"]},
    group("all"),
]
LAST_SEEN = {"type": "profile", "field": "last_seen_at", "operator": "within_last", "value": DAYS}


@pytest.mark.parametrize("condition", [*EVENTS, *TIMES], ids=lambda condition: condition["type"])
def test_what_events_or_the_time_decide_has_a_past(condition: Any) -> None:
    assert has_past(read(condition))
    assert has_past(read(group("any", LASTING[0], group("none", condition))))


@pytest.mark.parametrize("condition", LASTING, ids=lambda condition: condition["type"])
def test_what_is_only_known_as_it_is_now_has_none(condition: Any) -> None:
    assert not has_past(read(group("all", condition)))


def test_a_rule_that_asks_for_the_last_visit_has_none_as_each_visit_takes_the_place_of_the_one_before() -> (
    None
):
    assert not has_past(read(group("all", event(), LAST_SEEN)))
