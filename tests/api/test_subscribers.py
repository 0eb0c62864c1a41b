"""Sites, places, attributes and people through the management door."""

import datetime as dt
import uuid
from typing import Any

import pytest
from rest_framework.test import APIClient

from subscribers.identities import find_or_create_subscriber
from subscribers.identity_secrets import read_secrets
from subscribers.merging import identify_subscriber
from subscribers.models import Attribute, Identity, Site
from tests import factories
from tests.api.problems import list_fields, list_wrong
from tracking.models import EventType


def list_ids(client: APIClient, address: str) -> list[int]:
    response = client.get(address)
    assert response.status_code == 200, response.content
    return [row["id"] for row in response.json()["results"]]


def test_a_site_is_shown_without_its_secrets(client: APIClient, site: Site) -> None:
    response = client.get(f"/api/v1/sites/{site.pk}/")

    assert response.json()["public_key"] == site.public_key
    assert len(response.json()["vapid_public_key"]) == 87
    assert site.vapid_private_key.reveal() not in response.content.decode()
    assert read_secrets(site.pk)[0].text not in response.content.decode()


@pytest.mark.parametrize(
    "origin", ["shop.example", "https://shop.example/", "ftp://shop.example", "https://", "*"]
)
def test_an_origin_that_browsers_never_send_is_refused(client: APIClient, site: Site, origin: str) -> None:
    response = client.patch(f"/api/v1/sites/{site.pk}/", {"allowed_origins": [origin]})

    assert response.status_code == 400
    assert "allowed_origins" in list_fields(response)


def test_a_time_zone_that_does_not_exist_is_refused(client: APIClient, site: Site) -> None:
    response = client.patch(f"/api/v1/sites/{site.pk}/", {"timezone": "Mars/Olympus"})

    assert list_wrong(response) == {
        "timezone": ["“Mars/Olympus” is not a time zone; a name like Europe/Berlin is."]
    }


def test_a_place_off_the_map_is_refused(client: APIClient, site: Site) -> None:
    place = {"site": site.pk, "name": "Nowhere", "latitude": 91, "longitude": 0}

    assert list_fields(client.post("/api/v1/places/", place)) == {"latitude"}


def test_the_type_of_an_attribute_is_changed_but_not_its_key(client: APIClient, site: Site) -> None:
    attribute = factories.make_attribute(site, "lifetime_value")

    refused = client.patch(f"/api/v1/attributes/{attribute.pk}/", {"type": "number", "key": "other"})
    changed = client.patch(f"/api/v1/attributes/{attribute.pk}/", {"type": "number"})

    assert list_fields(refused) == {"key"}
    assert changed.status_code == 200
    attribute.refresh_from_db()
    assert (attribute.key, attribute.type) == ("lifetime_value", Attribute.Type.NUMBER)


def test_an_event_type_is_described(client: APIClient, site: Site) -> None:
    event_type = EventType.objects.create(site=site, name="add_to_cart", properties={"price": "number"})

    response = client.patch(f"/api/v1/event-types/{event_type.pk}/", {"description": "Put into the cart"})

    assert response.json()["description"] == "Put into the cart"
    assert response.json()["properties"] == {"price": "number"}


@pytest.mark.parametrize(
    "wanted",
    [
        {"external_id": "u-1"},
        {"email": "ANA@shop.example"},
        {"country": "de"},
        {"uuid": "6f1f9d3e-0f5c-4c4f-9d6b-5f8f6a1c2b3d"},
        {"seen_since": "2026-11-20T00:00:00Z"},
    ],
)
def test_subscribers_are_found_by(client: APIClient, site: Site, wanted: dict[str, Any]) -> None:
    long_ago = factories.NOW - dt.timedelta(days=9)
    ana = factories.make_subscriber(
        site, external_id="u-1", email="ana@shop.example", country="DE",
        uuid=uuid.UUID("6f1f9d3e-0f5c-4c4f-9d6b-5f8f6a1c2b3d"),
    )  # fmt: skip
    factories.make_subscriber(site, external_id="u-2", country="FR", last_seen_at=long_ago)

    response = client.get("/api/v1/subscribers/", wanted)

    assert [row["id"] for row in response.json()["results"]] == [ana.pk]


def test_somebody_who_turned_out_to_be_another_is_in_no_list_and_points_to_them(
    client: APIClient, site: Site
) -> None:
    person = factories.make_subscriber(site)
    shell = factories.make_subscriber(site, merged_into=person)

    assert list_ids(client, "/api/v1/subscribers/") == [person.pk]
    assert client.get(f"/api/v1/subscribers/{shell.pk}/").json()["merged_into"] == person.pk


def test_devices_are_shown_without_what_it_takes_to_address_them(client: APIClient, site: Site) -> None:
    subscriber = factories.make_subscriber(site)
    device = factories.make_push_subscription(subscriber, browser="Firefox")

    response = client.get(f"/api/v1/subscribers/{subscriber.pk}/")

    assert response.json()["devices"][0]["browser"] == "Firefox"
    assert device.endpoint not in response.content.decode()


def test_the_events_of_one_subscriber_are_listed_newest_first(client: APIClient, site: Site) -> None:
    ana, ben = factories.make_subscriber(site), factories.make_subscriber(site)
    factories.make_event(ana, "add_to_cart", factories.NOW - dt.timedelta(hours=1), price=9.5)
    factories.make_event(ana, "purchase", factories.NOW)
    factories.make_event(ben, "purchase", factories.NOW)

    results = client.get(f"/api/v1/subscribers/{ana.pk}/events/").json()["results"]

    assert [(row["name"], row["properties"]) for row in results] == [
        ("purchase", {}),
        ("add_to_cart", {"price": 9.5}),
    ]


def test_events_are_narrowed_by_name_and_time(client: APIClient, site: Site) -> None:
    ana = factories.make_subscriber(site)
    factories.make_event(ana, "purchase", factories.NOW - dt.timedelta(days=2))
    factories.make_event(ana, "purchase", factories.NOW)
    factories.make_event(ana, "add_to_cart", factories.NOW)

    wanted = {"name": "purchase", "since": (factories.NOW - dt.timedelta(days=1)).isoformat()}
    results = client.get(f"/api/v1/subscribers/{ana.pk}/events/", wanted).json()["results"]

    assert [(row["name"], row["occurred_at"]) for row in results] == [("purchase", "2026-11-21T12:00:00Z")]


@pytest.mark.parametrize("key", ["999999999", "9" * 40])
def test_the_events_of_nobody_are_not_found(client: APIClient, key: str) -> None:
    assert client.get(f"/api/v1/subscribers/{key}/events/").status_code == 404


def test_somebody_is_found_by_any_of_their_browsers_after_a_merge(client: APIClient, site: Site) -> None:
    phone, laptop = uuid.uuid4(), uuid.uuid4()
    for browser in (phone, laptop):
        person = find_or_create_subscriber(
            site=site, kind=Identity.Kind.ANONYMOUS, value=str(browser), source="sdk", now=factories.NOW
        )
        identify_subscriber(person, external_id="u-42", browser_uuid=browser, now=factories.NOW)

    found = [
        client.get("/api/v1/subscribers/", {"uuid": str(each)}).json()["results"] for each in (phone, laptop)
    ]

    assert [len(people) for people in found] == [1, 1]
    assert found[0][0]["id"] == found[1][0]["id"]
