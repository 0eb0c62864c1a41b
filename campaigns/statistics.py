"""What figures of samples say about everybody: intervals and tests, of arithmetic alone. docs/decisions/0011 says which and why."""

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import NamedTuple

CONFIDENCE = 0.95
_NORMAL = NormalDist()


class Interval(NamedTuple):
    """What the true value lies between, in as many cases as the confidence says. Either end may be infinite."""

    low: float
    high: float

    def holds(self, value: float) -> bool:
        return self.low <= value <= self.high


class Estimate(NamedTuple):
    """A figure and the interval around it."""

    value: float
    interval: Interval


class Sample(NamedTuple):
    """Some people's numbers, by their size and sums of powers; each person counts, those with 0, too."""

    size: int
    total: float
    squares: float
    cubes: float = 0.0

    @property
    def mean(self) -> float:
        return self.total / self.size if self.size else 0.0

    @property
    def variance(self) -> float:
        """Unbiased; 0 of fewer than two people."""
        if self.size < 2:
            return 0.0
        return max(0.0, self.squares - self.size * self.mean**2) / (self.size - 1)

    @property
    def skewness(self) -> float:
        """How lopsided the numbers are: 0 if they lie evenly around their mean (the moment coefficient)."""
        if self.size < 2 or self.variance <= 0:
            return 0.0
        mean, second = self.mean, self.squares / self.size
        third = self.cubes / self.size - 3 * mean * second + 2 * mean**3
        return third / (second - mean**2) ** 1.5 if second > mean**2 else 0.0


def find_wilson(successes: int, size: int, *, confidence: float = CONFIDENCE) -> Estimate:
    """A share with Wilson's score interval (Wilson 1927; recommended by Newcombe 1998 and by Brown, Cai, DasGupta 2001)."""
    if not size:
        return Estimate(0.0, Interval(0.0, 1.0))
    z, share = _find_quantile(confidence), successes / size
    middle = share + z * z / (2 * size)
    margin = z * math.sqrt(share * (1 - share) / size + z * z / (4 * size * size))
    scale = 1 + z * z / size
    low = 0.0 if successes == 0 else (middle - margin) / scale
    high = 1.0 if successes == size else (middle + margin) / scale
    return Estimate(share, Interval(low, high))


def find_mean(sample: Sample, *, confidence: float = CONFIDENCE) -> Estimate:
    """A mean with its large-sample interval (central limit theorem); without end for fewer than two people."""
    if sample.size < 2:
        return Estimate(sample.mean, Interval(-math.inf, math.inf))
    margin = _find_quantile(confidence) * math.sqrt(sample.variance / sample.size)
    return Estimate(sample.mean, Interval(sample.mean - margin, sample.mean + margin))


def subtract(first: Estimate, second: Estimate) -> Estimate:
    """The difference of two independent figures, its interval recovered from theirs (Zou and Donner 2008, MOVER).

    Of two Wilson intervals this is Newcombe's hybrid score interval (Newcombe 1998, method 10); of two means, the
    usual one.
    """
    difference = first.value - second.value
    below = math.hypot(first.value - first.interval.low, second.interval.high - second.value)
    above = math.hypot(first.interval.high - first.value, second.value - second.interval.low)
    return Estimate(difference, Interval(difference - below, difference + above))


def divide(first: Estimate, second: Estimate) -> Estimate | None:
    """The ratio of two independent figures, its interval recovered from theirs (Donner and Zou 2012, MOVER-R).

    It holds 1 just when the interval of the difference holds 0. Of two means it is Fieller's interval (1954). None
    where the second figure could be 0, or an end is not known: then the ratio could be anything.
    """
    (a, (low_a, high_a)), (b, (low_b, high_b)) = first, second
    if low_b <= 0 or not all(map(math.isfinite, (low_a, a, high_a, b, high_b))):
        return None
    size = max(abs(low_a), abs(high_a))
    if size == 0:
        return Estimate(0.0, Interval(0.0, 0.0))
    unit = size / b
    if low_b / b == 0 or not math.isfinite(unit):  # as good as 0
        return None
    # In units of their own, so that neither very small nor very large figures leave what floats can hold.
    a, low_a, high_a, low_b, high_b = a / size, low_a / size, high_a / size, low_b / b, high_b / b
    below, above = low_a * (2 * a - low_a), high_a * (2 * a - high_a)
    upper, lower = high_b * (2 - high_b), low_b * (2 - low_b)
    # An end is where a difference of the one figure and so many of the other just reaches 0: the root of a quadratic. A
    # ratio below 0 turns the second figure's ends round. Written so that nothing is divided by what may be 0.
    if low_a > 0:
        low = below / (a + _root(a * a - below * upper))
    else:
        low = (a - _root(a * a - below * lower)) / lower
    if high_a < 0:
        high = above / (a - _root(a * a - above * upper))
    else:
        high = (a + _root(a * a - above * lower)) / lower
    return Estimate(a * unit, Interval(min(low, a) * unit, max(high, a) * unit))


def compare_proportions(successes: Sequence[int], sizes: Sequence[int]) -> float:
    """Two-sided p-value of “both shares are the same”: the two-proportion z-test with a pooled share (Fleiss 1981, 2.2)."""
    (x, y), (m, n) = successes, sizes
    if not m or not n:
        return 1.0
    pooled = (x + y) / (m + n)
    error = math.sqrt(pooled * (1 - pooled) * (1 / m + 1 / n))
    return _find_p(x / m - y / n, error)


def compare_means(first: Sample, second: Sample) -> float:
    """Two-sided p-value of “both means are the same”, variances unequal (Welch 1947), by the normal distribution."""
    if first.size < 2 or second.size < 2:
        return 1.0
    error = math.sqrt(first.variance / first.size + second.variance / second.size)
    return _find_p(first.mean - second.mean, error)


def adjust_holm(p_values: Sequence[float]) -> list[float]:
    """P-values of several tests, made larger so that all of them together err as rarely as one would (Holm 1979)."""
    adjusted, largest = [1.0] * len(p_values), 0.0
    for rank, index in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = largest
    return adjusted


def check_split(counts: Sequence[int], weights: Sequence[float]) -> float:
    """P-value of “people were drawn by these weights” (Pearson's chi-square test): tells a sample ratio mismatch."""
    total, whole = sum(counts), sum(weights)
    expected = [total * weight / whole for weight in weights] if whole > 0 else [0.0]
    if len(counts) < 2 or min(expected) <= 0:
        return 1.0
    statistic = sum((count - mean) ** 2 / mean for count, mean in zip(counts, expected, strict=True))
    return find_chi_square_tail(statistic, len(counts) - 1)


def find_chi_square_tail(statistic: float, freedom: int) -> float:
    """How often a chi-square variable with so many degrees of freedom is larger (Abramowitz and Stegun 26.4.4 and 26.4.5)."""
    half = statistic / 2
    if half <= 0:
        return 1.0
    tail = math.erfc(math.sqrt(half)) if freedom % 2 else math.exp(-half)
    for degree in range(3 if freedom % 2 else 4, freedom + 1, 2):
        tail += math.exp((degree / 2 - 1) * math.log(half) - half - math.lgamma(degree / 2))
    return min(1.0, tail)


def find_smallest_effect(share: float, first: int, second: int, *, power: float = 0.8) -> float:
    """The smallest difference of shares that groups of these sizes would show in so many of 1 cases (Fleiss 1981, 3)."""
    if not first or not second:
        return 1.0
    error = math.sqrt(share * (1 - share) * (1 / first + 1 / second))
    return min(1.0, (_find_quantile(CONFIDENCE) + _NORMAL.inv_cdf(power)) * error)


def _root(value: float) -> float:
    """Rounding may leave a square that is 0 a little below it."""
    return math.sqrt(max(0.0, value))


def _find_quantile(confidence: float) -> float:
    return _NORMAL.inv_cdf(1 - (1 - confidence) / 2)


def _find_p(difference: float, error: float) -> float:
    if error == 0:
        return 1.0 if difference == 0 else 0.0
    return math.erfc(abs(difference) / error / math.sqrt(2))
