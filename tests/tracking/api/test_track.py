"""The backend door: the same operations, each naming whom it is about."""

from typing import Any

import pytest
from django.db import InterfaceError, OperationalError
from rest_framework.authtoken.models import Token
from rest_framework.test import APIClient

from subscribers.models import Identity, Site, Subscriber
from tests import factories
from tests.factories import NOW
from tests.tracking.requests import BROWSER, attributes, event, identify, subscribe, track
from tracking.draining import drain_inbox
from tracking.models import Event, InboxItem

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> APIClient:
    return _client(is_superuser=True)


def _client(**values: Any) -> APIClient:
    token = Token.objects.create(user=factories.make_user(**values))
    return APIClient(headers={"Authorization": f"Token {token.key}"}, raise_request_exception=False)


def _post(client: APIClient, site: Any, *operations: Any) -> Any:
    named = site.pk if isinstance(site, Site) else site
    return client.post("/api/v1/track/", {"site": named, "operations": operations}, format="json")


def test_operations_of_many_people_are_taken_at_once(site: Site, client: APIClient) -> None:
    response = _post(
        client,
        site,
        {**event("purchase"), "external_id": "u-1"},
        {**attributes(loyalty_tier="gold"), "external_id": "u-1"},
        {**event("purchase"), "external_id": 2},
        {**event("add_to_cart"), "subscriber": BROWSER},
    )

    assert (response.status_code, response.json()) == (202, {"accepted": 4, "rejected": [], "warnings": []})
    assert InboxItem.objects.count() == 3
    drain_inbox(now=NOW)
    assert set(Identity.objects.values_list("value", flat=True)) == {"u-1", "2", BROWSER}
    person = Subscriber.objects.get(external_id="u-1")
    assert (person.source, person.attributes) == ("api", {"loyalty_tier": "gold"})


def test_a_site_may_be_named_by_its_key(site: Site, client: APIClient) -> None:
    response = _post(client, site.public_key, {**event(), "external_id": "u-1"})

    assert response.status_code == 202


def test_a_backend_tells_which_browser_is_whose_without_a_signature(site: Site, client: APIClient) -> None:
    track(site, event())

    assert _post(client, site, {**identify("u-1"), "subscriber": BROWSER}).status_code == 202

    drain_inbox(now=NOW)
    assert Event.objects.get().subscriber.external_id == "u-1"


def test_what_a_backend_sends_does_not_count_as_being_seen(site: Site, client: APIClient) -> None:
    track(site, identify("u-1"))
    _post(client, site, {**event(), "external_id": "u-1"})
    drain_inbox(now=NOW.replace(year=2027))

    assert Subscriber.objects.get().last_seen_at == NOW


def test_a_backends_unsubscribe_ends_every_device(site: Site, client: APIClient) -> None:
    track(site, identify("u-1"), subscribe())
    _post(client, site, {**event(), "type": "unsubscribe", "external_id": "u-1"})
    drain_inbox(now=NOW)

    assert not Subscriber.objects.get().push_subscriptions.active().exists()


@pytest.mark.parametrize(
    "names",
    [
        {},
        {"subscriber": BROWSER, "external_id": "u-1"},
        {"subscriber": "u-1"},
        {"subscriber": 7},
        {"external_id": ""},
        {"external_id": "x" * 201},
        {"external_id": "nul\0"},
        {"external_id": True},
        {"external_id": ["u-1"]},
    ],
)
def test_an_operation_that_does_not_name_one_person_is_refused(
    site: Site, client: APIClient, names: dict[str, Any]
) -> None:
    response = _post(client, site, {**event(), **names})

    assert response.status_code == 400
    assert response.json()["accepted"] == 0
    assert "subscriber" in response.json()["rejected"][0]["error"] or "external_id" in str(response.json())
    assert not InboxItem.objects.exists()


@pytest.mark.parametrize("site_name", [None, 0, -1, 2**70, True, "nobody", "", "nul\0", "٣", [], {}])
def test_a_site_that_does_not_exist_is_refused(client: APIClient, site_name: Any) -> None:
    response = _post(client, site_name, {**event(), "external_id": "u-1"})

    assert response.status_code == 400
    assert response.json()["detail"] == "site must be the id or the public key of a site."


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"{", 400),
        (b"", 400),
        (b"[]", 400),
        (b"\xff", 400),
        (b"[" * 100_000, 400),
        (b'{"site": NaN}', 400),
        (b'"' + b"x" * 600_000 + b'"', 413),
    ],
)
def test_a_hostile_body_is_refused_with_a_reason(client: APIClient, content: bytes, status: int) -> None:
    response = client.post("/api/v1/track/", content, content_type="application/json")

    assert response.status_code == status
    assert response.json()["detail"]


@pytest.mark.parametrize("operations", [None, [], {}, "x", [[]] * 501])
def test_operations_must_be_a_list_of_some(site: Site, client: APIClient, operations: Any) -> None:
    response = client.post("/api/v1/track/", {"site": site.pk, "operations": operations}, format="json")

    assert response.status_code == 400
    assert "operations" in response.json()["detail"]


def test_a_stranger_is_unauthorised(site: Site) -> None:
    assert _post(APIClient(), site, {**event(), "external_id": "u-1"}).status_code == 401


def test_a_user_who_may_not_add_events_is_forbidden(site: Site) -> None:
    assert _post(_client(), site, {**event(), "external_id": "u-1"}).status_code == 403


@pytest.mark.parametrize("outage", [OperationalError, InterfaceError])
@pytest.mark.parametrize("asked", ["accept_backend_request", "TokenAuthentication.authenticate"])
def test_a_database_that_is_down_is_answered_with_a_reason_to_try_again(
    site: Site, client: APIClient, monkeypatch: pytest.MonkeyPatch, asked: str, outage: type[Exception]
) -> None:
    def fail(*args: Any, **values: Any) -> None:
        raise outage("the connection is lost")

    monkeypatch.setattr(f"tracking.api.track.{asked}", fail)

    response = _post(client, site, {**event(), "external_id": "u-1"})

    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert response.json()["detail"] == "Try again in a moment."
