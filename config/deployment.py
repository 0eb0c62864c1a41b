"""`check --deploy`: what must not be so where strangers can reach it."""

from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import check_password
from django.core.checks import CheckMessage, Error, Warning  # noqa: A004  # Django's own name
from django.db import DatabaseError

# Those of the demo, and what else is tried first.
KNOWN_PASSWORDS = ("carillon", "admin", "password")
MOST_USERS = 200  # checking a password takes a moment, as it should


def check_deployment(**kwargs: Any) -> list[CheckMessage]:
    return [*_check_settings(), *_check_transport(), *_check_log_ins()]


def _check_settings() -> Iterator[CheckMessage]:
    if settings.DEMO:
        yield Error(
            "DEMO is on: its shop lets anybody be anybody, and everybody knows its log-ins.",
            hint="Leave DEMO out.",
            id="carillon.E010",
        )
    if not settings.SECRETS_KEYS:
        yield Warning(
            "SECRETS_KEYS is empty: secrets in the database are sealed with a key made from SECRET_KEY.",
            hint="Set SECRETS_KEYS to a long random text, run `manage.py seal_secrets`, and keep it: without it, all devices "
            "have to subscribe anew.",
            id="carillon.W012",
        )
    broker = urlsplit(settings.BROKER_URL)
    if not broker.password and not is_local(broker.hostname):
        yield Error(
            "BROKER_URL has no password: whoever reaches Valkey can read and queue what they like.",
            hint="Start Valkey with --requirepass, and give redis://:password@host:6379/0.",
            id="carillon.E011",
        )


def _check_transport() -> Iterator[CheckMessage]:
    address = urlsplit(settings.PUBLIC_URL)
    if address.scheme != "https" and not is_local(address.hostname):
        yield Error(
            f"PUBLIC_URL is {settings.PUBLIC_URL}: log-ins and what visitors do would go over the net in plain text.",
            hint="Put a proxy with TLS in front, give its address, and set BEHIND_TLS_PROXY=1.",
            id="carillon.E012",
        )
    if address.scheme == "https" and not settings.BEHIND_TLS_PROXY:
        yield Warning(
            "PUBLIC_URL is https, but BEHIND_TLS_PROXY is off: nobody is sent from http to https, nor told to stay there.",
            hint="Set BEHIND_TLS_PROXY=1 if the proxy sets X-Forwarded-Proto itself, whatever a visitor sends.",
            id="carillon.W011",
        )


def _check_log_ins() -> Iterator[CheckMessage]:
    names = _list_known_log_ins()
    if names:
        yield Error(
            f"Anybody can guess the password of {', '.join(names)}.",
            hint="Change it, or delete the account: `manage.py changepassword NAME`.",
            id="carillon.E013",
        )


def _list_known_log_ins() -> list[str]:
    users = get_user_model().objects.filter(is_active=True, is_staff=True).order_by("-is_superuser", "pk")
    try:
        return [user.get_username() for user in users[:MOST_USERS] if _is_known(user)]
    except DatabaseError:  # not there yet: nobody can log in either
        return []


def _is_known(user: Any) -> bool:
    """Not by the user's own method, which would store what it finds in today's form."""
    tried = (*KNOWN_PASSWORDS, user.get_username())
    return user.has_usable_password() and any(check_password(text, user.password) for text in tried)


def is_local(host: str | None) -> bool:
    """Whether nothing leaves this machine on the way there."""
    if not host or host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
