"""Pages of the management door: complete, without repeats, whatever the order."""

import datetime as dt
from typing import Any

import pytest
from rest_framework.test import APIClient

from subscribers.models import Place, Site
from tests import factories
from tracking.models import Event, EventType


def walk(client: APIClient, address: str) -> list[list[Any]]:
    pages = []
    following: str | None = address
    while following:
        page = client.get(following).json()
        pages.append([row["id"] for row in page["results"]])
        following = page["next"]
    return pages


def test_pages_follow_one_another_newest_first(client: APIClient, site: Site) -> None:
    made = [factories.make_place(site, name=f"Store {number}").pk for number in range(5)]

    pages = walk(client, "/api/v1/places/?page_size=2")

    assert pages == [made[:2:-1], made[2:0:-1], made[:1]]


def test_rows_of_the_same_instant_are_neither_lost_nor_repeated(client: APIClient, site: Site) -> None:
    ana = factories.make_subscriber(site)
    name = EventType.objects.create(site=site, name="purchase")
    at = factories.NOW - dt.timedelta(microseconds=123456)
    Event.objects.bulk_create(
        Event(subscriber=ana, event_type=name, occurred_at=at, received_at=at) for _ in range(1200)
    )

    seen = [
        key for page in walk(client, f"/api/v1/subscribers/{ana.pk}/events/?page_size=500") for key in page
    ]

    assert len(seen) == len(set(seen)) == 1200


def test_a_page_stays_where_it_was_while_rows_are_added(client: APIClient, site: Site) -> None:
    made = [factories.make_place(site, name=f"Store {number}").pk for number in range(3)]
    first = client.get("/api/v1/places/?page_size=2").json()
    factories.make_place(site, name="Newer store")

    second = client.get(first["next"]).json()

    assert [row["id"] for row in second["results"]] == made[:1]


def test_a_page_whose_rows_are_gone_is_the_last(client: APIClient, site: Site) -> None:
    for number in range(3):
        factories.make_place(site, name=f"Store {number}")
    following = client.get("/api/v1/places/?page_size=1").json()["next"]
    Place.objects.all().delete()

    assert client.get(following).json() == {"next": None, "results": []}


def test_pages_keep_to_what_was_asked(client: APIClient, site: Site) -> None:
    other = factories.make_site(name="Other")
    name = "A&B+C ä%26=?#"
    for each in (site, other):
        factories.make_place(each, name=name)
        factories.make_place(each, name="Else")

    first = client.get("/api/v1/places/", {"name": name, "page_size": "1"}).json()
    second = client.get(first["next"]).json()

    assert [row["name"] for page in (first, second) for row in page["results"]] == [name, name]
    assert second["next"] is None


@pytest.mark.parametrize("cursor", ["x", "bnVsbA", "WyJhIl0", "W1tdXQ", "WzEsMl0", "W0luZmluaXR5XQ", "é"])
def test_a_cursor_that_is_not_ours_is_refused(client: APIClient, site: Site, cursor: str) -> None:
    response = client.get("/api/v1/places/", {"cursor": cursor})

    assert response.status_code == 400
    sentence = "The cursor is not one of ours; take the address in `next` as it is."
    assert response.json()["detail"] == sentence


@pytest.mark.parametrize("size", ["0", "-1", "many", "1e3", "9" * 30])
def test_a_page_size_that_is_no_number_is_refused(client: APIClient, size: str) -> None:
    response = client.get("/api/v1/places/", {"page_size": size})

    assert response.status_code == 400
