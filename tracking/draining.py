"""From the inbox to the log and the profiles: each operation once, those of one subscriber in their order.

The unit of failure is the operation. A batch that cannot be applied is halved until what is wrong with it stands alone;
that one is set aside, its neighbours are applied. What would fail alike for everybody is put off, not set aside.
"""

import datetime as dt
import logging
from collections.abc import Sequence

from django.db import Error as DatabaseError
from django.db import transaction

from subscribers.commits import commit_lazily
from tracking.attempts import claim_shards, settle
from tracking.failures import PutOffError, describe_cause, fails_alike, ran_out_of_memory
from tracking.halving import Part, apply_parts
from tracking.inbox import Waiting, delete_items, find_shards, hold_shards, read_waiting
from tracking.isolating import drain_one_by_one
from tracking.models import InboxItem
from tracking.outcomes import DrainResult, Outcome
from tracking.setting_aside import read_envelopes, set_aside

logger = logging.getLogger(__name__)

# What one worker takes at a time, so that another finds something, too.
BATCH_SHARDS = InboxItem.SHARDS // 2
# A drain gives way to the next after this many batches, so that a worker can be stopped in good time.
MOST_BATCHES = 500


def drain_inbox(*, now: dt.datetime) -> DrainResult:
    """Apply what waits, some shards at a time, until nothing waits that no other worker has in hand."""
    total = DrainResult()
    busy: set[int] = set()
    for _ in range(MOST_BATCHES):
        try:
            shards = find_shards(busy)
        except Exception as error:
            if not fails_alike(error):
                raise
            return total.plus(_put_off([], describe_cause(error)))
        if not shards:
            break
        total = total.plus(_drain_shards(shards, busy, now))
    return total


def _drain_shards(shards: Sequence[int], busy: set[int], now: dt.datetime) -> DrainResult:
    """One batch of some of these shards. Those that another worker has are added to `busy`."""
    claimed: list[int] = []
    try:
        claim = claim_shards(shards, most=BATCH_SHARDS)
        claimed = claim.shards
        drain = _drain_one_by_one if claim.one_by_one else _drain_together
        result = drain(claimed, now)
        if result is None:
            busy.update(claimed or shards)
        return result or DrainResult()
    except Exception as error:
        if not ran_out_of_memory(error):
            _forgive(claimed)
        if not isinstance(error, PutOffError) and not fails_alike(error):
            raise  # a deadlock with another stage: nothing was written
        busy.update(claimed or shards)
        return _put_off(claimed, str(error) if isinstance(error, PutOffError) else describe_cause(error))


def _drain_together(claimed: Sequence[int], now: dt.datetime) -> DrainResult | None:
    """None: another worker has all of them by now."""
    with transaction.atomic():
        commit_lazily()
        held = hold_shards(claimed) if claimed else []
        if not held:
            return None
        result = _apply_items(read_waiting(held), now)
        settle(held)
    return result


def _drain_one_by_one(claimed: Sequence[int], now: dt.datetime) -> DrainResult | None:
    """The same of one shard, at which workers have died."""
    (shard,) = claimed
    return drain_one_by_one(shard, now=now)


def _forgive(shards: Sequence[int]) -> None:
    """Whatever went wrong, the process has survived it."""
    try:
        settle(shards)
    except DatabaseError as error:
        logger.warning("Shards %s count as unfinished: %s", list(shards), describe_cause(error))


def _put_off(shards: Sequence[int], cause: str) -> DrainResult:
    logger.warning("A batch of shards %s was put off: %s", list(shards), cause)
    return DrainResult(put_off=cause)


def _apply_items(items: Sequence[Waiting], now: dt.datetime) -> DrainResult:
    """All of them, in the caller's transaction: what cannot be applied is set aside."""
    envelopes, failures = read_envelopes(items)
    outcome = apply_parts([Part(*pair) for pair in envelopes], now).plus(Outcome(failures=failures))
    set_aside(outcome.failures, now=now)
    delete_items(item.pk for item in items)
    spoilt = {failure.item.pk for failure in outcome.failures}
    return DrainResult(len(items) - len(spoilt), outcome.events, len(outcome.failures))
