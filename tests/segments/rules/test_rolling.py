"""How much time conditions look at that moves with the clock."""

import datetime as dt
from typing import Any

import pytest

from segments.rules import parse_rule
from segments.rules.rolling import list_rolling

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
VISIT = {"type": "event", "event": "visit"}
LAST_SEEN = {"type": "profile", "field": "last_seen_at"}


def measure(node: dict[str, Any]) -> list[tuple[str, dt.timedelta]]:
    rule = parse_rule({"version": 1, "root": node})
    return [(rolling.path, rolling.length) for rolling in list_rolling(rule)]


@pytest.mark.parametrize(
    ("node", "length"),
    [
        ({**VISIT, "within": {"last": {"hours": 6}}}, 6 * HOUR),
        ({**VISIT, "within": {"between_ago": [{"hours": 9}, {"hours": 7}]}}, 2 * HOUR),
        ({**VISIT, "within": {"calendar": "today"}}, DAY),
        ({**VISIT, "within": {"calendar": "yesterday"}}, DAY),
        ({**LAST_SEEN, "operator": "within_last", "value": {"days": 3}}, 3 * DAY),
        ({"type": "attribute", "key": "born", "operator": "anniversary_within", "value": {"days": 1}}, DAY),
        (
            {
                "type": "channel",
                "channel": "web_push",
                "state": "subscribed",
                "within": {"last": {"hours": 1}},
            },
            HOUR,
        ),
    ],
)
def test_a_span_that_moves_with_the_clock_has_its_length(node: dict[str, Any], length: dt.timedelta) -> None:
    assert measure(node) == [("root", length)]


@pytest.mark.parametrize(
    "node",
    [
        VISIT,
        {**VISIT, "within": {"since": "2026-01-01T00:00:00Z"}},
        {**VISIT, "within": {"calendar": "this_month"}},
        {**LAST_SEEN, "operator": "more_than_ago", "value": {"hours": 1}},
        {**LAST_SEEN, "operator": "after", "value": "2026-01-01T00:00:00Z"},
    ],
)
def test_what_stays_or_has_no_end_has_none(node: dict[str, Any]) -> None:
    assert measure(node) == []


def test_conditions_are_found_inside_groups_and_a_gap_is_no_window() -> None:
    both = {
        "type": "event_sequence",
        "steps": [{"event": "a"}, {"event": "b"}],
        "gap": {"hours": 1},
        "within": {"last": {"days": 2}},
    }
    nested = {"type": "group", "match": "none", "conditions": [both]}

    assert measure({"type": "group", "match": "all", "conditions": [VISIT, nested]}) == [
        ("root.conditions[1].conditions[0]", 2 * DAY)
    ]
