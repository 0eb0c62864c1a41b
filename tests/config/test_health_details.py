"""Whoever asks whether Carillon works is answered; what it is made of is told to those who look after it."""

from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from pytest_django import Settings

from config import health
from tests import factories

pytestmark = pytest.mark.django_db
AWAY = {"REMOTE_ADDR": "203.0.113.9"}
TOKEN = "a token of the alarm's"


def ask(client: Client, **meta: Any) -> dict[str, Any]:
    answer: dict[str, Any] = client.get("/health/ready", **meta).json()
    return answer


def test_a_stranger_learns_that_it_works_and_no_more(client: Client) -> None:
    assert ask(client, **AWAY) == {"status": "ok"}


def test_a_stranger_and_a_load_balancer_get_the_code_they_always_got(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "_ask_broker", lambda: (_ for _ in ()).throw(OSError("10.0.0.5 refused")))
    response = client.get("/health/ready", **AWAY)  # type: ignore[arg-type]

    assert (response.status_code, response.json()) == (503, {"status": "failing"})


@pytest.mark.parametrize(
    "hops",
    [
        {"HTTP_X_FORWARDED_FOR": "203.0.113.9"},
        {"HTTP_X_FORWARDED_FOR": "127.0.0.1, 203.0.113.9"},
        {"HTTP_X_FORWARDED_FOR": "203.0.113.9, 127.0.0.1"},
        {"HTTP_X_FORWARDED_FOR": "localhost"},
        {"HTTP_FORWARDED": "for=127.0.0.1"},
        {"HTTP_X_REAL_IP": "127.0.0.1"},
        {"HTTP_VIA": "1.1 proxy"},
        {"REMOTE_ADDR": ""},
        {"REMOTE_ADDR": "::ffff:203.0.113.9"},
        {"REMOTE_ADDR": "0.0.0.0"},
    ],
)
def test_who_comes_through_a_proxy_beside_us_is_not_on_this_machine(
    client: Client, hops: dict[str, str]
) -> None:
    assert "parts" not in ask(client, **hops)


@pytest.mark.parametrize(
    "hops", [{}, {"REMOTE_ADDR": "::1"}, {"REMOTE_ADDR": "127.8.8.8"}, {"HTTP_X_FORWARDED_FOR": "127.0.0.1"}]
)
def test_on_this_machine_everything_is_told(client: Client, hops: dict[str, str]) -> None:
    assert "parts" in ask(client, **hops)


@pytest.mark.parametrize(
    ("known", "said", "is_told"),
    [
        (TOKEN, f"Bearer {TOKEN}", True),
        (TOKEN, f"bearer  {TOKEN}", True),
        (TOKEN, "Bearer other", False),
        (TOKEN, TOKEN, False),
        (TOKEN, "Bearer ü", False),
        ("", "Bearer ", False),
        ("", "Bearer", False),
    ],
)
def test_the_token_of_the_settings_opens_the_details(
    client: Client, settings: Settings, known: str, said: str, is_told: bool
) -> None:
    settings.HEALTH_TOKEN = known

    assert ("parts" in ask(client, HTTP_AUTHORIZATION=said, **AWAY)) is is_told


@pytest.mark.parametrize(("role", "is_told"), [("operator", True), ("marketer", False), ("analyst", False)])
def test_of_staff_operators_are_told(client: Client, role: str, is_told: bool) -> None:
    client.force_login(factories.make_user(role))

    assert ("parts" in ask(client, **AWAY)) is is_told


def test_without_a_database_nobody_is_taken_for_an_operator(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(request: object) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr("django.contrib.auth.middleware.get_user", fail)
    response = client.get("/health/ready", **AWAY)  # type: ignore[arg-type]

    assert response.json() == {"status": "ok"}


@pytest.mark.parametrize("host", ["10.0.0.7:8000", "127.0.0.1", "web"])
def test_health_is_asked_of_a_machine_by_any_name_and_nothing_else_is(
    client: Client, settings: Settings, host: str
) -> None:
    settings.ALLOWED_HOSTS = ["push.example"]

    assert client.get("/health/live", headers={"Host": host}).status_code == 200
    assert client.get("/health/ready", headers={"Host": host}).status_code == 200
    assert client.get("/demo/", headers={"Host": host}).status_code == 400
