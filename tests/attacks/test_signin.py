"""What nobody may do to the log-in: guess, find out who has an account, take a log-in over, use something twice."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from unittest.mock import patch

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.auth.models import User
from django.db import connections
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from signin import invitations, lockout, resets
from signin.mail import send_due_mails
from signin.models import FailedLogIn, Invitation, OutgoingMail
from subscribers.models import Site
from tests.factories import make_site, make_user

pytestmark = pytest.mark.django_db
LOG_IN = "/admin/account/login/"
SECOND = "/admin/account/2fa/authenticate/"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
BROWSER = {"accept": "text/html"}


def try_password(client: Client, login: str, password: str = "wrong", address: str = "192.0.2.1") -> Any:
    return client.post(LOG_IN, {"login": login, "password": password}, REMOTE_ADDR=address)


def is_in(client: Client) -> bool:
    return client.get("/admin/").status_code == 200


@pytest.fixture
def staff() -> User:
    return make_user("marketer", username="ada", email="ada@shop.example")


@pytest.fixture
def with_app(staff: User) -> User:
    totp.TOTP.activate(staff, SECRET)
    return staff


@pytest.fixture
def clock() -> Iterator[list[dt.timedelta]]:
    """How far the clock of lock-outs is put forward: its one element may be changed."""
    ahead, really = [dt.timedelta()], timezone.now
    with patch("django.utils.timezone.now", lambda: really() + ahead[0]):
        yield ahead


def code_of_now(ahead: int = 0) -> str:
    counter = int(timezone.now().timestamp()) // 30 + ahead
    return str(totp.format_hotp_value(totp.hotp_value(SECRET, counter)))


# --- Guessing -------------------------------------------------------------------


def test_a_password_is_not_guessed_from_one_address(staff: User, clock: list[dt.timedelta]) -> None:
    guesses = [try_password(Client(), "ada", f"guess {number}").status_code for number in range(5)]
    right = try_password(Client(), "ada", "correct horse")

    assert guesses == [200] * 5
    assert right.status_code == 429
    assert 0 < int(right["Retry-After"]) <= 15 * 60
    assert "Wait 15 minutes" in right.content.decode()

    clock[0] = dt.timedelta(minutes=16)
    assert try_password(Client(), "ada", "correct horse").status_code == 302


def test_a_lock_is_not_made_longer_by_trying_on(staff: User, clock: list[dt.timedelta]) -> None:
    for minute in range(15):
        clock[0] = dt.timedelta(minutes=minute)
        try_password(Client(), "ada")

    clock[0] = dt.timedelta(minutes=16)
    assert try_password(Client(), "ada", "correct horse").status_code == 302


def test_one_address_does_not_try_one_password_with_everybody(staff: User) -> None:
    answers = [try_password(Client(), f"somebody-{number}").status_code for number in range(31)]

    assert (answers[29], answers[30]) == (200, 429)
    assert try_password(Client(), "ada", "correct horse", "192.0.2.2").status_code == 302


@pytest.mark.parametrize("places", ["2001:db8:1:2::{0}", "2001:db8:1:2:{0}:{0}:{0}:{0}"])
def test_whoever_has_a_network_of_addresses_has_one_address(staff: User, places: str) -> None:
    answers = [
        try_password(Client(), "ada", address=places.format(number)).status_code for number in range(1, 7)
    ]

    assert answers == [200] * 5 + [429]


@pytest.mark.parametrize(
    "spelled",
    [
        "198.51.100.7:{0}",
        "[2001:db8:1:2::{0}]:{0}",
        "::ffff:198.51.100.7%{0}",
        "10.0.0.{0}, 198.51.100.7",
        "nobody {0}",
    ],
)
def test_an_address_that_a_proxy_spells_in_many_ways_is_one(
    staff: User, settings: Settings, spelled: str
) -> None:
    settings.TRUSTED_PROXIES = 1
    answers = [
        Client()
        .post(
            LOG_IN, {"login": "ada", "password": "wrong"}, headers={"x-forwarded-for": spelled.format(number)}
        )
        .status_code
        for number in range(1, 7)
    ]

    assert answers == [200] * 5 + [429]


def test_nobody_says_themselves_where_they_come_from(staff: User) -> None:
    answers = [
        Client()
        .post(LOG_IN, {"login": "ada", "password": "wrong"}, headers={"x-forwarded-for": f"192.0.2.{number}"})
        .status_code
        for number in range(6)
    ]

    assert answers == [200] * 5 + [429]


def test_many_addresses_are_slowed_down_and_cannot_keep_the_owner_out(staff: User) -> None:
    own = Client()
    assert try_password(own, "ada", "correct horse", "198.51.100.7").status_code == 302
    own.post("/admin/logout/")

    answers = [try_password(Client(), "ada", address=f"192.0.2.{number}").status_code for number in range(51)]

    assert (answers[49], answers[50]) == (200, 429)
    assert try_password(own, "ada", "correct horse", "198.51.100.7").status_code == 302
    assert try_password(own, "ada", "correct horse", "192.0.2.3").status_code == 302


def test_a_browser_of_ones_own_account_opens_no_other(staff: User) -> None:
    make_user("marketer", username="mallory")
    client = Client()
    try_password(client, "mallory", "correct horse")
    client.post("/admin/logout/")

    assert [try_password(client, "ada").status_code for _ in range(6)] == [200] * 5 + [429]


@pytest.mark.django_db(transaction=True)
def test_guesses_at_the_same_moment_are_counted_as_well(staff: User) -> None:
    def guess(number: int) -> int:
        try:
            return int(try_password(Client(), "ada", f"guess {number}").status_code)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(guess, range(12)))

    assert (answers.count(200), answers.count(429)) == (5, 7)


def test_a_code_is_not_guessed(with_app: User) -> None:
    for number in range(6):
        client = Client()
        assert try_password(client, "ada", "correct horse", f"192.0.2.{number}").status_code == 302
        last = [
            client.post(SECOND, {"code": "000000"}, REMOTE_ADDR=f"192.0.2.{number}").status_code
            for _ in range(5)
        ]

    assert 429 in last
    assert FailedLogIn.objects.filter(account=lockout.name_codes(with_app.pk)).count() == 10


def test_the_broker_gone_is_no_way_round_the_limits(staff: User, settings: Settings) -> None:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    answers = [try_password(Client(), "ada").status_code for _ in range(6)]

    assert answers == [200] * 5 + [429]


# --- Finding out who has an account ----------------------------------------------


def test_the_log_in_says_the_same_whether_there_is_an_account_or_not(staff: User) -> None:
    make_user("marketer", username="gone", is_active=False)
    pages = {
        try_password(Client(), login).content.decode().replace(login, "…")
        for login in ("ada", "gone", "nobody")
    }
    pages = {re.sub(r'csrfmiddlewaretoken" value="\w+', "", page) for page in pages}

    assert len(pages) == 1


@pytest.mark.parametrize(
    "login", ["ada", "ada@shop.example", "nobody", "nobody@shop.example", "sso", "gone", "x" * 300]
)
def test_every_try_costs_one_password_check(staff: User, login: str) -> None:
    """What takes the time of a log-in is the hashing; how often it is done must not tell anything."""
    make_user("marketer", username="gone", is_active=False)
    make_user("marketer", username="sso", email="sso@shop.example").set_unusable_password()
    with patch.object(
        MD5PasswordHasher, "encode", autospec=True, side_effect=MD5PasswordHasher.encode
    ) as encode:
        try_password(Client(), login[:254])

    assert encode.call_count == 1


def test_asking_for_a_new_password_says_and_does_the_same_for_everybody(
    staff: User, settings: Settings, django_assert_num_queries: Any
) -> None:
    settings.EMAIL_HOST = "localhost"
    answers = set()
    for email in ("ada@shop.example", "nobody@shop.example"):
        with django_assert_num_queries(1):
            answer = Client().post("/admin/account/password/reset/", {"email": email})
        answers.add((answer.status_code, answer["Location"]))

    assert len(answers) == 1
    resets.answer_requests(now=timezone.now())
    assert [mail.recipient for mail in OutgoingMail.objects.all()] == ["ada@shop.example"]


# --- Taking over ------------------------------------------------------------------


def test_a_session_known_before_the_log_in_is_worth_nothing_after_it(with_app: User) -> None:
    client = Client()
    try_password(client, "ada", "correct horse")
    planted = client.cookies["sessionid"].value

    client.post(SECOND, {"code": code_of_now()})

    assert is_in(client)
    attacker = Client()
    attacker.cookies["sessionid"] = planted
    assert not is_in(attacker)


def test_the_password_alone_opens_nothing_where_there_is_a_second_factor(with_app: User) -> None:
    client = Client()
    try_password(client, "ada", "correct horse")

    assert not is_in(client)
    assert client.get("/api/v1/sites/").status_code in {401, 403}
    for page in ("2fa/", "sessions/", "password/change/", "2fa/totp/deactivate/", "2fa/recovery-codes/"):
        assert client.get(f"/admin/account/{page}").status_code == 302


@pytest.mark.parametrize(
    "wanted",
    [
        *(
            "https://evil.example/",
            "//evil.example/",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
        ),
        *(
            "http:evil.example",
            "javascript:alert(1)",
            "https:///evil.example",
            " //evil.example",
            "\t//evil.example",
        ),
        *(
            "http://testserver@evil.example/",
            "https://other.shop.example/",
            "ftp://testserver/",
            "http://testserver/",
        ),
    ],
)
@pytest.mark.parametrize("page", [LOG_IN, "/admin/login/", "/admin/logout/"])
def test_nobody_is_led_elsewhere(staff: User, settings: Settings, page: str, wanted: str) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    settings.CSRF_TRUSTED_ORIGINS = ["https://other.shop.example"]
    client = Client()
    if page == "/admin/logout/":
        client.force_login(staff)
    for answer in (
        client.get(page, {"next": wanted}),
        client.post(f"{page}", {"login": "ada", "password": "correct horse", "next": wanted}),
        client.get(page, {"next": wanted}),
    ):
        if answer.status_code == 302:
            assert "evil" not in answer["Location"].partition("?")[0]
            assert answer["Location"].startswith("/admin/")


def test_the_link_to_set_a_password_is_ours_whatever_the_request_calls_us(
    staff: User, settings: Settings
) -> None:
    settings.EMAIL_HOST, settings.ALLOWED_HOSTS = "localhost", ["*"]
    Client().post(
        "/admin/account/password/reset/", {"email": "ada@shop.example"}, headers={"host": "evil.example"}
    )

    resets.answer_requests(now=timezone.now())

    (mail,) = OutgoingMail.objects.all()
    assert settings.PUBLIC_URL in mail.text
    assert "evil" not in mail.text


@pytest.mark.parametrize(
    ("typed", "is_theirs"),
    [
        ("ada@shop.example", True),
        ("ADA@SHOP.EXAMPLE", True),
        ("ada@ſhop.example", False),
        ("adа@shop.example", False),
    ],
)
def test_a_link_goes_to_the_address_we_know_not_to_one_that_looks_like_it(
    settings: Settings, typed: str, is_theirs: bool
) -> None:
    settings.EMAIL_HOST = "localhost"
    make_user("marketer", email="Ada@Shop.example")
    resets.ask(typed, now=timezone.now())
    resets.answer_requests(now=timezone.now())

    assert [mail.recipient for mail in OutgoingMail.objects.all()] == ["Ada@shop.example"] * is_theirs


def test_a_log_out_needs_a_page_of_ours(staff: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(staff)
    for page in ("/admin/logout/", "/admin/account/logout/"):
        assert client.post(page).status_code == 403
        client.get(page)
    assert is_in(client)


@pytest.mark.parametrize("page", ["login/", "password/reset/", "2fa/webauthn/login/", "company/oidc/login/"])
def test_no_strangers_page_logs_somebody_in(staff: User, page: str) -> None:
    """As the attacker, so that what they then write goes to the attacker."""
    client = Client(enforce_csrf_checks=True)
    answer = client.post(f"/admin/account/{page}", {"login": "ada", "password": "correct horse"})
    assert answer.status_code in {403, 404}


# --- Using something twice -----------------------------------------------------------


def test_a_code_is_good_once(with_app: User, settings: Settings) -> None:
    """Also while the cache, which remembers used codes for allauth, is away."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    code, first, second = code_of_now(), Client(), Client()
    for client in (first, second):
        try_password(client, "ada", "correct horse")
        client.post(SECOND, {"code": code})

    assert (is_in(first), is_in(second)) == (True, False)


def test_a_recovery_code_is_good_once(with_app: User) -> None:
    code = RecoveryCodes.activate(with_app).get_unused_codes()[0]
    first, second = Client(), Client()
    for client in (first, second):
        try_password(client, "ada", "correct horse")
        client.post(SECOND, {"code": code})

    assert (is_in(first), is_in(second)) == (True, False)


def test_a_link_to_set_a_password_is_good_once_and_leaves_the_second_factor(with_app: User) -> None:
    link, client = resets.make_link(with_app), Client()
    path = link.partition("8000")[2]
    words = {"password1": "a few quiet words", "password2": "a few quiet words"}
    page = client.get(path)
    client.post(page["Location"], words)

    assert "no good any more" in Client().get(path).content.decode()
    assert try_password(client, "ada", "a few quiet words")["Location"] == SECOND


@pytest.fixture
def invitation(site: Site) -> tuple[Invitation, str]:
    row = Invitation(email="bob@shop.example", role="marketer")
    link = invitations.send_invitation(row, [site], by=make_user(is_superuser=True), now=timezone.now())
    return row, link.partition("8000")[2]


ACCOUNT = {"username": "bob", "password1": "a few quiet words", "password2": "a few quiet words"}


def test_an_invitation_is_good_once(invitation: tuple[Invitation, str]) -> None:
    assert Client().post(invitation[1], ACCOUNT).status_code == 302
    answer = Client().post(invitation[1], {**ACCOUNT, "username": "eve"})

    assert (answer.status_code, User.objects.filter(username="eve").count()) == (410, 0)


@pytest.mark.parametrize("what", ["withdrawn", "too old", "forged", "cut"])
def test_no_other_invitation_is_good(invitation: tuple[Invitation, str], what: str) -> None:
    row, path = invitation
    if what == "withdrawn":
        invitations.withdraw(row, now=timezone.now())
    if what == "too old":
        Invitation.objects.update(expires_at=timezone.now())
    path = {"forged": path[:-4] + "abc/", "cut": path[:-10] + "/"}.get(what, path)

    assert Client().get(path).status_code == 410
    assert Client().post(path, ACCOUNT).status_code == 410
    assert not User.objects.filter(username="bob").exists()


def test_an_invitation_gives_nothing_to_whoever_is_logged_in_as_somebody_else(
    invitation: tuple[Invitation, str],
) -> None:
    make_user("analyst", username="bob", email="bob@shop.example")
    eve, client = make_user("analyst", username="eve", email="eve@shop.example"), Client()
    client.force_login(eve)

    assert client.post(invitation[1]).status_code == 410
    assert not eve.memberships.exists()


def test_operators_invite_to_their_own_sites_alone(site: Site) -> None:
    other, client = make_site(name="Elsewhere"), Client()
    client.force_login(make_user(memberships={site: "operator"}))
    add = "/admin/signin/invitation/add/"
    answers = [
        client.post(add, {"email": "a@x.example", "role": "marketer", **more})
        for more in ({"sites": [other.pk]}, {"on_every_site": "on"}, {"sites": [site.pk, other.pk]}, {})
    ]

    assert [answer.status_code for answer in answers] == [200] * 4
    assert "Elsewhere" not in client.get(add).content.decode()
    assert not Invitation.objects.exists()
    assert (
        client.post(add, {"email": "a@x.example", "role": "marketer", "sites": [site.pk]}).status_code == 302
    )
    assert Invitation.objects.get().sites.get() == site


@pytest.mark.parametrize("role", ["marketer", "analyst"])
def test_others_invite_nobody(site: Site, role: str) -> None:
    client = Client()
    client.force_login(make_user(role, memberships={site: role}))

    assert client.get("/admin/signin/invitation/add/").status_code == 403


# --- The rest -----------------------------------------------------------------------


def test_a_second_factor_that_is_required_cannot_be_walked_round(staff: User, settings: Settings) -> None:
    settings.STAFF_MFA_REQUIRED = True
    client = Client()
    client.force_login(staff)

    for page in (
        "/admin/",
        "/admin/campaigns/campaign/",
        "/admin/campaigns/campaign/add/",
        "/admin/account/sessions/",
    ):
        assert client.get(page, headers=BROWSER)["Location"] == "/admin/account/2fa/"
        assert client.post(page, {"name": "x"}).status_code == 403
    assert client.get("/api/v1/sites/", headers={"accept": "application/json"}).status_code == 403
    assert client.get("/admin/account/2fa/").status_code == 200
    Authenticator.objects.create(user=staff, type="recovery_codes", data={"seed": "x", "used_mask": 0})
    assert not is_in(client)
    totp.TOTP.activate(staff, SECRET)
    assert is_in(client)


@pytest.mark.parametrize(
    "credential",
    [
        "",
        "x",
        "[]",
        "5",
        "null",
        "{}",
        '{"response": 5}',
        '{"response": {"userHandle": 5}}',
        '{"id": "x"}',
        "[[]]",
        '{"response": {"userHandle": "MQ"}}',
        '{"response": {"userHandle": "////"}, "id": 4, "rawId": {}}',
        '"\\u0000"',
        "[" * 20_000,
        '{"a":' * 5_000,
    ],
)
def test_junk_in_place_of_a_passkey_is_refused(staff: User, credential: str) -> None:
    client = Client()
    client.get("/admin/account/2fa/webauthn/login/", headers={"x-requested-with": "XMLHttpRequest"})
    answer = client.post("/admin/account/2fa/webauthn/login/", {"credential": credential})

    assert answer.status_code in {200, 302, 400}
    assert not is_in(client)


def test_mails_that_cannot_be_sent_are_neither_lost_nor_waited_for(staff: User, settings: Settings) -> None:
    settings.EMAIL_HOST = "localhost"
    now = timezone.now()
    resets.ask("ada@shop.example", now=now)
    resets.answer_requests(now=now)
    with patch("django.core.mail.EmailMessage.send", side_effect=OSError("no route")):
        assert send_due_mails(now=timezone.now()) == 0

    assert send_due_mails(now=timezone.now() + dt.timedelta(hours=1)) == 1
    assert not OutgoingMail.objects.exists()
