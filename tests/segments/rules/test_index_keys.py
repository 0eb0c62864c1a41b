"""Which indexes a rule would be served by."""

from typing import Any

import pytest

from segments.rules import parse_rule
from segments.rules.index_keys import list_index_keys

GOLD = {"type": "attribute", "key": "tier", "operator": "equals", "value": "gold"}
RICH = {"type": "attribute", "key": "spent", "operator": "greater_than", "value": 1000}
OLD = {"type": "attribute", "key": "age", "operator": "at_least", "value": 60}
GERMAN = {"type": "profile", "field": "country", "operator": "equals", "value": "DE"}
BOUGHT = {"type": "event", "event": "purchase"}


def _group(match: str, *conditions: dict[str, Any]) -> dict[str, Any]:
    return {"type": "group", "match": match, "conditions": list(conditions)}


def _list(root: dict[str, Any]) -> set[tuple[str, ...]]:
    """The names in the keys: an attribute's key is a value, a profile field stands in the text."""
    found = list_index_keys(parse_rule({"version": 1, "root": root}))
    return {tuple(str(key.params[0]) if key.params else key.text for key in each.keys) for each in found}


def test_conditions_that_must_all_hold_share_an_index_with_the_span_last() -> None:
    assert _list(_group("all", RICH, GOLD)) == {("tier", "spent")}


def test_of_two_spans_only_the_first_can_narrow_the_search() -> None:
    assert _list(_group("all", RICH, OLD)) == {("spent",)}


def test_groups_of_all_within_all_are_one() -> None:
    assert _list(_group("all", GOLD, _group("all", RICH, BOUGHT))) == {("tier", "spent")}


def test_each_alternative_begins_from_an_index_of_its_own() -> None:
    assert _list(_group("any", GOLD, _group("all", RICH, BOUGHT))) == {("tier",), ("spent",)}


@pytest.mark.parametrize(
    "root",
    [
        BOUGHT,
        _group("none", GOLD, RICH),
        {**_group("at_least", GOLD, RICH), "n": 1},
        {"type": "attribute", "key": "tier", "operator": "not_equals", "value": "gold"},
        {"type": "attribute", "key": "tier", "operator": "contains", "value": "o"},
        {"type": "attribute", "key": "tier", "operator": "exists"},
    ],
)
def test_what_does_not_narrow_the_search_has_no_index(root: dict[str, Any]) -> None:
    assert _list(root) == set()


def test_an_index_on_profile_fields_alone_carries_them() -> None:
    (mixed,) = list_index_keys(parse_rule({"version": 1, "root": _group("all", GERMAN, GOLD)}))
    (alone,) = list_index_keys(parse_rule({"version": 1, "root": GERMAN}))

    assert alone.includes == ("country",)
    assert mixed.includes == ()
