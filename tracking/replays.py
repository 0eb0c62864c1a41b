"""Operations that arrive again: a client repeats what it got no answer for, and that must change nothing."""

import datetime as dt
import hashlib
from collections.abc import Iterable
from uuid import UUID

from django.db import connection

from subscribers.arrays import write_array
from tracking.models import AppliedOperation

REMEMBERED_FOR = dt.timedelta(days=30)

# In the order of their keys, so that two workers which repeat each other do not deadlock.
REMEMBER = """
INSERT INTO tracking_appliedoperation (key, applied_at)
SELECT key, %s FROM unnest(%s::uuid[]) AS new (key) ORDER BY key
ON CONFLICT DO NOTHING
RETURNING key
"""


def make_key(site_id: int, kind: str, value: str, operation_id: UUID) -> UUID:
    """Names an operation by its sender rather than its subscriber: the browser may go to another person."""
    name = f"{site_id}:{kind}:{value}:{operation_id}"
    return UUID(bytes=hashlib.blake2b(name.encode(), digest_size=16).digest())


def remember_operations(keys: Iterable[UUID], *, now: dt.datetime) -> set[UUID]:
    """Those not applied before, from now on remembered as applied, in the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(REMEMBER, [now, write_array(set(keys))])
        return {key for (key,) in cursor.fetchall()}


def forget_operations(*, now: dt.datetime) -> int:
    """Clients have given up repeating long before; events stay unique by their ids in the log."""
    return AppliedOperation.objects.filter(applied_at__lt=now - REMEMBERED_FOR).delete()[0]
