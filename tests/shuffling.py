"""What INSERT, UPDATE, DELETE or MERGE … RETURNING gives back comes in any order: SQL promises none, a cluster keeps none.

In all tests, rows of a statement that returns them are shuffled, unless it sorts them. Whatever trusts their places,
as `bulk_create` of rows without ids does, falls.
"""

import re
from random import Random
from typing import Any, Self

import psycopg
from django.db.backends.postgresql import base

from tests.chance import draw_chance

_RETURNING = re.compile(r"\breturning\b", re.IGNORECASE)
_SORTED = re.compile(r"\border\s+by\b", re.IGNORECASE)


def is_unsorted(sql: str) -> bool:
    """Whether a statement returns what it has written, in no order of its own."""
    *_, tail = _RETURNING.split(sql)
    return tail != sql and not _SORTED.search(tail)


class ShufflingCursor(psycopg.ClientCursor[Any]):
    """Takes all rows of such a statement at once, and hands them out in another order."""

    _shuffled: list[Any] | None = None
    _dice: Random = draw_chance("returned rows")

    def execute(self, query: Any, params: Any = None, **options: Any) -> Self:
        self._shuffled = None
        super().execute(query, params, **options)
        result = self.pgresult
        if result and result.ntuples > 1 and is_unsorted(query if isinstance(query, str) else str(query)):
            self._shuffled = super().fetchall()
            self._dice.shuffle(self._shuffled)
        return self

    def fetchone(self) -> Any:
        if self._shuffled is None:
            return super().fetchone()
        return self._shuffled.pop(0) if self._shuffled else None

    def fetchmany(self, size: int = 0) -> list[Any]:
        if self._shuffled is None:
            return super().fetchmany(size)
        size = size or self.arraysize
        taken, self._shuffled = self._shuffled[:size], self._shuffled[size:]
        return taken

    def fetchall(self) -> list[Any]:
        if self._shuffled is None:
            return super().fetchall()
        taken, self._shuffled = self._shuffled, []
        return taken

    def __next__(self) -> Any:
        if self._shuffled is None:
            return super().__next__()
        if not self._shuffled:
            raise StopIteration
        return self._shuffled.pop(0)


setattr(base, "Cursor", type("Cursor", (ShufflingCursor, base.Cursor), {}))  # noqa: B010 - the stubs take it for final
