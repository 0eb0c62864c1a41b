"""Ids taken before their rows are written.

What `INSERT … RETURNING` gives back comes in no promised order, and from a cluster in none at all: a row that learned
its id from its place among them, as `bulk_create` has it, could bear another's.
"""

from collections.abc import Iterable
from typing import TypeVar

from django.db import connection, models

Row = TypeVar("Row", bound=models.Model)

TAKE = "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)"


def take_ids(rows: Iterable[Row]) -> list[Row]:
    """The rows, all new and of one model, each with an id of its own from now on: ready for `bulk_create`."""
    taken = list(rows)
    counted = taken[0]._meta.auto_field if taken else None  # other ids are made with their rows
    if counted:
        with connection.cursor() as cursor:
            cursor.execute(TAKE, [f'"{counted.model._meta.db_table}"', counted.column, len(taken)])
            for row, (pk,) in zip(taken, cursor.fetchall(), strict=True):
                row.pk = pk
    return taken
