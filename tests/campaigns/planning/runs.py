"""What the tests of planning share: chunks of two people, and what became of whom."""

import functools
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from campaigns.models import Campaign, Delivery, Occurrence
from campaigns.planning import rounds
from campaigns.planning.chunks import decide_audience


def plan_by_twos(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let planning go through the audience two people at a time."""
    monkeypatch.setattr(rounds, "decide_audience", functools.partial(decide_audience, chunk=2))


def before_chunk(monkeypatch: pytest.MonkeyPatch, number: int, act: Callable[[], object]) -> None:
    """Have something happen before the chunk of this number, from 0, is written."""
    write, chunks = rounds._write_chunk, iter(range(1_000_000))

    def write_later(*args: Any) -> bool:
        if next(chunks) == number:
            act()
        return write(*args)

    monkeypatch.setattr(rounds, "_write_chunk", write_later)


def reasons_of(campaign: Campaign) -> Counter[str]:
    return Counter(campaign.deliveries.values_list("reason", flat=True))


def find_run(campaign: Campaign, number: int = 1) -> Occurrence:
    return campaign.occurrences.get(number=number)


def adds_up(run: Occurrence) -> bool:
    """Whether the figures of a run are its deliveries, person by person."""
    rows = Delivery.objects.filter(campaign=run.campaign_id, occurrence=run.number)
    statuses = Counter(rows.values_list("status", flat=True))
    waiting = statuses[Delivery.Status.PLANNED] + statuses[Delivery.Status.SENDING]
    told = (run.audience, run.waiting, run.skipped)
    return told == (statuses.total(), waiting, statuses[Delivery.Status.SKIPPED])
