"""What a test with real transactions wrote is taken away again, and what migrations had written is put back.

Django empties all tables, however few have rows, and lets every app write anew what it writes after migrations: that
takes longer than most tests do.
"""

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.test import TransactionTestCase

from tracking.partitions import list_partitions

# Of tables alone, not of those that only stand for their partitions.
LIST = """
SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname
"""
MIGRATED = "as_migrated"  # a schema with copies of the tables into which migrations wrote


def remember_migrated() -> None:
    """Keep a copy of what there is before any test."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {MIGRATED}")
        for table in _list_filled(cursor):
            cursor.execute(f'CREATE TABLE {MIGRATED}."{table}" AS TABLE "{table}"')


def empty_tables() -> None:
    """Let there be what `remember_migrated` saw, and nothing else."""
    with connection.cursor() as cursor:
        cursor.execute(LIST.replace("public", MIGRATED))
        migrated = {table for (table,) in cursor.fetchall()}
        stale = [table for table in migrated if _differs(cursor, table)]
        emptied = [*(set(_list_filled(cursor)) - migrated), *stale]
        if emptied:
            steps = [f'DELETE FROM "{table}"' for table in emptied]
            steps += [f'INSERT INTO "{table}" TABLE {MIGRATED}."{table}"' for table in stale]
            # All goes, so that nothing needs to be looked up or taken along.
            cursor.execute("; ".join(["SET LOCAL session_replication_role = replica", *steps]))
        for week in list_partitions():
            cursor.execute(f"DROP TABLE {week}")


def _list_filled(cursor: CursorWrapper) -> list[str]:
    cursor.execute(LIST)
    asked = [f"SELECT '{table}' WHERE EXISTS (SELECT FROM \"{table}\")" for (table,) in cursor.fetchall()]
    cursor.execute(" UNION ALL ".join(asked))
    return [table for (table,) in cursor.fetchall()]


def _differs(cursor: CursorWrapper, table: str) -> bool:
    here, kept = f'TABLE "{table}"', f'TABLE {MIGRATED}."{table}"'
    cursor.execute(f"SELECT EXISTS (({here} EXCEPT ALL {kept}) UNION ALL ({kept} EXCEPT ALL {here}))")
    return bool(cursor.fetchone()[0])


def _teardown(self: TransactionTestCase) -> None:
    empty_tables()


TransactionTestCase._fixture_teardown = _teardown  # type: ignore[attr-defined]
