"""Fixtures that many tests share."""

import datetime as dt
from importlib import import_module
from typing import Any

import pytest
from django.apps import AppConfig, apps
from django.core.cache import cache
from django.db import connection
from django.db.models.signals import post_migrate
from django.dispatch import receiver

from subscribers.broker import breaker
from subscribers.models import Site
from tests import factories
from tests.servers import TEMPLATE_DATABASE

ROLES = [import_module(f"campaigns.migrations.{name}") for name in ("0002_roles", "0006_roles_of_policies")]


@receiver(post_migrate)
def restore_roles(sender: AppConfig, using: str, **kwargs: Any) -> None:
    """A test with real transactions empties all tables when it ends; the groups of the migration must come back."""
    if sender.label == "campaigns" and not kwargs.get("plan"):
        for roles in ROLES:
            roles.grant_roles(apps, using)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """The database of the tests is a copy of one that is migrated already."""
    if TEMPLATE_DATABASE:
        connection.settings_dict["TEST"].update(TEMPLATE=TEMPLATE_DATABASE, MIGRATE=False)


@pytest.fixture
def now() -> dt.datetime:
    """The instant at which tests take place: Saturday 21 November 2026, noon in UTC."""
    return factories.NOW


@pytest.fixture
def site(db: None) -> Site:
    return factories.make_site(timezone="Europe/Berlin")


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    breaker.note_answer()
    cache.clear()
