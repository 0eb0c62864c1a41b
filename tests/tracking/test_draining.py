"""Stop 1 of the data path, second half: what waits in the inbox becomes events, profiles and devices."""

import datetime as dt
import uuid
from typing import Any
from unittest import mock

import pytest
from django.db import OperationalError, connections

from subscribers.models import Attribute, PushSubscription, Site, Subscriber
from tests import factories
from tests.factories import NOW
from tests.tracking.requests import (
    BROWSER,
    ENDPOINT,
    OTHER_BROWSER,
    attributes,
    event,
    page,
    send,
    subscribe,
    track,
    unsubscribe,
)
from tracking import applying, halving
from tracking.draining import BATCH_SHARDS, drain_inbox
from tracking.inbox import LOCK_SPACE
from tracking.log import record_events
from tracking.models import Event, EventSummary, EventType, InboxItem


def test_an_operation_waits_in_the_inbox_until_it_is_drained(site: Site) -> None:
    send(site, event("add_to_cart"))

    assert (InboxItem.objects.count(), Event.objects.count()) == (1, 0)

    result = drain_inbox(now=NOW)

    assert (result.items, result.events, result.failed) == (1, 1, 0)
    assert (InboxItem.objects.count(), Event.objects.count()) == (0, 1)


def test_an_event_is_recorded_with_its_time_and_properties(site: Site) -> None:
    track(site, event("purchase", at="2026-11-21T10:00:00+01:00", properties={"value": 129.99, "sku": None}))

    recorded = Event.objects.get()
    assert recorded.event_type.name == "purchase"
    assert recorded.occurred_at == dt.datetime(2026, 11, 21, 9, tzinfo=dt.UTC)
    assert recorded.received_at == NOW
    assert recorded.properties == {"value": 129.99}


@pytest.mark.parametrize("at", [None, "2031-01-01T00:00:00Z"])
def test_an_event_without_a_time_or_with_a_future_one_happened_when_it_arrived(
    site: Site, at: str | None
) -> None:
    track(site, event(at=at))

    assert Event.objects.get().occurred_at == NOW


def test_a_page_becomes_a_page_view(site: Site) -> None:
    track(site, page("https://shop.example/sale/shoes?x=1", title="Sale", referrer="https://search.example/"))

    recorded = Event.objects.get()
    assert recorded.event_type.name == "$page_view"
    assert recorded.properties == {
        "url": "https://shop.example/sale/shoes?x=1",
        "path": "/sale/shoes",
        "title": "Sale",
        "referrer": "https://search.example/",
    }


def test_a_page_whose_address_nobody_can_parse_is_still_a_page_view(site: Site) -> None:
    track(site, page("http://[not-an-address"))

    assert Event.objects.get().properties["path"] == ""


def test_the_same_operation_in_two_requests_counts_once(site: Site) -> None:
    operation = event()
    track(site, operation)
    result = track(site, {**operation, "at": "2026-11-20T10:00:00Z"})

    assert result.events == 0
    assert Event.objects.count() == EventSummary.objects.get().count == 1


def test_the_same_operation_twice_in_one_request_counts_once(site: Site) -> None:
    operation = event()

    assert track(site, operation, operation).events == 1


def test_the_same_id_sent_by_two_browsers_is_two_events(site: Site) -> None:
    operation = event()
    send(site, operation)

    assert track(site, operation, browser=OTHER_BROWSER).events == 2


def test_operations_of_one_subscriber_apply_in_the_order_of_their_arrival(site: Site) -> None:
    for tier in ("silver", "gold", "platinum"):
        send(site, attributes(loyalty_tier=tier))
    drain_inbox(now=NOW)

    assert Subscriber.objects.get().attributes == {"loyalty_tier": "platinum"}


def test_a_late_repeat_does_not_bring_an_old_value_back(site: Site) -> None:
    first = attributes(loyalty_tier="silver")
    track(site, first)
    track(site, attributes(loyalty_tier="gold"))
    track(site, first, context={"timezone": "Asia/Tokyo"}, at=NOW + dt.timedelta(hours=1))

    subscriber = Subscriber.objects.get()
    assert subscriber.attributes == {"loyalty_tier": "gold"}
    assert (subscriber.timezone, subscriber.last_seen_at) == ("Europe/Berlin", NOW)


def test_the_context_fills_the_profile(site: Site) -> None:
    track(site, event())

    subscriber = Subscriber.objects.get()
    assert (subscriber.uuid, subscriber.source) == (uuid.UUID(BROWSER), "sdk")
    assert (subscriber.timezone, subscriber.language, subscriber.country) == ("Europe/Berlin", "de-DE", "DE")
    assert subscriber.created_at == subscriber.last_seen_at == NOW


def test_a_value_that_does_not_fit_its_attribute_is_left_out_and_its_neighbours_are_kept(site: Site) -> None:
    Attribute.objects.create(site=site, key="lifetime_value", type="number")
    track(site, attributes(lifetime_value="2450", loyalty_tier="gold"))
    track(site, attributes(lifetime_value="a lot", loyalty_tier="silver"))

    assert Subscriber.objects.get().attributes == {"lifetime_value": 2450, "loyalty_tier": "silver"}


def test_an_item_that_cannot_be_applied_is_set_aside_and_blocks_nobody(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    send(site, event("before"))
    send(site, event("poison", properties={"secret": "hunter2"}))
    send(site, event("after"))

    with _failing_on("poison"):
        result = drain_inbox(now=NOW)

    assert (result.items, result.events, result.failed) == (2, 2, 1)
    assert set(EventType.objects.values_list("name", flat=True)) == {"before", "after"}
    kept = InboxItem.objects.get()
    assert kept.failed_at == NOW
    assert kept.failure.startswith("RuntimeError at ")
    assert f"Inbox item {kept.pk} set aside" in caplog.text
    assert "hunter2" not in caplog.text + kept.failure


def test_an_item_that_was_set_aside_is_applied_once_the_mark_is_taken_off(site: Site) -> None:
    send(site, event("poison"))
    with _failing_on("poison"):
        drain_inbox(now=NOW)
    assert drain_inbox(now=NOW).items == 0

    InboxItem.objects.update(failed_at=None)

    assert drain_inbox(now=NOW).events == 1


def _failing_on(name: str) -> Any:
    record = record_events

    def fail(site: Site, events: Any, **values: Any) -> int:
        if any(new.name == name for new in events):
            raise RuntimeError("it knows hunter2")
        return record(site, events, **values)

    return mock.patch.object(applying, "record_events", fail)


def test_a_database_that_gets_in_the_way_puts_a_batch_off(site: Site) -> None:
    send(site, event())
    with mock.patch.object(applying, "record_events", side_effect=OperationalError("deadlock detected")):
        assert drain_inbox(now=NOW).items == 0

    assert InboxItem.objects.get().failed_at is None
    assert drain_inbox(now=NOW).events == 1


@pytest.mark.django_db(transaction=True)
def test_a_shard_that_another_worker_has_in_hand_is_left_to_it() -> None:

    send(factories.make_site(), event())
    shard = InboxItem.objects.get().shard
    other = connections.create_connection("default")
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [LOCK_SPACE, shard])
        assert drain_inbox(now=NOW).items == 0
        other.rollback()
        assert drain_inbox(now=NOW).items == 1
    finally:
        other.close()


def test_a_batch_takes_half_of_the_shards_so_that_another_worker_finds_something(site: Site) -> None:
    for number in range(InboxItem.SHARDS):
        send(site, event(), browser=str(uuid.UUID(int=number + 1)))
    for number, item in enumerate(InboxItem.objects.all()):
        InboxItem.objects.filter(pk=item.pk).update(shard=number)

    with mock.patch.object(halving, "apply_arrivals", wraps=applying.apply_arrivals) as apply_arrivals:
        drain_inbox(now=NOW)

    assert [len(call.args[1]) for call in apply_arrivals.call_args_list] == [BATCH_SHARDS, BATCH_SHARDS]


def test_a_batch_takes_few_statements_however_many_operations_it_has(
    site: Site, django_assert_max_num_queries: Any
) -> None:
    for number in range(50):
        browser = str(uuid.UUID(int=number + 1))
        send(site, *(event(properties={"value": 1}) for _ in range(5)), browser=browser)
    InboxItem.objects.update(shard=3)

    with django_assert_max_num_queries(40):
        assert drain_inbox(now=NOW).events == 250


def test_two_sites_in_one_shard_are_kept_apart(site: Site) -> None:

    other = factories.make_site()
    send(site, event("here"))
    send(other, event("there"))
    InboxItem.objects.update(shard=0)
    drain_inbox(now=NOW)

    assert list(EventType.objects.order_by("name").values_list("site_id", "name")) == [
        (site.pk, "here"),
        (other.pk, "there"),
    ]


@pytest.mark.parametrize("number", [50, 200])
def test_devices_take_few_statements_however_many_there_are(
    site: Site, django_assert_max_num_queries: Any, number: int
) -> None:
    for place in range(number):
        browser = str(uuid.UUID(int=place + 1))
        send(site, subscribe(f"{ENDPOINT}-{place}"), browser=browser)
        if place % 3 == 0:
            send(site, unsubscribe(), browser=browser)
        if place % 5 == 0:
            send(site, subscribe(f"{ENDPOINT}-{place}-anew"), browser=browser)
    InboxItem.objects.update(shard=3)

    with django_assert_max_num_queries(45):
        drain_inbox(now=NOW)

    ends = PushSubscription.objects.values_list("end_reason", flat=True)
    anew, ended = len(range(0, number, 5)), len(range(0, number, 3))
    both = len(range(0, number, 15))
    assert sorted(ends) == sorted(
        [""] * (number - ended + both) + ["unsubscribed"] * ended + ["replaced"] * (anew - both)
    )
