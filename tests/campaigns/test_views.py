"""The feedback door: open to every page's worker, closed to nonsense, and never a 500."""

import datetime as dt
import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns.models import Delivery
from campaigns.tokens import DeliveryKey, sign_token
from campaigns.transports.memory import MemoryTransport
from subscribers.models import Site
from tests.campaigns.people import deliver_due, make_reachable, make_running

DOOR = "/v1/feedback"


@pytest.fixture
def token(site: Site) -> str:
    """Of a push that was sent a minute ago by the real clock, as the door uses that."""
    person, sent_at = make_reachable(site), timezone.now() - dt.timedelta(minutes=1)
    campaign = make_running(site, now=sent_at)
    deliver_due(now=sent_at, transport=MemoryTransport())
    return sign_token(DeliveryKey(campaign.pk, 1, person.pk))


def post(body: Any, content_type: str = "application/json", **headers: str) -> Any:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Client(enforce_csrf_checks=True).post(DOOR, raw, content_type=content_type, headers=headers)


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "text/plain;charset=UTF-8"])
def test_feedback_is_taken_from_any_origin_without_cookies(token: str, content_type: str) -> None:
    body = {"token": token, "kind": "displayed", "action": "", "at": timezone.now().isoformat()}
    response = post(body, content_type, Origin="https://shop.example")
    assert response.status_code == 204
    assert response["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in response
    assert not response.cookies
    assert Delivery.objects.get().status == Delivery.Status.DISPLAYED


def test_a_preflight_is_answered() -> None:
    response = Client().options(DOOR, headers={"Access-Control-Request-Method": "POST"})
    assert response.status_code == 204
    assert response["Access-Control-Allow-Methods"] == "POST, OPTIONS"
    assert response["Access-Control-Allow-Headers"] == "Content-Type"


def test_only_posting_is_feedback() -> None:
    response = Client().get(DOOR)
    assert (response.status_code, response["Allow"]) == (405, "POST, OPTIONS")


def test_an_invalid_token_is_answered_with_a_sentence(db: None) -> None:
    response = post({"token": "made up", "kind": "displayed"})
    assert response.status_code == 400
    assert response.json() == {"error": "The token is not one that came with a push from here."}
    assert response["Access-Control-Allow-Origin"] == "*"


def test_an_unknown_kind_is_answered_with_the_known_ones(token: str) -> None:
    response = post({"token": token, "kind": "eaten"})
    assert response.status_code == 400
    assert "displayed, clicked, dismissed" in response.json()["error"]


HOSTILE = [
    b"",
    b"\xff\xfe",
    b"null",
    b"[]",
    b"1e999",
    b"9" * 4000,
    b"[" * 4000,
    b'{"a":' * 800,
    b'{"token": 5, "kind": "displayed"}',
    b'{"token": {"a": 1}, "kind": []}',
    b'{"token": "\\u0000", "kind": "displayed"}',
    b'{"token": "\\ud800", "kind": "displayed"}',
    b'{"token": "1.1.1:x", "kind": "displayed"}',
    b'{"token": "99999999999999999999.1.1:x", "kind": "clicked"}',
]


@pytest.mark.parametrize("body", HOSTILE)
def test_hostile_bodies_are_refused(db: None, body: bytes) -> None:
    response = post(body)
    assert response.status_code == 400
    assert response.json()["error"]


def test_a_body_that_is_too_large_is_refused(db: None) -> None:
    assert post(b'{"token": "' + b"x" * 5000 + b'"}').status_code == 413


@pytest.mark.parametrize(
    "at",
    [
        "", "soon", 5, None, [], {}, "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2026-11-21",
        "2026-11-21T10:00:00", "2026-13-45T99:99:99Z", "\0",
    ],
)  # fmt: skip
def test_a_silly_time_does_not_lose_the_feedback(token: str, at: Any) -> None:
    assert post({"token": token, "kind": "clicked", "at": at}).status_code == 204
    delivery = Delivery.objects.get()
    assert delivery.clicked_at is not None
    assert delivery.sent_at is not None
    assert delivery.sent_at <= delivery.clicked_at <= timezone.now()


@pytest.mark.parametrize("action", [5, None, [], "\0", "a1", "x" * 3000, "\ud800"])
def test_a_silly_action_does_not_lose_the_feedback(token: str, action: Any) -> None:
    assert post({"token": token, "kind": "clicked", "action": action}).status_code == 204
    assert Delivery.objects.get().clicked_action == ""


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.binary(max_size=200)
    | st.fixed_dictionaries({}, optional=dict.fromkeys(("token", "kind", "action", "at"), json_values))
)
def test_whatever_is_posted_is_answered_below_500(db: None, body: Any) -> None:
    assert post(body).status_code in (400, 413)
