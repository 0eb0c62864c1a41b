"""Where a subscriber's own values lie, as SQL: one expression for each value, so that an index can be on just that."""

from segments.rules.comparing import READ_JSON
from segments.rules.operators import Family
from segments.rules.sql import SUBSCRIBER, Fragment
from segments.rules.text import fold_sql


def attribute_sql(key: str) -> Fragment:
    """The attribute as jsonb."""
    return Fragment(f"{SUBSCRIBER}.attributes -> %s", (key,))


def attribute_value_sql(key: str, family: Family) -> Fragment:
    """The attribute in its family's own form; NULL: it is missing, or of another type."""
    return Fragment(READ_JSON[family]).place(attribute_sql(key))


def profile_sql(field: str) -> Fragment:
    """A moment as it is, a text folded; NULL: it is missing."""
    column = f"{SUBSCRIBER}.{field}"
    return Fragment(column if is_moment(field) else fold_sql(f"NULLIF({column}, '')"))


def is_moment(field: str) -> bool:
    return field.endswith("_at")
