"""Claims: two workers never share a batch, and a dead worker's batch is taken over."""

import datetime as dt
import threading
import time
from collections.abc import Sequence

import pytest
from django.db import connection
from pytest_django import Settings

from campaigns.delivery import deliver_next, turns
from campaigns.delivery.claims import LEASE, claim_chunk, release_claim, renew_claim
from campaigns.delivery.outcomes import write_outcomes
from campaigns.delivery.rows import Outcome
from campaigns.lifecycle import pause_campaign
from campaigns.models import Batch, Campaign, Delivery, Occurrence, Variant
from campaigns.transports.base import Push, Receipt
from campaigns.transports.memory import MemoryTransport
from segments.models import Segment
from subscribers.models import Site
from tests import factories
from tests.campaigns.people import deliver_due, delivery_of, make_reachable, make_running
from tracking.models import Event

Status = Delivery.Status


def test_a_claimed_batch_is_nobody_elses_while_its_lease_lasts(site: Site, now: dt.datetime) -> None:
    make_reachable(site)
    make_running(site)
    assert claim_chunk(now=now, size=10) is not None
    assert claim_chunk(now=now + LEASE, size=10) is None


def test_what_is_claimed_is_marked_as_being_sent(site: Site, now: dt.datetime) -> None:
    person = make_reachable(site)
    campaign = make_running(site)
    claim_chunk(now=now, size=10)
    assert delivery_of(campaign, person).status == Status.SENDING


def test_a_dead_workers_batch_is_taken_over_after_its_lease_and_repeats_replace(
    site: Site, now: dt.datetime
) -> None:
    for _ in range(3):
        make_reachable(site)
    campaign = make_running(site)
    dead = claim_chunk(now=now, size=2)  # sends two pushes, and dies before it writes their receipts
    assert dead is not None
    transport = MemoryTransport()
    deliver_due(now=now + LEASE + dt.timedelta(seconds=1), transport=transport)
    assert set(campaign.deliveries.values_list("status", flat=True)) == {Status.SENT}
    assert {push.topic for push in transport.sent} == {f"c{campaign.pk}-1"}
    attempts = campaign.deliveries.order_by("attempts").values_list("attempts", flat=True)
    assert list(attempts) == [1, 2, 2]


def test_a_worker_that_lost_its_lease_changes_nothing_that_the_other_one_wrote(
    site: Site, now: dt.datetime
) -> None:
    person = make_reachable(site)
    campaign = make_running(site)
    slow = claim_chunk(now=now, size=10)
    assert slow is not None
    later = now + LEASE + dt.timedelta(seconds=1)
    deliver_due(now=later, transport=MemoryTransport())
    failed = Outcome(person.pk, person.pk, 1, Status.FAILED, Delivery.Reason.GONE)
    write_outcomes(slow, [failed], now=later)
    assert delivery_of(campaign, person).status == Status.SENT
    assert Batch.objects.get().done_at == later


def test_a_worker_that_lost_its_lease_decides_nothing_about_whom_the_other_one_is_sending_to(
    site: Site, now: dt.datetime
) -> None:
    person = make_reachable(site)
    campaign = make_running(site)
    slow = claim_chunk(now=now, size=10)
    later = now + LEASE + dt.timedelta(seconds=1)
    assert claim_chunk(now=later, size=10) is not None
    assert slow is not None
    failed = Outcome(person.pk, person.pk, 1, Status.FAILED, Delivery.Reason.GONE)
    write_outcomes(slow, [failed], now=later)
    assert delivery_of(campaign, person).status == Status.SENDING
    assert not Event.objects.exists()


def test_everybody_waits_in_the_batch_of_their_own_instant(site: Site, now: dt.datetime) -> None:
    people = [make_reachable(site) for _ in range(10)]
    campaign = make_running(site)
    claim = claim_chunk(now=now, size=10)
    assert claim is not None
    again = {person.pk: now + dt.timedelta(minutes=number) for number, person in enumerate(people, 1)}

    write_outcomes(
        claim, [Outcome(pk, pk, 1, Status.PLANNED, retry_at=at) for pk, at in again.items()], now=now
    )

    assert dict(campaign.deliveries.values_list("subscriber_id", "batch__due_at")) == again


def test_a_run_that_is_still_being_planned_is_not_claimed(site: Site, now: dt.datetime) -> None:
    make_reachable(site)
    make_running(site)
    Occurrence.objects.update(planned_at=None)
    assert claim_chunk(now=now, size=10) is None


def test_of_what_is_due_the_higher_priority_goes_first(site: Site, now: dt.datetime) -> None:
    make_reachable(site)
    make_running(site)
    urgent = make_running(site, priority=Campaign.Priority.HIGH)
    claim = claim_chunk(now=now, size=10)
    assert claim is not None
    assert claim.campaign == urgent


def test_who_waits_for_a_winner_is_not_claimed_before_there_is_one(site: Site, now: dt.datetime) -> None:
    make_reachable(site)
    campaign = make_running(site)
    Variant.objects.create(campaign=campaign, letter="B", title="The other")
    Batch.objects.update(awaits_winner=True)
    assert claim_chunk(now=now, size=10) is None
    Campaign.objects.update(winner="B")
    claim = claim_chunk(now=now, size=10)
    assert claim is not None
    assert [row.variant for row in claim.rows] == ["B"]


def test_who_does_not_wait_for_the_winner_gets_what_was_drawn(site: Site, now: dt.datetime) -> None:
    person = make_reachable(site)
    campaign = make_running(site)
    Campaign.objects.update(winner="B")
    deliver_due(now=now, transport=MemoryTransport())
    assert delivery_of(campaign, person).variant == "A"


def test_a_pause_while_a_chunk_is_prepared_stops_it(
    site: Site, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = make_reachable(site)
    campaign = make_running(site)

    def pause(*args: object, **kwargs: object) -> list[Segment]:
        pause_campaign(campaign, now=now)
        return []

    monkeypatch.setattr(turns, "refresh_audience", pause)
    transport = MemoryTransport()
    deliver_next(now=now, transport=transport)
    delivery = delivery_of(campaign, person)
    assert (transport.sent, delivery.status, delivery.attempts) == ([], Status.PLANNED, 0)


def test_a_lost_lease_is_not_given_back_for_the_new_owner(site: Site, now: dt.datetime) -> None:
    make_reachable(site)
    make_running(site)
    slow = claim_chunk(now=now, size=10)
    later = now + LEASE + dt.timedelta(seconds=1)
    assert claim_chunk(now=later, size=10) is not None
    assert slow is not None
    release_claim(slow, now=later)
    assert Batch.objects.get().lease_expires_at == later + LEASE


def test_a_lease_is_renewed_from_now_on(site: Site, now: dt.datetime) -> None:
    make_reachable(site)
    make_running(site)
    claim = claim_chunk(now=now, size=10)
    assert claim is not None
    later = now + dt.timedelta(minutes=2)
    assert renew_claim(claim, now=later)
    assert claim_chunk(now=later + LEASE, size=10) is None
    release_claim(claim, now=later)
    assert Batch.objects.get().lease_expires_at is None


def test_a_lost_lease_is_not_renewed(site: Site, now: dt.datetime) -> None:
    make_reachable(site)
    make_running(site)
    slow = claim_chunk(now=now, size=10)
    later = now + LEASE + dt.timedelta(seconds=1)
    claim_chunk(now=later, size=10)
    assert slow is not None
    assert not renew_claim(slow, now=later)
    assert Batch.objects.get().lease_expires_at == later + LEASE


@pytest.mark.parametrize("broken", [False, True])
def test_a_worker_whose_lease_ran_out_while_it_prepared_leaves_the_chunk_to_the_other_one(
    site: Site, now: dt.datetime, monkeypatch: pytest.MonkeyPatch, broken: bool
) -> None:
    person = make_reachable(site)
    campaign = make_running(site)
    others = []

    def take_ages(*args: object, **kwargs: object) -> list[Segment]:
        others.append(claim_chunk(now=now + LEASE + dt.timedelta(seconds=1), size=10))
        return [factories.make_segment(site)] if broken else []

    monkeypatch.setattr(turns, "refresh_audience", take_ages)
    transport = MemoryTransport()
    deliver_next(now=now, transport=transport)
    assert transport.sent == []
    assert delivery_of(campaign, person).status == Status.SENDING
    (other,) = others
    assert other is not None
    assert Batch.objects.get().lease_expires_at == other.batch.lease_expires_at
    campaign.refresh_from_db()
    assert campaign.status == Campaign.Status.RUNNING


def test_a_worker_that_prepares_for_long_sends_under_a_full_lease(
    site: Site, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_reachable(site)
    make_running(site)
    elapsed = iter([1000.0, 1000.0 + LEASE.total_seconds() - 1])
    monkeypatch.setattr(turns, "monotonic", lambda: next(elapsed))
    leases = []

    class Watching(MemoryTransport):
        def send_pushes(self, pushes: Sequence[Push], *, now: dt.datetime) -> list[Receipt]:
            leases.append(Batch.objects.get().lease_expires_at)
            return super().send_pushes(pushes, now=now)

    deliver_next(now=now, transport=Watching())
    assert leases == [now + LEASE * 2 - dt.timedelta(seconds=1)]


def test_a_batch_is_done_when_nobody_in_it_waits_any_more(site: Site, now: dt.datetime) -> None:
    make_reachable(site)
    make_running(site)
    deliver_due(now=now, transport=MemoryTransport())
    batch = Batch.objects.get()
    assert (batch.done_at, batch.lease_expires_at) == (now, None)


class SlowTransport(MemoryTransport):
    """Takes a moment for each chunk, so that workers overlap."""

    def send_pushes(self, pushes: Sequence[Push], *, now: dt.datetime) -> list[Receipt]:
        time.sleep(0.01)
        return super().send_pushes(pushes, now=now)


@pytest.mark.django_db(transaction=True)
def test_several_workers_send_everybody_exactly_one_push(now: dt.datetime, settings: Settings) -> None:
    settings.SEND_CONCURRENCY = 5
    site = factories.make_site()
    for _ in range(60):
        make_reachable(site)
    campaign = make_running(site)
    split_batches(now)
    transport, start = SlowTransport(), threading.Barrier(4)

    def work() -> None:
        start.wait()
        deliver_due(now=now, transport=transport)
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    deliver_due(now=now, transport=transport)  # whatever was locked when each of them looked
    assert len(transport.sent) == 60
    assert len({push.endpoint for push in transport.sent}) == 60
    assert campaign.deliveries.filter(status=Status.SENT, attempts=1).count() == 60
    campaign.refresh_from_db()
    assert campaign.status == "finished"


def split_batches(now: dt.datetime) -> None:
    """Four batches of equal size out of one."""
    whole = Batch.objects.get()
    ids = list(whole.deliveries.order_by("subscriber_id").values_list("subscriber_id", flat=True))
    for part in range(1, 4):
        batch = Batch.objects.create(campaign_id=whole.campaign_id, occurrence=1, due_at=now)
        whole.deliveries.filter(subscriber__in=ids[part::4]).update(batch=batch)


def test_a_lease_that_a_clock_ahead_of_time_wrote_holds_nobody_up(site: Site, now: dt.datetime) -> None:
    person = make_reachable(site)
    campaign = make_running(site)
    Batch.objects.update(due_at=now)
    claim_chunk(now=now + dt.timedelta(days=1), size=10)

    deliver_due(now=now, transport=MemoryTransport())

    assert delivery_of(campaign, person).status == Status.SENT
