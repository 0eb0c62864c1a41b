"""What cannot be applied is set aside alone; what fails alike for everybody is put off and tried again."""

import datetime as dt
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from config.pressure import list_concerns, read_pressure
from subscribers.models import PushSubscription, Site, Subscriber
from tests.factories import NOW, make_user
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
from tracking.patience import Patience
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


def _set_two_aside(site: Site) -> list[InboxItem]:
    for browser in (OTHER_BROWSER, "6f9619ff-8b86-4d01-b42d-00c04fc964ff"):
        send(site, event("poison"), browser=browser)
    with failing_on("poison"):
        drain_inbox(now=NOW)
    return list(list_set_aside())


def _call(*arguments: str) -> str:
    out = io.StringIO()
    call_command("set_aside", *arguments, stdout=out)
    return out.getvalue()


def test_a_command_lists_them_with_the_reason_tries_them_again_and_discards_them(site: Site) -> None:
    first, second = _set_two_aside(site)

    listed = _call()
    assert "2 set aside." in listed
    assert f"event of anonymous {OTHER_BROWSER}" in listed
    assert "RuntimeError at " in listed
    with pytest.raises(CommandError, match="Say which"):
        _call("discard")
    assert "1 go back into the inbox." in _call("retry", str(first.pk))
    assert "1 discarded." in _call("discard", "--all")
    assert InboxItem.objects.get().pk == first.pk
    assert second.pk != first.pk
    assert drain_inbox(now=NOW).events == 1


@pytest.mark.parametrize(("action", "left"), [("try_again", [None, None]), ("discard", [])])
def test_the_admin_asks_before_it_tries_them_again_or_discards_them(
    site: Site, client: Client, action: str, left: list[Any]
) -> None:
    items = _set_two_aside(site)
    client.force_login(make_user("operator"))
    page_of_one = client.get(f"/admin/tracking/inboxitem/{items[0].pk}/change/")
    assert "Try again after an upgrade" in page_of_one.content.decode()
    chosen = {"action": action, "_selected_action": [item.pk for item in items]}

    asked = client.post("/admin/tracking/inboxitem/", chosen)
    assert asked.status_code == 200
    assert list_set_aside().count() == 2, "nothing happens before somebody confirms it"
    client.post("/admin/tracking/inboxitem/", {**chosen, "confirmed": "1"})

    assert [item.failed_at for item in InboxItem.objects.all()] == left


@pytest.mark.parametrize("role", ["marketer", "analyst"])
def test_whoever_may_not_decide_on_them_cannot(site: Site, client: Client, role: str) -> None:
    items = _set_two_aside(site)
    client.force_login(make_user(role))
    chosen = {"action": "discard", "_selected_action": [item.pk for item in items], "confirmed": "1"}

    assert client.post("/admin/tracking/inboxitem/", chosen).status_code == 403
    assert list_set_aside().count() == 2


def test_what_is_put_off_is_tried_again_after_ever_longer_pauses_and_health_says_so(site: Site) -> None:
    send(site, event())
    patience = Patience()
    with another_schema("tracking_event", "properties"):
        pauses = []
        now = NOW
        for _ in range(9):
            patience.note(drain_inbox(now=now).put_off, now=now)
            assert patience.must_wait(now=now)
            pauses.append((patience.not_before or now) - now)
            now = patience.not_before or now
            assert not patience.must_wait(now=now)
        inbox = read_pressure(now=now)["inbox"]

    assert [pause.total_seconds() for pause in pauses] == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert inbox.is_slow
    assert "does not exist" in inbox.detail
    patience.note(drain_inbox(now=now).put_off, now=now)
    assert not patience.must_wait(now=now)
    assert not read_pressure(now=now)["inbox"].is_slow


def test_health_knows_the_oldest_of_each_lane(site: Site) -> None:
    store = {"site": site, "shard": 1, "payload": {}}
    InboxItem.objects.create(**store, received_at=NOW - dt.timedelta(seconds=7))
    InboxItem.objects.create(**store, received_at=NOW - dt.timedelta(seconds=90), lane=1)
    InboxItem.objects.create(**store, received_at=NOW - dt.timedelta(seconds=80), lane=1)

    inbox = read_pressure(now=NOW)["inbox"]

    assert inbox.detail == (
        "1 request waits in the inbox (the oldest for 7 s), 2 in its import lane (the oldest for 90 s), 0 were set aside"
    )
    assert (inbox.figures["oldest_seconds"], inbox.figures["import_oldest_seconds"]) == (7, 90)
    assert not inbox.is_slow, "an import may wait"


def test_the_home_page_says_that_operations_wait_for_somebody(site: Site) -> None:
    _set_two_aside(site)

    concerns = list_concerns(read_pressure(now=NOW))

    assert concerns == ["2 operations were set aside and wait for somebody: Machinery → Set aside says why."]
