"""Delivery: what is due is sent once, and everybody's outcome is written down."""

import datetime as dt
import json
from typing import Any

import pytest
from django.db import OperationalError
from pytest_django import DjangoAssertNumQueries, Settings

from campaigns.delivery import deliver_next, turns
from campaigns.delivery.outcomes import write_outcomes
from campaigns.lifecycle import cancel_campaign, pause_campaign, resume_campaign
from campaigns.models import Campaign, Delivery
from campaigns.tokens import read_token
from campaigns.transports.base import Receipt, ReceiptStatus
from campaigns.transports.memory import MemoryTransport
from subscribers.models import PushSubscription, Site, Subscriber
from tests import factories
from tests.campaigns.people import deliver_due, delivery_of, find_device, make_reachable, make_running
from tracking.models import Event

Reason = Delivery.Reason
Status = Delivery.Status
BUSY = Receipt(ReceiptStatus.RETRY, 503, detail="503 Busy")
GONE = Receipt(ReceiptStatus.GONE, 410, detail="410")


@pytest.fixture
def transport() -> MemoryTransport:
    return MemoryTransport()


@pytest.fixture
def person(site: Site) -> Subscriber:
    return make_reachable(site, attributes={"first_name": "Ada"})


def script(transport: MemoryTransport, person: Subscriber, *receipts: Receipt) -> None:
    transport.script(find_device(person).endpoint, *receipts)


def outcome_of(campaign: Campaign, person: Subscriber) -> tuple[str, str]:
    delivery = delivery_of(campaign, person)
    return delivery.status, delivery.reason


def test_what_is_due_is_sent_and_the_campaign_finished(
    site: Site, person: Subscriber, transport: MemoryTransport, now: dt.datetime
) -> None:
    campaign = make_running(site, title="Hello {{ subscriber.first_name }}")
    assert deliver_due(now=now, transport=transport) == 1
    delivery = delivery_of(campaign, person)
    assert (delivery.status, delivery.sent_at, delivery.attempts) == (Status.SENT, now, 1)
    campaign.refresh_from_db()
    assert (campaign.status, campaign.finished_at) == (Campaign.Status.FINISHED, now)
    payload = json.loads(transport.sent[0].payload)
    assert payload["title"] == "Hello Ada"
    assert read_token(payload["token"]) == (campaign.pk, 1, person.pk)


def test_a_push_names_its_device_urgency_ttl_and_topic(
    site: Site, person: Subscriber, transport: MemoryTransport, now: dt.datetime
) -> None:
    campaign = make_running(site, ttl=dt.timedelta(hours=2), urgency=Campaign.Urgency.HIGH)
    deliver_due(now=now + dt.timedelta(minutes=30), transport=transport)
    push = transport.sent[0]
    assert (push.endpoint, push.urgency, push.ttl) == (find_device(person).endpoint, "high", 5400)
    assert push.topic == json.loads(push.payload)["tag"] == f"c{campaign.pk}-1"


def test_nothing_is_sent_before_it_is_due(
    site: Site, person: Subscriber, transport: MemoryTransport, now: dt.datetime
) -> None:
    make_running(
        site,
        schedule=Campaign.Schedule.LOCAL,
        local_date=now.date(),
        local_time=dt.time(14),
    )
    assert deliver_due(now=now + dt.timedelta(minutes=59), transport=transport) == 0
    assert deliver_due(now=now + dt.timedelta(minutes=60), transport=transport) == 1


def test_a_push_that_was_sent_is_in_the_persons_log(
    site: Site, person: Subscriber, transport: MemoryTransport, now: dt.datetime
) -> None:
    campaign = make_running(site)
    deliver_due(now=now, transport=transport)
    event = Event.objects.select_related("event_type").get(subscriber=person)
    assert (event.event_type.name, event.occurred_at) == ("$push_sent", now)
    assert event.properties == {"campaign": campaign.pk, "campaign_name": campaign.name}


def test_a_person_with_several_devices_gets_one_push_on_the_one_last_seen(
    site: Site, person: Subscriber, transport: MemoryTransport, now: dt.datetime
) -> None:
    latest = factories.make_push_subscription(person, last_seen_at=now + dt.timedelta(seconds=1))
    make_running(site)
    deliver_due(now=now, transport=transport)
    assert [push.endpoint for push in transport.sent] == [latest.endpoint]


def test_where_a_device_is_gone_its_subscription_ends_and_the_next_one_is_tried(
    site: Site, person: Subscriber, transport: MemoryTransport, now: dt.datetime
) -> None:
    gone = factories.make_push_subscription(person, last_seen_at=now + dt.timedelta(seconds=1))
    transport.script(gone.endpoint, GONE)
    campaign = make_running(site)
    deliver_due(now=now, transport=transport)
    gone.refresh_from_db()
    assert (gone.ended_at, gone.end_reason) == (now, PushSubscription.EndReason.GONE)
    assert outcome_of(campaign, person) == (Status.SENT, "")
    assert len(transport.sent) == 2


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (ReceiptStatus.GONE, Reason.GONE),
        (ReceiptStatus.TOO_LARGE, Reason.TOO_LARGE),
        (ReceiptStatus.REJECTED, Reason.REJECTED),
        (ReceiptStatus.BAD_KEYS, Reason.BAD_KEYS),
        (ReceiptStatus.ENDPOINT_REFUSED, Reason.ENDPOINT_REFUSED),
    ],
)
def test_a_receipt_that_will_not_change_fails_the_delivery_with_its_reason(
    site: Site, person: Subscriber, transport: MemoryTransport, now: dt.datetime,
    status: ReceiptStatus, reason: str,
) -> None:  # fmt: skip
    script(transport, person, Receipt(status, detail="as it was answered"))
    campaign = make_running(site)
    deliver_due(now=now, transport=transport)
    assert outcome_of(campaign, person) == (Status.FAILED, reason)
    assert delivery_of(campaign, person).detail == "as it was answered"
    assert Event.objects.get(subscriber=person).event_type.name == "$push_failed"


def test_whom_no_message_can_be_put_together_for_is_left_out(
    site: Site, transport: MemoryTransport, now: dt.datetime
) -> None:
    chatty = make_reachable(site, attributes={"note": "x" * 4000})
    campaign = make_running(site, link_url="/{{ subscriber.note }}")
    deliver_due(now=now, transport=transport)
    assert outcome_of(campaign, chatty) == (Status.SKIPPED, Reason.RENDERING)
    assert "3,993" in delivery_of(campaign, chatty).detail
    assert transport.sent == []


def test_a_busy_push_service_is_asked_again_later(
    site: Site, person: Subscriber, transport: MemoryTransport, now: dt.datetime
) -> None:
    script(transport, person, BUSY)
    campaign = make_running(site)
    deliver_due(now=now, transport=transport)
    delivery = delivery_of(campaign, person)
    assert delivery.status == Status.PLANNED
    assert delivery.batch is not None
    retry_at = delivery.batch.due_at
    assert now + dt.timedelta(seconds=30) < retry_at < now + dt.timedelta(minutes=1)
    assert deliver_due(now=retry_at, transport=transport) == 1
    assert outcome_of(campaign, person) == (Status.SENT, "")
    assert delivery_of(campaign, person).attempts == 2


def test_a_push_service_that_stays_busy_lets_the_delivery_expire(
    site: Site, person: Subscriber, transport: MemoryTransport, now: dt.datetime
) -> None:
    script(transport, person, *[BUSY] * 50)
    campaign = make_running(site, ttl=dt.timedelta(hours=1))
    clock = now
    while delivery_of(campaign, person).status == Status.PLANNED:
        deliver_due(now=clock, transport=transport)
        clock += dt.timedelta(minutes=1)
    assert outcome_of(campaign, person) == (Status.EXPIRED, Reason.TTL)
    assert clock <= now + dt.timedelta(hours=1, minutes=2)
    campaign.refresh_from_db()
    assert campaign.status == Campaign.Status.FINISHED


def test_a_pause_is_heeded_between_two_chunks(
    site: Site, transport: MemoryTransport, now: dt.datetime, settings: Settings
) -> None:
    settings.SEND_CONCURRENCY = 2
    for _ in range(5):
        make_reachable(site)
    campaign = make_running(site)
    assert deliver_next(now=now, transport=transport) == 2
    pause_campaign(campaign, now=now)
    assert deliver_next(now=now, transport=transport) is None
    resume_campaign(campaign, now=now)
    assert deliver_due(now=now, transport=transport) == 3
    assert len({push.endpoint for push in transport.sent}) == len(transport.sent) == 5


def test_a_cancelled_campaign_sends_nothing_more_and_skips_who_waits(
    site: Site, transport: MemoryTransport, now: dt.datetime, settings: Settings
) -> None:
    settings.SEND_CONCURRENCY = 2
    for _ in range(5):
        make_reachable(site)
    campaign = make_running(site)
    deliver_next(now=now, transport=transport)
    cancel_campaign(campaign, now=now)
    deliver_due(now=now, transport=transport)
    statuses = sorted(campaign.deliveries.values_list("status", "reason"))
    assert statuses == [(Status.SENT, "")] * 2 + [(Status.SKIPPED, Reason.CANCELLED)] * 3


def test_a_retry_that_comes_back_after_the_cancellation_is_skipped_too(
    site: Site, person: Subscriber, now: dt.datetime
) -> None:
    campaign = make_running(site)

    class CancelledMeanwhile(MemoryTransport):
        def send_pushes(self, pushes: object, *, now: dt.datetime) -> list[Receipt]:
            cancel_campaign(campaign, now=now)
            return [BUSY]

    deliver_due(now=now, transport=CancelledMeanwhile())
    assert outcome_of(campaign, person) == (Status.SKIPPED, Reason.CANCELLED)


def test_what_waited_too_long_expires_instead_of_being_sent(
    site: Site, person: Subscriber, transport: MemoryTransport, now: dt.datetime
) -> None:
    campaign = make_running(site, ttl=dt.timedelta(hours=1))
    deliver_due(now=now + dt.timedelta(hours=1, seconds=1), transport=transport)
    assert outcome_of(campaign, person) == (Status.EXPIRED, Reason.TTL)
    assert transport.sent == []


def test_a_chunk_takes_the_same_queries_whatever_its_size(
    site: Site, transport: MemoryTransport, now: dt.datetime,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:  # fmt: skip
    for _ in range(40):
        make_reachable(site)
    make_running(site)
    with django_assert_max_num_queries(40):
        assert deliver_next(now=now, transport=transport) == 40


def test_a_passing_fault_of_the_database_does_not_lose_what_was_sent(
    site: Site,
    person: Subscriber,
    transport: MemoryTransport,
    now: dt.datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    campaign = make_running(site)
    faults = [OperationalError("deadlock detected")] * 2

    def write_or_fail(*args: Any, **kwargs: Any) -> bool:
        if faults:
            raise faults.pop()
        return write_outcomes(*args, **kwargs)

    monkeypatch.setattr(turns, "write_outcomes", write_or_fail)
    deliver_due(now=now, transport=transport)
    assert outcome_of(campaign, person) == (Status.SENT, "")
    assert len(transport.sent) == 1


def test_a_campaign_finishes_with_its_last_chunk_even_if_other_work_is_waiting(
    site: Site, person: Subscriber, transport: MemoryTransport, now: dt.datetime
) -> None:
    first, second = make_running(site), make_running(site)
    deliver_next(now=now, transport=transport)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == (Campaign.Status.FINISHED, Campaign.Status.RUNNING)
