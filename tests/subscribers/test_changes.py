"""Whoever changes what is known of people notes it in the same transaction, under the topic of what changed.

What comes in through tracking is in tests/tracking/test_noted_changes.py.
"""

import datetime as dt
import uuid
from typing import Any
from unittest import mock

import pytest
from django.conf import settings
from django.db import transaction
from pytest_django import DjangoCaptureOnCommitCallbacks

from subscribers.changes import name_profile, note_changes, note_for_everyone
from subscribers.identities import delete_subscribers, find_or_create_subscriber
from subscribers.models import Identity, PushSubscription, Site, Subscriber, SubscriberChange
from subscribers.subscriptions import (
    EndReason,
    end_all_subscriptions,
    end_subscription,
    hand_over_browser,
    register_subscription,
)
from tests.factories import NOW, make_push_subscription, make_site, make_subscriber
from tests.subscribers.noting import forget_noted, read_noted
from tests.tracking.requests import AUTH, BROWSER, ENDPOINT, FIREFOX, P256DH


@pytest.fixture
def person(site: Site) -> Subscriber:
    person = make_subscriber(site)
    forget_noted()
    return person


def register(person: Subscriber, **values: Any) -> PushSubscription:
    given = {"endpoint": ENDPOINT, "p256dh": P256DH, "auth": AUTH, "user_agent": FIREFOX, "now": NOW}
    return register_subscription(person, **{**given, **values}).device


# --- Noting ------------------------------------------------------------------------


def test_a_note_says_who_is_concerned_by_what_and_since_when(site: Site) -> None:
    earlier = NOW - dt.timedelta(days=1)
    note_changes(site.pk, {"event:purchase": [3, 1, 3]}, now=NOW, earliest_at=earlier)

    change = SubscriberChange.objects.get()
    assert (change.topic, change.subscriber_ids) == ("event:purchase", [1, 3])
    assert (change.changed_at, change.earliest_at) == (NOW, earlier)


def test_a_topic_that_concerns_nobody_is_not_noted(site: Site) -> None:
    note_changes(site.pk, {"device": []}, now=NOW)

    assert read_noted(site) == {}


def test_what_concerns_all_of_a_site_is_noted_without_listing_them(site: Site) -> None:
    note_for_everyone(site.pk, ["zone"], now=NOW)

    assert read_noted(site) == {"zone": None}


@pytest.mark.parametrize(
    ("field", "topic"),
    [("country", "profile:country"), ("latitude", "location"), ("longitude", "location")],
)
def test_where_somebody_is_counts_as_one_thing(field: str, topic: str) -> None:
    assert name_profile(field) == topic


def test_the_followers_are_woken_once_it_is_committed(
    site: Site, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with mock.patch("subscribers.changes.wake") as wake:
        with django_capture_on_commit_callbacks(execute=True):
            note_changes(site.pk, {"device": [1]}, now=NOW)
            wake.assert_not_called()

        wake.assert_called_once_with(settings.FOLLOWING_TASK)


def test_a_change_that_is_undone_is_not_noted(site: Site) -> None:
    with transaction.atomic():
        note_changes(site.pk, {"device": [1]}, now=NOW)
        transaction.set_rollback(True)

    assert read_noted(site) == {}


# --- People who come and go ----------------------------------------------------------


def test_somebody_new_is_noted(site: Site) -> None:
    person = find_or_create_subscriber(
        site=site, kind=Identity.Kind.ANONYMOUS, value=BROWSER, source="sdk", now=NOW
    )

    assert read_noted(site) == {"person": {person.pk}}


def test_somebody_known_is_not_noted_again(site: Site) -> None:
    for _ in range(2):
        forget_noted()
        find_or_create_subscriber(
            site=site, kind=Identity.Kind.ANONYMOUS, value=BROWSER, source="sdk", now=NOW
        )

    assert read_noted(site) == {}


def test_people_deleted_together_are_noted_each_for_their_site(person: Subscriber) -> None:
    other = make_subscriber(make_site())
    gone = {person.site: person.pk, other.site: other.pk}
    forget_noted()

    delete_subscribers([person, other], now=NOW)

    assert {site: read_noted(site) for site in gone} == {site: {"person": {pk}} for site, pk in gone.items()}
    assert not Subscriber.objects.exists()


# --- Devices -----------------------------------------------------------------------


def test_a_registered_device_is_noted(person: Subscriber) -> None:
    register(person)

    assert read_noted(person.site) == {"device": {person.pk}}


def test_a_device_taken_over_from_somebody_is_noted_for_both(person: Subscriber) -> None:
    register(person)
    other = make_subscriber(person.site)
    forget_noted()

    register(other)

    assert read_noted(person.site) == {"device": {person.pk, other.pk}}


@pytest.mark.parametrize("reason", [EndReason.GONE, EndReason.UNSUBSCRIBED])
def test_a_device_that_ends_is_noted(person: Subscriber, reason: EndReason) -> None:
    device = make_push_subscription(person)
    forget_noted()

    end_subscription(device, reason=reason, now=NOW)

    assert read_noted(person.site) == {"device": {person.pk}}


def test_all_devices_that_end_at_once_are_noted(person: Subscriber) -> None:
    make_push_subscription(person)
    forget_noted()

    end_all_subscriptions(person, reason=EndReason.UNSUBSCRIBED, now=NOW)

    assert read_noted(person.site) == {"device": {person.pk}}


def test_a_browser_handed_over_is_noted_for_both(person: Subscriber) -> None:
    browser = uuid.UUID(BROWSER)
    register(person, browser_uuid=browser)
    other = make_subscriber(person.site)
    forget_noted()

    hand_over_browser(browser, giver=person, taker=other, now=NOW)

    assert read_noted(person.site) == {"device": {person.pk, other.pk}}
