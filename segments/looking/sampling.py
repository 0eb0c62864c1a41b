"""Figures told from some of the people: a part of the fixed sample (segments/rules/samples.py) with indexes of its own.

Two in 128, by a hash of their id. The migrations of `segments` hold the same text.
"""

from dataclasses import dataclass
from math import ceil, sqrt

from segments.preview.margins import CONFIDENCE, round_figure, round_up

SHARE = 2 / 128
IN_SAMPLE = "AND (hashint8(subscriber_id) & 127) < 2"
# As many rows are counted exactly while somebody waits for the page: about 60 ms on the benchmark's machine.
MOST_AT_ONCE = 200_000


@dataclass(frozen=True)
class Figure:
    """A number of people; the truth lies within `margin` to either side in 95 of 100 cases, 0: this is the truth."""

    count: int
    margin: int = 0

    def __str__(self) -> str:
        if not self.margin:
            return f"{self.count:,}"
        if self.margin >= self.count:
            return f"fewer than {round_up(self.count + self.margin):,}"
        return f"about {round_figure(self.count):,} ± {round_figure(self.margin):,}"


def tell_figure(found: int, *, exact: bool) -> Figure:
    """How many there are, if so many were `found`: among all where `exact`, else in the sample.

    Each person is in the sample or not by a coin of their own, so the number found is nearly Poisson's. The margin is
    the upper, wider half of its score interval, z²/2 + z√(n + z²/4), which holds for few and none, too.
    """
    if exact:
        return Figure(found)
    extra = CONFIDENCE**2
    margin = (extra / 2 + CONFIDENCE * sqrt(found + extra / 4)) / SHARE
    return Figure(round(found / SHARE), ceil(margin))
