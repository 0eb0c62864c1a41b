"""How durable a commit has to be."""

from django.db import connection


def commit_lazily() -> None:
    """In a transaction: do not wait until its commit is on the disk.

    For stages that move rows on from a durable table: if the server dies before it was written, the whole transaction
    never was, the rows are still there, and it is done again (PostgreSQL, “asynchronous commit”).
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit TO off")
