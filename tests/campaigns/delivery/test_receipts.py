"""Pushes that are not authorised (401, 403): a fault of ours stops the campaign, a stranger's device does not."""

import datetime as dt
import uuid

import pytest

from campaigns.lifecycle import resume_campaign
from campaigns.models import Campaign, Delivery
from campaigns.transports.base import Receipt, ReceiptStatus
from campaigns.transports.memory import MemoryTransport
from subscribers.models import Site, Subscriber
from tests import factories
from tests.campaigns.people import deliver_due, delivery_of, find_device, make_reachable, make_running

Reason = Delivery.Reason
Status = Delivery.Status
REFUSED = Receipt(ReceiptStatus.UNAUTHORIZED, 403, detail="403 BadJwtToken")


@pytest.fixture
def transport() -> MemoryTransport:
    return MemoryTransport()


@pytest.fixture
def person(site: Site) -> Subscriber:
    return make_reachable(site)


def script(transport: MemoryTransport, person: Subscriber, *receipts: Receipt) -> None:
    transport.script(find_device(person).endpoint, *receipts)


def outcome_of(campaign: Campaign, person: Subscriber) -> tuple[str, str]:
    delivery = delivery_of(campaign, person)
    return delivery.status, delivery.reason


def test_a_signature_that_is_not_accepted_pauses_the_campaign_and_nobody_is_lost(
    site: Site, transport: MemoryTransport, now: dt.datetime
) -> None:
    people = [make_reachable(site) for _ in range(3)]
    for person in people:
        script(transport, person, REFUSED)
    campaign = make_running(site)
    deliver_due(now=now, transport=transport)
    campaign.refresh_from_db()
    assert campaign.status == Campaign.Status.PAUSED
    assert "fcm.googleapis.com does not accept the site’s signature" in campaign.status_reason
    assert {outcome_of(campaign, person) for person in people} == {(Status.PLANNED, "")}
    resume_campaign(campaign, now=now)
    deliver_due(now=now, transport=transport)
    assert {outcome_of(campaign, person) for person in people} == {(Status.SENT, "")}


def test_a_signature_that_one_push_service_refuses_pauses_the_campaign_though_another_takes_it(
    site: Site, person: Subscriber, transport: MemoryTransport, now: dt.datetime
) -> None:
    devices = [
        factories.make_push_subscription(
            factories.make_subscriber(site), endpoint=f"https://web.push.apple.com/{uuid.uuid4()}"
        )
        for _ in range(3)
    ]
    make_running(site)
    deliver_due(now=now, transport=transport)  # which it took before
    for device in devices:
        transport.script(device.endpoint, REFUSED)
    campaign = make_running(site)
    deliver_due(now=now, transport=transport)
    campaign.refresh_from_db()
    assert campaign.status == Campaign.Status.PAUSED
    assert outcome_of(campaign, person) == (Status.SENT, "")


def test_a_device_with_somebody_elses_key_fails_at_once_where_its_push_service_takes_others(
    site: Site, person: Subscriber, transport: MemoryTransport, now: dt.datetime
) -> None:
    stranger = make_reachable(site)
    script(transport, stranger, REFUSED)
    campaign = make_running(site)
    deliver_due(now=now, transport=transport)
    campaign.refresh_from_db()
    assert campaign.status == Campaign.Status.FINISHED
    assert outcome_of(campaign, stranger) == (Status.FAILED, Reason.REJECTED)
    assert outcome_of(campaign, person) == (Status.SENT, "")


def test_two_refused_devices_alone_at_their_push_service_never_pause_the_campaign(
    site: Site, transport: MemoryTransport, now: dt.datetime
) -> None:
    strangers = [make_reachable(site) for _ in range(2)]
    for stranger in strangers:
        script(transport, stranger, *[REFUSED] * 3)
    campaign = make_running(site)
    clock = now
    while outcome_of(campaign, strangers[0]) == (Status.PLANNED, ""):
        deliver_due(now=clock, transport=transport)
        campaign.refresh_from_db()
        assert campaign.status != Campaign.Status.PAUSED
        clock += dt.timedelta(minutes=1)
    assert {outcome_of(campaign, stranger) for stranger in strangers} == {(Status.FAILED, Reason.REJECTED)}
    assert delivery_of(campaign, strangers[0]).detail == REFUSED.detail
    assert delivery_of(campaign, strangers[0]).attempts == 3
    assert campaign.status == Campaign.Status.FINISHED


def test_a_refused_device_is_not_tried_again_before_its_wait_is_over(
    site: Site, person: Subscriber, transport: MemoryTransport, now: dt.datetime
) -> None:
    script(transport, person, REFUSED)
    campaign = make_running(site)
    deliver_due(now=now, transport=transport)
    assert deliver_due(now=now + dt.timedelta(seconds=30), transport=transport) == 0
    assert deliver_due(now=now + dt.timedelta(minutes=1), transport=transport) == 1
    assert outcome_of(campaign, person) == (Status.SENT, "")


def test_refused_devices_cannot_hold_a_campaign_up_for_ever(
    site: Site, transport: MemoryTransport, now: dt.datetime
) -> None:
    strangers = [make_reachable(site) for _ in range(3)]
    for stranger in strangers:
        script(transport, stranger, *[REFUSED] * 3)
    campaign = make_running(site)
    for _ in range(2):
        deliver_due(now=now, transport=transport)
        resume_campaign(campaign, now=now)
    deliver_due(now=now, transport=transport)
    campaign.refresh_from_db()
    assert campaign.status == Campaign.Status.FINISHED
    assert {outcome_of(campaign, stranger) for stranger in strangers} == {(Status.FAILED, Reason.REJECTED)}
