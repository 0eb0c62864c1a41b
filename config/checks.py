"""System checks: settings that start, but will not do what an operator wants."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning  # noqa: A004  # Django's own name


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
