"""Changing tables while others use them: wait for a lock for a moment only, let everybody through, and try again.

Whoever waits for a strong lock keeps all who come after from even reading the table. A dump holds its locks for hours,
so a change must not insist: what cannot be had now is left for the next tick. All DDL outside of migrations goes here.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.db.backends.utils import CursorWrapper

logger = logging.getLogger(__name__)

PAUSES = (0.5, 1.0, 2.0)  # seconds before another try: four in all
# SQLSTATE lock_not_available, and deadlock_detected: somebody else is in the way, and will be gone.
IN_THE_WAY = {"55P03", "40P01"}


def change_tables(
    name: str, change: Callable[[CursorWrapper], None], *, pause: Callable[[float], None] = time.sleep
) -> bool:
    """Make a change in a transaction of its own; False, and nothing changed, if others were in the way all the while.

    It waits for no lock longer than DDL_LOCK_TIMEOUT_MS, and between two tries holds none. `name` is for the log.
    """
    for seconds in (*PAUSES, None):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                _limit_waits(cursor, settings.DDL_LOCK_TIMEOUT_MS, for_transaction=True)
                change(cursor)
        except OperationalError as error:
            if not is_in_the_way(error):
                raise
            if seconds is not None:
                pause(seconds)
        else:
            return True
    logger.warning("%s waits for the next time: others hold the table", name)
    return False


@contextmanager
def limit_waits(milliseconds: int) -> Iterator[CursorWrapper]:
    """A cursor for what runs beside others' work, outside of transactions (CONCURRENTLY), and is to give up in time."""
    with connection.cursor() as cursor:
        _limit_waits(cursor, milliseconds, for_transaction=False)
        try:
            yield cursor
        finally:
            cursor.execute("RESET lock_timeout")


def is_in_the_way(error: OperationalError) -> bool:
    """Whether somebody else's lock was the reason."""
    return getattr(error.__cause__, "sqlstate", None) in IN_THE_WAY


def _limit_waits(cursor: CursorWrapper, milliseconds: int, *, for_transaction: bool) -> None:
    cursor.execute("SELECT set_config('lock_timeout', %s, %s)", [str(milliseconds), for_transaction])
