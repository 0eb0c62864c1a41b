"""Devices: the one last seen or all of them; and which of them took the push."""

import datetime as dt
import json
from collections.abc import Sequence

import pytest
from pytest_django import Settings

from campaigns.feedback import record_feedback
from campaigns.models import Campaign, Delivery
from campaigns.transports.base import Push, Receipt, ReceiptStatus
from campaigns.transports.memory import MemoryTransport
from subscribers.models import PushSubscription, Site, Subscriber
from tests import factories
from tests.campaigns.people import deliver_due, delivery_of, make_running
from tracking.models import Event

Status = Delivery.Status
GONE = Receipt(ReceiptStatus.GONE, 410, detail="410")
BUSY = Receipt(ReceiptStatus.RETRY, 503, detail="503")
LARGE = Receipt(ReceiptStatus.TOO_LARGE, 413, detail="413")


@pytest.fixture
def transport() -> MemoryTransport:
    return MemoryTransport()


@pytest.fixture
def person(site: Site) -> Subscriber:
    return factories.make_subscriber(site)


@pytest.fixture
def devices(person: Subscriber, now: dt.datetime) -> list[PushSubscription]:
    """Three, the one last seen first."""
    return [
        factories.make_push_subscription(person, last_seen_at=now - dt.timedelta(days=days))
        for days in range(3)
    ]


def send_to_all(site: Site, transport: MemoryTransport, now: dt.datetime) -> Delivery:
    campaign = make_running(site, devices=Campaign.Devices.ALL)
    deliver_due(now=now, transport=transport)
    return Delivery.objects.get(campaign=campaign)


def test_the_delivery_names_the_device_that_took_it(
    site: Site,
    person: Subscriber,
    devices: list[PushSubscription],
    transport: MemoryTransport,
    now: dt.datetime,
) -> None:
    transport.script(devices[0].endpoint, GONE)
    campaign = make_running(site)
    deliver_due(now=now, transport=transport)
    assert delivery_of(campaign, person).device_id == devices[1].id


def test_it_is_named_even_if_the_device_reported_before_the_receipt_was_written(
    site: Site, person: Subscriber, devices: list[PushSubscription], now: dt.datetime
) -> None:
    class Quick(MemoryTransport):
        def send_pushes(self, pushes: Sequence[Push], *, now: dt.datetime) -> list[Receipt]:
            for push in pushes:
                record_feedback(json.loads(push.payload)["token"], "clicked", now=now)
            return super().send_pushes(pushes, now=now)

    campaign = make_running(site)
    deliver_due(now=now, transport=Quick())
    delivery = delivery_of(campaign, person)
    assert (delivery.status, delivery.device_id) == (Status.CLICKED, devices[0].id)
    assert Event.objects.filter(event_type__name="$push_sent").count() == 1


def test_all_devices_of_a_person_get_it_together(
    site: Site, devices: list[PushSubscription], transport: MemoryTransport, now: dt.datetime
) -> None:
    delivery = send_to_all(site, transport, now)
    assert [push.endpoint for push in transport.sent] == [device.endpoint for device in devices]
    assert (delivery.status, delivery.device_id) == (Status.SENT, devices[0].id)


def test_it_is_sent_if_any_device_took_it(
    site: Site, devices: list[PushSubscription], transport: MemoryTransport, now: dt.datetime
) -> None:
    for device, receipt in zip(devices, [GONE, BUSY], strict=False):
        transport.script(device.endpoint, receipt)
    delivery = send_to_all(site, transport, now)
    assert (delivery.status, delivery.device_id) == (Status.SENT, devices[2].id)
    devices[0].refresh_from_db()
    assert devices[0].ended_at == now


def test_it_is_tried_again_if_none_took_it_and_one_may_yet(
    site: Site, devices: list[PushSubscription], transport: MemoryTransport, now: dt.datetime
) -> None:
    for device, receipt in zip(devices, [GONE, BUSY, LARGE], strict=True):
        transport.script(device.endpoint, receipt)
    assert send_to_all(site, transport, now).status == Status.PLANNED


def test_it_failed_if_none_will_ever_take_it(
    site: Site, devices: list[PushSubscription], transport: MemoryTransport, now: dt.datetime
) -> None:
    for device in devices:
        transport.script(device.endpoint, GONE)
    delivery = send_to_all(site, transport, now)
    assert (delivery.status, delivery.reason) == (Status.FAILED, Delivery.Reason.GONE)
    assert not PushSubscription.objects.active().exists()


REFUSED = Receipt(ReceiptStatus.REJECTED, 400, detail="400 bad")
UNAUTHORIZED = Receipt(ReceiptStatus.UNAUTHORIZED, 403, detail="403 VapidPkHashMismatch")


@pytest.mark.parametrize("refusal", [REFUSED, UNAUTHORIZED])
def test_a_refused_device_does_not_hide_the_others(
    site: Site,
    person: Subscriber,
    devices: list[PushSubscription],
    transport: MemoryTransport,
    now: dt.datetime,
    refusal: Receipt,
) -> None:
    transport.script(devices[0].endpoint, refusal)
    campaign = make_running(site)
    deliver_due(now=now, transport=transport)
    delivery = delivery_of(campaign, person)
    assert (delivery.status, delivery.device_id) == (Status.SENT, devices[1].id)
    assert len(transport.sent) == 2


@pytest.mark.parametrize("refusal", [REFUSED, UNAUTHORIZED])
def test_a_device_that_is_refused_again_and_again_while_others_are_taken_is_ended(
    site: Site,
    devices: list[PushSubscription],
    transport: MemoryTransport,
    now: dt.datetime,
    settings: Settings,
    refusal: Receipt,
) -> None:
    settings.DEVICE_REFUSALS = 3
    transport.script(devices[0].endpoint, *[refusal] * 9)
    for refusals in (1, 2):
        make_running(site)
        deliver_due(now=now, transport=transport)
        devices[0].refresh_from_db()
        assert (devices[0].refusals, devices[0].ended_at) == (refusals, None)
    make_running(site)
    deliver_due(now=now, transport=transport)
    for device in devices:
        device.refresh_from_db()
    assert (devices[0].ended_at, devices[0].end_reason) == (now, PushSubscription.EndReason.REFUSED)
    assert devices[1].ended_at is devices[2].ended_at is None


def test_the_only_device_of_a_site_that_is_refused_for_good_is_ended_too(
    site: Site, person: Subscriber, transport: MemoryTransport, now: dt.datetime, settings: Settings
) -> None:
    settings.DEVICE_REFUSALS = 2
    device = factories.make_push_subscription(person)
    transport.script(device.endpoint, *[REFUSED] * 2)
    for _ in range(2):
        make_running(site)
        deliver_due(now=now, transport=transport)
    device.refresh_from_db()
    assert device.end_reason == PushSubscription.EndReason.REFUSED


def test_a_device_that_is_taken_again_begins_anew(
    site: Site, person: Subscriber, transport: MemoryTransport, now: dt.datetime
) -> None:
    device = factories.make_push_subscription(person, refusals=4)
    make_running(site)
    deliver_due(now=now, transport=transport)
    device.refresh_from_db()
    assert device.refusals == 0


@pytest.mark.parametrize("refusal", [REFUSED, UNAUTHORIZED])
def test_where_a_push_service_takes_nobody_no_device_is_at_fault(
    site: Site, transport: MemoryTransport, now: dt.datetime, refusal: Receipt
) -> None:
    devices = [factories.make_push_subscription(factories.make_subscriber(site)) for _ in range(3)]
    for device in devices:
        transport.script(device.endpoint, refusal)
    make_running(site)
    deliver_due(now=now, transport=transport)
    assert set(PushSubscription.objects.values_list("refusals", "ended_at")) == {(0, None)}


def test_one_stranger_with_many_refused_devices_does_not_pause_the_campaign(
    site: Site, devices: list[PushSubscription], transport: MemoryTransport, now: dt.datetime
) -> None:
    for device in devices:
        transport.script(device.endpoint, UNAUTHORIZED)
    campaign = make_running(site)
    deliver_due(now=now, transport=transport)
    campaign.refresh_from_db()
    assert campaign.status == Campaign.Status.RUNNING
    assert {device.refusals for device in PushSubscription.objects.all()} == {0}


def test_what_was_dropped_without_a_refusal_counts_against_no_device(
    site: Site, person: Subscriber, transport: MemoryTransport, now: dt.datetime
) -> None:
    device = factories.make_push_subscription(person)
    transport.script(device.endpoint, Receipt(ReceiptStatus.REJECTED, 201, detail="201 dropped"))
    make_running(site)
    deliver_due(now=now, transport=transport)
    device.refresh_from_db()
    assert device.refusals == 0
