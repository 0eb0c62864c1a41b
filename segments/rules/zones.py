"""Time zones that have several names: a rule that asks for one of them asks for all."""

from collections import defaultdict
from functools import lru_cache
from zoneinfo import available_timezones

from babel.core import get_global

from segments.rules.text import fold


def list_names(folded: str) -> tuple[str, ...]:
    """All names of the same zone, folded; of what is no zone's name, that alone."""
    return _group_names().get(folded, (folded,))


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
