"""From the inbox to the log and the profiles: each operation once, those of one subscriber in their order.

The unit of failure is the operation. A batch that cannot be applied is halved until what is wrong with it stands alone;
that one is set aside, its neighbours are applied. What would fail alike for everybody is put off, not set aside.
"""

import datetime as dt
import logging
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from django.db import transaction

from subscribers.commits import commit_lazily
from subscribers.models import Site
from tracking.applying import Arrival, apply_arrivals
from tracking.failures import PutOffError, describe_cause, fails_alike
from tracking.inbox import Waiting, delete_items, find_shards, read_waiting, take_shard
from tracking.models import InboxItem
from tracking.operations import Envelope
from tracking.probing import probe
from tracking.setting_aside import Failure, read_envelopes, set_aside

logger = logging.getLogger(__name__)

# What one worker takes at a time, so that another finds something, too.
BATCH_SHARDS = InboxItem.SHARDS // 2
# A drain gives way to the next after this many batches, so that a worker can be stopped in good time.
MOST_BATCHES = 500


class Part(NamedTuple):
    """Some operations of an inbox item: all of them, until something is wrong with one."""

    item: Waiting
    envelope: Envelope

    def halve(self) -> list["Part"]:
        operations = self.envelope.operations
        middle = len(operations) // 2
        halves = (operations[:middle], operations[middle:])
        return [
            Part(self.item, self.envelope.model_copy(update={"operations": half})) for half in halves if half
        ]


class Outcome(NamedTuple):
    """Of one attempt: events recorded, and what could not be applied."""

    events: int = 0
    failures: tuple[Failure, ...] = ()

    def plus(self, other: "Outcome") -> "Outcome":
        return Outcome(self.events + other.events, self.failures + other.failures)


class DrainResult(NamedTuple):
    """Items applied, events recorded, operations set aside, and why batches were put off, if some were."""

    items: int = 0
    events: int = 0
    failed: int = 0
    put_off: str = ""

    def plus(self, other: "DrainResult") -> "DrainResult":
        return DrainResult(
            self.items + other.items,
            self.events + other.events,
            self.failed + other.failed,
            self.put_off or other.put_off,
        )


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
    taken: list[int] = []
    try:
        with transaction.atomic():
            commit_lazily()
            for shard in shards:
                if take_shard(shard):
                    taken.append(shard)
                else:
                    busy.add(shard)
                if len(taken) == BATCH_SHARDS:
                    break
            return _apply_items(read_waiting(taken), now) if taken else DrainResult()
    except PutOffError as error:
        busy.update(taken)
        return _put_off(taken, str(error))
    except Exception as error:
        if not fails_alike(error):  # a deadlock with another stage, a lost connection: nothing was written
            raise
        busy.update(taken or shards)
        return _put_off(taken, describe_cause(error))


def _put_off(shards: Sequence[int], cause: str) -> DrainResult:
    logger.warning("A batch of shards %s was put off: %s", list(shards), cause)
    return DrainResult(put_off=cause)


def _apply_items(items: Sequence[Waiting], now: dt.datetime) -> DrainResult:
    """All of them, in the caller's transaction: what cannot be applied is set aside."""
    envelopes, failures = read_envelopes(items)
    outcome = _apply_parts([Part(*pair) for pair in envelopes], now).plus(Outcome(failures=failures))
    set_aside(outcome.failures, now=now)
    delete_items(item.pk for item in items)
    spoilt = {failure.item.pk for failure in outcome.failures}
    return DrainResult(len(items) - len(spoilt), outcome.events, len(outcome.failures))


def _apply_parts(parts: Sequence[Part], now: dt.datetime) -> Outcome:
    """All together, which is fast; if that fails, one half after the other."""
    if not parts:
        return Outcome()
    try:
        return Outcome(_apply_together(parts, now))
    except Exception as error:  # noqa: BLE001 - whatever is wrong with one must not hold up the others
        _put_off_if_alike(error)
    halves = _halve(parts)
    if not halves:
        return _judge(parts[0], now)
    outcome = Outcome()
    for half in halves:
        outcome = outcome.plus(_apply_parts(half, now))
    return outcome


def _put_off_if_alike(error: Exception) -> None:
    if fails_alike(error):
        raise PutOffError(describe_cause(error)) from error


def _halve(parts: Sequence[Part]) -> list[Sequence[Part]]:
    """Two halves in their order; nothing, if this is a single operation."""
    if len(parts) == 1:
        halves = parts[0].halve()
        return [[half] for half in halves] if len(halves) > 1 else []
    middle = len(parts) // 2
    return [parts[:middle], parts[middle:]]


def _judge(part: Part, now: dt.datetime) -> Outcome:
    """One that failed alone: its own fault, if a harmless one of its kind can be applied and it still cannot."""
    probe(part.item.site_id, part.envelope, now=now)
    try:
        return Outcome(_apply_together([part], now))
    except Exception as error:  # noqa: BLE001 - see _apply_parts
        _put_off_if_alike(error)
        payload = part.envelope.model_dump(mode="json")
        return Outcome(failures=(Failure(part.item, payload, error),))


def _apply_together(parts: Sequence[Part], now: dt.datetime) -> int:
    events = 0
    arrivals: defaultdict[int, list[Arrival]] = defaultdict(list)
    for item, envelope in parts:
        arrivals[item.site_id].append(Arrival(envelope, item.received_at))
    with transaction.atomic():
        for site in Site.objects.filter(pk__in=arrivals).order_by("pk"):
            events += apply_arrivals(site, arrivals[site.pk], now=now)
    return events
