"""A comparison answered for one value: in memory and in SQL, side by side."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from segments.rules.comparisons import URL, Comparison
from segments.rules.facts import INSTANT_REGEX, read_json, write_instant
from segments.rules.operators import Family, Operator
from segments.rules.paths import read_path, value_sql, values_sql
from segments.rules.sql import Fragment
from segments.rules.text import fold_address_sql, fold_sql
from segments.rules.written_moments import WRITTEN


def holds_json(test: Comparison, raw: Any, as_of: dt.datetime) -> bool:
    """A test of one JSON value."""
    return holds_any(test, [raw], as_of)


def holds_any(test: Comparison, raws: Sequence[Any], as_of: dt.datetime) -> bool:
    """A test of JSON values, an attribute's or a property's: one of them is enough. None, or one of another type than
    the operator's, is missing."""
    if len(test.families) > 1:
        return any(raw is not None for raw in raws) != test.negated
    family = test.families[0]
    row, operand = _prepare(test, family, as_of, in_json=True)
    values = (read_json(raw, family, of_address=test.of_address) for raw in raws)
    return any(value is not None and bool(row.holds(value, operand)) for value in values) != test.negated


def holds_value(test: Comparison, family: Family, value: Any, as_of: dt.datetime) -> bool:
    """A test of a value in its family's own form; None: it is missing."""
    row, operand = _prepare(test, family, as_of)
    if row.on_text and isinstance(value, dt.datetime):
        value = write_instant(value)
    return (value is not None and bool(row.holds(value, operand))) != test.negated


def json_sql(test: Comparison, whole: str, name: str, as_of: dt.datetime) -> Fragment:
    """`holds_any` in SQL, of what `name` leads to in an object, `whole`."""
    if not test.of_many:
        positive = raw_sql(test, value_sql(whole, name), as_of)
    else:
        values, one = values_sql(whole, name), raw_sql(test, Fragment("of_many.one"), as_of)
        positive = Fragment(
            f"EXISTS (SELECT 1 FROM jsonb_array_elements({values.text}) AS of_many (one) WHERE {one.text})",
            (*values.params, *one.params),
        )
    return positive.negate() if test.negated else positive


def raw_sql(test: Comparison, raw: Fragment, as_of: dt.datetime) -> Fragment:
    """The test of one value, an expression of type jsonb; or, if it is a `not_…`, its positive twin."""
    if len(test.families) > 1:
        return Fragment(f"jsonb_typeof({raw.text}) <> 'null'", raw.params, nullable=True)
    family = test.families[0]
    return positive_sql(test, family, Fragment(read_sql(test, family)).place(raw), as_of, in_json=True)


def read_sql(test: Comparison, family: Family) -> str:
    """How a JSON value `{v}` is read for the test."""
    return READ_ADDRESS if family is Family.TEXT and test.of_address else READ_JSON[family]


def form_sql(name: str, value: Fragment) -> Fragment:
    """That in which a value of a property is told apart from others, as jsonb; NULL where there is none."""
    of_address = read_path(name).last == URL
    return Fragment(FORM_OF_ADDRESS if of_address else FORM).place(
        Fragment("NULLIF({v}, 'null'::jsonb)").place(value)
    )


def compare_sql(test: Comparison, family: Family, value: Fragment, as_of: dt.datetime) -> Fragment:
    """`holds_value` in SQL; where the expression `value` is NULL it is missing."""
    positive = positive_sql(test, family, value, as_of)
    return positive.negate() if test.negated else positive


def positive_sql(
    test: Comparison, family: Family, value: Fragment, as_of: dt.datetime, *, in_json: bool = False
) -> Fragment:
    """The test, or, if it is a `not_…`, its positive twin."""
    row, operand = _prepare(test, family, as_of, in_json=in_json)
    if row.on_text and not in_json:
        value = Fragment(WRITE_INSTANT).place(value)
    return row.to_sql(operand).place(value).or_null()


def _prepare(
    test: Comparison, family: Family, as_of: dt.datetime, *, in_json: bool = False
) -> tuple[Operator, Any]:
    """Moments inside JSON compare as their text."""
    row, operand = test.prepare(family, as_of)
    as_text = family is Family.TIME and (in_json or row.on_text)
    return row, _write_instants(operand) if as_text else operand


def _write_instants(operand: Any) -> Any:
    return tuple(map(write_instant, operand)) if isinstance(operand, tuple) else write_instant(operand)


_TEXT = "({v}) #>> '{}'"
READ_JSON = {
    Family.TEXT: f"CASE WHEN jsonb_typeof({{v}}) = 'string' THEN {fold_sql(_TEXT)} END",
    Family.NUMBER: "CASE WHEN jsonb_typeof({v}) = 'number' THEN ({v})::numeric END",
    Family.BOOLEAN: "CASE WHEN jsonb_typeof({v}) = 'boolean' THEN ({v})::boolean END",
    Family.TIME: f"CASE WHEN {_TEXT} ~ '{INSTANT_REGEX}' THEN ({_TEXT}) COLLATE \"C\" "
    f"WHEN {_TEXT} ~ '{WRITTEN}' THEN carillon_moment({_TEXT}) COLLATE \"C\" END",
    Family.LIST: "CASE WHEN jsonb_typeof({v}) = 'array' THEN {v} END",
}
# A whole value, as it is told apart from others: by the form of its texts (segments/migrations/0011).
FORM = (
    f"CASE jsonb_typeof({{v}}) WHEN 'string' THEN to_jsonb({fold_sql(_TEXT)})"
    " WHEN 'array' THEN carillon_form({v}, FALSE) WHEN 'object' THEN carillon_form({v}, FALSE) ELSE {v} END"
)
FORM_OF_ADDRESS = "carillon_form({v}, TRUE)"
READ_ADDRESS = f"CASE WHEN jsonb_typeof({{v}}) = 'string' THEN {fold_address_sql(_TEXT)} END"
WRITE_INSTANT = 'to_char({v} AT TIME ZONE \'UTC\', \'YYYY-MM-DD"T"HH24:MI:SS.US"Z"\') COLLATE "C"'
