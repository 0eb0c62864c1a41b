"""Settings that would not do what an operator wants are reported, each with its id."""

import pytest
from pytest_django import Settings

from access.models import Role
from config.checks import ROLES, check_before_going_public, check_settings


def find_ids() -> set[str | None]:
    return {message.id for message in check_settings()}


def test_the_defaults_raise_no_complaint(settings: Settings) -> None:
    settings.PUBLIC_URL = "https://push.example"

    assert find_ids() == set()


@pytest.mark.parametrize(
    ("setting", "value", "expected"),
    [
        ("GEOIP_PATH", "/nowhere/city.mmdb", "carillon.E001"),
        ("PUSH_HOSTS", [], "carillon.E002"),
        ("PUBLIC_URL", "http://push.example", "carillon.W001"),
        ("PUSH_LOOPBACK_HOSTS", ["localhost:8001"], "carillon.W002"),
        ("OIDC_ROLES", ["analyst", "boss"], "carillon.E003"),
        ("OIDC_ROLES", ["analyst:one"], "carillon.E003"),
        ("OIDC_ISSUER", "http://login.example", "carillon.E004"),
    ],
)
def test_a_doubtful_setting_is_named(settings: Settings, setting: str, value: object, expected: str) -> None:
    settings.PUBLIC_URL = "https://push.example"
    setattr(settings, setting, value)

    assert find_ids() == {expected}


def test_plain_http_is_fine_on_this_machine(settings: Settings) -> None:
    settings.PUBLIC_URL = "http://localhost:8000"

    assert find_ids() == set()


def test_before_going_public_second_factors_and_mail_are_asked_for(settings: Settings) -> None:
    assert {message.id for message in check_before_going_public()} == {"carillon.W003", "carillon.W004"}

    settings.STAFF_MFA_REQUIRED, settings.EMAIL_HOST = True, "mail.example.com"
    assert check_before_going_public() == []


def test_the_roles_that_are_checked_are_those_that_there_are() -> None:
    assert list(ROLES) == list(Role.values)
