"""Fixtures that many tests share."""

import datetime as dt

import pytest
from django.core.cache import cache

from subscribers.models import Site
from tests import factories


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
