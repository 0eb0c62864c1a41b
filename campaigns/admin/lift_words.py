"""What difference a campaign made, in words, and as a picture of how sure that is."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from campaigns.admin.report_words import say_percent
from campaigns.lift import LEAST_CONVERSIONS, LEAST_PEOPLE, Comparison, Group, Lift
from campaigns.statistics import Estimate

WIDTH = 100  # of the picture, in the units of the viewBox


@dataclass(frozen=True)
class GroupWords:
    """One of the two groups that are compared."""

    label: str
    group: Group
    share: str
    share_interval: str
    revenue: str
    revenue_interval: str


@dataclass(frozen=True)
class DifferenceWords:
    """`zero`, `x`, `width` and `dot` place nothing, the interval and the difference itself on a line."""

    label: str
    value: str
    interval: str
    relative: str
    zero: float
    x: float
    width: float
    dot: float


@dataclass(frozen=True)
class LiftWords:
    """`verdict` in a few words; `lift.sentence` in a whole one."""

    lift: Lift
    verdict: str
    groups: list[GroupWords]
    differences: list[DifferenceWords]


def describe_lift(lift: Lift | None) -> LiftWords | None:
    if lift is None:
        return None
    differences = [_describe("Conversion rate", lift.conversions, _say_points)]
    if lift.revenue is not None:
        differences.append(_describe("Revenue per person", lift.revenue, _say_amount))
    groups = [_describe_group("Meant for it", lift.meant), _describe_group("Held out", lift.held_out)]
    return LiftWords(lift, _say_verdict(lift), groups, differences)


def _say_verdict(lift: Lift) -> str:
    converted = min(lift.meant.converted, lift.held_out.converted)
    if lift.held_out.people < LEAST_PEOPLE or converted < LEAST_CONVERSIONS:
        return "Too early to tell"
    if not lift.conversions.is_clear:
        return "The difference may be chance"
    return "It made a difference" if lift.conversions.difference.value > 0 else "It did harm"


def _describe_group(label: str, group: Group) -> GroupWords:
    revenue = group.revenue_per_person
    return GroupWords(
        label,
        group,
        say_percent(group.share.value),
        _say_interval(group.share, lambda value: f"{100 * value:.1f}", " %"),
        f"{revenue.value:,.2f}",
        _say_interval(revenue, lambda value: f"{value:,.2f}"),
    )


def _describe(label: str, comparison: Comparison, say: Callable[[float], str]) -> DifferenceWords:
    difference, relative = comparison.difference, comparison.relative
    low, high = difference.interval
    if not (math.isfinite(low) and math.isfinite(high)):
        return DifferenceWords(label, say(difference.value), "", "", 50, 0, WIDTH, 50)
    first, last = min(0.0, low), max(0.0, high)
    scale = WIDTH / (last - first or 1)
    return DifferenceWords(
        label,
        say(difference.value),
        f"{say(low)} to {say(high)}",
        _set_minus(f"{100 * relative.value:+.0f} %") if relative else "",
        zero=round(-first * scale, 2),
        x=round((low - first) * scale, 2),
        width=round((high - low) * scale, 2),
        dot=round((difference.value - first) * scale, 2),
    )


def _say_points(value: float) -> str:
    return _set_minus(f"{100 * value:+.1f} points")


def _say_amount(value: float) -> str:
    return _set_minus(f"{value:+,.2f}")


def _set_minus(text: str) -> str:
    return text.replace("-", "−")


def _say_interval(estimate: Estimate, say: Callable[[float], str], unit: str = "") -> str:
    low, high = estimate.interval
    return f"{say(low)}–{say(high)}{unit}" if math.isfinite(low) and math.isfinite(high) else ""
