"""What a rule cannot know by itself: types of attributes, other segments, circles."""

from typing import Any

import pytest

from segments.rules import Knowledge, RuleError, check_rule
from segments.rules.operators import Family
from segments.rules.validation import list_used_segments
from tests.segments.rules.documents import attribute, event, group, read

KNOWN = Knowledge(
    attributes={"ltv": Family.NUMBER, "tier": Family.TEXT, "tags": Family.LIST, "born": Family.TIME},
    segments={1: frozenset(), 2: frozenset({1}), 3: frozenset({2}), 4: frozenset({5}), 5: frozenset({4})},
    names={1: "Gold", 2: "Gold in Berlin", 3: "Gold in Berlin, active"},
)


def nested(segment: int) -> Any:
    return {"type": "segment", "segment": segment}


@pytest.mark.parametrize(
    "root",
    [
        pytest.param(attribute("ltv", "at_least", 5), id="number-of-a-number"),
        pytest.param(attribute("ltv", "not_exists"), id="existence-of-anything"),
        pytest.param(attribute("never_seen", "is_true"), id="attribute-that-may-come"),
        pytest.param(event("never_seen"), id="event-that-may-come"),
        pytest.param(nested(3), id="another-segment"),
    ],
)
def test_what_makes_sense_passes(root: Any) -> None:
    check_rule(read(root), KNOWN, segment=9)


@pytest.mark.parametrize(
    ("root", "path", "message"),
    [
        pytest.param(
            attribute("ltv", "contains", "5"),
            "root.operator",
            "“ltv” holds a number, but this compares it with text. Choose an operator for a number.",
            id="text-of-a-number",
        ),
        pytest.param(
            group("all", event(), attribute("tags", "equals", "a")),
            "root.conditions[1].operator",
            "“tags” holds a list, but this compares it with text or a number. Choose an operator for a list.",
            id="in-a-group",
        ),
        pytest.param(
            nested(99),
            "root.segment",
            "This segment does not exist (any more). Choose another one.",
            id="no-such-segment",
        ),
    ],
)
def test_what_can_never_work_is_refused_at_its_place(root: Any, path: str, message: str) -> None:
    with pytest.raises(RuleError) as caught:
        check_rule(read(root), KNOWN)

    (problem,) = caught.value.problems
    assert (problem.path, problem.message) == (path, message)


@pytest.mark.parametrize(
    ("own", "circle"),
    [
        (3, "“Gold in Berlin, active” → “Gold in Berlin, active”"),
        (2, "“Gold in Berlin” → “Gold in Berlin, active” → “Gold in Berlin”"),
        (1, "“Gold” → “Gold in Berlin, active” → “Gold in Berlin” → “Gold”"),
    ],
)
def test_a_segment_cannot_be_built_on_itself_and_the_circle_is_shown_by_names(own: int, circle: str) -> None:
    with pytest.raises(RuleError) as caught:
        check_rule(read(group("any", event(), nested(3))), KNOWN, segment=own)

    (problem,) = caught.value.problems
    assert problem.path == "root.conditions[1].segment"
    assert problem.message == f"This would go round in a circle: {circle}."


def test_of_several_ways_round_the_shortest_is_shown() -> None:
    known = Knowledge(segments={1: frozenset(), 2: frozenset({1, 3}), 3: frozenset({1})})

    with pytest.raises(RuleError, match="circle: “number 1” → “number 2” → “number 1”"):
        check_rule(read(nested(2)), known, segment=1)


def test_a_circle_among_others_is_not_this_segment_s_fault() -> None:
    check_rule(read(nested(4)), KNOWN, segment=1)


def test_used_segments_are_found_at_any_depth() -> None:
    assert list_used_segments(read(group("all", nested(1), group("none", nested(2), event())))) == {1, 2}
