"""Why something could not be applied: because of itself, or because of what would fail alike for everybody."""

import traceback
from pathlib import Path

from django.db import Error as DatabaseError

# Classes of SQLSTATE that speak of the values of one statement: too many rows for it, data, integrity, limits.
OF_VALUES = {"21", "22", "23", "54"}
# A column that must not be NULL, and that this code knows nothing of.
NOT_NULL = "23502"
# Neither the operation's nor its neighbours' fault: memory, connections, files.
OF_THE_MACHINE = (MemoryError, OSError)

DEADLY = "The worker's process ended"


class PutOffError(Exception):
    """Nothing of a batch was applied, and all of it will be tried again; the message says why."""


class DeadlyError(Exception):
    """What the worker's process has ended at, again and again."""

    def __init__(self, times: int) -> None:
        super().__init__(f"{DEADLY} each of the {times} times it was applied alone")


def ran_out_of_memory(error: BaseException) -> bool:
    """Whether the process has lived to tell what the next one may not: that is counted as a death of it."""
    return isinstance(error, MemoryError) or isinstance(error.__cause__, MemoryError)


def fails_alike(error: BaseException) -> bool:
    """Whether the same would happen to any other operation: another schema, a database that only reads, or is away.

    What is left may be the fault of what was to be applied.
    """
    if isinstance(error, DatabaseError):
        state = getattr(error.__cause__, "sqlstate", None) or ""
        return state[:2] not in OF_VALUES or state == NOT_NULL
    return isinstance(error, OF_THE_MACHINE)


def describe_cause(error: BaseException) -> str:
    """In a line, for operators. Of the database's words only those that quote no values of people."""
    diagnosis = getattr(error.__cause__, "diag", None)
    words = getattr(diagnosis, "message_primary", None) if fails_alike(error) else None
    return f"{type(error).__name__}: {words}" if words else type(error).__name__


def describe_failure(error: BaseException) -> str:
    """What gave up, and where in the code. The error's own words stay out: they may quote a person."""
    if isinstance(error, DeadlyError):
        return str(error)
    frames = traceback.extract_tb(error.__traceback__)
    trail = " > ".join(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames)
    return f"{type(error).__name__} at {trail[-250:]}"[:300]
