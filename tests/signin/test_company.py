"""A company's own log-in: who comes in by it, and who does not, whatever the provider says."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.mfa.totp.internal import auth as totp
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from access.models import AuditEntry, SiteMember
from config.signing_in import read_company_log_in
from signin import invitations
from signin.models import Invitation
from subscribers.models import Site
from tests.factories import make_user
from tests.signin.provider import LOG_IN, Provider, run_provider

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def running() -> Iterator[Provider]:
    with run_provider() as provider:
        yield provider


@pytest.fixture
def provider(running: Provider, settings: Settings) -> Provider:
    settings.OIDC_ISSUER = running.issuer
    settings.OIDC_DOMAINS, settings.OIDC_ROLES = [], []
    settings.SOCIALACCOUNT_PROVIDERS = read_company_log_in(
        issuer=running.issuer, client_id="carillon", secret="secret", name="Example Ltd"
    )
    return running


def is_in(client: Client) -> bool:
    return client.get("/admin/").status_code == 200


def test_a_verified_address_leads_to_the_account_that_has_it(provider: Provider) -> None:
    ada, client = make_user("marketer", email="Ada@shop.example"), Client()
    provider.knows("a1", email="ada@shop.example", email_verified=True)

    assert "Example Ltd" in client.get("/admin/account/login/").content.decode()
    assert provider.let_in(client, "a1")["Location"] == "/admin/"
    assert client.session["_auth_user_id"] == str(ada.pk)
    assert AuditEntry.objects.filter(action="log_in", target_id=str(ada.pk)).exists()


def test_from_then_on_it_is_the_same_person_whatever_the_address(provider: Provider) -> None:
    ada, client = make_user("marketer", email="ada@shop.example"), Client()
    provider.knows("a2", email="ada@shop.example", email_verified=True)
    provider.let_in(Client(), "a2")
    provider.knows("a2", email="boss@shop.example", email_verified=True)
    make_user(is_superuser=True, email="boss@shop.example")

    provider.let_in(client, "a2")

    assert client.session["_auth_user_id"] == str(ada.pk)


@pytest.mark.parametrize(
    "claims",
    [
        *(
            {"email_verified": False},
            {"email_verified": None},
            {},
            {"email_verified": "false"},
            {"email_verified": 0},
        ),
        *({"email": None, "email_verified": True}, {"email": "", "email_verified": True}),
        *(
            {"email": ["boss@shop.example"], "email_verified": True},
            {"email": {"a": 1}, "email_verified": True},
        ),
        {"email": "bosſ@shop.example", "email_verified": True},
        {"email": "boss@shop.example, eve@evil.example", "email_verified": True},
        {"email": "boss@shop.example\u0000", "email_verified": True},
        {"email": "boss@shop.example.evil.example", "email_verified": True},
    ],
)
def test_an_address_that_is_not_verified_takes_no_account_over(
    provider: Provider, claims: dict[str, Any]
) -> None:
    make_user(is_superuser=True, email="boss@shop.example")
    provider.knows("eve", **{"email": "boss@shop.example", "preferred_username": "admin", **claims})
    client = Client()

    answer = provider.let_in(client, "eve")

    assert answer.status_code < 500
    assert not is_in(client)
    assert User.objects.count() == 1


def test_two_answers_about_two_people_let_nobody_in(provider: Provider) -> None:
    """The token of one answer with what is told about another: as a provider mixed up, or one between, would give."""
    make_user(is_superuser=True, email="boss@shop.example")
    provider.knows("eve2", email="eve@shop.example", email_verified=True)
    told = {"sub": "boss", "email": "boss@shop.example", "email_verified": True}
    where = "allauth.socialaccount.providers.openid_connect.views.OpenIDConnectOAuth2Adapter._fetch_user_info"
    client = Client()

    with patch(where, return_value=told):
        assert provider.let_in(client, "eve2").status_code == 403

    assert not is_in(client)


def test_an_answer_for_another_browser_lets_nobody_in(provider: Provider) -> None:
    make_user("marketer", email="eve3@shop.example")
    provider.knows("eve3", email="eve3@shop.example", email_verified=True)
    victim = Client()
    with patch("django.test.Client.get", lambda self, path: path):
        path = provider.let_in(Client(), "eve3")

    victim.get(str(path))

    assert not is_in(victim)


def test_what_the_provider_said_about_us_to_another_program_lets_nobody_in(provider: Provider) -> None:
    make_user("marketer", email="aud@shop.example")
    provider.knows("aud", email="aud@shop.example", email_verified=True)
    really, client = OpenIDConnectOAuth2Adapter._decode_id_token, Client()

    def read_as_another(self: Any, app: Any, token: str) -> Any:
        app = copy.copy(app)
        app.client_id = "another"
        return really(self, app, token)

    with patch.object(OpenIDConnectOAuth2Adapter, "_decode_id_token", read_as_another):
        assert provider.let_in(client, "aud").status_code < 500

    assert not is_in(client)
    provider.let_in(client, "aud")
    assert is_in(client)


def test_an_answer_is_good_for_the_one_request_that_asked_for_it(provider: Provider) -> None:
    """By its state, and by a secret of each request's own (PKCE), which the provider is shown only when it is redeemed."""
    asked = [parse_qs(urlsplit(Client().post(LOG_IN)["Location"]).query) for _ in range(2)]

    assert {each["code_challenge_method"][0] for each in asked} == {"S256"}
    assert {each["response_type"][0] for each in asked} == {"code"}
    for name in ("state", "code_challenge"):
        assert asked[0][name] != asked[1][name]


@pytest.mark.parametrize("values", [{"is_active": False}, {"email": "other@shop.example"}])
def test_nobody_comes_in_who_has_no_account_or_none_any_more(
    provider: Provider, values: dict[str, Any]
) -> None:
    make_user("marketer", **{"email": "gone@shop.example", **values})
    provider.knows("gone", email="gone@shop.example", email_verified=True)
    client = Client()

    provider.let_in(client, "gone")

    assert not is_in(client)
    assert User.objects.count() == 1


def test_people_of_the_companys_domains_get_an_account_and_the_roles_that_are_set(
    provider: Provider, site: Site, settings: Settings
) -> None:
    settings.OIDC_DOMAINS, settings.OIDC_ROLES = (
        ["Shop.example"],
        ["analyst", f"marketer:{site.pk}", "operator:0"],
    )
    make_user(username="admin", is_superuser=True)
    provider.knows(
        "new", email="new@shop.example", email_verified=True, preferred_username="admin", name="New One"
    )
    provider.knows("far", email="far@shop.example.evil.example", email_verified=True)
    client, other = Client(), Client()

    provider.let_in(client, "new")
    provider.let_in(other, "far")

    new = User.objects.get(email="new@shop.example")
    assert (new.username, new.is_superuser, new.has_usable_password()) == ("new@shop.example", False, False)
    assert [group.name for group in new.groups.all()] == ["analyst"]
    assert SiteMember.objects.get(user=new).role == "marketer"
    assert (is_in(client), is_in(other)) == (True, False)


def test_whoever_is_invited_gets_what_they_were_invited_to(provider: Provider, site: Site) -> None:
    row = Invitation(email="bob@shop.example", role="analyst")
    invitations.send_invitation(row, [site], by=make_user(is_superuser=True), now=timezone.now())
    provider.knows("bob", email="bob@shop.example", email_verified=True)
    client = Client()

    provider.let_in(client, "bob")

    assert is_in(client)
    assert SiteMember.objects.get().role == "analyst"
    row.refresh_from_db()
    assert row.accepted_at is not None


def test_somebody_without_a_password_can_set_up_a_second_factor(
    provider: Provider, settings: Settings
) -> None:
    settings.OIDC_DOMAINS, settings.STAFF_MFA_REQUIRED = ["shop.example"], True
    provider.knows("b5", email="b5@shop.example", email_verified=True)
    client = Client()
    provider.let_in(client, "b5")

    assert client.get("/admin/", headers={"accept": "text/html"})["Location"] == "/admin/account/2fa/"
    for page in ("", "totp/activate/", "webauthn/add/"):
        assert client.get(f"/admin/account/2fa/{page}").status_code == 200


def test_a_second_factor_is_asked_for_here_as_well(provider: Provider) -> None:
    ada, client = make_user("marketer", email="ada4@shop.example"), Client()
    totp.TOTP.activate(ada, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    provider.knows("a4", email="ada4@shop.example", email_verified=True)

    assert provider.let_in(client, "a4")["Location"] == "/admin/account/2fa/authenticate/"
    assert not is_in(client)


def test_nobody_joins_another_persons_log_in_to_their_account(provider: Provider) -> None:
    client = Client()
    client.force_login(make_user("marketer", email="me@shop.example"))
    provider.knows("a5", email="other@shop.example", email_verified=True)

    assert provider.let_in(client, "a5", f"{LOG_IN}?process=connect").status_code == 403


def test_a_provider_that_is_away_or_says_no_is_told_in_words(provider: Provider, settings: Settings) -> None:
    client = Client()
    assert (
        "did not let you through"
        in client.get(f"{LOG_IN}callback/?error=access_denied&state=x").content.decode()
    )
    app = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]
    app["settings"]["server_url"] = "http://localhost:1"

    answer = client.post(LOG_IN)

    assert answer.status_code < 500
    assert "did not let you through" in answer.content.decode()
