"""Deployment checks of what is settled in the admin rather than in the environment."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Warning  # noqa: A004  # Django's own name
from django.db import DatabaseError


def check_sites(**kwargs: Any) -> list[CheckMessage]:
    """For `check --deploy`; while there is no database, or no table yet, there is nothing to say."""
    try:
        return list(_find_trusting())
    except DatabaseError:
        return []


def _find_trusting() -> Iterator[CheckMessage]:
    sites = apps.get_model("subscribers", "Site").objects  # not there yet when checks are registered
    for name in sites.filter(trusts_names=True).order_by("name").values_list("name", flat=True):
        yield Warning(
            f"On the site {name}, anyone may say who they are: whoever guesses a customer's id can get their messages.",
            hint="Let your backend sign ids (docs/identity.md), then switch that off on the site's page.",
            id="carillon.W010",
        )
