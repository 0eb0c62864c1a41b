"""System checks: settings that start, but will not do what an operator wants."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning  # noqa: A004  # Django's own name

# Those of access.models.Role, which is not there yet when this is read.
ROLES = ("marketer", "analyst", "operator")


def check_settings(**kwargs: Any) -> list[CheckMessage]:
    return list(_find_problems())


def _find_problems() -> Iterator[CheckMessage]:
    if settings.GEOIP_PATH and not Path(settings.GEOIP_PATH).is_file():
        yield Error(
            f"GEOIP_PATH names no file: {settings.GEOIP_PATH}",
            hint="Give the path of a MaxMind city database (.mmdb), or leave it out.",
            id="carillon.E001",
        )
    if not settings.PUSH_HOSTS and not settings.PUSH_LOOPBACK_HOSTS:
        yield Error(
            "PUSH_HOSTS is empty: no push can be sent.",
            hint="Leave it out for the usual push services.",
            id="carillon.E002",
        )
    address = urlsplit(settings.PUBLIC_URL)
    if address.scheme != "https" and address.hostname not in {"localhost", "127.0.0.1"}:
        yield Warning(
            f"PUBLIC_URL is {settings.PUBLIC_URL}, but browsers allow notifications on https only.",
            hint="Put a proxy with TLS in front, and give its address.",
            id="carillon.W001",
        )
    if settings.PUSH_LOOPBACK_HOSTS and address.scheme == "https":
        yield Warning(
            "PUSH_LOOPBACK_HOSTS lets subscribers name addresses on this machine.",
            hint="It is for demo and tests; leave it out here.",
            id="carillon.W002",
        )
    yield from _find_problems_of_signing_in()


def _find_problems_of_signing_in() -> Iterator[CheckMessage]:
    roles = [entry.partition(":") for entry in settings.OIDC_ROLES]
    if any(role not in ROLES or (colon and not site.isdecimal()) for role, colon, site in roles):
        yield Error(
            f"OIDC_ROLES is {','.join(settings.OIDC_ROLES)}, but a role is one of {', '.join(ROLES)}.",
            hint="Write analyst for every site, or analyst:3 for site 3 alone.",
            id="carillon.E003",
        )
    issuer = urlsplit(settings.OIDC_ISSUER)
    if (
        settings.OIDC_ISSUER
        and issuer.scheme != "https"
        and issuer.hostname not in {"localhost", "127.0.0.1"}
    ):
        yield Error(
            f"OIDC_ISSUER is {settings.OIDC_ISSUER}, but who somebody is must not be asked over plain http.",
            hint="Give the https address that your company’s log-in names as its issuer.",
            id="carillon.E004",
        )


def check_before_going_public(**kwargs: Any) -> list[CheckMessage]:
    """For `check --deploy`: what is fine for trying Carillon out, and for an upgrade, and is not meant to stay."""
    return list(_find_doubts())


def _find_doubts() -> Iterator[CheckMessage]:
    if not settings.STAFF_MFA_REQUIRED:
        yield Warning(
            "STAFF_MFA_REQUIRED is off: whoever learns the password of one of your staff comes in with it.",
            hint="Set it to 1. Everybody is then asked to set up an authenticator app or a passkey.",
            id="carillon.W003",
        )
    if not settings.EMAIL_HOST:
        yield Warning(
            "EMAIL_URL is not set: nobody can be invited or set a new password by mail.",
            hint="Give the address of your mail server, like smtp+tls://user:password@mail.example.com:587",
            id="carillon.W004",
        )
