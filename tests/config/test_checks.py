"""Settings that would not do what an operator wants are reported, each with its id."""

import pytest
from pytest_django import Settings

from config.checks import check_settings


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
    ],
)
def test_a_doubtful_setting_is_named(settings: Settings, setting: str, value: object, expected: str) -> None:
    settings.PUBLIC_URL = "https://push.example"
    setattr(settings, setting, value)

    assert find_ids() == {expected}


def test_plain_http_is_fine_on_this_machine(settings: Settings) -> None:
    settings.PUBLIC_URL = "http://localhost:8000"

    assert find_ids() == set()
