"""From the people of the sample to all: how many there are, and how far that may be off."""

from dataclasses import dataclass
from math import ceil, floor, log10, sqrt

CONFIDENCE = 1.96  # standard errors to either side hold the truth in 95 of 100 samples


@dataclass(frozen=True)
class Size:
    """How many living subscribers a site has, and how many of them are in the fixed sample."""

    total: int
    sample: int


@dataclass(frozen=True)
class Estimate:
    """`count` ± `margin`; and `ceiling`, which the truth does not exceed, as a round number. All at 95 %."""

    count: int
    margin: int
    ceiling: int


def estimate_count(found: int, size: Size) -> Estimate:
    """How many of all, if `found` of the sample are.

    The share found is that of all. Its standard error is the binomial √(p(1−p)/n), times √((N−n)/(N−1)) because the n
    of the sample are drawn from N without putting back (Cochran, Sampling Techniques, 3rd ed., sections 2.6 and 3.2).
    p and n have two hits and two misses added (1.96²/2 of each), so that a margin is right also where nobody or
    everybody of the sample was found (Agresti and Coull, The American Statistician 52, 1998).
    """
    if not size.sample:
        return Estimate(0, size.total, round_up(size.total))
    found = min(found, size.sample)  # the size may be some seconds older
    extra = CONFIDENCE**2
    share = (found + extra / 2) / (size.sample + extra)
    finite = (size.total - size.sample) / max(size.total - 1, 1)
    off = CONFIDENCE * sqrt(share * (1 - share) / (size.sample + extra) * finite)
    return Estimate(
        count=round(size.total * found / size.sample),
        margin=ceil(size.total * off),
        ceiling=round_up(size.total * (share + off)),
    )


def round_up(number: float) -> int:
    """To one digit and zeros: 5,412 becomes 6,000."""
    if number <= 1:
        return ceil(number)
    step = int(10.0 ** floor(log10(number)))
    return ceil(number / step) * step


def round_figure(number: int) -> int:
    """To three digits and zeros, which is all that an estimate can tell: 116,482 becomes 116,000."""
    return round(number, 3 - len(str(number))) if number >= 1000 else number
