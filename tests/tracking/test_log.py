"""The one place that writes events: what campaigns and the drain may rely on."""

import dataclasses
import datetime as dt
import uuid
from typing import Any

import pytest

from subscribers.models import Site, Subscriber
from tests import factories
from tests.factories import NOW
from tests.tracking.requests import event
from tracking import event_names, log
from tracking.draining import drain_inbox
from tracking.ingestion import accept_backend_request
from tracking.log import REPEATED_WITHIN, NewEvent, record_events
from tracking.models import Event, EventSummary, EventType


@pytest.fixture
def person(site: Site) -> Subscriber:
    return factories.make_subscriber(site)


def _new(person: Subscriber, name: str = "purchase", at: dt.datetime = NOW, **values: Any) -> NewEvent:
    defaults: dict[str, Any] = {"id": uuid.uuid4(), "properties": {}}
    return NewEvent(subscriber_id=person.pk, name=name, occurred_at=at, **{**defaults, **values})


def test_the_summary_counts_and_spans_what_the_log_holds(site: Site, person: Subscriber) -> None:
    days = [5, 1, 9]
    for age in days:
        record_events(site, [_new(person, at=NOW - dt.timedelta(days=age))], received_at=NOW)

    summary = EventSummary.objects.get()
    assert (summary.count, summary.first_at, summary.last_at) == (
        3,
        NOW - dt.timedelta(days=9),
        NOW - dt.timedelta(days=1),
    )


def test_an_id_that_is_known_is_skipped_even_with_another_time(site: Site, person: Subscriber) -> None:
    id_ = uuid.uuid4()
    assert record_events(site, [_new(person, id=id_)], received_at=NOW) == 1

    earlier = _new(person, id=id_, at=NOW - REPEATED_WITHIN)

    assert record_events(site, [earlier, _new(person)], received_at=NOW) == 1
    assert EventSummary.objects.get().count == Event.objects.count() == 2


def test_an_id_that_comes_back_long_after_its_retries_are_over_is_another_event(
    site: Site, person: Subscriber
) -> None:
    id_ = uuid.uuid4()
    record_events(site, [_new(person, id=id_)], received_at=NOW)

    long_before = _new(person, id=id_, at=NOW - REPEATED_WITHIN - dt.timedelta(seconds=1))

    assert record_events(site, [long_before], received_at=NOW) == 1


def test_an_id_that_is_known_from_before_and_from_after_is_skipped(site: Site, person: Subscriber) -> None:
    id_ = uuid.uuid4()
    for at in (NOW - 2 * REPEATED_WITHIN, NOW):
        record_events(site, [_new(person, id=id_, at=at)], received_at=NOW)

    between = _new(person, id=id_, at=NOW - REPEATED_WITHIN)

    assert record_events(site, [between], received_at=NOW) == 0
    assert Event.objects.count() == 2


def test_an_id_twice_in_one_batch_is_one_event(site: Site, person: Subscriber) -> None:
    new = _new(person)

    assert record_events(site, [new, new], received_at=NOW) == 1


def test_the_event_of_a_merged_visitor_goes_to_the_survivor(site: Site, person: Subscriber) -> None:
    shell = factories.make_subscriber(site, merged_into=person)

    record_events(site, [_new(shell)], received_at=NOW)

    assert Event.objects.get().subscriber == person


def test_the_event_of_a_deleted_person_goes_nowhere(site: Site, person: Subscriber) -> None:
    new = _new(person)
    person.delete()

    assert record_events(site, [new], received_at=NOW) == 0


def test_an_event_is_never_later_than_its_receipt(site: Site, person: Subscriber) -> None:
    record_events(site, [_new(person, at=NOW + dt.timedelta(days=1))], received_at=NOW)

    assert Event.objects.get().occurred_at == NOW


def test_the_properties_seen_with_an_event_are_noted_with_their_types(site: Site, person: Subscriber) -> None:
    seen = {
        "value": 9.5,
        "sku": "s-1",
        "gift": True,
        "tags": ["a"],
        "due": "2026-11-21T10:00:00Z",
        "deep": {"a": 1},
    }
    record_events(site, [_new(person, properties=seen)], received_at=NOW)
    record_events(site, [_new(person, properties={"value": "ten", "size": 42})], received_at=NOW)

    assert EventType.objects.get().properties == {
        "value": "number",
        "sku": "text",
        "gift": "boolean",
        "tags": "list",
        "due": "time",
        "deep.a": "number",
        "size": "number",
    }


def test_only_so_many_properties_are_noted(
    site: Site, person: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "PROPERTIES_PER_EVENT_TYPE", 3)

    record_events(site, [_new(person, properties={f"p{n}": n for n in range(9)})], received_at=NOW)

    assert len(EventType.objects.get().properties) == 3
    assert len(Event.objects.get().properties) == 9


def test_a_name_too_many_is_refused_at_the_door(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_names, "EVENT_TYPES_PER_SITE", 2)
    EventType.objects.create(site=site, name="add_to_cart")

    told = [{**event(name), "external_id": "u-1"} for name in ("$session_start", "purchase", "zoom")]
    answer = accept_backend_request(site=site, body={"operations": told}, now=NOW)

    assert answer.accepted == 2
    (rejection,) = answer.rejected
    assert rejection.error.startswith("operations[2]: name: this site has as many names of events")


def test_a_name_too_many_that_got_past_the_door_is_left_out_but_our_own_have_room(
    site: Site, person: Subscriber, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(event_names, "EVENT_TYPES_PER_SITE", 1)
    news = [_new(person, "one"), _new(person, "two"), _new(person, "$push_sent")]

    assert record_events(site, news, received_at=NOW) == 2
    assert set(EventType.objects.values_list("name", flat=True)) == {"one", "$push_sent"}
    assert "Event 'two'" in caplog.text


def test_a_batch_of_any_size_takes_few_statements(
    site: Site, person: Subscriber, django_assert_max_num_queries: Any
) -> None:
    news = [_new(person, f"event_{number % 5}") for number in range(900)]

    with django_assert_max_num_queries(12):
        assert record_events(site, news, received_at=NOW) == 900


def test_a_moment_among_the_properties_is_kept_as_it_was_sent(site: Site, person: Subscriber) -> None:
    news = dataclasses.replace(
        _new(person, "booked"), properties={"departs": "2026-12-01T10:00+01:00", "note": "2026"}
    )

    record_events(site, [news], received_at=NOW)

    (booked,) = Event.objects.all()
    assert booked.properties == {"departs": "2026-12-01T10:00+01:00", "note": "2026"}


def test_a_name_that_was_let_in_while_there_was_room_is_not_dropped_later(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_names, "EVENT_TYPES_PER_SITE", 2)

    def tell(name: str) -> int:
        told = {**event(name), "external_id": "u-1"}
        return accept_backend_request(site=site, body={"operations": [told]}, now=NOW).accepted

    assert [tell(f"name {number}") for number in range(4)] == [1] * 4
    assert drain_inbox(now=NOW).events == 4
    assert tell("one more") == 0
