"""Pairs of conditions that can never both hold, or of which one always does: found from the conditions alone.

Not every such pair is found; for those that are, it is so for every subscriber at every instant.
"""

import datetime as dt
from functools import lru_cache
from typing import Any, NamedTuple

from segments.rules.ast import (
    BucketCondition,
    ChannelCondition,
    Condition,
    DeviceCondition,
    SegmentCondition,
)
from segments.rules.comparisons import Comparison
from segments.rules.event_nodes import EventCondition, MessageCondition, PageViewCondition
from segments.rules.operators import Arity, Operator
from segments.rules.shares import BUCKETS

SOME_INSTANT = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)  # the same for both sides
MOST_NAMED = 50  # values that are tried one by one
Counted = EventCondition | PageViewCondition | MessageCondition


class _Range(NamedTuple):
    """All between two ends (None: open on that side); `strict` ends are not themselves inside."""

    lower: Any
    upper: Any
    lower_strict: bool = False
    upper_strict: bool = False


def find_subject(node: Condition | Comparison) -> str | None:
    """What a condition is about, apart from what it asks of it: only those of one subject can be in conflict."""
    match node:
        case Comparison():
            return node.model_dump_json(exclude={"operator", "value", "values"})
        case EventCondition() | PageViewCondition() | MessageCondition():
            return node.model_dump_json(exclude={"count"})
        case SegmentCondition():
            return f"segment {node.segment}"
        case BucketCondition():
            return f"bucket {node.salt}"
        case ChannelCondition():
            return f"channel {node.channel}" if node.within is None else None
    return None


def exclude_each_other(one: Any, other: Any) -> bool:
    """Whether nobody can fit both of two conditions, which are of one subject."""
    match one:
        case DeviceCondition():
            return _are_twins(one, other)  # somebody may have a phone and a computer
        case Comparison() if one.of_many:
            return _are_twins(one, other)  # one value may fit the one, another the other
        case Comparison():
            return _are_twins(one, other) or _values_exclude(one, other) or _ranges_exclude(one, other)
        case EventCondition() | PageViewCondition() | MessageCondition():
            (_, most), (least, _) = sorted([_find_span(one), _find_span(other)])
            return most < least
        case SegmentCondition():
            return bool(one.member != other.member)
        case BucketCondition():
            return bool(one.to <= other.first or other.to <= one.first)
        case ChannelCondition():
            return bool(one.state != other.state)
    return False


def cover_everybody(one: Any, other: Any) -> bool:
    """Whether everybody fits one or the other of two conditions, which are of one subject."""
    match one:
        case Comparison():
            return _are_twins(one, other)
        case EventCondition() | PageViewCondition() | MessageCondition():
            (least, most), (least_too, most_too) = sorted([_find_span(one), _find_span(other)])
            return bool(least == 0 and least_too <= most + 1 and max(most, most_too) == float("inf"))
        case SegmentCondition():
            return bool(one.member != other.member)
        case BucketCondition():
            first, last = sorted([one, other], key=lambda share: share.first)
            return bool(first.first == 0 and last.first <= first.to and max(first.to, last.to) == BUCKETS)
    return False


def _find_span(node: Counted) -> tuple[float, float]:
    least, most = node.count.span if node.count else (1, None)
    return least, float("inf") if most is None else most


@lru_cache(maxsize=1024)  # a condition is compared with many others
def read_operand(test: Comparison) -> tuple[Operator, Any]:
    """The positive operator and what it compares with, ready for any instant: the same one for all."""
    row, operand = test.prepare(test.families[0], SOME_INSTANT)
    return row, frozenset(operand) if row.key == "in" else operand


def _are_twins(one: Comparison, other: Comparison) -> bool:
    """Whether one is the exact complement of the other."""
    negates = one.row.negates == other.row.key or other.row.negates == one.row.key
    return negates and bool(one.operand == other.operand)


def _values_exclude(one: Comparison, other: Comparison) -> bool:
    """Where one names the very values it takes: whether the other takes none of them."""
    for named, test in ((one, other), (other, one)):
        if test.operator == "not_exists":
            return not named.negated
        if named.row.key in {"equals", "in"} and named.families == test.families:
            names, operand = read_operand(named)
            values = operand if names.key == "in" else (operand,)
            row, asked = read_operand(test)
            if len(values) > MOST_NAMED and row.key not in {"equals", "in"}:
                return False
            return not any(bool(row.holds(value, asked)) != test.negated for value in values)
    return False


def _ranges_exclude(one: Comparison, other: Comparison) -> bool:
    ranges = _find_ranges(one, other)
    return ranges is not None and any(
        low.lower is not None
        and high.upper is not None
        and (low.lower > high.upper or (low.lower == high.upper and (low.lower_strict or high.upper_strict)))
        for low, high in (ranges, ranges[::-1])
    )


def ranges_contain(outer: Comparison, inner: Comparison) -> bool:
    """Whether both take all between two ends, and the one all that the other does. They are positive, of one family."""
    ranges = _find_ranges(outer, inner)
    if ranges is None:
        return False
    wide, narrow = ranges
    reaches_down = wide.lower is None or (
        narrow.lower is not None and (wide.lower, wide.lower_strict) <= (narrow.lower, narrow.lower_strict)
    )
    reaches_up = wide.upper is None or (
        narrow.upper is not None
        and (wide.upper, not wide.upper_strict) >= (narrow.upper, not narrow.upper_strict)
    )
    return reaches_down and reaches_up


def _find_ranges(one: Comparison, other: Comparison) -> tuple[_Range, _Range] | None:
    # Lengths of time move with the clock, moments do not: the two cannot be compared once and for all.
    if one.families != other.families or _is_relative(one) != _is_relative(other):
        return None
    ranges = _find_range(one), _find_range(other)
    return ranges if None not in ranges else None  # type: ignore[return-value]  # mypy does not follow `in`


def _find_range(test: Comparison) -> _Range | None:
    operand = read_operand(test)[1]
    match test.row.key:
        case "greater_than" | "after":
            return _Range(operand, None, lower_strict=True)
        case "at_least":
            return _Range(operand, None)
        case "less_than" | "before":
            return _Range(None, operand, upper_strict=True)
        case "at_most" | "more_than_ago":
            return _Range(None, operand)
        case "between":
            return _Range(*operand)
        case "within_last" | "within_next":
            return _Range(operand[0], operand[1], lower_strict=True)
    return None


def _is_relative(test: Comparison) -> bool:
    return test.row.arity is Arity.DURATION
