"""What the log forgets: the weeks older than EVENT_RETENTION_WEEKS.

First it is noted that the log begins later, and from then on nobody who asks it looks at what lies before. Then the
rows go, in pieces; what could not be removed is removed by the next run. Summaries stay as they are.
"""

import datetime as dt
from functools import partial
from typing import NamedTuple

from django.conf import settings
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from psycopg.sql import SQL, Identifier

from subscribers.changes import LOG, note_for_everyone
from subscribers.ddl import change_tables
from subscribers.models import Site
from tracking.interning import collect_values
from tracking.log import find_log_start
from tracking.models import LogStart
from tracking.partitions import LOCK, find_start_of_week, list_partitions

BATCH_ROWS = 20_000
# A run gives way to the next after this many batches, so that a worker can be stopped in good time.
MOST_BATCHES = 500

DELETE = """
DELETE FROM tracking_event_default
WHERE ctid = ANY (ARRAY(SELECT ctid FROM tracking_event_default WHERE occurred_at < %s LIMIT %s))
"""


class Forgotten(NamedTuple):
    """The names of the weeks that were dropped, and how many older events outside of them were deleted."""

    weeks: list[str]
    events: int


def forget_events(*, now: dt.datetime) -> Forgotten:
    """Let the log begin with the week that lies EVENT_RETENTION_WEEKS back, and remove what is older; 0: keep all.

    A log that was cut never begins earlier again, however the setting is changed.
    """
    begins_at = _note_start(now)
    if begins_at is None:
        return Forgotten([], 0)
    forgotten = Forgotten(_drop_weeks(begins_at), _delete_older(begins_at))
    if not any(is_over(start, begins_at) for start in list_partitions().values()):
        collect_values(before=begins_at)  # else events are still there that have them
    return forgotten


@transaction.atomic
def _note_start(now: dt.datetime) -> dt.datetime | None:
    """When the log begins from now on; None: with its first event."""
    _take_lock()
    begins_at = find_log_start()
    if not settings.EVENT_RETENTION_WEEKS:
        return begins_at
    wanted = find_start_of_week(now - dt.timedelta(weeks=settings.EVENT_RETENTION_WEEKS))
    if begins_at is None or begins_at < wanted:
        LogStart.objects.update_or_create(pk=1, defaults={"begins_at": wanted})
        for site in Site.objects.all():
            note_for_everyone(site.pk, [LOG], now=now)
        return wanted
    return begins_at


def _drop_weeks(begins_at: dt.datetime) -> list[str]:
    starts = list_partitions()
    over = [name for name, start in starts.items() if is_over(start, begins_at)]
    dropped = []
    for name in sorted(over, key=lambda name: starts[name]):
        # One transaction for each: a thousand weeks at once would take more locks than a server has.
        if not change_tables(name, partial(_drop, name=name)):
            break  # somebody reads or writes for long; there will be a next time
        dropped.append(name)
    return dropped


def is_over(start: dt.datetime, begins_at: dt.datetime) -> bool:
    return start + dt.timedelta(weeks=1) <= begins_at


def _drop(cursor: CursorWrapper, *, name: str) -> None:
    """This takes the whole log for a moment."""
    _take_lock()
    statement = SQL("DROP TABLE IF EXISTS {week}").format(week=Identifier(name))
    cursor.execute(statement.as_string(connection.connection))


def _delete_older(begins_at: dt.datetime) -> int:
    """Those in no week of their own: imported history, and what somebody wrote while the log was being cut."""
    deleted = 0
    with connection.cursor() as cursor:
        for _ in range(MOST_BATCHES):
            cursor.execute(DELETE, [begins_at, BATCH_ROWS])
            deleted += cursor.rowcount
            if cursor.rowcount < BATCH_ROWS:
                break
    return deleted


def _take_lock() -> None:
    """That of the partitions, held until the transaction ends: weeks are made and dropped one at a time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
