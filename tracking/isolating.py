"""Where workers have died again and again: one operation at a time, each written down before it is tried.

So the one that ends the process is known for certain. It is set aside; its neighbours are applied in their order.
"""

import datetime as dt
import json
from typing import Any, NamedTuple

from django.db import transaction

from subscribers.commits import commit_lazily
from tracking.attempts import note_operation, settle
from tracking.failures import DeadlyError
from tracking.halving import Part, apply_parts
from tracking.inbox import Waiting, delete_items, hold_shards, read_item, read_waiting, rewrite_item
from tracking.outcomes import DrainResult, Outcome
from tracking.setting_aside import Failure, read_envelopes, set_aside

# That a worker ends while it is at one operation alone may be chance, once.
TRIES_ALONE = 2


class _Split(NamedTuple):
    """An item as its first operation, and the payload of the rest; None: there is no other."""

    first: Waiting
    rest: Any
    operations: int


def drain_one_by_one(shard: int, *, now: dt.datetime) -> DrainResult | None:
    """Apply what waits in the shard now; None: another worker has it."""
    with transaction.atomic():
        items = read_waiting([shard]) if hold_shards([shard]) else None
    if items is None:
        return None
    total = DrainResult()
    for item in items:
        while True:
            step = _take_step(shard, item.pk, now)
            if step is None:
                return total  # another worker goes on with it
            total = total.plus(step)
            if step.items:
                break
    settle([shard])
    return total


def _take_step(shard: int, pk: int, now: dt.datetime) -> DrainResult | None:
    """The next operation of the item; with `items` 1, if it was the last. None: another worker has the shard."""
    with transaction.atomic():
        commit_lazily()
        noted = _read(shard, pk)
        if noted is None:
            return None
        tries = note_operation(shard, item=pk, operations_left=noted.operations)
    with transaction.atomic():
        commit_lazily()
        split = _read(shard, pk)
        if split is None or split.operations != noted.operations:
            return None
        outcome = _give_up(split.first, tries - 1) if tries > TRIES_ALONE else _apply(split.first, now)
        set_aside(outcome.failures, now=now)
        if split.rest is None:
            delete_items([pk])
        else:
            rewrite_item(pk, split.rest)
    return DrainResult(int(split.rest is None), outcome.events, len(outcome.failures))


def _read(shard: int, pk: int) -> _Split | None:
    item = read_item(pk) if hold_shards([shard]) else None
    if item is None:
        return None
    whole = json.loads(item.payload)
    operations = whole.get("operations") if isinstance(whole, dict) else None
    if not isinstance(operations, list) or len(operations) < 2:
        return _Split(item, None, 1)
    first = item._replace(payload=json.dumps({**whole, "operations": operations[:1]}))
    return _Split(first, {**whole, "operations": operations[1:]}, len(operations))


def _apply(item: Waiting, now: dt.datetime) -> Outcome:
    envelopes, failures = read_envelopes([item])
    return apply_parts([Part(*pair) for pair in envelopes], now).plus(Outcome(failures=failures))


def _give_up(item: Waiting, times: int) -> Outcome:
    return Outcome(failures=(Failure(item, json.loads(item.payload), DeadlyError(times)),))
