"""How large a rule may be: what the settings allow is read, one more is refused in words, at its place."""

from typing import Any

import pytest

from segments.rules import RuleError, parse_rule
from segments.rules.limits import LARGEST, MOST_PARTS, MOST_PATTERN_SIGNS, Limits
from tests.segments.rules.documents import JSON, attribute, event, group, rule

TIGHT = Limits(depth=3, conditions=5, values=4)
SPOT = {"lat": 52.5, "lon": 13.4}
DEEPEST_CONDITION = event(
    where=[{"property": "p", "operator": "within_last", "value": {"days": 1}}], within={"last": {"days": 1}}
)


def nest(levels: int, innermost: Any = None) -> Any:
    node: Any = group("all", *([innermost] if innermost else []))
    for _ in range(levels - 1):
        node = group("all", node)
    return node


def near(*spots: Any) -> JSON:
    return {"type": "location", "near": list(spots), "radius": {"km": 1}}


def one_of(values: list[Any]) -> JSON:
    return attribute("k", "in", values=values)


def refuse(root: Any, limits: Limits) -> tuple[str, str]:
    with pytest.raises(RuleError) as caught:
        parse_rule(rule(root), limits)
    (problem,) = caught.value.problems
    return problem.path, problem.message


@pytest.mark.parametrize("limits", [TIGHT, Limits(), LARGEST])
def test_as_many_groups_inside_each_other_as_allowed_are_read_and_one_more_refused(limits: Limits) -> None:
    parse_rule(rule(nest(limits.depth)), limits)

    assert refuse(nest(limits.depth + 1), limits) == (
        "root",
        f"Groups are nested too deeply; {limits.depth} levels is the most.",
    )


@pytest.mark.parametrize("limits", [TIGHT, Limits(), LARGEST])
def test_the_deepest_group_may_hold_the_deepest_condition(limits: Limits) -> None:
    parse_rule(rule(nest(limits.depth, DEEPEST_CONDITION)), limits)


def test_nesting_beyond_python_s_own_depth_is_a_sentence_too() -> None:
    assert "3 levels is the most" in refuse(nest(100_000), TIGHT)[1]


@pytest.mark.parametrize("limits", [TIGHT, Limits(), LARGEST])
def test_as_many_conditions_as_allowed_are_read_and_one_more_refused(limits: Limits) -> None:
    """The outermost group is one of them."""
    parse_rule(rule(group("all", *[event()] * (limits.conditions - 1))), limits)

    assert refuse(group("all", *[event()] * limits.conditions), limits) == (
        "root",
        f"The rule is too large; {limits.conditions:,} conditions is the most.",
    )


@pytest.mark.parametrize(
    ("many", "path"),
    [
        pytest.param(lambda count: one_of(["a"] * count), "root.values", id="texts"),
        pytest.param(lambda count: one_of([1.5] * count), "root.values", id="numbers"),
        pytest.param(lambda count: near(*[SPOT] * count), "root.near", id="places"),
        pytest.param(
            lambda count: event(where=[{"property": "p", "operator": "in", "values": ["a"] * count}]),
            "root.where[0].values",
            id="of-a-property",
        ),
    ],
)
def test_as_many_values_as_allowed_are_read_and_one_more_refused(many: Any, path: str) -> None:
    parse_rule(rule(many(TIGHT.values)), TIGHT)

    assert refuse(many(TIGHT.values + 1), TIGHT) == (path, "There must be at most 4 of these.")


def test_whatever_the_settings_a_document_is_not_read_past_its_twenty_thousandth_part() -> None:
    lists = group("all", *[one_of(["a"] * 5_000)] * 4)

    assert refuse(lists, LARGEST) == ("root", f"The rule is too large; {MOST_PARTS:,} values is the most.")


def test_patterns_may_have_five_thousand_signs_together() -> None:
    ten = {"type": "page_view", "url": {"operator": "contains", "value": "a|b+c*" * 3 + "|d"}}
    parse_rule(rule(group("any", *[ten] * 500)))

    assert refuse(group("any", *[ten] * 501), LARGEST) == (
        "root",
        f"The patterns of the rule have too many of *, | and +; {MOST_PATTERN_SIGNS:,} is the most.",
    )


def test_what_is_stored_is_read_even_if_the_settings_allow_less_today() -> None:
    assert parse_rule(rule(nest(LARGEST.depth))).root.type == "group"
