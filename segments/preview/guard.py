"""What keeps previews from holding up the database: a few at a time, each with so much time and so much disk.

Nothing outlives the transaction of a preview: it is rolled back, and with it the limits and the slot.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.backends.utils import CursorWrapper

from segments.refusals import explain_refusal, read_state

LOCK_SPACE = 0x9E7EE  # any number, as long as no other advisory lock of ours has it
# SQLSTATEs (PostgreSQL, appendix A)
QUERY_CANCELED, CONFIGURATION_LIMIT_EXCEEDED = "57014", "53400"

# The first free slot; a lock taken here is given back when the transaction ends.
TAKE_SLOT = """
SELECT slot FROM generate_series(1, %s) AS slot WHERE pg_try_advisory_xact_lock(%s, slot) LIMIT 1
"""
# Only a superuser, or a role that was granted it, may bound its temporary files (PostgreSQL: Resource Consumption, Disk).
LIMIT_DISK = """
SELECT set_config('temp_file_limit', %s, true)
WHERE has_parameter_privilege(current_user, 'temp_file_limit', 'SET')
"""


class PreviewStopped(Exception):  # noqa: N818  # an answer to the person who asked, not a fault
    """There is no count; the sentence says why and what one can do."""


class PreviewTooSlow(PreviewStopped):
    """Counting took longer than PREVIEW_TIMEOUT_MS and was stopped."""

    def __init__(self, reason: str = "") -> None:
        seconds = settings.PREVIEW_TIMEOUT_MS / 1000
        super().__init__(
            f"Counting {reason or f'took longer than {seconds:g} seconds'} and was stopped."
            " You can still save the segment."
        )


class PreviewBusy(PreviewStopped):
    """PREVIEW_CONCURRENCY others are being counted; asking again after a second is fine."""

    def __init__(self) -> None:
        super().__init__("Several audiences are being counted right now. Ask again in a second.")


class PreviewImpossible(PreviewStopped):
    """PostgreSQL refuses the rule as such."""


@dataclass(frozen=True)
class Budget:
    """What is left of the time of one preview."""

    cursor: CursorWrapper
    ends_at: float  # on the clock of time.monotonic

    @contextmanager
    def spend(self, most_ms: float | None = None) -> Iterator[CursorWrapper]:
        """Run one statement, planning included, no longer than what is left, nor than `most_ms`.

        Raises PreviewTooSlow or PreviewImpossible; whichever, the next statement can run.
        """
        left = (self.ends_at - time.monotonic()) * 1000
        if left < 1:
            raise PreviewTooSlow
        allowed = max(int(min(left, most_ms or left)), 1)
        try:
            with transaction.atomic():
                self.cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(allowed)])
                yield self.cursor
        except DatabaseError as error:
            raise _explain(error) from error


@contextmanager
def guard_database(milliseconds: int, *, quick: bool) -> Iterator[Budget]:
    """A slot and a budget for one preview. Raises PreviewBusy where all slots are taken.

    The last slot is kept for `quick` ones, so that those who wait for an exact count hold up no first answer.
    """
    ends_at = time.monotonic() + milliseconds / 1000
    slots = settings.PREVIEW_CONCURRENCY
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(TAKE_SLOT, [slots if quick else max(slots - 1, 1), LOCK_SPACE])
        if cursor.fetchone() is None:
            raise PreviewBusy
        cursor.execute(LIMIT_DISK, [f"{settings.PREVIEW_DISK_MB}MB"])
        yield Budget(cursor, ends_at)
        transaction.set_rollback(True)


def _explain(error: DatabaseError) -> Exception:
    """What is neither our limit nor the rule's fault stays what it is."""
    state = read_state(error)
    if state == QUERY_CANCELED:
        return PreviewTooSlow()
    if state == CONFIGURATION_LIMIT_EXCEEDED:
        return PreviewTooSlow(f"needed more than {settings.PREVIEW_DISK_MB:,} MB on disk")
    reason = explain_refusal(error)
    return PreviewImpossible(reason) if reason else error
