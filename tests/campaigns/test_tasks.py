"""The ticks: from a launch to a push that its device can read, through the real transport."""

import base64
import datetime as dt
import json

import pytest
import requests
from django.utils import timezone
from pytest_django import Settings

from campaigns.lifecycle import launch_campaign
from campaigns.models import Campaign, Delivery
from campaigns.tasks import (
    choose_winners,
    count_conversions,
    deliver_due_batches,
    launch_scheduled_campaigns,
)
from pushservice.background import run_in_background
from pushservice.devices import Device
from subscribers.models import Site
from tests import factories


def receive(origin: str, device: Device) -> list[bytes]:
    """What the push service was posted for this device, as the device reads it."""
    received = requests.get(f"{origin}/control/received", params={"token": device.token}, timeout=5).json()
    bodies = [base64.urlsafe_b64decode(entry["body"] + "=" * (-len(entry["body"]) % 4)) for entry in received]
    return [device.decrypt(body) for body in bodies]


def test_two_ticks_take_a_launched_campaign_to_its_device(site: Site, settings: Settings) -> None:
    with run_in_background() as origin:
        settings.PUSH_LOOPBACK_HOSTS = [origin.removeprefix("http://")]
        device = Device.create(origin=origin)
        person = factories.make_subscriber(site, attributes={"first_name": "Ada"})
        keys = device.subscription["keys"]
        factories.make_push_subscription(person, endpoint=device.endpoint, **keys)
        campaign = factories.make_campaign(site, title="🔔 {{ subscriber.first_name }}")
        launch_campaign(campaign, now=timezone.now())
        launch_scheduled_campaigns()
        deliver_due_batches()
        assert [json.loads(message)["title"] for message in receive(origin, device)] == ["🔔 Ada"]
    campaign.refresh_from_db()
    assert campaign.status == Campaign.Status.FINISHED
    assert Delivery.objects.get().status == Delivery.Status.SENT


def test_a_push_service_that_is_down_leaves_the_delivery_waiting(site: Site, settings: Settings) -> None:
    settings.PUSH_LOOPBACK_HOSTS = ["localhost:9"]
    person = factories.make_subscriber(site)
    device = Device.create(origin="http://localhost:9")
    factories.make_push_subscription(person, endpoint=device.endpoint, **device.subscription["keys"])
    launch_campaign(factories.make_campaign(site), now=timezone.now())
    launch_scheduled_campaigns()
    deliver_due_batches()
    delivery = Delivery.objects.select_related("batch").get()
    assert delivery.status == Delivery.Status.PLANNED
    assert delivery.batch is not None
    assert delivery.batch.due_at > timezone.now() + dt.timedelta(seconds=20)


@pytest.mark.django_db
def test_ticks_without_work_do_nothing() -> None:
    launch_scheduled_campaigns()
    deliver_due_batches()
    choose_winners()
    count_conversions()
    assert not Delivery.objects.exists()
