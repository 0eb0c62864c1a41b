"""From the inbox to the log and the profiles: each item once, those of one subscriber in their order."""

import datetime as dt
import logging
import traceback
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from django.db import OperationalError, connection, transaction

from subscribers.arrays import write_array
from subscribers.commits import commit_lazily
from subscribers.models import Site
from tracking.applying import Arrival, apply_arrivals
from tracking.models import InboxItem
from tracking.operations import Envelope

logger = logging.getLogger(__name__)

BATCH_ITEMS = 1000
# What one worker takes at a time, so that another finds something, too.
BATCH_SHARDS = InboxItem.SHARDS // 2
# A drain gives way to the next after this many batches, so that a worker can be stopped in good time.
MOST_BATCHES = 500
LOCK_SPACE = 0x1B0C5  # any number, as long as no other advisory lock of ours has it
# Some of the oldest items, whose shards are those that are most behind.
FIND_OLDEST = """
SELECT shard FROM (
    SELECT id, shard FROM tracking_inboxitem WHERE failed_at IS NULL AND NOT shard = ANY(%s::smallint[]) ORDER BY id LIMIT %s
) AS oldest GROUP BY shard ORDER BY min(id)
"""


# As it is stored: pydantic reads the text in one go.
READ = """
SELECT id, site_id, payload::text, received_at FROM tracking_inboxitem
WHERE shard = ANY(%s::smallint[]) AND failed_at IS NULL ORDER BY id LIMIT %s
"""
DELETE = "DELETE FROM tracking_inboxitem WHERE id = ANY(%s::bigint[])"


class Waiting(NamedTuple):
    """An inbox item; `payload` is the JSON of an Envelope."""

    pk: int
    site_id: int
    payload: str
    received_at: dt.datetime


class DrainResult(NamedTuple):
    """Items applied, events recorded, items set aside because they could not be applied."""

    items: int = 0
    events: int = 0
    failed: int = 0

    def plus(self, other: "DrainResult") -> "DrainResult":
        return DrainResult(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))


def drain_inbox(*, now: dt.datetime) -> DrainResult:
    """Apply what waits, some shards at a time, until nothing waits that no other worker has in hand."""
    total = DrainResult()
    busy: set[int] = set()
    for _ in range(MOST_BATCHES):
        shards = _find_oldest(busy)
        if not shards:
            break
        total = total.plus(_drain_shards(shards, busy, now))
    return total


def _find_oldest(busy: set[int]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(FIND_OLDEST, [write_array(busy), BATCH_ITEMS])
        return [shard for (shard,) in cursor.fetchall()]


def _drain_shards(shards: Sequence[int], busy: set[int], now: dt.datetime) -> DrainResult:
    """One batch of some of these shards. Those that another worker has are added to `busy`."""
    taken: list[int] = []
    try:
        with transaction.atomic():
            commit_lazily()
            for shard in shards:
                if _take_shard(shard):
                    taken.append(shard)
                else:
                    busy.add(shard)
                if len(taken) == BATCH_SHARDS:
                    break
            return _apply_items(_read_items(taken), now) if taken else DrainResult()
    except OperationalError as error:  # a deadlock with another stage, a lost connection: nothing was written
        logger.warning("A batch of shards %s was put off: %s", taken, type(error).__name__)
        busy.update(taken)
        return DrainResult()


def _read_items(shards: Sequence[int]) -> list[Waiting]:
    """The oldest that wait in these shards, in the order in which they came."""
    with connection.cursor() as cursor:
        cursor.execute(READ, [write_array(shards), BATCH_ITEMS])
        return [Waiting(*row) for row in cursor.fetchall()]


def _take_shard(shard: int) -> bool:
    """Held until the transaction ends, however it ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [LOCK_SPACE, shard])
        (taken,) = cursor.fetchone()
    return bool(taken)


def _apply_items(items: Sequence[Waiting], now: dt.datetime) -> DrainResult:
    """All together, which is fast; if one of them cannot be applied, one by one, and that one is set aside."""
    try:
        with transaction.atomic():
            result = _apply_together(items, now)
    except OperationalError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever is wrong with one item must not hold up its shard
        if len(items) == 1:
            return _set_aside(items[0], error, now)
        result = DrainResult()
        for item in items:
            result = result.plus(_apply_items([item], now))
    return result


def _apply_together(items: Sequence[Waiting], now: dt.datetime) -> DrainResult:
    events = 0
    arrivals: defaultdict[int, list[Arrival]] = defaultdict(list)
    for item in items:
        arrivals[item.site_id].append(Arrival(Envelope.model_validate_json(item.payload), item.received_at))
    for site in Site.objects.filter(pk__in=arrivals).order_by("pk"):
        events += apply_arrivals(site, arrivals[site.pk], now=now)
    with connection.cursor() as cursor:
        cursor.execute(DELETE, [write_array(item.pk for item in items)])
    return DrainResult(items=len(items), events=events)


def _set_aside(item: Waiting, error: Exception, now: dt.datetime) -> DrainResult:
    """Keep the item and say where the code gave up. The error's own words stay out: they may quote a person."""
    frames = traceback.extract_tb(error.__traceback__)
    trail = " > ".join(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames)
    failure = f"{type(error).__name__} at {trail[-250:]}"[:300]
    InboxItem.objects.filter(pk=item.pk).update(failed_at=now, failure=failure)
    logger.error("Inbox item %s set aside: %s at %s", item.pk, type(error).__name__, trail)
    return DrainResult(failed=1)
