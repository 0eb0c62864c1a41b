"""Shares of people, and how sure one can be of them."""

from dataclasses import dataclass

from campaigns.statistics import find_wilson


@dataclass(frozen=True, slots=True)
class Rate:
    """`count` of `total` people. `value` from 0 to 1, None of nobody; it is within `low` and `high` with 95 % certainty."""

    count: int
    total: int
    value: float | None
    low: float | None
    high: float | None


def measure_rate(count: int, total: int) -> Rate:
    """A share with its interval of confidence (Wilson's, 95 %)."""
    if not total:
        return Rate(count, total, None, None, None)
    share, (low, high) = find_wilson(count, total)
    return Rate(count, total, share, low, high)
