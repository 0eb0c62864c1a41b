"""Time zones as the database knows them: it has a list of its own, which may be older or younger than this machine's."""

import functools

from django.db import connection

from subscribers.timezones import UTC, load_zone


@functools.cache
def list_database_zones() -> frozenset[str]:
    """The zones that the database can read clocks of."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pg_timezone_names")
        return frozenset(name for (name,) in cursor.fetchall())


def find_database_zone(name: str) -> str:
    """The zone, by a name that both know; UTC, where one of them does not: no reason to answer nothing."""
    known = load_zone(name).key
    return known if known in list_database_zones() else UTC
