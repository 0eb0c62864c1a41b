"""Which shards are being drained: written down before, so that the worker's death at it leaves a trace.

A worker that is killed, say for want of memory, can say nothing any more. What it was at is known from this alone.
Nothing here waits: whoever has a shard has it until the transaction ends (tracking/inbox.py).
"""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from django.conf import settings
from django.db import connection, transaction

from subscribers.arrays import write_array
from subscribers.commits import commit_lazily
from tracking.inbox import LOCK_SPACE

# The first that nobody else has. Begun is begun again: whoever ended an attempt, well or not, has set it to 0.
CLAIM = """
WITH taken AS MATERIALIZED (
    SELECT shard FROM unnest(%s::smallint[]) AS wanted (shard)
    WHERE pg_try_advisory_xact_lock(%s, shard) LIMIT %s
)
INSERT INTO tracking_drainattempt AS old (shard, tries) SELECT shard, 1 FROM taken
ON CONFLICT (shard) DO UPDATE SET tries = old.tries + CASE WHEN old.item_id IS NULL THEN 1 ELSE 0 END
RETURNING shard, tries, item_id IS NOT NULL
"""
WITHDRAW = (
    "UPDATE tracking_drainattempt SET tries = tries - 1 WHERE shard = ANY(%s::smallint[]) AND item_id IS NULL"
)
NOTE_OPERATION = """
UPDATE tracking_drainattempt SET
    tries = CASE WHEN (item_id, operations_left) = (%(item)s, %(left)s) THEN tries + 1 ELSE 1 END,
    item_id = %(item)s, operations_left = %(left)s
WHERE shard = %(shard)s RETURNING tries
"""
SETTLE = """
UPDATE tracking_drainattempt SET tries = 0, item_id = NULL, operations_left = NULL WHERE shard = ANY(%s::smallint[])
"""


class Claim(NamedTuple):
    """Shards that are to be drained now, and whether something in them has ended workers so often that its operations
    are applied one by one."""

    shards: list[int]
    one_by_one: bool = False


def claim_shards(shards: Sequence[int], *, most: int) -> Claim:
    """Some of these that no other worker has; one alone, if a worker has died at it: so its neighbours come out of it."""
    with transaction.atomic():
        commit_lazily()
        with connection.cursor() as cursor:
            cursor.execute(CLAIM, [write_array(shards), LOCK_SPACE, most])
            found = {shard: (tries, is_known) for shard, tries, is_known in cursor.fetchall()}
            suspects = [shard for shard, (tries, is_known) in found.items() if tries > 1 or is_known]
            if not suspects:
                return Claim(list(found))
            chosen = min(suspects, key=shards.index)
            cursor.execute(WITHDRAW, [write_array(found.keys() - {chosen})])
    tries, is_known = found[chosen]
    return Claim([chosen], is_known or tries > settings.INBOX_ATTEMPTS)


def note_operation(shard: int, *, item: int, operations_left: int) -> int:
    """That this operation, the item's first of so many that are left, is tried alone; returns for which time."""
    values = {"shard": shard, "item": item, "left": operations_left}
    with connection.cursor() as cursor:
        cursor.execute(NOTE_OPERATION, values)
        found = cursor.fetchone()
    return int(found[0]) if found else 1


def settle(shards: Collection[int]) -> None:
    """The attempt is over, and the worker lives."""
    with connection.cursor() as cursor:
        cursor.execute(SETTLE, [write_array(shards)])
