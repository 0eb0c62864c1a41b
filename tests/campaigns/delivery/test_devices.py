"""Devices: the one last seen or all of them; and which of them took the push."""

import datetime as dt
import json
from collections.abc import Sequence

import pytest

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
