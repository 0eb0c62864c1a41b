"""Fixtures that many tests share."""

import datetime as dt
from importlib import import_module
from typing import Any

import pytest
from django.apps import AppConfig, apps
from django.core.cache import cache
from django.db.models.signals import post_migrate
from django.dispatch import receiver

from subscribers.models import Site
from tests import factories

ROLES = [import_module(f"campaigns.migrations.{name}") for name in ("0002_roles", "0006_roles_of_policies")]


@receiver(post_migrate)
def restore_roles(sender: AppConfig, using: str, **kwargs: Any) -> None:
    """A test with real transactions empties all tables when it ends; the groups of the migration must come back."""
    if sender.label == "campaigns" and not kwargs.get("plan"):
        for roles in ROLES:
            roles.grant_roles(apps, using)


@pytest.fixture
def now() -> dt.datetime:
    """The instant at which tests take place: Saturday 21 November 2026, noon in UTC."""
    return factories.NOW


@pytest.fixture
def site(db: None) -> Site:
    return factories.make_site(timezone="Europe/Berlin")


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    cache.clear()
