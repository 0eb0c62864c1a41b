"""Two documents that are one rule."""

from typing import Any

import pytest

from segments.rules.sameness import mean_same
from tests.segments.rules.documents import attribute, event, group

GOLD, BUYS = attribute("tier", "equals", "gold"), event("purchase")


def rule(root: Any) -> Any:
    return {"version": 1, "root": root}


@pytest.mark.parametrize("match", ["all", "any"])
def test_a_group_around_one_condition_is_no_difference(match: str) -> None:
    assert mean_same(rule(GOLD), rule(group("all", group(match, GOLD))))


def test_a_part_that_is_left_out_is_the_same_as_one_that_says_nothing() -> None:
    assert mean_same(rule(BUYS), rule({**BUYS, "within": None}))


@pytest.mark.parametrize(
    "other",
    [
        attribute("tier", "equals", "silver"),
        group("none", GOLD),
        group("all", GOLD, BUYS),
        group("at_least", GOLD, n=0),
    ],
)
def test_what_chooses_others_is_another_rule(other: Any) -> None:
    assert not mean_same(rule(GOLD), rule(other))


def test_what_cannot_be_read_is_the_same_only_as_itself() -> None:
    assert mean_same({"version": 9}, {"version": 9})
    assert not mean_same({"version": 9}, rule(GOLD))
