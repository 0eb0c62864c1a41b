"""One device, one endpoint, one person at a time."""

import datetime as dt
import uuid
from typing import Any

import pytest

from subscribers.changes import DEVICE
from subscribers.models import PushSubscription, Site, Subscriber, SubscriberChange
from subscribers.registrations import Registration
from subscribers.subscriptions import (
    EndReason,
    end_all_subscriptions,
    end_subscription,
    end_subscriptions,
    register_subscription,
)
from tests import factories
from tests.factories import NOW
from tests.tracking.requests import AUTH, ENDPOINT, FIREFOX, P256DH

BROWSER, PHONE = uuid.UUID(int=1), uuid.UUID(int=2)
LATER = NOW + dt.timedelta(hours=1)


@pytest.fixture
def person(site: Site) -> Subscriber:
    return factories.make_subscriber(site)


def _register(person: Subscriber, **values: Any) -> PushSubscription:
    return _answer(person, **values).device


def _answer(person: Subscriber, **values: Any) -> Registration:
    given = {"endpoint": ENDPOINT, "p256dh": P256DH, "auth": AUTH, "user_agent": FIREFOX, "now": NOW}
    return register_subscription(person, **{**given, **values})


def _ends() -> dict[str, str]:
    return dict(PushSubscription.objects.values_list("endpoint", "end_reason"))


def test_a_new_device_is_active_and_described(person: Subscriber) -> None:
    device = _register(person)

    assert (device.kind, device.os, device.browser) == ("desktop", "Linux", "Firefox")
    assert (device.created_at, device.ended_at) == (NOW, None)


def test_the_same_endpoint_again_renews_its_keys(person: Subscriber) -> None:
    _register(person)
    again = _register(person, auth="B" * 22, user_agent="", now=LATER)

    device = PushSubscription.objects.get()
    assert (device.auth, device.browser) == ("B" * 22, "Firefox")
    assert (again.created_at, device.last_seen_at) == (NOW, LATER)


def test_a_device_that_had_ended_begins_anew(person: Subscriber) -> None:
    end_subscription(_register(person), reason=EndReason.GONE, now=NOW)

    assert _register(person, now=LATER).created_at == LATER
    assert PushSubscription.objects.active().count() == 1


def test_registering_says_whether_the_device_could_not_be_reached_before(person: Subscriber) -> None:
    first, again = _answer(person), _answer(person)
    end_subscription(again.device, reason=EndReason.GONE, now=NOW)

    assert (first.begins, again.begins, _answer(person).begins) == (True, False, True)


def test_a_browsers_new_endpoint_replaces_its_old_one_and_no_other(person: Subscriber) -> None:
    _register(person, endpoint="https://push.example/old", browser_uuid=BROWSER)
    _register(person, endpoint="https://push.example/phone", browser_uuid=PHONE)
    _register(person, endpoint="https://push.example/new", browser_uuid=BROWSER)

    assert _ends() == {
        "https://push.example/old": "replaced",
        "https://push.example/phone": "",
        "https://push.example/new": "",
    }


def test_an_endpoint_is_one_persons_at_a_time(site: Site, person: Subscriber) -> None:
    other = factories.make_subscriber(site)
    _register(person)
    _register(other)

    assert PushSubscription.objects.active().get().subscriber == other
    assert person.push_subscriptions.get().end_reason == "replaced"


def test_another_site_may_have_the_same_endpoint(person: Subscriber) -> None:
    _register(person)
    _register(factories.make_subscriber(factories.make_site()))

    assert PushSubscription.objects.active().count() == 2


def test_the_first_end_stands(person: Subscriber) -> None:
    device = _register(person)
    end_subscription(device, reason=EndReason.GONE, now=NOW)
    end_subscription(device, reason=EndReason.UNSUBSCRIBED, now=LATER)

    assert (device.ended_at, device.end_reason) == (NOW, "gone")


def test_many_end_together_and_no_others(site: Site) -> None:
    devices = [
        _register(factories.make_subscriber(site), endpoint=f"https://push.example/{number}")
        for number in range(3)
    ]
    gone = {(device.subscriber_id, str(device.id)) for device in devices[:2]}
    end_subscriptions(site.pk, gone, reason=EndReason.GONE, now=NOW)

    assert list(PushSubscription.objects.active()) == devices[2:]
    changed = SubscriberChange.objects.filter(topic=DEVICE).latest("pk")
    assert changed.subscriber_ids == sorted(person for person, _ in gone)


def test_all_devices_end_or_those_of_one_browser_and_of_unknown_ones(person: Subscriber) -> None:
    for endpoint, browser in (("one", BROWSER), ("two", PHONE), ("three", None)):
        _register(person, endpoint=f"https://push.example/{endpoint}", browser_uuid=browser)

    assert end_all_subscriptions(person, reason=EndReason.UNSUBSCRIBED, now=NOW, browser_uuid=BROWSER) == 2
    assert PushSubscription.objects.active().get().browser_uuid == PHONE
    assert end_all_subscriptions(person, reason=EndReason.UNSUBSCRIBED, now=NOW) == 1
