"""Coming in with a password: where it leads, and what the admin's own addresses do."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.factories import make_user

pytestmark = pytest.mark.django_db
LOG_IN = "/admin/account/login/"


def log_in(client: Client, login: str, password: str = "correct horse", **more: str) -> int:
    return client.post(LOG_IN, {"login": login, "password": password, **more}).status_code


def is_in(client: Client) -> bool:
    return client.get("/admin/").status_code == 200


@pytest.fixture
def staff() -> User:
    return make_user("marketer", username="Ada", email="ada@shop.example")


@pytest.mark.parametrize(
    "login", ["Ada", "ada", "ada@shop.example", "ADA@shop.example", " ada@shop.example "]
)
def test_staff_log_in_with_their_name_or_their_e_mail_address(staff: User, login: str) -> None:
    client = Client()

    assert log_in(client, login) == 302
    assert is_in(client)


@pytest.mark.parametrize(
    "values", [{"is_active": False}, {"is_staff": False}, {"username": "Bob", "email": "bob@shop.example"}]
)
def test_nobody_else_does(values: dict[str, Any]) -> None:
    make_user(**{"username": "ada", **values})
    client = Client()

    log_in(client, "ada")

    assert not is_in(client)


def test_the_admin_leads_to_the_log_in_and_back_to_where_one_wanted_to_go(staff: User) -> None:
    client = Client()
    answer = client.get("/admin/campaigns/campaign/?q=1", follow=True)

    answer = client.post(
        answer.request["PATH_INFO"] + "?" + answer.request["QUERY_STRING"],
        {"login": "ada", "password": "correct horse"},
    )

    assert answer["Location"] == "/admin/campaigns/campaign/?q=1"


def test_the_admins_own_log_out_and_password_page_lead_to_ours(staff: User) -> None:
    client = Client()
    client.force_login(staff)

    assert client.get("/admin/password_change/")["Location"] == "/admin/account/password/change/"
    assert client.get("/admin/logout/").status_code == 200  # asks first
    assert is_in(client)
    assert client.post("/admin/logout/")["Location"] == LOG_IN
    assert not is_in(client)


def test_nobody_signs_up_by_themselves() -> None:
    for path in ("signup/", "company/signup/", "2fa/webauthn/signup/", "email/"):
        assert Client().get(f"/admin/account/{path}").status_code in {302, 404}
        assert Client().post(f"/admin/account/{path}", {"email": "me@x.example"}).status_code in {
            302,
            403,
            404,
        }
    assert not User.objects.exists()
