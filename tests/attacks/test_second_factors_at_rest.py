"""A copy of the database is no second factor; keys change without locking anybody out."""

from __future__ import annotations

import json
from importlib import import_module
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.apps import apps
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from config.upkeep import read_upkeep
from tests.factories import NOW, make_user

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
SEED = "5eed" * 20


@pytest.fixture
def staff() -> User:
    return make_user("marketer", username="ada", email="ada@shop.example")


def read_table() -> list[dict[str, object]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT data FROM mfa_authenticator ORDER BY id")
        return [json.loads(data) for (data,) in cursor.fetchall()]


def make_plain(staff: User) -> None:
    """As allauth kept them before."""
    Authenticator.objects.create(user=staff, type="totp", data={"secret": SECRET})
    Authenticator.objects.create(user=staff, type="recovery_codes", data={"seed": SEED, "used_mask": 5})


def log_in(code: str) -> Client:
    client = Client()
    client.post("/admin/account/login/", {"login": "ada", "password": "correct horse"})
    client.answer = client.post("/admin/account/2fa/authenticate/", {"code": code})  # type: ignore[attr-defined]
    return client


def is_in(client: Client) -> bool:
    return client.get("/admin/").status_code == 200


def code_of_now() -> str:
    return str(totp.format_hotp_value(totp.hotp_value(SECRET, int(timezone.now().timestamp()) // 30)))


def list_codes(staff: User) -> list[str]:
    row = Authenticator.objects.get(user=staff, type="recovery_codes")
    codes: list[str] = RecoveryCodes(row).get_unused_codes()
    return codes


def test_a_copy_of_the_database_makes_no_codes(staff: User) -> None:
    totp.TOTP.activate(staff, SECRET)
    RecoveryCodes.activate(staff)

    app, recovery = read_table()
    assert str(app["secret"]).startswith("sealed:1:")
    assert str(recovery["seed"]).startswith("sealed:1:")
    assert is_in(log_in(code_of_now()))
    assert is_in(log_in(list_codes(staff)[0]))


def test_second_factors_from_before_are_sealed_by_the_migration_and_go_on(staff: User) -> None:
    make_plain(staff)
    codes = list_codes(staff)
    migration = import_module("signin.migrations.0003_sealed_second_factors")

    assert is_in(log_in(codes[0]))  # while nothing is sealed yet
    for _ in range(2):
        with connection.schema_editor() as editor:
            migration.seal_factors(apps, editor)

    assert SECRET not in str(read_table())
    assert SEED not in str(read_table())
    assert list_codes(staff) == codes[1:]
    assert is_in(log_in(code_of_now()))


def test_a_new_key_seals_second_factors_anew_by_the_command(staff: User, settings: Settings) -> None:
    make_plain(staff)
    codes = list_codes(staff)
    settings.SECRETS_KEYS = ["new"]
    call_command("seal_secrets", stdout=StringIO())
    by_first = read_table()
    settings.SECRETS_KEYS = ["newer", "new"]

    call_command("seal_secrets", stdout=(said := StringIO()))
    again = StringIO()
    call_command("seal_secrets", stdout=again)
    settings.SECRETS_KEYS, settings.SECRET_KEY = ["newer"], "quite another"

    assert all(one != other for one, other in zip(by_first, read_table(), strict=True))
    assert (said.getvalue()[0], again.getvalue()[0]) == ("2", "0")
    assert list_codes(staff) == codes
    assert is_in(log_in(code_of_now()))


def test_a_second_factor_that_no_key_opens_is_told_of_and_lets_nobody_in(
    staff: User, settings: Settings
) -> None:
    settings.SECRETS_KEYS = ["gone"]
    totp.TOTP.activate(staff, SECRET)
    before = read_table()
    settings.SECRETS_KEYS = []

    client = log_in(code_of_now())
    answer = client.answer  # type: ignore[attr-defined]

    assert answer.status_code == 503
    assert "Your second factor cannot be read" in answer.content.decode()
    assert not is_in(client)
    assert read_upkeep(now=NOW)["secrets"].figures == {"unreadable": 1}
    with pytest.raises(CommandError, match=r"ada .*Second factor cannot be read"):
        call_command("seal_secrets", stdout=StringIO())
    assert read_table() == before


def test_whoever_is_logged_in_is_told_that_their_recovery_codes_cannot_be_read(
    staff: User, settings: Settings
) -> None:
    settings.SECRETS_KEYS = ["gone"]
    RecoveryCodes.activate(staff)
    Authenticator.objects.create(user=staff, type="webauthn", data={"name": "Key", "credential": {}})
    settings.SECRETS_KEYS = []
    client = Client()
    client.force_login(staff)

    assert client.get("/admin/account/2fa/").status_code == 503
