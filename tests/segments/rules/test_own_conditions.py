"""What a rule asks of a subscriber's own values."""

from typing import Any

import pytest

from segments.rules import parse_rule
from segments.rules.own_conditions import OwnConditions, list_own_conditions

GOLD = {"type": "attribute", "key": "tier", "operator": "equals", "value": "gold"}
RICH = {"type": "attribute", "key": "spent", "operator": "greater_than", "value": 1000}
GERMAN = {"type": "profile", "field": "country", "operator": "equals", "value": "DE"}
OLD = {"type": "profile", "field": "created_at", "operator": "before", "value": "2026-01-01T00:00:00Z"}
NEAR = {"type": "location", "near": {"lat": 52.5, "lon": 13.4}, "radius": {"miles": 25}}
BOUGHT = {"type": "event", "event": "purchase"}


def _group(match: str, *conditions: dict[str, Any]) -> dict[str, Any]:
    return {"type": "group", "match": match, "conditions": list(conditions)}


def _list(root: dict[str, Any]) -> frozenset[OwnConditions]:
    return list_own_conditions(parse_rule({"version": 1, "root": root}))


def _list_operands(root: dict[str, Any]) -> set[frozenset[str]]:
    """The operands that stand together, by which the conditions of these tests are known."""
    known = {"gold", "1000", "de"}
    return {
        frozenset(str(param) for param in own.predicate.params if str(param) in known) for own in _list(root)
    }


def test_conditions_that_must_all_hold_belong_together() -> None:
    assert _list_operands(_group("all", RICH, GOLD, BOUGHT)) == {frozenset({"1000", "gold"})}


def test_groups_of_all_within_all_are_one() -> None:
    assert _list_operands(_group("all", GOLD, _group("all", RICH, BOUGHT))) == {frozenset({"1000", "gold"})}


def test_each_alternative_stands_for_itself() -> None:
    root = _group("any", GOLD, _group("all", RICH, BOUGHT))

    assert _list_operands(root) == {frozenset({"gold"}), frozenset({"1000"})}


@pytest.mark.parametrize(
    "root",
    [
        BOUGHT,
        _group("none", GOLD, RICH),
        {**_group("at_least", GOLD, RICH), "n": 1},
        {"type": "profile", "field": "last_seen_at", "operator": "within_last", "value": {"days": 3}},
        _group(
            "all",
            {"type": "attribute", "key": "birthday", "operator": "anniversary_within", "value": {"days": 3}},
        ),
    ],
)
def test_what_begins_no_search_or_moves_with_the_clock_is_left_out(root: dict[str, Any]) -> None:
    assert _list(root) == frozenset()


def test_statistics_are_wanted_of_values_inside_json_and_of_folded_texts_alone() -> None:
    (own,) = _list(_group("all", GOLD, GERMAN, OLD, NEAR))

    assert len(own.values) == 2
