"""Time zones that have several names: a rule that asks for one of them, or for a part of one, asks for all."""

from collections import defaultdict
from dataclasses import replace
from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from babel.core import get_global

from segments.rules.operators import Operator
from segments.rules.sql import Fragment, join_any
from segments.rules.text import fold


def list_names(folded: str) -> tuple[str, ...]:
    """All names of the same zone, folded; of what is no zone's name, that alone."""
    return _group_names().get(folded, (folded,))


@lru_cache(maxsize=1024)  # asked again for each person
def find_by_any_name(row: Operator, operand: Any) -> Operator:
    """The same test, of a zone: one of its names is enough. What is no zone's name is tested as it is written."""
    groups = _group_names()
    names = tuple(
        name
        for name, group in groups.items()
        if not row.holds(name, operand) and any(row.holds(each, operand) for each in group)
    )
    if not names:
        return row
    known = Fragment(f"{{v}} IN ({', '.join(['%s'] * len(names))})", names)
    return replace(
        row,
        holds=lambda value, asked: value in names or row.holds(value, asked),
        to_sql=lambda asked: join_any([row.to_sql(asked), known]),
    )


@lru_cache(maxsize=1)
def _group_names() -> dict[str, tuple[str, ...]]:
    """By CLDR, which says what means one place; what merely keeps the same time (Oslo, Berlin) stays two."""
    aliases = get_global("zone_aliases")
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for name in sorted(available_timezones() | aliases.keys()):
        groups[aliases.get(name, name)].append(fold(name))
    for current, names in groups.items():
        if fold(current) not in names:
            names.append(fold(current))
    return {name: tuple(names) for names in groups.values() for name in names}
