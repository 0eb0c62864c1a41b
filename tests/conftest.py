"""Fixtures that many tests share."""

import datetime as dt

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from pytest_django import DjangoDbBlocker

from subscribers.broker import breaker
from subscribers.identity_secrets import forget_all_secrets
from subscribers.models import Site
from tests import factories
from tests.emptying import remember_migrated
from tests.servers import TEMPLATE_DATABASE
from tracking.limits import refusals
from tracking.room import room

# Log-ins are many, and nobody guesses their passwords.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Each test has a client, and each client would look through all static files first.
settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """The database of the tests is a copy of one that is migrated already."""
    if TEMPLATE_DATABASE:
        connection.settings_dict["TEST"].update(TEMPLATE=TEMPLATE_DATABASE, MIGRATE=False)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    with django_db_blocker.unblock():
        remember_migrated()


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
    refusals.clear()
    room.forget()
    cache.clear()
    forget_all_secrets()
