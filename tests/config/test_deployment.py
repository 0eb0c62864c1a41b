"""`check --deploy` refuses what must not be so where strangers can reach it; plain http is sent to https, and never in circles."""

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.test import Client
from pytest_django import Settings

from config.deployment import check_deployment, is_local


def find_ids() -> set[str | None]:
    return {message.id for message in check_deployment()}


@pytest.fixture
def sound(db: None, settings: Settings) -> Settings:
    settings.DEMO = False
    settings.SECRETS_KEYS = ["a key"]
    settings.BROKER_URL = "redis://:secret@broker:6379/0"
    settings.PUBLIC_URL = "https://push.example"
    settings.BEHIND_TLS_PROXY = True
    return settings


def test_a_sound_installation_raises_no_complaint(sound: Settings) -> None:
    assert find_ids() == set()


@pytest.mark.parametrize(
    ("setting", "value", "expected"),
    [
        ("DEMO", True, "carillon.E010"),
        ("SECRETS_KEYS", [], "carillon.W012"),
        ("BROKER_URL", "redis://broker:6379/0", "carillon.E011"),
        ("BROKER_URL", "redis://10.0.0.7:6379/0", "carillon.E011"),
        ("PUBLIC_URL", "http://push.example", "carillon.E012"),
        ("PUBLIC_URL", "http://203.0.113.7:8000", "carillon.E012"),
        ("PUBLIC_URL", "http://[2001:db8::1]", "carillon.E012"),
        ("BEHIND_TLS_PROXY", False, "carillon.W011"),
    ],
)
def test_what_is_unsafe_is_named(sound: Settings, setting: str, value: object, expected: str) -> None:
    setattr(sound, setting, value)

    assert find_ids() == {expected}


@pytest.mark.parametrize(
    ("name", "password"),
    [("admin", "carillon"), ("marketer", "carillon"), ("ada", "ada"), ("bo", "password")],
)
def test_a_log_in_that_anybody_can_guess_is_named(sound: Settings, name: str, password: str) -> None:
    User.objects.create_user(name, password=password, is_staff=True)
    User.objects.create_user("eve", password="as good as any", is_staff=True)

    (error,) = check_deployment()

    assert error.id == "carillon.E013"
    assert name in error.msg
    assert "eve" not in error.msg


def test_an_account_that_is_closed_or_has_no_password_is_none(sound: Settings) -> None:
    User.objects.create_user("admin", password="carillon", is_staff=True, is_active=False)
    User.objects.create_user("sso", is_staff=True)

    assert find_ids() == set()


def test_the_command_refuses(sound: Settings) -> None:
    sound.DEMO = True

    with pytest.raises(SystemCheckError, match="DEMO is on"):
        call_command("check", deploy=True)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.8.8", "::1", None, ""])
def test_what_stays_on_this_machine_is_local(host: str | None) -> None:
    assert is_local(host)


@pytest.mark.parametrize(
    ("forwarded", "status"),
    [("http", 301), ("HTTP", 301), ("http, https", 301), ("https", 200), ("https, http", 200), ("", 200)],
)
def test_plain_http_is_sent_on_if_the_proxy_says_so(settings: Settings, forwarded: str, status: int) -> None:
    settings.REDIRECT_TO_HTTPS = True
    settings.ALLOWED_HOSTS = ["push.example"]

    answer = Client().get("/health/live?a=1", HTTP_HOST="push.example", HTTP_X_FORWARDED_PROTO=forwarded)

    assert answer.status_code == status
    if status == 301:
        assert answer["Location"] == "https://push.example/health/live?a=1"


def test_what_is_posted_is_asked_for_again_as_it_was(settings: Settings) -> None:
    settings.REDIRECT_TO_HTTPS = True

    answer = Client().post("/v1/track", HTTP_X_FORWARDED_PROTO="http")

    assert answer.status_code == 308


def test_nobody_is_sent_to_a_host_that_is_not_ours(settings: Settings) -> None:
    settings.REDIRECT_TO_HTTPS = True

    answer = Client().get("/", HTTP_HOST="evil.example", HTTP_X_FORWARDED_PROTO="http")

    assert answer.status_code == 400


def test_browsers_are_told_to_stay_with_https_over_https_alone(settings: Settings) -> None:
    settings.SECURE_HSTS_SECONDS = 3600

    over = Client().get("/health/live", secure=True)
    plain = Client().get("/health/live")

    assert over["Strict-Transport-Security"] == "max-age=3600"
    assert "Strict-Transport-Security" not in plain
