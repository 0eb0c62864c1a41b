"""The inbox as workers see it: two lanes, the live one first, and one person's operations in their order across both."""

import datetime as dt
import json
from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple

from django.db import connection

from subscribers.arrays import write_array
from tracking.models import InboxItem

DRAIN_TASK = "tracking.tasks.drain_inbox"
BATCH_ITEMS = 1000
# So few that a visitor who comes while they are applied does not wait for long.
BATCH_IMPORTS = 200
LOCK_SPACE = 0x1B0C5  # any number, as long as no other advisory lock of ours has it

# Those that are most behind first, but all with something live before those with nothing but imports.
FIND_SHARDS = """
SELECT shard FROM generate_series(0, %s) AS shards (shard)
CROSS JOIN (VALUES (0), (1)) AS lanes (lane)
CROSS JOIN LATERAL (
    SELECT id FROM tracking_inboxitem AS item
    WHERE item.shard = shards.shard AND item.lane = lanes.lane AND item.failed_at IS NULL ORDER BY item.id LIMIT 1
) AS oldest
WHERE NOT shard = ANY(%s::int[])
GROUP BY shard ORDER BY min(lane), min(id)
"""
# The payload as it is stored: pydantic reads the text in one go.
COLUMNS = "id, site_id, lane, shard, sender, payload::text, received_at"
# The first of a lane, shard by shard along the index: however much waits there, or in the other lane, nothing else is read.
FIRST = """
SELECT first.id FROM unnest(%(shards)s::smallint[]) AS shards (shard)
CROSS JOIN LATERAL (
    SELECT id FROM tracking_inboxitem AS item
    WHERE item.shard = shards.shard AND item.lane = {lane} AND item.failed_at IS NULL
    ORDER BY item.id LIMIT %({most})s
) AS first
ORDER BY first.id LIMIT %({most})s
"""
# Both in one statement, so as of one moment: what is imported after it cannot stand before what is live in it.
READ = f"""
SELECT {COLUMNS} FROM tracking_inboxitem
WHERE id = ANY(ARRAY({FIRST.format(lane=0, most="live")}) || ARRAY({FIRST.format(lane=1, most="imports")}))
"""  # noqa: S608 - put together from constants
READ_AHEAD = f"""
SELECT {COLUMNS} FROM tracking_inboxitem
WHERE sender = ANY(%s::bigint[]) AND lane = 1 AND failed_at IS NULL AND id < %s ORDER BY id LIMIT %s
"""  # noqa: S608
FIND_SENDERS_AHEAD = """
SELECT DISTINCT sender FROM tracking_inboxitem
WHERE sender = ANY(%s::bigint[]) AND lane = 1 AND failed_at IS NULL AND id > %s AND id < %s
"""
READ_ONE = f"SELECT {COLUMNS} FROM tracking_inboxitem WHERE id = %s AND failed_at IS NULL"  # noqa: S608
HOLD = "SELECT shard FROM unnest(%s::smallint[]) AS wanted (shard) WHERE pg_try_advisory_xact_lock(%s, shard)"
REWRITE = "UPDATE tracking_inboxitem SET payload = %s::jsonb WHERE id = %s"
DELETE = "DELETE FROM tracking_inboxitem WHERE id = ANY(%s::bigint[])"


class Waiting(NamedTuple):
    """An inbox item; `payload` is the JSON of an Envelope."""

    pk: int
    site_id: int
    lane: int
    shard: int
    sender: int
    payload: str
    received_at: dt.datetime


def find_shards(busy: Collection[int]) -> list[int]:
    """The shards in which something waits, without those that are busy."""
    with connection.cursor() as cursor:
        cursor.execute(FIND_SHARDS, [InboxItem.SHARDS - 1, write_array(busy)])
        return [shard for (shard,) in cursor.fetchall()]


def hold_shards(shards: Sequence[int]) -> list[int]:
    """Those of them that no other worker has; held until the transaction ends, however it ends."""
    with connection.cursor() as cursor:
        cursor.execute(HOLD, [write_array(shards), LOCK_SPACE])
        return [shard for (shard,) in cursor.fetchall()]


def read_waiting(shards: Sequence[int]) -> list[Waiting]:
    """What is next in these shards, which the caller has taken, in the order in which it is to be applied.

    Live items, each behind what was imported of the same person before it. Other imports go along, a few at a time and
    only where nothing live is left over: an import must not overtake what its person did before.
    """
    values: dict[str, str | int] = {
        "shards": write_array(shards),
        "live": BATCH_ITEMS,
        "imports": BATCH_IMPORTS,
    }
    with connection.cursor() as cursor:
        cursor.execute(READ, values)
        found = [Waiting(*row) for row in cursor.fetchall()]
    live = [item for item in found if item.lane == InboxItem.Lane.LIVE]
    imports = [item for item in found if item.lane == InboxItem.Lane.IMPORT]
    if live and imports:
        left_over = len(live) == BATCH_ITEMS
        live, ahead = _read_ahead(live)
        imports = ahead if left_over else [*imports, *ahead]
    return sorted({item.pk: item for item in (*live, *imports)}.values())


def _read_ahead(live: list[Waiting]) -> tuple[list[Waiting], list[Waiting]]:
    """The live items that can be applied now, and the imports of the same people that stand before them."""
    senders = write_array({item.sender for item in live})
    last = max(item.pk for item in live)
    with connection.cursor() as cursor:
        cursor.execute(READ_AHEAD, [senders, last, BATCH_ITEMS])
        ahead = [Waiting(*row) for row in cursor.fetchall()]
        if len(ahead) < BATCH_ITEMS:
            return live, ahead
        end = ahead[-1].pk
        cursor.execute(FIND_SENDERS_AHEAD, [senders, end, last])
        unfinished = {sender for (sender,) in cursor.fetchall()}
    return [item for item in live if item.pk < end or item.sender not in unfinished], ahead


def read_item(pk: int) -> Waiting | None:
    """None: it is applied, or set aside."""
    with connection.cursor() as cursor:
        cursor.execute(READ_ONE, [pk])
        row = cursor.fetchone()
    return Waiting(*row) if row else None


def rewrite_item(pk: int, payload: Any) -> None:
    """With what is left of it, in its place."""
    with connection.cursor() as cursor:
        cursor.execute(REWRITE, [json.dumps(payload), pk])


def delete_items(ids: Iterable[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(DELETE, [write_array(ids)])
