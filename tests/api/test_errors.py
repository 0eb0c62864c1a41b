"""Errors of the management API have one shape, whoever finds them (RFC 9457)."""

import json
import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import get_resolver
from rest_framework.test import APIClient

from subscribers.api import openapi
from subscribers.models import Site
from tests import factories


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("nonsense/", 404, "not_found"),
        ("segments/abc/members/", 404, "not_found"),
        ("segments/999999/", 404, "not_found"),
        ("places/?page_size=x", 400, "parse_error"),
        ("places/?site=x", 400, "invalid"),
    ],
)
def test_a_problem_says_what_and_which_kind(client: APIClient, path: str, status: int, code: str) -> None:
    response = client.get(f"/api/v1/{path}")

    problem = response.json()
    assert (response.status_code, response.headers["Content-Type"]) == (status, "application/problem+json")
    assert (problem["status"], problem["code"], problem["type"]) == (status, code, "about:blank")
    assert problem["detail"]


def test_each_wrong_place_of_a_body_is_pointed_at(client: APIClient, site: Site) -> None:
    rule = {
        "version": 1,
        "root": {"type": "group", "match": "all", "conditions": [{"type": "attribute", "key": "a"}]},
    }

    response = client.post("/api/v1/segments/", {"site": site.pk, "name": "", "rule": rule}, format="json")

    pointers = {error["pointer"] for error in response.json()["errors"]}
    assert "#/name" in pointers
    response = client.post("/api/v1/segments/", {"site": site.pk, "name": "A", "rule": rule}, format="json")
    assert response.json()["errors"][0]["pointer"].startswith("#/rule/root/conditions/0")


def test_a_wrong_parameter_is_named(client: APIClient) -> None:
    (error,) = client.get("/api/v1/places/", {"site": "x"}).json()["errors"]

    assert error["parameter"] == "site"


def test_a_stranger_gets_the_same_shape(db: None) -> None:
    response = APIClient().get("/api/v1/places/")

    assert (response.status_code, response.headers["Content-Type"]) == (401, "application/problem+json")
    assert response.json()["code"] == "not_authenticated"


def test_a_page_for_people_stays_a_page(db: None) -> None:
    response = Client().get("/nonsense/")

    assert response.status_code == 404
    assert response.headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_a_request_without_the_last_slash_is_repeated_as_it_was(
    client: APIClient, site: Site, method: str
) -> None:
    response = getattr(client, method)(f"/api/v1/places/{factories.make_place(site).pk}", {"name": "x"})

    assert response.status_code == 308
    assert response.headers["Location"].endswith("/")


def test_a_post_without_the_last_slash_makes_the_thing(client: APIClient, site: Site) -> None:
    body = {"site": site.pk, "name": "Store", "latitude": 1, "longitude": 2}

    response = client.post("/api/v1/places", body, format="json", follow=True)

    assert response.status_code == 201


DOCUMENT = (Path(__file__).resolve().parents[2] / "docs/api.md").read_text()


def test_the_example_in_the_docs_is_what_is_answered(client: APIClient, site: Site) -> None:
    (example,) = re.findall(r"```json\n(.*?)```", DOCUMENT, re.DOTALL)
    body = {"site": site.pk, "name": "Store", "latitude": 1, "longtitude": 2}

    assert client.post("/api/v1/places/", body).json() == json.loads(example)


def test_every_status_of_an_error_is_explained_in_the_docs() -> None:
    listed = {*openapi.EVERYWHERE, *openapi.OF_ONE, *openapi.WITH_BODY, *openapi.OF_WHOLE_REQUESTS}
    explained = {
        int(status)
        for row in re.findall(r"^\| ([0-9, ]+) \|", DOCUMENT, re.MULTILINE)
        for status in row.split(", ")
    }

    assert explained == listed


def list_api_addresses() -> list[str]:
    patterns = get_resolver().reverse_dict.getlist
    names = {name for name in get_resolver().reverse_dict if isinstance(name, str)}
    found = {route for name in names for possibilities, *_ in patterns(name) for route, _ in possibilities}
    return sorted(route for route in found if route.startswith("api/v1/"))


def test_options_are_answered_at_every_address(client: APIClient, site: Site) -> None:
    segment, campaign = factories.make_segment(site), factories.make_campaign(site)
    keys = {
        "site_id": site.pk, "segment_id": segment.pk, "campaign_id": campaign.pk, "number": 1,
        "subscriber_id": factories.make_subscriber(site).pk, "pk": 999, "subscriber": 1,
    }  # fmt: skip
    addresses = [*list_api_addresses(), "api/v1/sites/%(site_id)s/sending-policy/", "api/v1/track/"]
    assert len(addresses) > 30
    for address in addresses:
        expected = 405 if address.endswith("docs/") else 200
        assert client.options(f"/{address % keys}").status_code == expected, address
