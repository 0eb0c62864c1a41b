"""The operators: one row each, with its types, operand, SQL, predicate and English.

`v` is the stored value in its family's own form: folded text, Decimal, bool, an instant, a tuple of text and Decimals.
In the SQL `{v}` stands for it; where there is no value it is NULL, and so is the condition, which the compiler makes
false. A `not_…` row names its positive twin and is its exact complement.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

from segments.rules.anniversaries import anniversary_sql, has_anniversary
from segments.rules.sql import FALSE, Fragment, join_all, join_any
from segments.rules.text import NOTHING, Pattern, fold, fold_address, fold_runs, fold_sql, parse_pattern
from segments.rules.windows import Duration, read_instant


class Family(StrEnum):
    """The kind of value an operator works on."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    TIME = "time"
    LIST = "list"


class Arity(StrEnum):
    """What stands to the right of an operator: `value` for one and duration, `values` for two and many."""

    NONE = "none"
    ONE = "one"
    TWO = "two"
    MANY = "many"
    DURATION = "duration"


ANY = tuple(Family)
Predicate = Callable[[Any, Any], bool]
ToSql = Callable[[Any], Fragment]


@dataclass(frozen=True)
class Operator:
    """`label` stands in the builder, `phrase` in the sentence (`{x}` is the operand in words).

    `prepare(operand, as_of)` makes the operand comparable, once for both interpreters: `holds` (the predicate)
    and `to_sql`; for texts `fold(operand, of_address)` does. A row that negates another has none of these; its twin answers.
    """

    key: str
    families: tuple[Family, ...]
    arity: Arity
    label: str
    phrase: str
    holds: Predicate = field(default=lambda v, x: False)
    to_sql: ToSql = field(default=lambda x: FALSE)
    prepare: Callable[[Any, dt.datetime], Any] = field(default=lambda operand, as_of: operand)
    fold: Callable[[Any, bool], Any] | None = None
    negates: str = ""
    on_text: bool = False  # works on a moment as JSON keeps it, wherever it comes from


def to_decimal(number: float) -> Decimal:
    """A JSON number as PostgreSQL's jsonb keeps it: the decimal digits, not the nearest binary fraction."""
    return Decimal(repr(number))


def _infix(sign: str) -> ToSql:
    return lambda operand: Fragment(f"{{v}} {sign} %s", (operand,))


def _fixed(text: str) -> ToSql:
    return lambda operand: Fragment(text)


def _is_any(operand: Any) -> Fragment:
    return Fragment(f"{{v}} IN ({', '.join(['%s'] * len(operand))})", tuple(operand))


def _pattern(*, starts: bool = False, ends: bool = False) -> Callable[[str, bool], Pattern]:
    return lambda operand, of_address: parse_pattern(operand, starts=starts, ends=ends, of_address=of_address)


def _part(operand: str, of_address: bool) -> str:
    if not operand:
        raise ValueError(NOTHING)
    return fold_runs([operand], of_address=of_address)[0]


def _matches(value: str, operand: Pattern) -> bool:
    return operand.matches(value)


def _pattern_sql(operand: Pattern) -> Fragment:
    return operand.to_sql()


def _fold(operand: str, of_address: bool) -> str:
    return fold_address(operand) if of_address else fold(operand)


def _fold_each(operand: tuple[str, ...], of_address: bool) -> tuple[str, ...]:
    return tuple(_fold(each, of_address) for each in operand)


def _decimal(operand: float, as_of: dt.datetime) -> Decimal:
    return to_decimal(operand)


def _decimals(operand: tuple[float, ...], as_of: dt.datetime) -> tuple[Decimal, ...]:
    return tuple(to_decimal(each) for each in operand)


def _before(operand: Duration, as_of: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
    return as_of - operand.delta, as_of


def _after(operand: Duration, as_of: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
    return as_of, as_of + operand.delta


def _coming_year(operand: Duration, as_of: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
    if operand.delta > dt.timedelta(days=366):
        raise ValueError("An anniversary comes round within a year; ask for at most 366 days.")
    return _after(operand, as_of)


def _ago(operand: Duration, as_of: dt.datetime) -> dt.datetime:
    return as_of - operand.delta


def _is_between(value: Any, operand: tuple[Any, Any]) -> bool:
    return bool(operand[0] <= value <= operand[1])


def _between_sql(operand: tuple[Any, Any]) -> Fragment:
    return Fragment("{v} BETWEEN %s AND %s", tuple(operand))


def _is_within(value: Any, operand: tuple[Any, Any]) -> bool:
    return bool(operand[0] < value <= operand[1])


def _within_sql(operand: tuple[Any, Any]) -> Fragment:
    return Fragment("{v} > %s AND {v} <= %s", operand)


def _member(operand: Any, as_of: dt.datetime) -> Any:
    """One element as the stored list's elements are compared: text folded, numbers as decimals."""
    return fold(operand) if isinstance(operand, str) else to_decimal(operand)


def _members(operand: tuple[Any, ...], as_of: dt.datetime) -> tuple[Any, ...]:
    return tuple(_member(each, as_of) for each in operand)


def _includes_sql(operand: Any) -> Fragment:
    kind = "string" if isinstance(operand, str) else "number"
    text = "element #>> '{}'"
    element = fold_sql(text) if kind == "string" else f"({text})::numeric"
    return Fragment(
        "EXISTS (SELECT 1 FROM jsonb_array_elements({v}) AS element"
        f" WHERE CASE WHEN jsonb_typeof(element) = '{kind}' THEN {element} = %s ELSE FALSE END)",
        (operand,),
    )


T, N, B, M, L = (Family.TEXT,), (Family.NUMBER,), (Family.BOOLEAN,), (Family.TIME,), (Family.LIST,)
Z, ONE, TWO, MANY, SPAN = Arity.NONE, Arity.ONE, Arity.TWO, Arity.MANY, Arity.DURATION

# fmt: off
OPERATORS: tuple[Operator, ...] = (
    Operator("equals", T, ONE, "equals", "equals {x}", lambda v, x: v == x, _infix("="), fold=_fold),
    Operator("not_equals", T, ONE, "does not equal", "does not equal {x}", negates="equals"),
    Operator("in", T, MANY, "is one of", "is {x}", lambda v, x: v in x, _is_any, fold=_fold_each),
    Operator("not_in", T, MANY, "is none of", "is not {x}", negates="in"),
    Operator("contains", T, ONE, "contains", "contains {x}", _matches, _pattern_sql, fold=_pattern()),
    Operator("not_contains", T, ONE, "does not contain", "does not contain {x}", negates="contains"),
    Operator("starts_with", T, ONE, "starts with", "starts with {x}", lambda v, x: v.startswith(x),
             lambda x: Fragment("starts_with({v}, %s)", (x,)), fold=_part),
    Operator("ends_with", T, ONE, "ends with", "ends with {x}", lambda v, x: v.endswith(x),
             lambda x: Fragment("right({v}, char_length(%s)) = %s", (x, x)), fold=_part),
    Operator("matches", T, ONE, "matches the pattern", "matches the pattern {x}", _matches, _pattern_sql,
             fold=_pattern(starts=True, ends=True)),
    Operator("exists", ANY, Z, "is known", "is known", lambda v, x: True, _fixed("{v} IS NOT NULL")),
    Operator("not_exists", ANY, Z, "is not known", "is not known", negates="exists"),

    Operator("equals", N, ONE, "equals", "equals {x}", lambda v, x: v == x, _infix("="), _decimal),
    Operator("not_equals", N, ONE, "does not equal", "does not equal {x}", negates="equals"),
    Operator("greater_than", N, ONE, "is greater than", "is greater than {x}", lambda v, x: v > x, _infix(">"), _decimal),
    Operator("at_least", N, ONE, "is at least", "is at least {x}", lambda v, x: v >= x, _infix(">="), _decimal),
    Operator("less_than", N, ONE, "is less than", "is less than {x}", lambda v, x: v < x, _infix("<"), _decimal),
    Operator("at_most", N, ONE, "is at most", "is at most {x}", lambda v, x: v <= x, _infix("<="), _decimal),
    Operator("between", N, TWO, "is between", "is between {x}", _is_between, _between_sql, _decimals),
    Operator("in", N, MANY, "is one of", "is {x}", lambda v, x: v in x, _is_any, _decimals),
    Operator("not_in", N, MANY, "is none of", "is not {x}", negates="in"),

    Operator("is_true", B, Z, "is yes", "is yes", lambda v, x: v, _fixed("{v}")),
    Operator("is_false", B, Z, "is no", "is no", lambda v, x: not v, _fixed("NOT {v}")),

    Operator("before", M, ONE, "is before", "is before {x}", lambda v, x: v < x, _infix("<")),
    Operator("after", M, ONE, "is after", "is after {x}", lambda v, x: v > x, _infix(">")),
    Operator("between", M, TWO, "is between", "is between {x}", _is_between, _between_sql),
    Operator("within_last", M, SPAN, "is within the last", "is within the last {x}", _is_within, _within_sql, _before),
    Operator("more_than_ago", M, SPAN, "is longer ago than", "is longer ago than {x}", lambda v, x: v <= x, _infix("<="), _ago),
    Operator("anniversary_within", M, SPAN, "has its anniversary within the next", "has its anniversary within the next {x}",
             has_anniversary, anniversary_sql, _coming_year, on_text=True),
    Operator("within_next", M, SPAN, "is within the next", "is within the next {x}", _is_within, _within_sql, _after),

    Operator("includes", L, ONE, "includes", "includes {x}", lambda v, x: x in v, _includes_sql, _member),
    Operator("not_includes", L, ONE, "does not include", "does not include {x}", negates="includes"),
    Operator("includes_any", L, MANY, "includes any of", "includes any of {x}", lambda v, x: any(e in v for e in x),
             lambda x: join_any(map(_includes_sql, x)), _members),
    Operator("includes_all", L, MANY, "includes all of", "includes all of {x}", lambda v, x: all(e in v for e in x),
             lambda x: join_all(map(_includes_sql, x)), _members),
    Operator("is_empty", L, Z, "is empty", "is empty", lambda v, x: not v, _fixed("jsonb_array_length({v}) = 0")),
)
# fmt: on

_ROWS = {(row.key, family): row for row in OPERATORS for family in row.families}
KEYS = tuple(dict.fromkeys(row.key for row in OPERATORS))


def find_operator(key: str, family: Family) -> Operator | None:
    return _ROWS.get((key, family))


def list_operators(family: Family) -> list[Operator]:
    """What the builder offers for a value of this family, in order."""
    return [row for row in OPERATORS if family in row.families]


def list_families(key: str) -> list[Family]:
    return [family for family in Family if (key, family) in _ROWS]


def resolve_operator(key: str, value: Any, values: tuple[Any, ...] | None) -> Operator:
    """The row that a key and its operand mean: the operand's type settles on which family it works.

    Raises ValueError with a sentence that says which operand would be right.
    """
    rows = [row for row in OPERATORS if row.key == key]
    for row in rows:
        if _accepts(row, value, values):
            return row
    wanted = " or ".join(dict.fromkeys(_describe_operand(row) for row in rows))
    raise ValueError(f"“{rows[0].label}” needs {wanted}.")


def find_positive(row: Operator, family: Family) -> Operator:
    """The row that answers for this one: itself, or the twin it is the complement of."""
    return _ROWS[row.negates or row.key, family]


def _accepts(row: Operator, value: Any, values: tuple[Any, ...] | None) -> bool:
    match row.arity:
        case Arity.NONE:
            return value is None and values is None
        case Arity.DURATION:
            return isinstance(value, Duration) and values is None
        case Arity.ONE:
            return values is None and _is_of(row.families[0], value)
    if value is not None or values is None or (row.arity is Arity.TWO and len(values) != 2):
        return False
    return all(_is_of(row.families[0], each) for each in values)


def _is_of(family: Family, operand: Any) -> bool:
    is_number = isinstance(operand, int | float) and not isinstance(operand, bool)
    match family:
        case Family.TEXT:
            return isinstance(operand, str)
        case Family.NUMBER:
            return is_number
        case Family.LIST:
            return is_number or isinstance(operand, str)
    try:
        return isinstance(operand, str) and bool(read_instant(operand))
    except ValueError:
        return False


def _describe_operand(row: Operator) -> str:
    kind = {
        Family.TEXT: "text",
        Family.NUMBER: "number",
        Family.LIST: "text or number",
        Family.TIME: "moment (like 2026-11-21T10:00:00Z)",
        Family.BOOLEAN: "yes or no",
    }[row.families[0]]
    return {
        Arity.NONE: "no value",
        Arity.ONE: f"one {kind} in “value”",
        Arity.TWO: f"two of {kind} in “values”",
        Arity.MANY: f"one or more of {kind} in “values”",
        Arity.DURATION: 'a length of time in “value”, like {"days": 3}',
    }[row.arity]
