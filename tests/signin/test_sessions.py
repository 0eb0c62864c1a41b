"""Sessions end by themselves, by their owner's hand, by an administrator's, and with the password."""

import datetime as dt
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from signin.models import StaffSession
from tests.factories import make_user

pytestmark = pytest.mark.django_db
SESSIONS = "/admin/account/sessions/"
CHANGE = "/admin/account/password/change/"


def is_in(client: Client) -> bool:
    return client.get("/admin/").status_code == 200


def sign_in(user: User) -> Client:
    client = Client()
    client.post("/admin/account/login/", {"login": user.username, "password": "correct horse"})
    return client


@pytest.fixture
def staff() -> User:
    return make_user("marketer", email="ada@shop.example")


@pytest.fixture
def clock() -> Iterator[list[dt.timedelta]]:
    ahead, really = [dt.timedelta()], timezone.now
    with patch("django.utils.timezone.now", lambda: really() + ahead[0]):
        yield ahead


def test_a_session_that_nobody_uses_ends(staff: User, clock: list[dt.timedelta]) -> None:
    client = sign_in(staff)
    for minutes in (50, 100, 150):
        clock[0] = dt.timedelta(minutes=minutes)
        assert is_in(client)

    clock[0] = dt.timedelta(minutes=211)
    assert not is_in(client)


def test_what_a_page_asks_for_by_itself_keeps_no_session(staff: User, clock: list[dt.timedelta]) -> None:
    client = sign_in(staff)
    for minutes in range(0, 70, 10):
        clock[0] = dt.timedelta(minutes=minutes)
        client.get("/admin/campaigns/campaign/runs/", headers={"sec-fetch-dest": "empty"})

    assert not is_in(client)


def test_no_session_lasts_longer_than_a_day_however_much_it_is_used(
    staff: User, clock: list[dt.timedelta]
) -> None:
    client = sign_in(staff)
    for half_hours in range(48):
        clock[0] = dt.timedelta(minutes=30 * half_hours)
        assert is_in(client)

    clock[0] = dt.timedelta(hours=24, minutes=1)
    assert not is_in(client)


def test_a_log_in_in_between_begins_the_day_anew(staff: User, clock: list[dt.timedelta]) -> None:
    client = sign_in(staff)
    clock[0] = dt.timedelta(minutes=59)
    client.post("/admin/logout/")
    client.post("/admin/account/login/", {"login": staff.username, "password": "correct horse"})

    began_at = StaffSession.objects.get(user=staff).began_at
    assert began_at is not None
    assert began_at > timezone.now() - dt.timedelta(minutes=1)


def test_ones_sessions_are_listed_and_ended_one_by_one_or_all_others(staff: User) -> None:
    here, there, elsewhere = sign_in(staff), sign_in(staff), sign_in(staff)
    stranger = sign_in(make_user("marketer"))
    page = here.get(SESSIONS).content.decode()
    assert (page.count("Log out there"), page.count("This browser")) == (2, 1)
    assert all(row.session_key not in page for row in StaffSession.objects.all())

    named = StaffSession.objects.get(session_key=there.cookies["sessionid"].value).public_id
    strange = StaffSession.objects.get(session_key=stranger.cookies["sessionid"].value).public_id
    here.post(SESSIONS, {"session": named})
    here.post(SESSIONS, {"session": strange})
    assert [is_in(client) for client in (here, there, elsewhere, stranger)] == [True, False, True, True]

    here.post(SESSIONS)
    assert [is_in(client) for client in (here, elsewhere, stranger)] == [True, False, True]


def test_a_new_password_ends_all_other_sessions(staff: User) -> None:
    here, there = sign_in(staff), sign_in(staff)
    words = {
        "oldpassword": "correct horse",
        "password1": "a few quiet words",
        "password2": "a few quiet words",
    }

    here.post(CHANGE, words)

    assert (is_in(here), is_in(there)) == (True, False)


def test_an_old_log_in_is_not_enough_to_change_second_factors(staff: User, clock: list[dt.timedelta]) -> None:
    client = sign_in(staff)
    add = "/admin/account/2fa/webauthn/add/"
    assert client.get(add).status_code == 200

    clock[0] = dt.timedelta(minutes=20)
    assert client.get(add)["Location"].startswith("/admin/account/reauthenticate/")


@pytest.mark.parametrize("password", ["short", "password1234", "qwertyuiop123", "ada@shop.example1"])
def test_passwords_that_are_short_common_or_ones_own_name_are_refused(staff: User, password: str) -> None:
    client, chosen = sign_in(staff), password

    answer = client.post(CHANGE, {"oldpassword": "correct horse", "password1": chosen, "password2": chosen})

    assert answer.status_code == 200
    assert not User.objects.get(pk=staff.pk).check_password(chosen)


@pytest.mark.parametrize(
    "password", ["a few quiet words", "ooooo ooooo ooooo x", "пароль из слов", "x" * 200 + " 7"]
)
def test_any_other_is_taken_as_it_is(staff: User, password: str) -> None:
    client = sign_in(staff)

    client.post(CHANGE, {"oldpassword": "correct horse", "password1": password, "password2": password})

    assert User.objects.get(pk=staff.pk).check_password(password)


@pytest.mark.parametrize(("who", "works"), [({"is_superuser": True}, True), ({}, False)])
def test_administrators_end_anybodys_sessions(staff: User, who: dict[str, Any], works: bool) -> None:
    client, theirs = Client(), sign_in(staff)
    client.force_login(make_user("operator", **who))

    client.post("/admin/auth/user/", {"action": "end_sessions", "_selected_action": [staff.pk]})

    assert is_in(theirs) != works
