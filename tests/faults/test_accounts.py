"""Telling repeats that kills explain from those that they do not."""

import datetime as dt

import pytest

from pushservice.app import create_app
from tests.factories import NOW
from tests.faults.accounts import Repeats, count_repeats
from tests.faults.moods import Mood
from tests.faults.town import Taking, Town

SECOND = dt.timedelta(seconds=1)


def town_of(*people: int) -> Town:
    app = create_app()
    town = Town([app], {"steady": (app, "http://localhost:1")})
    town.moods.update(dict.fromkeys(people, Mood("201", 0)))
    return town


def take(person: int, *seconds: int) -> tuple[tuple[int, int], list[Taking]]:
    return (1, person), [Taking(1, 1, person, NOW + at * SECOND) for at in seconds]


def at(*seconds: int) -> list[dt.datetime]:
    return [NOW + second * SECOND for second in seconds]


def test_a_repeat_on_both_sides_of_a_kill_is_explained_by_it() -> None:
    takings = dict([take(1, 0, 9), take(2, 3)])
    assert count_repeats(takings, town_of(1, 2), at(5), in_hand=1) == Repeats(1, 0)


@pytest.mark.parametrize("kills", [[], [20], [0]])
def test_a_repeat_without_a_kill_in_between_is_not_explained(kills: list[int]) -> None:
    takings = dict([take(1, 10, 19)])
    with pytest.raises(AssertionError, match=r"no kill explains it|after the last kill"):
        count_repeats(takings, town_of(1), at(*kills), in_hand=1)


def test_a_kill_explains_no_more_than_was_in_hand() -> None:
    takings = dict([take(person, 0, 9) for person in (1, 2, 3)])
    with pytest.raises(AssertionError, match="no kill explains it"):
        count_repeats(takings, town_of(1, 2, 3), at(5), in_hand=2)


def test_repeats_are_shared_out_among_kills_wherever_that_is_possible() -> None:
    takings = dict([take(1, 0, 3), take(2, 0, 9), take(3, 4, 9)])
    assert count_repeats(takings, town_of(1, 2, 3), at(1, 5, 6), in_hand=1).of_kills == 3


def test_a_repeat_long_after_the_kill_is_explained_if_it_was_in_hand_then() -> None:
    takings = dict([take(1, 0, 600)])
    assert count_repeats(takings, town_of(1), at(5), in_hand=1).of_kills == 1
    with pytest.raises(AssertionError, match="no kill"):
        count_repeats(takings, town_of(1), at(300), in_hand=1)
