"""A sequence changes as its steps leave the window, and as what must not happen is dated ahead."""

from typing import Any

import pytest

from tests.factories import NOW
from tests.segments.rules.documents import JSON
from tests.segments.rules.flips.asking import DAY, HOUR, did, find_change, person

CART, BOUGHT = {"event": "add_to_cart"}, {"event": "purchase"}
NOT_BOUGHT = {**BOUGHT, "absent": True}
WEEK = {"last": {"days": 7}}


def sequence(*steps: JSON, **fields: Any) -> JSON:
    return {"type": "event_sequence", "steps": list(steps), **fields}


def carted(*days_ago: float) -> Any:
    return did(*days_ago, name="add_to_cart")


def test_a_sequence_is_over_when_its_first_step_leaves_the_window() -> None:
    facts = person(events=(*carted(5), *did(1)))

    assert find_change(sequence(CART, BOUGHT, within=WEEK), facts) == NOW + 2 * DAY
    assert find_change(sequence(CART, BOUGHT), facts) is None


def test_another_first_step_in_time_keeps_it_up() -> None:
    facts = person(events=(*carted(5, 3), *did(1)))

    assert find_change(sequence(CART, BOUGHT, within=WEEK), facts) == NOW + 4 * DAY
    assert find_change(sequence(CART, BOUGHT, within=WEEK, gap={"days": 2}), facts) == NOW + 4 * DAY
    assert find_change(sequence(CART, BOUGHT, within=WEEK, gap={"days": 1}), facts) is None


def test_a_thing_not_done_is_over_when_what_came_before_it_leaves() -> None:
    root = sequence(CART, NOT_BOUGHT, within=WEEK)

    assert find_change(root, person(events=carted(5))) == NOW + 2 * DAY
    assert find_change(root, person(events=(*carted(5), *did(4)))) is None


def test_what_must_not_happen_and_is_dated_ahead_ends_it_unless_the_gap_is_over_by_then() -> None:
    facts = person(events=(*carted(5), *did(-1)))

    assert find_change(sequence(CART, NOT_BOUGHT), facts) == NOW + DAY
    assert find_change(sequence(CART, NOT_BOUGHT, gap={"days": 5}), facts) is None


def test_what_leaves_and_what_comes_at_one_instant_does_so_at_once() -> None:
    ahead = person(events=(*carted(5, -2 + 1 / 24), *did(1, -2)))

    assert find_change(sequence(CART, BOUGHT, within=WEEK), ahead) == NOW + 9 * DAY - HOUR


def test_a_window_that_lies_back_begins_and_ends() -> None:
    root = sequence(CART, BOUGHT, within={"between_ago": [{"days": 14}, {"days": 7}]})
    facts = person(events=(*carted(5), *did(4)))

    assert find_change(root, facts) == NOW + 3 * DAY
    assert find_change(root, facts, as_of=NOW + 3 * DAY) == NOW + 9 * DAY


@pytest.mark.parametrize("number", [1, 2, 200])
def test_however_often_the_steps_were_taken_the_last_of_them_counts(number: int) -> None:
    days = [each * 6 / number for each in range(number)]
    facts = person(events=(*carted(*(each + 0.5 for each in days)), *did(*(each + 0.25 for each in days))))

    assert find_change(sequence(CART, BOUGHT, within=WEEK), facts) == NOW + 6.5 * DAY
