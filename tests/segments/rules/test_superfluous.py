"""Which condition of a group changes nothing, and where that is said."""

from typing import Any

import pytest

from tests.segments.rules.test_implications import attribute, country, did, group
from tests.segments.rules.test_lint import lint

WIDE, NARROW = attribute("greater_than", 500, key="value"), attribute("greater_than", 1000, key="value")


def paths(node: dict[str, Any]) -> list[str]:
    return [remark.path for remark in lint(node) if "changes nothing" in remark.message]


@pytest.mark.parametrize(("match", "superfluous"), [("all", WIDE), ("any", NARROW), ("none", NARROW)])
def test_in_all_the_wider_and_elsewhere_the_narrower_of_two_changes_nothing(
    match: str, superfluous: dict[str, Any]
) -> None:
    for pair in ((WIDE, NARROW), (NARROW, WIDE)):
        assert paths(group(match, *pair)) == [f"root.conditions[{pair.index(superfluous)}]"]


def test_the_remark_names_both() -> None:
    [remark] = lint(group("all", NARROW, WIDE))

    assert remark.message == (
        "This changes nothing: everybody whose value is greater than 1,000 is also somebody whose value is greater than 500."
    )


def test_where_so_many_are_asked_for_each_counts() -> None:
    assert paths(group("at_least", WIDE, NARROW, n=1)) == []


def test_of_two_that_mean_the_same_the_first_stays() -> None:
    gold = [attribute("equals", text, key="tier") for text in ("gold", "GOLD")]

    assert paths(group("all", *gold)) == paths(group("any", *gold)) == ["root.conditions[1]"]


def test_groups_that_are_joined_alike_are_one() -> None:
    assert paths(group("all", NARROW, group("all", did(), WIDE))) == ["root.conditions[1].conditions[1]"]


def test_a_whole_group_can_change_nothing() -> None:
    either = group("any", country("equals", "DE"), country("equals", "AT"))

    assert paths(group("all", country("equals", "DE"), either)) == ["root.conditions[1]"]
    assert paths(group("all", country("in", ["DE", "CH"]), either)) == []


def test_conditions_deeper_down_are_compared_with_their_neighbours() -> None:
    assert paths(group("any", did(), group("all", NARROW, WIDE))) == ["root.conditions[1].conditions[1]"]


def test_a_condition_that_stands_there_twice_is_only_called_that() -> None:
    assert paths(group("all", WIDE, WIDE)) == []
