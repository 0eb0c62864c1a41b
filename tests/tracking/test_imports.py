"""What a backend says of those whom it imports, from its own records; of a browser it is left out, with a warning."""

import datetime as dt
from typing import Any

import pytest

from subscribers.models import PushSubscription, Site, Subscriber
from tests.factories import NOW
from tests.tracking.requests import attributes, event, page, send, subscribe, track
from tracking.draining import drain_inbox
from tracking.ingestion import accept_backend_request
from tracking.models import Event, InboxItem

LONG_AGO = dt.datetime(2019, 3, 1, 8, tzinfo=dt.UTC)


def tell(site: Site, **values: Any) -> Any:
    operation = {**subscribe(), "external_id": "u-1", **values}
    return accept_backend_request(site=site, body={"operations": [operation], "lane": "import"}, now=NOW)


def test_a_device_is_as_the_backend_says(site: Site) -> None:
    told = {"device": "mobile", "browser": "Chrome", "os": "Android", "created_at": "2019-03-01T08:00:00Z"}
    assert tell(site, **told).rejected == []
    drain_inbox(now=NOW)

    device = PushSubscription.objects.get()
    assert (device.kind, device.browser, device.os, device.created_at) == (
        "mobile",
        "Chrome",
        "Android",
        LONG_AGO,
    )
    assert Subscriber.objects.get().created_at == LONG_AGO
    assert Event.objects.get().properties == {"browser": "Chrome", "os": "Android", "kind": "mobile"}


def test_a_person_is_where_and_since_when_the_backend_says(site: Site) -> None:
    told = {"created_at": "2019-03-01T09:00:00+01:00", "latitude": 48.4, "longitude": -9.99}
    operation = {**attributes(tier="gold"), "external_id": "u-1", **told}
    accept_backend_request(site=site, body={"operations": [operation]}, now=NOW)
    drain_inbox(now=NOW)

    person = Subscriber.objects.get()
    assert (person.created_at, person.latitude, person.longitude) == (LONG_AGO, 48.4, -9.99)
    assert person.attributes == {"tier": "gold"}


def test_nobody_becomes_younger_than_they_are_known(site: Site) -> None:
    tell(site, created_at="2019-03-01T08:00:00Z")
    tell(site, created_at="2022-01-01T00:00:00Z")
    tell(site, created_at="2150-01-01T00:00:00Z")
    drain_inbox(now=NOW)

    assert Subscriber.objects.get().created_at == LONG_AGO


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"device": "fridge"}, "device: must be mobile, tablet or desktop"),
        ({"device": []}, "device: must be mobile, tablet or desktop"),
        ({"browser": "x" * 51}, "browser: must be text of at most 50 printable characters"),
        ({"os": 7}, "os: must be text of at most 50 printable characters"),
        ({"os": "a\0"}, "os: must be text of at most 50 printable characters"),
        ({"created_at": "9999-12-31T23:59:59Z"}, "created_at: must be before the year 2200"),
        ({"created_at": 1700000000}, "created_at: must be a date and time like 2026-11-21T10:00:00Z"),
        ({"latitude": 91, "longitude": 0}, "latitude: must be a number from -90 to 90"),
        ({"latitude": True, "longitude": 0}, "latitude: must be a number from -90 to 90"),
        ({"latitude": 0, "longitude": "9"}, "longitude: must be a number from -180 to 180"),
        ({"latitude": 48.4}, "latitude and longitude belong together"),
    ],
)
def test_what_makes_no_sense_is_refused_with_what_would(
    site: Site, told: dict[str, Any], sentence: str
) -> None:
    (rejection,) = tell(site, **told).rejected

    assert rejection.error == f"operations[0]: {sentence}"
    assert not InboxItem.objects.exists()


def test_null_is_as_if_it_were_not_there(site: Site) -> None:
    fields = ("device", "browser", "os", "created_at", "latitude", "longitude", "at")

    assert tell(site, **dict.fromkeys(fields)).rejected == []


def test_a_browser_cannot_say_it(site: Site) -> None:
    answer = send(site, subscribe(device="fridge", created_at="x", latitude=1, os="TempleOS"))
    drain_inbox(now=NOW)

    assert answer.accepted == 1
    assert [each.warning for each in answer.warnings] == [
        f"operations[0].{name}: only your backend may say that; it was left out"
        for name in ("created_at", "latitude", "device", "os")
    ]
    assert (PushSubscription.objects.get().os, Subscriber.objects.get().created_at) == ("Linux", NOW)


@pytest.mark.parametrize("missing", [None, 404, True, 1.5])
def test_optional_fields_may_be_null_or_numbers(site: Site, missing: Any) -> None:
    operations = [
        {"type": "page", "url": "https://shop.example/", "title": missing, "referrer": missing, "at": None},
        {"type": "event", "name": "a", "properties": None},
        {"type": "attributes", "set": None, "unset": None},
        {"type": "unsubscribe", "reason": missing},
        {"type": "identify", "external_id": "u-1", "signature": missing},
    ]
    ids = [event()["id"] for _ in operations]
    result = track(site, *({"id": id_, **operation} for id_, operation in zip(ids, operations, strict=True)))

    assert (result.failed, Event.objects.count()) == (0, 2)
    title = Event.objects.get(event_type__name="$page_view").properties["title"]
    assert title == {None: "", 404: "404", True: "true", 1.5: "1.5"}[missing]


@pytest.mark.parametrize(
    ("title", "kept"), [("Sale \ud83d", "Sale \ufffd"), ("a\0b", "a\ufffdb"), ("💥", "💥")]
)
def test_a_title_that_was_cut_in_the_middle_of_an_emoji_loses_no_page_view(
    site: Site, title: str, kept: str
) -> None:
    track(site, page(title=title, referrer=title))

    assert Event.objects.get().properties["title"] == kept
