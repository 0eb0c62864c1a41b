"""What cannot be applied is set aside alone; what fails alike for everybody is put off and tried again."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import pytest
from django.db import connection

from subscribers.models import PushSubscription, Site, Subscriber
from tests.factories import NOW
from tests.tracking.requests import (
    OTHER_BROWSER,
    attributes,
    event,
    identify,
    page,
    send,
    subscribe,
    unsubscribe,
)
from tracking import applying
from tracking.draining import drain_inbox
from tracking.log import record_events
from tracking.models import Event, EventType, InboxItem
from tracking.setting_aside import discard, list_set_aside, say_what, say_why, try_again


@contextmanager
def failing_on(name: str, error: type[Exception] = RuntimeError) -> Iterator[None]:
    record = record_events

    def fail(site: Site, events: Any, **values: Any) -> int:
        if any(new.name == name for new in events):
            raise error("it knows hunter2")
        return record(site, events, **values)

    with mock.patch.object(applying, "record_events", fail):
        yield


@contextmanager
def another_schema(table: str, column: str) -> Iterator[None]:
    """As a worker finds it that is older, or newer, than the database."""
    with connection.cursor() as cursor:
        cursor.execute(f'ALTER TABLE {table} RENAME COLUMN "{column}" TO renamed')
        yield
        cursor.execute(f'ALTER TABLE {table} RENAME COLUMN renamed TO "{column}"')


def test_one_operation_that_fails_costs_its_request_nothing_else(site: Site) -> None:
    send(
        site,
        event("before"),
        attributes(tier="gold"),
        event("poison"),
        identify("u-1"),
        subscribe(),
        event("after"),
    )

    with failing_on("poison"):
        result = drain_inbox(now=NOW)

    person = Subscriber.objects.living().get()
    assert (person.external_id, person.attributes) == ("u-1", {"tier": "gold"})
    assert set(EventType.objects.values_list("name", flat=True)) == {"before", "after", "$subscribed"}
    assert PushSubscription.objects.active().count() == 1
    assert result.failed == 1
    kept = InboxItem.objects.get()
    assert [each["name"] for each in kept.payload["operations"]] == ["poison"]


def test_several_that_fail_are_each_set_aside_alone(site: Site) -> None:
    for number in range(20):
        send(site, event("poison" if number % 7 == 3 else "fine"), event("fine"))

    with failing_on("poison"):
        result = drain_inbox(now=NOW)

    assert (result.failed, InboxItem.objects.count()) == (3, 3)
    assert Event.objects.filter(event_type__name="fine").count() == 37


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("tracking_event", "properties"),
        ("tracking_eventsummary", "count"),
        ("subscribers_subscriber", "email"),
        ("subscribers_pushsubscription", "auth"),
        ("subscribers_identity", "value"),
        ("subscribers_attribute", "key"),
        ("tracking_appliedoperation", "applied_at"),
        ("tracking_inboxitem", "received_at"),
    ],
)
def test_a_worker_that_does_not_match_the_schema_sets_nothing_aside(
    site: Site, table: str, column: str
) -> None:
    for browser in (OTHER_BROWSER, "6f9619ff-8b86-4d01-b42d-00c04fc964ff"):
        send(site, event(), attributes(tier="gold"), identify(browser), subscribe(), page(), browser=browser)

    with another_schema(table, column):
        result = drain_inbox(now=NOW)
        assert (result.items, result.failed) == (0, 0)
        assert "does not exist" in result.put_off

    assert not list_set_aside().exists()
    again = drain_inbox(now=NOW)
    assert (again.items, again.failed, again.put_off) == (2, 0, "")
    assert PushSubscription.objects.active().count() == 1, "one endpoint, for the later of the two"


def test_a_column_that_this_worker_does_not_fill_sets_nothing_aside(site: Site) -> None:
    send(site, event())
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE tracking_eventsummary ADD COLUMN newer int")
        cursor.execute("ALTER TABLE tracking_eventsummary ALTER COLUMN newer SET NOT NULL")

    result = drain_inbox(now=NOW)

    assert (result.failed, InboxItem.objects.filter(failed_at=None).count()) == (0, 1)
    assert result.put_off


@pytest.mark.parametrize(
    "operation", [event(), page(), attributes(a=1), identify("u-1"), subscribe(), unsubscribe()]
)
def test_what_no_operation_of_its_kind_survives_is_put_off_whatever_the_error(
    site: Site, operation: Any
) -> None:
    send(site, operation)

    with mock.patch.object(applying._Batch, "apply", side_effect=RuntimeError("broken for all")):
        result = drain_inbox(now=NOW)

    assert (result.items, result.failed, result.put_off) == (0, 0, "RuntimeError")
    assert drain_inbox(now=NOW).items == 1


def test_a_database_that_only_reads_sets_nothing_aside(site: Site) -> None:
    send(site, event())
    with connection.cursor() as cursor:
        cursor.execute("SAVEPOINT reading")
        cursor.execute("SET transaction_read_only = on")
        result = drain_inbox(now=NOW)
        cursor.execute("ROLLBACK TO reading")

    assert (result.items, result.failed) == (0, 0)
    assert "read-only" in result.put_off
    assert drain_inbox(now=NOW).items == 1


def test_what_this_version_cannot_read_is_set_aside_and_its_neighbours_are_applied(site: Site) -> None:
    send(site, event("fine"), event("newer"))
    item = InboxItem.objects.get()
    item.payload["operations"][1]["type"] = "levitate"
    item.save()

    result = drain_inbox(now=NOW)

    assert (result.events, result.failed) == (1, 1)
    kept = list_set_aside().get()
    assert kept.payload["operations"][0]["type"] == "levitate"
    assert "upgrade" in say_why(kept)


@pytest.mark.parametrize("payload", [{}, [], "x", {"operations": "x"}, {"operations": [1, None]}])
def test_an_item_without_sense_is_set_aside(site: Site, payload: Any) -> None:
    send(site, event())
    InboxItem.objects.create(site=site, shard=InboxItem.objects.get().shard, payload=payload, received_at=NOW)

    result = drain_inbox(now=NOW)

    assert result.events == 1
    assert result.failed >= 1
    assert say_what(list_set_aside()[0])


def test_what_was_set_aside_is_explained_tried_again_and_discarded(site: Site) -> None:
    send(site, event("poison", properties={"secret": "hunter2"}))
    send(site, event("poison"), browser=OTHER_BROWSER)
    with failing_on("poison"):
        drain_inbox(now=NOW)

    first, second = list_set_aside()
    assert "event" in say_what(first)
    assert "hunter2" not in json.dumps([say_what(first), say_why(first), first.failure])

    assert try_again(list_set_aside().filter(pk=first.pk)) == 1
    assert drain_inbox(now=NOW).events == 1
    assert discard(list_set_aside().filter(pk=second.pk)) == 1
    assert not InboxItem.objects.exists()
    assert Event.objects.count() == 1
