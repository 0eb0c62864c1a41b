"""Is one version clearly better than all others? Pure, with the sentences that say so."""

from collections.abc import Sequence
from dataclasses import dataclass

from campaigns.statistics import Estimate, adjust_holm, compare_proportions, find_wilson

ALPHA = 0.05  # how often a difference that is nothing but chance may be taken for a real one
LEAST = 5  # people to be expected in each cell of a comparison; of fewer the test says nothing (Cochran 1954)
LEAST_PER_VERSION = 2 * LEAST  # of fewer, whatever they do, some cell is too small


@dataclass(frozen=True, slots=True)
class Standing:
    """How one version does: people who were sent it, and those of them who clicked or converted."""

    letter: str
    people: int
    successes: int

    @property
    def rate(self) -> Estimate:
        return find_wilson(self.successes, self.people)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The version that is ahead, and how often chance alone would put one as far ahead of all others.

    Not `is_enough`: too few people were sent some version, or did anything about it, to tell.
    """

    leader: Standing
    runner_up: Standing | None
    p: float
    is_enough: bool

    @property
    def is_clear(self) -> bool:
        return self.is_enough and self.p < ALPHA


def judge(standings: Sequence[Standing]) -> Verdict:
    """Compare the version that is ahead with each other one, by two-proportion z-tests adjusted after Holm.

    It is clearly better if it is so compared with every one of them. Of versions that do as well as each other the
    first letter is ahead.
    """
    leader, *others = sorted(standings, key=lambda each: (-each.rate.value, each.letter))
    p_values = [
        compare_proportions((leader.successes, other.successes), (leader.people, other.people))
        for other in others
    ]
    p = max(adjust_holm(p_values), default=1.0)
    return Verdict(
        leader, others[0] if others else None, p, all(_are_enough(leader, each) for each in others)
    )


def _are_enough(one: Standing, other: Standing) -> bool:
    people, successes = one.people + other.people, one.successes + other.successes
    return bool(people) and all(
        size * share / people >= LEAST
        for size in (one.people, other.people)
        for share in (successes, people - successes)
    )


def describe_verdict(verdict: Verdict, deed: str) -> str:
    """The figures, and what chance has to do with them; `deed` is what people did: “clicked”."""
    leader, other = verdict.leader, verdict.runner_up
    if not leader.people:
        return "Nobody has got it yet."
    figures = f"Of {leader.people:,} people who got version {leader.letter}, {_write(leader)} {deed}"
    if other is None:
        return f"{figures}."
    return f"{figures}; of {other.people:,} who got {other.letter}, the next best, {_write(other)}. {_say_chance(verdict)}"


def _say_chance(verdict: Verdict) -> str:
    p = verdict.p
    if not verdict.is_enough:
        return "That is too little to tell."
    if p >= ALPHA:
        return f"That may well be chance: in {round(p * 100)} of 100 tests versions that are equally good lie as far apart."
    often = f"{max(1, round(p * 100))}" if p >= 0.01 else "fewer than 1"
    return f"Chance alone does that in {often} of 100 tests."


def _write(standing: Standing) -> str:
    return f"{standing.rate.value * 100:.1f} %"
