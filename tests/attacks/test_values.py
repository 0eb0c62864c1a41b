"""What strangers can make the database keep for ever: values without end, of people and of events."""

import datetime as dt
import json
import uuid
from typing import Any

import pytest
from django.test import Client, override_settings

from subscribers.models import Site, Subscriber
from tests import factories
from tracking.draining import drain_inbox
from tracking.interning import collect_values
from tracking.log import NewEvent, record_events
from tracking.models import PropertyValue
from tracking.retention import forget_events

BROWSER = "5f0c7f0a-54a4-4c1e-9d3f-0b8b0f2f6a11"


def tell(site: Site, **values: Any) -> dict[str, Any]:
    operation = {"id": str(uuid.uuid4()), "type": "attributes", "set": values}
    body = {"site_key": site.public_key, "subscriber": BROWSER, "operations": [operation]}
    answer = Client().post("/v1/track", json.dumps(body), content_type="application/json")
    assert answer.status_code == 202
    found: dict[str, Any] = answer.json()
    return found


def read_person() -> Subscriber:
    return Subscriber.objects.get()


def measure(value: Any) -> int:
    return len(json.dumps(value, ensure_ascii=False).encode())


@pytest.mark.parametrize(
    "value",
    [
        "💥" * 700,
        "é" * 1100,
        ["x" * 90] * 30,
        {f"k{n}": "x" * 50 for n in range(60)},
        [{"a": "x" * 500}, {"b": "x" * 1700}],
        [*range(10**15, 10**15 + 90), "x" * 700],
    ],
)
def test_a_value_beyond_its_bound_is_not_kept_as_one_and_the_sender_is_told(
    site: Site, now: dt.datetime, value: Any
) -> None:
    warnings = tell(site, large=value, small="x")["warnings"]
    drain_inbox(now=now)

    assert [warning["warning"] for warning in warnings] == [
        "operations[0]: large: has more than the 2,048 bytes of one value; it is kept aside as it was sent, as far as there is room for that"
    ]
    assert read_person().attributes == {"small": "x"}
    assert read_person().raw_values == {"large": value}


def test_what_one_person_has_is_bounded_however_it_is_told(site: Site, now: dt.datetime) -> None:
    told = []
    for turn in range(6):
        told += tell(site, **{f"key_{turn}_{n}": "x" * 1900 for n in range(15)})["warnings"]
        drain_inbox(now=now)
    person = read_person()

    assert 30_000 < measure(person.attributes) <= 32_768
    assert measure(person.raw_values) <= 32_768
    assert len(told) == 90 - len(person.attributes)
    assert all("32,768 bytes" in warning["warning"] for warning in told)
    tell(site, key_0_0="short")  # what is there may become smaller, and make room
    drain_inbox(now=now)
    assert read_person().attributes["key_0_0"] == "short"


def test_many_short_values_come_to_no_more(site: Site, now: dt.datetime) -> None:
    for turn in range(4):
        tell(site, **{f"{'k' * 90}{turn}{n:04}": "v" * 110 for n in range(50)})
        drain_inbox(now=now)
    assert measure(read_person().attributes) <= 32_768


def test_values_of_events_go_with_the_weeks_that_had_them(site: Site, now: dt.datetime) -> None:
    begins_at, lately = now - dt.timedelta(weeks=10), now - dt.timedelta(weeks=5)
    view(site, "once", at=now - dt.timedelta(weeks=20))
    view(site, "again", at=now - dt.timedelta(weeks=20))
    view(site, "again", at=lately)
    view(site, "new", at=lately)

    assert collect_values(before=begins_at) == 1
    assert list_values() == {"again", "new"}
    view(site, "once", at=now)  # it comes again
    assert list_values() == {"once", "again", "new"}


def test_a_value_is_not_collected_while_an_event_may_have_it(site: Site, now: dt.datetime) -> None:
    """That a value is used is noted once a week."""
    view(site, "shoe", at=now)
    view(site, "shoe", at=now + dt.timedelta(days=6))
    assert collect_values(before=now + dt.timedelta(days=6)) == 0


@override_settings(EVENT_RETENTION_WEEKS=4)
def test_who_forgets_weeks_forgets_their_values(site: Site, now: dt.datetime) -> None:
    view(site, "old", at=now - dt.timedelta(weeks=30))
    view(site, "new", at=now)
    forget_events(now=now)
    assert list_values() == {"new"}


def view(site: Site, sku: str, *, at: dt.datetime) -> None:
    person = Subscriber.objects.first() or factories.make_subscriber(site)
    event = NewEvent(
        id=uuid.uuid4(),
        subscriber_id=person.pk,
        name="product_view",
        occurred_at=at,
        properties={"product_id": sku},
        received_at=at,
    )
    record_events(site, [event], received_at=at)


def list_values() -> set[Any]:
    return set(PropertyValue.objects.values_list("value", flat=True))
