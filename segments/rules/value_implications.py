"""Whether one test of a value settles another test of the same value. A yes is certain; a no may be ignorance."""

from functools import lru_cache
from typing import Any

from segments.rules.comparisons import Comparison, UrlComparison
from segments.rules.conflicts import MOST_NAMED, exclude_each_other, ranges_contain, read_operand
from segments.rules.operators import Family, Operator
from segments.rules.text import Pattern

ANYTHING = "\x00"  # stands for whatever may be there: no rule can hold this sign
MOST_PATTERN_PARTS = (
    30  # of a pattern that is compared with another: each part with each, while somebody waits
)


def test_implies(one: Comparison, other: Comparison) -> bool:
    """Whether a value that fits `one`, or that there is none if that does, fits `other` too."""
    if one.negated:
        # Who has no value fits every negated test and no other one, so only a negated one can follow.
        return other.negated and test_implies(find_twin(other), find_twin(one))
    if other.negated:
        addresses = isinstance(one, UrlComparison) or isinstance(other, UrlComparison)
        return not addresses and exclude_each_other(one, find_twin(other))
    return other.row.key == "exists" or _values_imply(one, other)


test_implies.__test__ = False  # type: ignore[attr-defined]  # no test of pytest's


@lru_cache(maxsize=1024)  # a condition is compared with many others
def find_twin(test: Comparison) -> Comparison:
    """What a negated test is the exact complement of."""
    written = test.model_dump(mode="json", exclude_none=True)
    return type(test).model_validate({**written, "operator": test.row.negates})


def _values_imply(one: Comparison, other: Comparison) -> bool:
    if one.families != other.families:
        return False
    row, operand = read_operand(one)
    asked, wanted = read_operand(other)
    if (row.key, operand) == (asked.key, wanted):
        return True
    if row.key in {"equals", "in"} and not isinstance(operand, Pattern):
        values = operand if row.key == "in" else (operand,)
        tried = len(values) <= MOST_NAMED or asked.key in {"equals", "in"}
        return tried and all(asked.holds(value, wanted) for value in values)
    match one.families:
        case (Family.TEXT,):
            return _pattern_implies(_read_pattern(row, operand), _read_pattern(asked, wanted))
        case (Family.LIST,):
            return _elements_imply(row.key, operand, asked.key, wanted)
        case (Family.NUMBER | Family.TIME,):
            if row.key == asked.key == "anniversary_within":
                return bool(operand[1] <= wanted[1])
            return ranges_contain(other, one)
    return False


def _elements_imply(key: str, operand: Any, asked: str, wanted: Any) -> bool:
    if "is_empty" in {key, asked}:
        return False
    has, wants = (set(each) if isinstance(each, tuple) else {each} for each in (operand, wanted))
    if key == "includes_any" and len(has) > 1:
        return asked == "includes_any" and has <= wants
    return bool(has & wants) if asked == "includes_any" else wants <= has


def _read_pattern(row: Operator, operand: Any) -> Pattern:
    if isinstance(operand, Pattern):
        return operand
    texts = operand if row.key == "in" else (operand,)
    whole = row.key in {"equals", "in"}
    return Pattern(
        tuple(((text,),) for text in texts),
        starts=whole or row.key == "starts_with",
        ends=whole or row.key == "ends_with",
    )


def _pattern_implies(one: Pattern, other: Pattern) -> bool:
    """Whether each alternative of the one has in it, part by part, all that some alternative of the other demands."""
    if max(sum(map(len, each.alternatives)) for each in (one, other)) > MOST_PATTERN_PARTS:
        return False
    return all(
        any(
            all(_demand_is_met(one, parts, part, other) for part in demanded)
            for demanded in other.alternatives
        )
        for parts in one.alternatives
    )


def _demand_is_met(
    one: Pattern, parts: tuple[tuple[str, ...], ...], demanded: tuple[str, ...], other: Pattern
) -> bool:
    """Whether one of the parts alone, with anything in its gaps, is bound to hold the demanded runs in their order."""
    demand = Pattern(((demanded,),), starts=other.starts, ends=other.ends)
    before, after = "" if one.starts else ANYTHING, "" if one.ends else ANYTHING
    return any(demand.matches(before + ANYTHING.join(runs) + after) for runs in parts)
