"""What single operations do to a subscriber's devices and timeline."""

import datetime as dt
import uuid

import pytest

from subscribers.models import PushSubscription, Site, Subscriber
from tests.factories import NOW
from tests.tracking.requests import (
    ENDPOINT,
    OTHER_BROWSER,
    attributes,
    identify,
    subscribe,
    track,
    unsubscribe,
)
from tracking.models import Event
from tracking.timeline import read_timeline

LATER = NOW + dt.timedelta(hours=1)


def _timeline() -> list[tuple[str, dict[str, object]]]:
    entries = read_timeline(Subscriber.objects.living().get())
    return [(entry.name, entry.properties) for entry in entries]


def test_a_subscription_is_a_device_and_an_event(site: Site) -> None:
    operation = subscribe(at="2026-11-21T11:00:00Z")
    track(site, operation)

    device = PushSubscription.objects.get()
    assert (device.endpoint, device.browser, device.kind) == (ENDPOINT, "Firefox", "desktop")
    assert _timeline() == [("$subscribed", {"browser": "Firefox", "os": "Linux", "kind": "desktop"})]
    assert Event.objects.get().id == uuid.uuid5(uuid.UUID(operation["id"]), "$subscribed")
    assert Event.objects.get().occurred_at == NOW - dt.timedelta(hours=1)


def test_a_device_that_says_again_that_it_is_there_is_no_new_event(site: Site) -> None:
    track(site, subscribe())
    track(site, subscribe(), at=LATER)

    assert len(_timeline()) == 1


def test_two_subscribe_operations_in_one_request_are_one_event(site: Site) -> None:
    track(site, subscribe(), subscribe())

    assert len(_timeline()) == 1


def test_unsubscribing_ends_the_browsers_device_and_is_an_event(site: Site) -> None:
    track(site, subscribe())
    track(site, unsubscribe(reason="too many"), at=LATER)

    device = PushSubscription.objects.get()
    assert (device.ended_at, device.end_reason) == (LATER, "unsubscribed")
    assert _timeline()[0] == ("$unsubscribed", {"reason": "too many"})


def test_unsubscribing_one_browser_leaves_the_persons_others(site: Site) -> None:
    track(site, identify("u-42"), subscribe(f"{ENDPOINT}-phone"), browser=OTHER_BROWSER)
    track(site, identify("u-42"), subscribe())
    track(site, unsubscribe())

    assert PushSubscription.objects.active().get().endpoint == f"{ENDPOINT}-phone"


def test_unsubscribing_what_was_never_subscribed_is_no_event(site: Site) -> None:
    track(site, unsubscribe())

    assert _timeline() == []


@pytest.mark.parametrize("first", ["attributes", "identify"])
def test_attributes_reach_the_person_whether_before_or_after_they_are_known(site: Site, first: str) -> None:
    operations = [attributes(loyalty_tier="gold"), identify("u-42")]
    track(site, identify("u-42"), browser=OTHER_BROWSER)
    track(site, *(operations if first == "attributes" else reversed(operations)))

    assert Subscriber.objects.living().get().attributes == {"loyalty_tier": "gold"}
