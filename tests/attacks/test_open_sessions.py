"""What whoever finds a session open, keeps one, or asks in somebody's name, cannot do."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from signin import resets
from signin.models import OutgoingMail
from subscribers.models import Site
from tests.factories import make_user

pytestmark = pytest.mark.django_db
AWAY = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}


@pytest.fixture(params=[True, False], ids=["with a broker", "without one"])
def _broker(request: pytest.FixtureRequest, settings: Settings) -> None:
    """allauth counts in the cache: what must hold does so without it."""
    if not request.param:
        settings.CACHES = AWAY


@pytest.fixture
def staff() -> User:
    return make_user("marketer", username="ada", email="ada@shop.example")


@pytest.mark.usefixtures("_broker")
@pytest.mark.parametrize(
    ("page", "field"), [("password/change/", "oldpassword"), ("reauthenticate/", "password")]
)
def test_a_password_is_not_guessed_from_a_session_that_was_left_open(
    staff: User, page: str, field: str
) -> None:
    client = Client()
    client.force_login(staff)
    new = {"password1": "a few quiet words", "password2": "a few quiet words"}

    answers = [
        client.post(f"/admin/account/{page}", {**new, field: guess}).status_code
        for guess in (*(f"guess {number}" for number in range(9)), "correct horse")
    ]

    assert answers == [200] * 5 + [429] * 5
    assert User.objects.get(pk=staff.pk).check_password("correct horse")


def test_a_right_one_in_between_counts_for_nothing(staff: User) -> None:
    client = Client()
    client.force_login(staff)
    for number in range(4):
        client.post("/admin/account/reauthenticate/", {"password": f"guess {number}"})
    words = {"password1": "a few quiet words", "password2": "a few quiet words"}

    answer = client.post("/admin/account/password/change/", {"oldpassword": "correct horse", **words})

    assert answer.status_code == 302
    assert User.objects.get(pk=staff.pk).check_password("a few quiet words")


@pytest.mark.usefixtures("_broker")
def test_nobodys_inbox_is_filled_with_links(staff: User, settings: Settings) -> None:
    settings.EMAIL_HOST = "localhost"
    make_user("marketer", email="bob@shop.example")
    for number in range(30):
        email = "ADA@shop.example" if number % 2 else "ada@shop.example"
        Client().post("/admin/account/password/reset/", {"email": email}, REMOTE_ADDR=f"198.51.100.{number}")
        resets.ask(email, now=timezone.now())
    resets.ask("bob@shop.example", now=timezone.now())

    resets.answer_requests(now=timezone.now())

    told = list(OutgoingMail.objects.values_list("recipient", flat=True))
    assert sorted(told) == [*["ada@shop.example"] * 5, "bob@shop.example"]


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_staff": False}])
@pytest.mark.parametrize("is_superuser", [True, False])
def test_who_is_no_longer_staff_has_no_session_at_any_door(
    site: Site, change: dict[str, Any], is_superuser: bool
) -> None:
    user, client = make_user("operator", is_superuser=is_superuser), Client()
    client.force_login(user)
    assert client.get("/api/v1/sites/").status_code == 200

    User.objects.filter(pk=user.pk).update(**change)

    assert client.get("/api/v1/sites/").status_code in {401, 403}
    assert client.get("/admin/").status_code == 302
    assert "parts" not in client.get("/health/ready", REMOTE_ADDR="203.0.113.9").json()


def test_no_page_of_a_stranger_writes_through_the_api_in_ones_name(site: Site) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user(is_superuser=True))
    place = json.dumps({"site": site.pk, "name": "Store", "latitude": 1, "longitude": 1})

    for media_type in ("application/json", "text/plain", "application/x-www-form-urlencoded"):
        answer = client.post("/api/v1/places/", place, content_type=media_type)
        assert answer.status_code == 403, media_type
    assert not site.places.exists()


@pytest.mark.parametrize("spelled", [["ada", "ADA", "Ada", " ada", "ada ", "\tada", "aDa", "ａｄａ"]])
def test_a_name_spelled_in_many_ways_is_one_account(staff: User, spelled: list[str]) -> None:
    answers = [
        Client().post("/admin/account/login/", {"login": name, "password": "wrong"}).status_code
        for name in spelled
    ]

    assert answers.count(200) == 5
