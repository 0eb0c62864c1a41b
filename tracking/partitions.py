"""The weeks of the event log: one partition for each, from Monday to Monday in UTC, made before it is needed."""

import datetime as dt
import re
from collections.abc import Collection
from functools import partial

from django.conf import settings
from django.db import connection
from django.db.backends.utils import CursorWrapper
from psycopg.sql import SQL, Identifier, Literal

from subscribers.ddl import change_tables

# Events of older weeks stay together in the default partition, however a backend's clock or history looks.
WEEKS_BACK = 26
LOCK = 0x1B0C6

# Statistics are taken again when a fiftieth is new (and for summaries, in the migrations): or the database takes the last
# days for empty, and reads all of them in search of a few people.
CREATE = SQL("""
CREATE TABLE {week} (LIKE tracking_event INCLUDING ALL) WITH (autovacuum_analyze_scale_factor = 0.02)
""")
# Attaching needs this lock in any case.
CLOSE = SQL("LOCK TABLE tracking_event_default IN ACCESS EXCLUSIVE MODE")
MOVE = SQL("""
WITH moved AS (
    DELETE FROM tracking_event_default WHERE occurred_at >= {start} AND occurred_at < {end} RETURNING *
)
INSERT INTO {week} ({columns}) SELECT {columns} FROM moved
""")
ATTACH = SQL("ALTER TABLE tracking_event ATTACH PARTITION {week} FOR VALUES FROM ({start}) TO ({end})")
# All but the generated ones, which nobody may write.
COLUMNS = SQL("subscriber_id, id, occurred_at, received_at, event_type_id, properties, item_id, category_id")
LIST = """
SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
WHERE inhparent = 'tracking_event'::regclass
"""
NAME = re.compile(r"tracking_event_([0-9]{4,})w([0-9]{2})")
FIND_STRAYS = """
SELECT DISTINCT date_trunc('week', occurred_at, 'UTC') FROM tracking_event_default WHERE occurred_at >= %s
"""


def prepare_partitions(*, now: dt.datetime) -> list[str]:
    """Make the partitions of this week and EVENT_WEEKS_AHEAD more, and of past weeks whose events came without one.

    Returns the names of those that were made; of those that could not be made because somebody else held the log, the
    next run makes what is missing. Events already in the default partition move with their week.
    """
    this_week = find_start_of_week(now)
    weeks = {this_week + dt.timedelta(weeks=ahead) for ahead in range(settings.EVENT_WEEKS_AHEAD + 1)}
    with connection.cursor() as cursor:
        cursor.execute(FIND_STRAYS, [this_week - dt.timedelta(weeks=WEEKS_BACK)])
        weeks |= {start for (start,) in cursor.fetchall() if start < this_week}
    with connection.cursor() as cursor:
        missing = [start for start in sorted(weeks) if not _exists(cursor, name_partition(start))]
    made = []
    for start in missing:
        name = make_partition(start)
        if name is None:
            break  # who is in the way of one is in the way of all
        made.append(name)
    return made


def name_partition(start: dt.datetime) -> str:
    year, week, _ = start.isocalendar()
    return f"tracking_event_{year}w{week:02}"


def list_partitions() -> dict[str, dt.datetime]:
    """The weeks that have a partition: its name, and when the week starts. Others than ours are not among them."""
    with connection.cursor() as cursor:
        cursor.execute(LIST)
        found = [match for (name,) in cursor.fetchall() if (match := NAME.fullmatch(name))]
    return {match[0]: _read_week(int(match[1]), int(match[2])) for match in found}


def _read_week(year: int, week: int) -> dt.datetime:
    return dt.datetime.combine(dt.date.fromisocalendar(year, week, 1), dt.time(), dt.UTC)


def find_start_of_week(instant: dt.datetime) -> dt.datetime:
    midnight = instant.astimezone(dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - dt.timedelta(days=midnight.weekday())


def make_partition(start: dt.datetime) -> str | None:
    """The week's partition, by name, made if it is missing; None if somebody else holds the log, as a dump does."""
    name = name_partition(start)
    return name if change_tables(name, partial(_make, start=start)) else None


def find_last_week(starts: Collection[dt.datetime], *, now: dt.datetime) -> dt.datetime | None:
    """Of the weeks that have a partition, the last without a gap from this one on; None if this one has none."""
    week, last = find_start_of_week(now), None
    while week in starts:
        last, week = week, week + dt.timedelta(weeks=1)
    return last


def _make(cursor: CursorWrapper, *, start: dt.datetime) -> None:
    """The default partition is closed while rows move, lest one slip in behind us: as late as can be."""
    name = name_partition(start)
    cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    if _exists(cursor, name):
        return
    values = {
        "week": Identifier(name),
        "start": Literal(start),
        "end": Literal(start + dt.timedelta(weeks=1)),
        "columns": COLUMNS,
    }
    for statement in (CREATE, CLOSE, MOVE, ATTACH):
        cursor.execute(statement.format(**values).as_string(connection.connection))


def _exists(cursor: CursorWrapper, name: str) -> bool:
    cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [name])
    (exists,) = cursor.fetchone()
    return bool(exists)
