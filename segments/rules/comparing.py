"""A comparison answered for one value: in memory and in SQL, side by side."""

import datetime as dt
from typing import Any

from segments.rules.comparisons import Comparison
from segments.rules.facts import INSTANT_REGEX, read_json, write_instant
from segments.rules.operators import Family
from segments.rules.sql import Fragment
from segments.rules.text import fold_sql


def holds_json(test: Comparison, raw: Any, as_of: dt.datetime) -> bool:
    """A test of a JSON value, an attribute's or a property's; of another type than the operator's it is missing."""
    if len(test.families) > 1:
        return (raw is not None) != test.negated
    family = test.families[0]
    return holds_value(test, family, read_json(raw, family), as_of, in_json=True)


def holds_value(
    test: Comparison, family: Family, value: Any, as_of: dt.datetime, *, in_json: bool = False
) -> bool:
    """A test of a value in its family's own form; None: it is missing. Moments inside JSON compare as their text."""
    row, operand = test.prepare(family, as_of)
    if family is Family.TIME and (in_json or row.on_text):
        operand = _write_instants(operand)
        value = write_instant(value) if isinstance(value, dt.datetime) else value
    return (value is not None and bool(row.holds(value, operand))) != test.negated


def json_sql(test: Comparison, raw: Fragment, as_of: dt.datetime, *, complement: bool = True) -> Fragment:
    """`holds_json` in SQL, over an expression of type jsonb; without `complement`, that of the positive twin."""
    negated = test.negated and complement
    if len(test.families) > 1:
        known = Fragment(f"jsonb_typeof({raw.text}) <> 'null'", raw.params, nullable=True)
        return known.negate() if negated else known
    family = test.families[0]
    positive = positive_sql(test, family, Fragment(READ_JSON[family]).place(raw), as_of, in_json=True)
    return positive.negate() if negated else positive


def value_sql(test: Comparison, family: Family, value: Fragment, as_of: dt.datetime) -> Fragment:
    """`holds_value` in SQL; where the expression `value` is NULL it is missing."""
    positive = positive_sql(test, family, value, as_of)
    return positive.negate() if test.negated else positive


def positive_sql(
    test: Comparison, family: Family, value: Fragment, as_of: dt.datetime, *, in_json: bool = False
) -> Fragment:
    """The test, or, if it is a `not_…`, its positive twin."""
    row, operand = test.prepare(family, as_of)
    if family is Family.TIME and (in_json or row.on_text):
        operand = _write_instants(operand)
        value = value if in_json else Fragment(WRITE_INSTANT).place(value)
    return row.to_sql(operand).place(value).or_null()


def _write_instants(operand: Any) -> Any:
    return tuple(map(write_instant, operand)) if isinstance(operand, tuple) else write_instant(operand)


_TEXT = "({v}) #>> '{}'"
READ_JSON = {
    Family.TEXT: f"CASE WHEN jsonb_typeof({{v}}) = 'string' THEN {fold_sql(_TEXT)} END",
    Family.NUMBER: "CASE WHEN jsonb_typeof({v}) = 'number' THEN ({v})::numeric END",
    Family.BOOLEAN: "CASE WHEN jsonb_typeof({v}) = 'boolean' THEN ({v})::boolean END",
    Family.TIME: f"CASE WHEN {_TEXT} ~ '{INSTANT_REGEX}' THEN ({_TEXT}) COLLATE \"C\" END",
    Family.LIST: "CASE WHEN jsonb_typeof({v}) = 'array' THEN {v} END",
}
WRITE_INSTANT = 'to_char({v} AT TIME ZONE \'UTC\', \'YYYY-MM-DD"T"HH24:MI:SS.US"Z"\') COLLATE "C"'
