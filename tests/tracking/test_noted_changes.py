"""What comes in is noted for those who follow it: each topic with the people whom it concerns, and nothing else."""

import datetime as dt

import pytest
from pytest_django import Settings

from subscribers.models import Identity, Site, Subscriber, SubscriberChange
from tests.factories import NOW, make_site, make_subscriber
from tests.subscribers.noting import forget_noted, read_noted
from tests.tracking.requests import (
    BROWSER,
    OTHER_BROWSER,
    attributes,
    event,
    identify,
    page,
    send,
    subscribe,
    track,
    unsubscribe,
)
from tracking.draining import drain_inbox
from tracking.log import NewEvent, record_events
from tracking.retention import forget_events

LATER = NOW + dt.timedelta(hours=1)


@pytest.fixture
def visitor(site: Site) -> Subscriber:
    """Somebody who was here before, seen just now."""
    track(site, event("before"))
    forget_noted()
    return find(site)


def find(site: Site, browser: str = BROWSER) -> Subscriber:
    return Identity.objects.get(site=site, value=browser).subscriber


def make_customer(site: Site, external_id: str) -> Subscriber:
    person = make_subscriber(site, external_id=external_id)
    Identity.objects.create(site=site, kind="external", value=external_id, subscriber=person)
    forget_noted()
    return person


def test_a_first_visit_notes_the_person_their_context_and_what_they_did(site: Site) -> None:
    track(site, event("add_to_cart"))

    topics = {"person", "event:add_to_cart", "profile:timezone", "profile:language", "profile:country"}
    assert read_noted(site) == {topic: {find(site).pk} for topic in topics}


def test_what_somebody_does_is_noted_by_the_name_of_the_event(site: Site, visitor: Subscriber) -> None:
    track(site, event("purchase"), page())

    assert read_noted(site) == {"event:purchase": {visitor.pk}, "event:$page_view": {visitor.pk}}


def test_a_batch_notes_each_event_once_with_all_who_did_it(site: Site, visitor: Subscriber) -> None:
    track(site, event("before"), browser=OTHER_BROWSER)
    forget_noted()
    send(site, event("purchase"), event("purchase"))
    send(site, event("purchase"), browser=OTHER_BROWSER)
    drain_inbox(now=NOW)

    assert read_noted(site) == {"event:purchase": {visitor.pk, find(site, OTHER_BROWSER).pk}}


def test_a_late_event_is_noted_with_the_time_when_it_happened(site: Site, visitor: Subscriber) -> None:
    track(site, event("purchase", at="2026-11-18T12:00:00Z"), event("purchase"))

    change = SubscriberChange.objects.get(topic="event:purchase")
    assert (change.earliest_at, change.changed_at) == (NOW - dt.timedelta(days=3), NOW)


def test_a_note_is_never_of_an_instant_before_what_it_tells_of(site: Site, visitor: Subscriber) -> None:
    send(site, event("purchase"), at=LATER)
    drain_inbox(now=NOW)

    assert SubscriberChange.objects.get(topic="event:purchase").changed_at == LATER


def test_a_repeat_is_not_noted(site: Site, visitor: Subscriber) -> None:
    operation = event("purchase")
    track(site, operation)
    forget_noted()

    track(site, operation)

    assert read_noted(site) == {}


def test_attributes_that_change_are_noted_and_no_others(site: Site, visitor: Subscriber) -> None:
    track(site, attributes(tier="gold", size=42, newsletter=True))
    forget_noted()

    track(site, attributes(tier="silver", size="42", unset=["newsletter", "never_had"]))

    assert read_noted(site) == {"attribute:tier": {visitor.pk}, "attribute:newsletter": {visitor.pk}}


def test_an_attribute_that_is_also_a_field_of_the_profile_is_noted_as_both(
    site: Site, visitor: Subscriber
) -> None:
    track(site, attributes(city="Berlin"))

    assert read_noted(site) == {"attribute:city": {visitor.pk}, "profile:city": {visitor.pk}}


def test_another_context_is_noted_field_by_field(site: Site, visitor: Subscriber) -> None:
    track(site, event("before"), context={"timezone": "Europe/Paris", "language": "de-DE"})

    assert read_noted(site) == {
        "event:before": {visitor.pk}, "profile:timezone": {visitor.pk}, "profile:country": {visitor.pk},
    }  # fmt: skip


def test_a_later_visit_is_noted(site: Site, visitor: Subscriber) -> None:
    track(site, event("before"), at=LATER)

    assert read_noted(site) == {"event:before": {visitor.pk}, "profile:last_seen_at": {visitor.pk}}


def test_a_visitor_who_becomes_known_is_noted(site: Site, visitor: Subscriber) -> None:
    track(site, identify("u-1"))

    assert read_noted(site) == {"profile:external_id": {visitor.pk}}


def test_a_merge_is_noted_for_both(site: Site, visitor: Subscriber) -> None:
    customer = make_customer(site, "u-1")

    track(site, identify("u-1"))

    noted = read_noted(site)["person"]
    assert noted == {visitor.pk, customer.pk}
    visitor.refresh_from_db()
    assert visitor.merged_into == customer


def test_a_browser_that_changes_hands_is_noted_for_both(site: Site, visitor: Subscriber) -> None:
    track(site, identify("u-1"), subscribe())
    customer = make_customer(site, "u-2")

    track(site, identify("u-2"))

    assert read_noted(site)["device"] == {visitor.pk, customer.pk}


@pytest.mark.parametrize(
    ("before", "now", "topics"),
    [
        ([], subscribe(), {"device", "event:$subscribed"}),
        ([subscribe()], unsubscribe(), {"device", "event:$unsubscribed"}),
    ],
    ids=["subscribe", "unsubscribe"],
)
def test_devices_that_begin_and_end_are_noted(
    site: Site, visitor: Subscriber, before: list[dict[str, object]], now: dict[str, object], topics: set[str]
) -> None:
    if before:
        track(site, *before)
    forget_noted()

    track(site, now)

    assert read_noted(site) == {topic: {visitor.pk} for topic in topics}


def test_what_campaigns_record_is_noted_too(site: Site, visitor: Subscriber) -> None:
    sent = NewEvent(
        id=visitor.uuid, subscriber_id=visitor.pk, name="$push_sent", occurred_at=NOW, properties={}
    )
    record_events(site, [sent], received_at=NOW)

    assert read_noted(site) == {"event:$push_sent": {visitor.pk}}


def test_the_log_that_forgets_concerns_everybody_on_every_site(site: Site, settings: Settings) -> None:
    settings.EVENT_RETENTION_WEEKS = 4
    other = make_site()

    forget_events(now=NOW)
    forget_events(now=NOW)

    assert SubscriberChange.objects.count() == 2, "noted once, when the log begins later"
    assert [read_noted(each) for each in (site, other)] == [{"log": None}, {"log": None}]
