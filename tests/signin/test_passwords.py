"""What a password may be here, how it is kept, and how pages ask for it."""

import os
import random
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from access.models import AuditEntry
from signin import invitations, resets
from signin.models import Invitation
from subscribers.models import Site
from tests.factories import make_site, make_user

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def shop(settings: Settings) -> Site:
    settings.PUBLIC_URL = "https://push.northwind.example"
    return make_site(name="Blauer Reiter", url="https://www.kandinsky.example")


@pytest.mark.parametrize(
    "password",
    [
        "carillon2026",
        "Carillon-Carillon-1",
        "C.a.r.i.l.l.o.n 26!",
        "ｃａｒｉｌｌｏｎ　２０２６！",
        "Blauer Reiter 1",
        "blauerreiter2026",
        "reiter-blauer-7!",
        "northwind12345",
        "push.northwind.example",
        "!!kandinsky2026!!",
    ],
)
def test_what_is_little_more_than_a_name_of_this_place_is_refused(shop: Site, password: str) -> None:
    with pytest.raises(ValidationError, match="name that belongs to this place"):
        validate_password(password)


@pytest.mark.parametrize(
    "password",
    [
        "carillon sleeps until noon",
        "a few quiet words",
        "blau ist keine Farbe",
        "!?!?!?!?!?!?!?",
        "shop till you drop",
    ],
)
def test_such_a_name_among_other_words_is_taken(shop: Site, password: str) -> None:
    validate_password(password)


class Fields(HTMLParser):
    """The fields of a page that a password is typed into."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[dict[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if (
            tag == "input"
            and "password" in given.get("name", "")
            and given.get("type") not in {"hidden", "radio"}
        ):
            self.found.append(given)


def list_pages_with_passwords(site: Site) -> list[tuple[Client, str]]:
    ada, boss = make_user("marketer", email="ada@shop.example"), make_user(is_superuser=True)
    staff, root, stranger = Client(), Client(), Client()
    staff.force_login(ada)
    root.force_login(boss)
    row = Invitation(email="bob@shop.example", role="marketer")
    invited = invitations.send_invitation(row, [site], by=boss, now=timezone.now()).partition("8000")[2]
    reset = resets.make_link(ada).partition("8000")[2]
    return [
        (Client(), "/admin/account/login/"),
        (staff, "/admin/account/password/change/"),
        (staff, "/admin/account/reauthenticate/"),
        (stranger, stranger.get(reset)["Location"]),
        (Client(), invited),
        (root, f"/admin/auth/user/{ada.pk}/password/"),
        (root, "/admin/auth/user/add/"),
    ]


def test_passwords_are_hidden_and_may_be_pasted_and_kept_by_a_manager(site: Site) -> None:
    for client, path in list_pages_with_passwords(site):
        page = client.get(path).content.decode()
        fields = Fields(page).found
        assert fields, path
        for field in fields:
            assert field["type"] == "password", path
            assert field.get("autocomplete", "") in {"current-password", "new-password", ""}, path
            assert int(field.get("maxlength", 4096)) >= 64, path
            assert not {"onpaste", "readonly"} & set(field), path
    for script in (ROOT / "static").rglob("*.js"):
        assert "paste" not in script.read_text() or "signin" not in str(script), script


def test_passwords_are_kept_by_a_slow_hash_as_slow_as_is_advised_today() -> None:
    """The tests' own is quick; this is what an installation does."""
    script = (
        "import django; django.setup();"
        "from django.contrib.auth.hashers import make_password; print(make_password('correct horse'))"
    )
    surroundings = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"}
    said = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script],
        cwd=ROOT, env=surroundings, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    algorithm, rounds, *_ = said.split("$")

    assert algorithm == "pbkdf2_sha256"
    assert int(rounds) >= 600_000


def test_what_is_secret_by_chance_cannot_be_foreseen(site: Site) -> None:
    """Whoever knows all that `random` did so far knows nothing of codes, seeds, sessions and links."""
    made = []
    for _ in range(2):
        random.seed(7)
        user, client = make_user("marketer"), Client()
        client.post("/admin/account/login/", {"login": user.username, "password": "correct horse"})
        codes = RecoveryCodes.activate(user).get_unused_codes()
        made.append([generate_totp_secret(), client.cookies["sessionid"].value, *codes])

    assert not set(made[0]) & set(made[1])
    assert len(set(made[0])) == len(made[0]) == 12
    assert len(made[0][0]) == 32  # 160 bits
    assert len(made[0][1]) == 32  # of 36 signs: 165 bits
    assert {len(code) for code in made[0][2:]} == {10}  # 33 bits


@pytest.mark.parametrize(
    "path",
    [
        "",
        "campaigns/campaign/",
        "segments/segment/add/",
        "account/sessions/",
        "account/2fa/",
        "account/password/change/",
    ],
)
def test_every_page_offers_to_log_out(site: Site, path: str) -> None:
    client = Client()
    client.force_login(make_user("marketer"))

    assert 'action="/admin/logout/"' in client.get(f"/admin/{path}").content.decode()


def test_who_comes_goes_and_does_not_get_in_is_written_down() -> None:
    ada, client = make_user("marketer", username="ada"), Client()
    for password in ("wrong", "correct horse"):
        client.post("/admin/account/login/", {"login": "ada", "password": password})
    client.post("/admin/logout/")

    actions = list(AuditEntry.objects.order_by("id").values_list("action", "target_id"))
    assert actions == [("log_in_failed", ""), ("log_in", str(ada.pk)), ("log_out", str(ada.pk))]
    assert User.objects.count() == 1
