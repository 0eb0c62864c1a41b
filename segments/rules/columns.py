"""Where a subscriber's own values lie, as SQL: one expression for each value, so that an index can be on just that."""

from segments.rules.comparing import READ_JSON
from segments.rules.operators import Family
from segments.rules.paths import read_path, value_sql, values_sql
from segments.rules.sql import SUBSCRIBER, Fragment
from segments.rules.text import fold_sql

ATTRIBUTES = f"{SUBSCRIBER}.attributes"


def attribute_value_sql(key: str, family: Family) -> Fragment:
    """The attribute in its family's own form; NULL: it is missing, or of another type."""
    return Fragment(READ_JSON[family]).place(value_sql(ATTRIBUTES, key))


def moments_sql(whole: str, name: str) -> tuple[Fragment, Fragment | None]:
    """The text of each moment that a name leads to in a JSON object; of several, each is found beside the row, in a
    table of its own."""
    read = Fragment(READ_JSON[Family.TIME])
    if not read_path(name).is_many:
        return read.place(value_sql(whole, name)), None
    values = values_sql(whole, name)
    elements = Fragment(f"jsonb_array_elements({values.text}) AS of_many (one)", values.params)
    return read.place(Fragment("of_many.one")), elements


def profile_sql(field: str) -> Fragment:
    """A moment as it is, a text folded; NULL: it is missing."""
    column = f"{SUBSCRIBER}.{field}"
    return Fragment(column if is_moment(field) else f"NULLIF({fold_sql(column)}, '')")


def is_moment(field: str) -> bool:
    return field.endswith("_at")
