"""Which names of time zones count."""

import functools
import zoneinfo

NO_PLACES = {"Factory", "localtime"}


@functools.cache
def list_timezones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones() - NO_PLACES)


def is_timezone(name: str) -> bool:
    """Whether this is a name in the IANA time zone database, old names included: browsers still send those."""
    return name in list_timezones()
