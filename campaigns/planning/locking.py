"""One worker at a time, over several transactions."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def try_lock(space: int, number: int) -> Iterator[bool]:
    """Whether nobody else holds this lock until the end of the block. No row is locked; a worker that dies lets go."""
    key = [space, number % 2**31]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", key)
        (locked,) = cursor.fetchone()
    try:
        yield locked
    finally:
        if locked and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", key)
