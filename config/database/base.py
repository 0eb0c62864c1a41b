"""After a restart of the database all connections in the pool are dead at once.

The pool would try one after the other, with a second between two of them, and everybody who waits would be told that
there is no connection though there could be one at once. So whoever meets a dead one has all the others looked at.
"""

from typing import Any

from django.db.backends.postgresql import base
from psycopg_pool import ConnectionPool


class DatabaseWrapper(base.DatabaseWrapper):
    @property
    def pool(self) -> Any:
        pool = super().pool
        # Django passes this very check, and leaves no place for one's own.
        if pool is not None and pool._check is ConnectionPool.check_connection:
            pool._check = _CheckAll(pool)
        return pool


class _CheckAll:
    """Raises if a connection is dead, after those that lie in the pool were checked, too."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    def __call__(self, connection: Any) -> None:
        try:
            ConnectionPool.check_connection(connection)
        except Exception:
            self._pool.check()
            raise
