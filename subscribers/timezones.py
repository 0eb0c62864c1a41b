"""Which names of time zones count, which of them are names of the same zone, and in which country each lies."""

import functools
import zoneinfo
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from babel.core import get_global

NO_PLACES = {"Factory", "localtime"}
UTC = "UTC"  # as everybody calls what CLDR calls Etc/UTC


@functools.cache
def list_timezones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones() - NO_PLACES)


def is_timezone(name: str) -> bool:
    """Whether this is a name in the IANA time zone database, old names included: browsers still send those."""
    return name in list_timezones()


@functools.cache
def load_zone(name: str) -> zoneinfo.ZoneInfo:
    """The clock of a zone whose name was stored some time ago; UTC where the name is none (any more)."""
    return zoneinfo.ZoneInfo(name if is_timezone(name) else UTC)


def explain_clock(name: str) -> str:
    """What is to be said where a stored name is none (any more); empty: it is one."""
    if is_timezone(name):
        return ""
    return f"The time zone “{name}” is not known on this machine, so {UTC} is used instead. Choose another."


def find_timezone(name: str) -> str:
    """The name under which a zone is kept, of any of its names, however they are written; empty if it is none."""
    return _list_names().get(name.strip().casefold(), "")


def list_old_names() -> dict[str, str]:
    """Each other name of a zone, with the one under which it is kept: Asia/Calcutta → Asia/Kolkata."""
    return {name: kept for name in list_timezones() if (kept := _list_names()[name.casefold()]) != name}


@functools.cache
def _list_names() -> dict[str, str]:
    """Without regard to case, as the database of time zones itself demands it of names."""
    return {name.casefold(): _choose_name(name) for name in list_timezones()}


def _choose_name(name: str) -> str:
    """CLDR says which names mean one place; what merely keeps the same time (Oslo, Berlin) stays two."""
    current = get_global("zone_aliases").get(name, name)
    if current == "Etc/UTC":
        return UTC
    return current if current in list_timezones() else name


def find_country(timezone: str) -> str:
    """The ISO 3166 code of the country in which a time zone lies; empty for UTC and other zones of nowhere.

    Zones younger than CLDR's are looked up in the time zone database's own table.
    """
    name = find_timezone(timezone)
    country: str = get_global("zone_territories").get(name, "")
    if len(country) != 2 or not country.isalpha() or country == "ZZ":
        return _read_table().get(name, "")
    return country


@functools.cache
def _read_table() -> dict[str, str]:
    """Zones and their countries out of zone.tab; the machine's own, which zoneinfo prefers, wins."""
    countries: dict[str, str] = {}
    for table in _find_tables():
        for line in table.read_text(encoding="utf-8").splitlines():
            if not line.startswith("#") and line.count("\t") >= 2:
                country, _, name = line.split("\t")[:3]
                countries.setdefault(name.strip(), country)
    return countries


def _find_tables() -> Iterator[Path | Traversable]:
    yield from (path for folder in zoneinfo.TZPATH if (path := Path(folder) / "zone.tab").is_file())
    yield files("tzdata") / "zoneinfo" / "zone.tab"
