"""Lists as PostgreSQL writes arrays: one short text for very many values.

psycopg goes through a list value by value in Python: of thousands of them it takes longer than the database does to
write the rows. Cast them where they are used: `%s::bigint[]`.
"""

from collections.abc import Iterable


def write_array(values: Iterable[object]) -> str:
    """Numbers, UUIDs, moments, yes or no: what is written without commas, quotes and braces. None is NULL."""
    return f"{{{','.join(['NULL' if value is None else str(value) for value in values])}}}"


def write_texts(values: Iterable[str]) -> str:
    """Any texts, each of them quoted."""
    quoted = [value.replace("\\", "\\\\").replace('"', '\\"') for value in values]
    return '{"' + '","'.join(quoted) + '"}' if quoted else "{}"
