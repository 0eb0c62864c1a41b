"""Things that are settled outside the database: a stable random share, and whose clock shows what."""

import datetime as dt
import hashlib
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from segments.rules.sql import SUBSCRIBER, Fragment

BUCKETS = 10_000
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def find_bucket(salt: str, uuid: str) -> int:
    """The bucket, 0 to 9,999, of a subscriber: always the same for one salt, unrelated for two (MD5, not secret)."""
    digest = hashlib.md5(f"{salt}:{uuid}".encode(), usedforsecurity=False).hexdigest()
    return int(digest[:8], 16) % BUCKETS


def bucket_sql(salt: str, first: int, end: int) -> Fragment:
    digest = f"('x' || substr(md5(%s || {SUBSCRIBER}.uuid::text), 1, 8))::bit(32)::bigint"
    hashed = f"mod({digest}, {BUCKETS})"
    return Fragment(f"{hashed} >= %s AND {hashed} < %s", (f"{salt}:", first, f"{salt}:", end))


def shows(
    zone: ZoneInfo,
    as_of: dt.datetime,
    between: tuple[dt.time, dt.time] | None,
    weekdays: tuple[str, ...] | None,
) -> bool:
    """Whether a clock in this zone shows a time in [start, end) on one of the weekdays; start after end: overnight."""
    local = as_of.astimezone(zone)
    if weekdays is not None and WEEKDAYS[local.weekday()] not in weekdays:
        return False
    if between is None:
        return True
    start, end = between
    now = local.time()
    return start <= now < end if start <= end else now >= start or now < end


def clock_sql(
    site_zone: ZoneInfo,
    as_of: dt.datetime,
    between: tuple[dt.time, dt.time] | None,
    weekdays: tuple[str, ...] | None,
) -> Fragment:
    """Python asks each zone's clock, the database only compares names: one time zone database, no cast that can fail.

    Who has no known zone is taken to live in the site's.
    """
    known = load_zones()
    showing = [name for name, zone in known.items() if shows(zone, as_of, between, weekdays)]
    return _lives_in_sql(showing, or_unknown=shows(site_zone, as_of, between, weekdays))


def find_turned_sql(
    site_zone: ZoneInfo,
    since: dt.datetime,
    until: dt.datetime,
    between: tuple[dt.time, dt.time] | None,
    weekdays: tuple[str, ...] | None,
) -> Fragment | None:
    """For whom `clock_sql` gives another answer at `until` than at `since`; None: for nobody.

    Times of day are told to the minute, and clocks are changed at full minutes: within one of them nothing turns.
    """
    if since.replace(second=0, microsecond=0) == until.replace(second=0, microsecond=0):
        return None

    def turned(zone: ZoneInfo) -> bool:
        return shows(zone, since, between, weekdays) != shows(zone, until, between, weekdays)

    names = [name for name, zone in load_zones().items() if turned(zone)]
    site_turned = turned(site_zone)
    return _lives_in_sql(names, or_unknown=site_turned) if names or site_turned else None


def _lives_in_sql(names: list[str], *, or_unknown: bool) -> Fragment:
    column = f"{SUBSCRIBER}.timezone"
    if not or_unknown:
        return Fragment(f"{column} = ANY(%s)", (names,))
    return Fragment(f"({column} = ANY(%s) OR NOT {column} = ANY(%s))", (names, list(load_zones())))


def find_zone(name: str, site_zone: ZoneInfo) -> ZoneInfo:
    return load_zones().get(name, site_zone)


@lru_cache(maxsize=1)
def load_zones() -> dict[str, ZoneInfo]:
    """All that there are, by name."""
    return {name: ZoneInfo(name) for name in sorted(available_timezones())}
