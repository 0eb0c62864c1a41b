"""A version wins only if it is clearly better than every other one."""

import random

import pytest

from campaigns.experiments.verdicts import Standing, describe_verdict, judge


def make_standings(*figures: tuple[int, int]) -> list[Standing]:
    return [
        Standing(letter, people, done) for letter, (people, done) in zip("ABCDEFGH", figures, strict=False)
    ]


@pytest.mark.parametrize(
    ("figures", "leader", "is_clear"),
    [
        (((1000, 31), (1000, 52)), "B", True),
        (((1000, 45), (1000, 52)), "B", False),
        (((1000, 52), (1000, 52)), "A", False),
        (((1000, 31), (1000, 52), (1000, 50)), "B", False),
        (((1000, 20), (1000, 60), (1000, 31)), "B", True),
    ],
)
def test_the_version_ahead_must_be_better_than_each_other_one(
    figures: tuple[tuple[int, int], ...], leader: str, is_clear: bool
) -> None:
    verdict = judge(make_standings(*figures))
    assert (verdict.leader.letter, verdict.is_clear) == (leader, is_clear)


@pytest.mark.parametrize(
    "figures", [((3, 0), (1, 1)), ((1000, 0), (1000, 6)), ((1000, 0), (0, 0)), ((0, 0), (0, 0))]
)
def test_of_too_few_nothing_is_clear(figures: tuple[tuple[int, int], ...]) -> None:
    assert not judge(make_standings(*figures)).is_clear


def test_several_versions_need_a_larger_difference() -> None:
    pair = judge(make_standings((1000, 33), (1000, 52)))
    four = judge(make_standings((1000, 33), (1000, 52), (1000, 33), (1000, 33)))
    assert pair.is_clear
    assert four.p > pair.p


def test_versions_that_are_equally_good_seldom_have_a_winner() -> None:
    chance = random.Random(5)

    def draw() -> tuple[int, int]:
        return 500, sum(chance.random() < 0.1 for _ in range(500))

    wins = sum(judge(make_standings(draw(), draw(), draw())).is_clear for _ in range(300))
    assert wins / 300 < 0.06


def test_the_figures_are_said_in_plain_words() -> None:
    assert describe_verdict(judge(make_standings((1000, 31), (1200, 62))), "clicked") == (
        "Of 1,200 people who got version B, 5.2 % clicked; of 1,000 who got A, the next best, 3.1 %. "
        "Chance alone does that in 2 of 100 tests."
    )


@pytest.mark.parametrize(
    ("figures", "sentence"),
    [
        (((1000, 10), (1000, 90)), "in fewer than 1 of 100 tests"),
        (((1000, 45), (1000, 52)), "That may well be chance: in 47 of 100 tests"),
        (((4, 1), (5, 1)), "too little to tell"),
        (((0, 0), (0, 0)), "Nobody has got it yet"),
    ],
)
def test_what_chance_has_to_do_with_it_is_said(figures: tuple[tuple[int, int], ...], sentence: str) -> None:
    assert sentence in describe_verdict(judge(make_standings(*figures)), "converted")
