"""Quiet hours and frequency caps, when a delivery is claimed: a pause or a retry may have moved it there."""

import datetime as dt
import threading

import pytest
from django.db import connection

from campaigns.lifecycle import pause_campaign, resume_campaign
from campaigns.models import Campaign, Delivery, FrequencyCap, SendingPolicy
from campaigns.transports.base import Receipt, ReceiptStatus
from campaigns.transports.memory import MemoryTransport
from subscribers.models import Site
from tests import factories
from tests.campaigns.people import deliver_due, delivery_of, find_device, make_reachable, make_running

Reason = Delivery.Reason
Status = Delivery.Status
QuietAction = SendingPolicy.QuietAction

EVENING = dt.datetime(2026, 11, 21, 22, 30, tzinfo=dt.UTC)  # half past eleven in Berlin
MORNING = dt.datetime(2026, 11, 22, 7, 0, tzinfo=dt.UTC)  # eight there


@pytest.fixture
def transport() -> MemoryTransport:
    return MemoryTransport()


def make_quiet(site: Site, action: str = QuietAction.DEFER) -> None:
    SendingPolicy.objects.create(
        site=site, quiet_from=dt.time(22), quiet_until=dt.time(8), quiet_action=action
    )


def test_what_is_resumed_in_quiet_hours_waits_for_their_end(
    site: Site, transport: MemoryTransport, now: dt.datetime
) -> None:
    person = make_reachable(site, timezone="Europe/Berlin")
    make_quiet(site)
    campaign = make_running(site, ttl=dt.timedelta(hours=12))
    pause_campaign(campaign, now=now)
    resume_campaign(campaign, now=EVENING)
    deliver_due(now=EVENING, transport=transport)
    delivery = delivery_of(campaign, person)
    assert (delivery.status, delivery.deferred, delivery.due_at) == (Status.PLANNED, True, MORNING)
    assert delivery.attempts == 0
    assert transport.sent == []
    deliver_due(now=MORNING, transport=transport)
    assert delivery_of(campaign, person).status == Status.SENT


def test_or_is_skipped_where_the_policy_says_so(
    site: Site, transport: MemoryTransport, now: dt.datetime
) -> None:
    person = make_reachable(site, timezone="Europe/Berlin")
    make_quiet(site, QuietAction.SKIP)
    campaign = make_running(site)
    deliver_due(now=EVENING, transport=transport)
    delivery = delivery_of(campaign, person)
    assert (delivery.status, delivery.reason) == (Status.SKIPPED, Reason.QUIET_HOURS)


def test_a_campaign_that_ignores_quiet_hours_is_sent_in_them(site: Site, transport: MemoryTransport) -> None:
    person = make_reachable(site, timezone="Europe/Berlin")
    make_quiet(site)
    campaign = make_running(site, quiet_hours=Campaign.QuietHours.IGNORE)
    deliver_due(now=EVENING, transport=transport)
    assert delivery_of(campaign, person).status == Status.SENT


def test_a_retry_that_falls_into_quiet_hours_waits_too(
    site: Site, transport: MemoryTransport, now: dt.datetime
) -> None:
    person = make_reachable(site, timezone="Europe/Berlin")
    make_quiet(site)
    late = EVENING - dt.timedelta(minutes=90) - dt.timedelta(seconds=10)  # ten seconds before ten o'clock
    campaign = make_running(site, now=late)
    transport.script(find_device(person).endpoint, Receipt(ReceiptStatus.RETRY, 503))
    deliver_due(now=late, transport=transport)
    deliver_due(now=late + dt.timedelta(minutes=2), transport=transport)
    assert delivery_of(campaign, person).due_at == MORNING


def test_a_push_sent_since_planning_uses_up_the_cap(
    site: Site, transport: MemoryTransport, now: dt.datetime
) -> None:
    person = make_reachable(site)
    campaign = make_running(site)
    FrequencyCap.objects.create(site=site, limit=1, window=dt.timedelta(days=1))
    other = factories.make_campaign(site, priority=Campaign.Priority.LOW)
    factories.make_delivery(other, person, status=Status.SENT, sent_at=now)
    deliver_due(now=now + dt.timedelta(minutes=1), transport=transport)
    delivery = delivery_of(campaign, person)
    assert (delivery.status, delivery.reason) == (Status.SKIPPED, Reason.FREQUENCY_CAP)
    campaign.refresh_from_db()
    assert campaign.status == Campaign.Status.FINISHED


def test_a_campaign_without_limits_takes_no_notice_of_the_cap(
    site: Site, transport: MemoryTransport, now: dt.datetime
) -> None:
    person = make_reachable(site)
    FrequencyCap.objects.create(site=site, limit=1, window=dt.timedelta(days=1))
    other = factories.make_campaign(site)
    factories.make_delivery(other, person, status=Status.SENT, sent_at=now)
    campaign = make_running(site, cap_by=Campaign.CapBy.NONE)
    deliver_due(now=now, transport=transport)
    assert delivery_of(campaign, person).status == Status.SENT


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_both_use_the_last_slot(now: dt.datetime) -> None:
    site = factories.make_site()
    people = [make_reachable(site) for _ in range(20)]
    campaigns = [make_running(site), make_running(site)]
    # From now on; both were planned when there was no cap yet.
    FrequencyCap.objects.create(site=site, limit=1, window=dt.timedelta(days=1))
    transport, start = MemoryTransport(), threading.Barrier(2)

    def work() -> None:
        start.wait()
        deliver_due(now=now, transport=transport)
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    deliver_due(now=now, transport=transport)
    for person in people:
        statuses = sorted(delivery_of(campaign, person).status for campaign in campaigns)
        assert statuses == [Status.SENT, Status.SKIPPED]
