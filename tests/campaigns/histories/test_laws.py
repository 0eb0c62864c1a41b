"""Whatever happens to campaigns, people, push services and workers: everybody has one outcome, and the sums add up.

HISTORIES=1000 in the environment makes it a thousand.
"""

import os
from collections import Counter
from functools import partial
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns.models import Campaign, Delivery, Occurrence
from campaigns.planning import rounds
from campaigns.planning.chunks import decide_audience
from tests.campaigns.histories.beginnings import begin, campaigns, histories, policies, seeds
from tests.campaigns.histories.living import OVER, Step, World

HISTORIES = int(os.environ.get("HISTORIES", "12"))
CHUNK = 3  # of planning and of sending: a few people are many chunks
GOT_IT = ("sent", "displayed", "clicked")

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    monkeypatch.setattr(rounds, "decide_audience", partial(decide_audience, chunk=CHUNK))
    settings.SEND_CONCURRENCY = CHUNK


@settings(
    max_examples=HISTORIES, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip
@given(
    seed=seeds,
    policy=st.none() | policies,
    launched=st.lists(campaigns, min_size=1, max_size=2),
    capped=st.booleans(),
    history=histories,
)
def test_everybody_has_one_outcome_whatever_happens(
    seed: int,
    policy: dict[str, Any] | None,
    launched: list[dict[str, Any]],
    capped: bool,
    history: list[Step],
) -> None:
    with transaction.atomic():
        world = begin(seed, policy, launched, capped=capped)
        for step in history:
            world.live(step)
            check_sums(world)
        world.settle()
        check_sums(world)
        check_endings(world)
        check_book(world)
        check_replays(world)
        transaction.set_rollback(True)


def check_sums(world: World) -> None:
    """The runs' figures, kept by the database, are their deliveries; and those of a planned run are its audience."""
    for run in Occurrence.objects.filter(campaign__site=world.site):
        rows = Delivery.objects.filter(campaign=run.campaign_id, occurrence=run.number)
        counted = Counter(rows.values_list("status", flat=True))
        waiting, sent = counted["planned"] + counted["sending"], sum(counted[status] for status in GOT_IT)
        assert (run.waiting, run.sent) == (waiting, sent)
        assert (run.failed, run.expired, run.skipped) == tuple(
            counted[status] for status in ("failed", "expired", "skipped")
        )
        assert run.audience == counted.total() + run.erased


def check_endings(world: World) -> None:
    """All is over; nobody who was erased has a row."""
    for campaign in world.refresh():
        assert campaign.status in OVER
        assert not campaign.batches.filter(done_at=None, deliveries__isnull=False).exists()
        runs = campaign.occurrences.all()
        assert all(run.planned_at and run.finished_at and run.waiting == 0 for run in runs)
        assert not campaign.deliveries.filter(subscriber__in=world.erased).exists()


def check_book(world: World) -> None:
    """What push services took is sent, and what is sent they took: once each, but for what was in dying hands."""
    keys = Counter(key for key, _ in world.transport.taken)
    rows = Delivery.objects.filter(campaign__site=world.site, status__in=GOT_IT)
    sent = {tuple(key) for key in rows.values_list("campaign", "occurrence", "subscriber")}
    assert sent <= keys.keys()
    unknown = {key for key in keys if key not in sent and key.subscriber_id not in world.erased}
    repeated = [place for place, times in world.transport.taken.items() if times > 1]
    assert len(unknown) <= world.kills * CHUNK
    assert len(repeated) <= world.kills * CHUNK


def check_replays(world: World) -> None:
    """Ticks that come late or twice change nothing any more."""
    before = photograph(world)
    for _ in range(2):
        world.tick()
    assert photograph(world) == before


def photograph(world: World) -> list[list[tuple[object, ...]]]:
    models: tuple[Any, ...] = (
        Campaign.objects.filter(site=world.site),
        *[model.objects.filter(campaign__site=world.site) for model in (Occurrence, Delivery)],
    )
    return [sorted(rows.values_list(), key=str) for rows in models]
