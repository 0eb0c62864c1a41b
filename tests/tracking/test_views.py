"""The browser door as a browser, a tag manager or a stranger meets it."""

import json
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError
from django.test import Client

from subscribers.models import Site
from tests import factories
from tests.tracking.requests import ORIGIN, attributes, body, event, page, post
from tracking.models import InboxItem

pytestmark = pytest.mark.django_db


def test_good_operations_are_durable_before_the_answer(site: Site) -> None:
    response = post(body(site, event(), page(), attributes(loyalty_tier="gold")))

    assert response.status_code == 202
    assert response.json() == {"accepted": 3, "rejected": [], "warnings": []}
    item = InboxItem.objects.get()
    assert [operation["type"] for operation in item.payload["operations"]] == ["event", "page", "attributes"]


def test_a_bad_operation_is_answered_with_its_place_and_loses_none_of_its_neighbours(site: Site) -> None:
    bad = event("")

    response = post(body(site, event(), bad, event()))

    assert response.status_code == 202
    assert response.json() == {
        "accepted": 2,
        "rejected": [{"id": bad["id"], "error": "operations[1]: name: must not be empty"}],
        "warnings": [],
    }
    assert len(InboxItem.objects.get().payload["operations"]) == 2


def test_a_request_without_one_good_operation_is_refused_and_stored_nowhere(site: Site) -> None:
    response = post(body(site, {"type": "event"}))

    assert response.status_code == 400
    assert response.json() == {
        "error": "No operation could be accepted.",
        "accepted": 0,
        "rejected": [{"id": None, "error": "operations[0]: id: is missing"}],
        "warnings": [],
    }
    assert not InboxItem.objects.exists()


def test_a_beacon_may_come_as_plain_text(site: Site) -> None:
    assert post(body(site, event()), content_type="text/plain;charset=UTF-8").status_code == 202


def test_the_visitors_address_is_not_stored(site: Site) -> None:
    post(body(site, event()), REMOTE_ADDR="203.0.113.77")

    assert "203.0.113.77" not in json.dumps(InboxItem.objects.get().payload)


def test_the_backends_csrf_cookie_is_no_concern_of_the_browser_door(site: Site) -> None:
    assert post(body(site, event()), Client(enforce_csrf_checks=True)).status_code == 202


@pytest.mark.parametrize("key", ["pk_unknown", "", "pk_\x00", "pk_\ud800", 7, None, ["pk"], {"a": 1}])
def test_a_key_of_no_site_is_unauthorised(site: Site, key: Any) -> None:
    response = post(body(site, event(), site_key=key))

    assert response.status_code == 401
    assert response.json() == {"error": "site_key must be the public key of a site."}


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", "http://shop.example", "https://shop.example:8443", "https://["],
)
def test_a_page_that_the_site_does_not_allow_is_forbidden(site: Site, origin: str) -> None:
    response = post(body(site, event()), HTTP_ORIGIN=origin)

    assert response.status_code == 403
    assert "origin" in response.json()["error"]
    assert "Access-Control-Allow-Origin" not in response
    assert not InboxItem.objects.exists()


@pytest.mark.parametrize(
    "origin", ["https://shop.example", "https://m.shop.example", "http://localhost:8000"]
)
def test_the_sites_own_page_allowed_pages_and_the_demo_shop_may_read_the_answer(
    site: Site, origin: str
) -> None:
    site.allowed_origins = ["https://m.shop.example/"]
    site.save()

    response = post(body(site, event()), HTTP_ORIGIN=origin)

    assert response.status_code == 202
    assert response["Access-Control-Allow-Origin"] == origin
    assert response["Vary"] == "Origin"


def test_a_page_of_one_site_cannot_speak_for_another(site: Site) -> None:
    other = factories.make_site(url="https://other.example")

    assert post(body(other, event()), HTTP_ORIGIN=ORIGIN).status_code == 403


def test_a_refusal_can_be_read_by_the_page_too(site: Site) -> None:
    response = post(b"{")

    assert response.status_code == 400
    assert response["Access-Control-Allow-Origin"] == ORIGIN


def test_a_preflight_from_an_allowed_page_is_granted(site: Site) -> None:
    response = Client().options("/v1/track", HTTP_ORIGIN=ORIGIN, HTTP_ACCESS_CONTROL_REQUEST_METHOD="POST")

    assert response.status_code == 204
    assert response["Access-Control-Allow-Origin"] == ORIGIN
    assert response["Access-Control-Allow-Methods"] == "POST, OPTIONS"
    assert response["Access-Control-Allow-Headers"] == "Content-Type"


def test_a_preflight_from_another_page_is_not(site: Site) -> None:
    response = Client().options("/v1/track", HTTP_ORIGIN="https://evil.example")

    assert "Access-Control-Allow-Origin" not in response


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_only_post_is_understood(site: Site, method: str) -> None:
    response = getattr(Client(), method)("/v1/track")

    assert response.status_code == 405
    assert response["Allow"] == "POST, OPTIONS"


def test_the_config_holds_what_a_page_needs_to_subscribe(site: Site) -> None:
    response = Client().get("/v1/config", {"site_key": site.public_key}, HTTP_ORIGIN=ORIGIN)

    assert response.json() == {"vapid_public_key": site.vapid_public_key}
    assert response["Access-Control-Allow-Origin"] == ORIGIN


@pytest.mark.parametrize("query", ["", "site_key=", "site_key=nobody", "site_key=%00", "site_key=%ff"])
def test_the_config_of_no_site_is_unauthorised(query: str) -> None:
    assert Client().get(f"/v1/config?{query}").status_code == 401


@pytest.mark.parametrize("outage", [OperationalError, InterfaceError])
def test_a_database_that_is_down_is_answered_with_a_reason_to_try_again(
    site: Site, monkeypatch: pytest.MonkeyPatch, outage: type[Exception]
) -> None:
    def fail(**values: Any) -> None:
        raise outage("the connection is lost")

    monkeypatch.setattr("tracking.views.accept_request", fail)

    response = post(body(site, event()))

    assert response.status_code == 503
    assert response["Retry-After"] == "5"
