"""Operations applied all together, which is fast; where that fails, halved until what is wrong stands alone."""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from django.db import transaction

from subscribers.models import Site
from tracking.applying import Arrival, apply_arrivals
from tracking.failures import PutOffError, describe_cause, fails_alike
from tracking.inbox import Waiting
from tracking.operations import Envelope
from tracking.outcomes import Outcome
from tracking.probing import probe
from tracking.setting_aside import Failure


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


def apply_parts(parts: Sequence[Part], now: dt.datetime) -> Outcome:
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
        outcome = outcome.plus(apply_parts(half, now))
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
    except Exception as error:  # noqa: BLE001 - see apply_parts
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
