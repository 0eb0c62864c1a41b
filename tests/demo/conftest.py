"""The demo shop, loaded once for all tests that only read it."""

import datetime as dt
from collections.abc import Iterator

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker

from demo.loading import load_demo
from subscribers.models import Site

NOW = dt.datetime(2026, 11, 21, 12, 0, tzinfo=dt.UTC)
PEOPLE = 400


@pytest.fixture(scope="module")
def demo_shop(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Site]:
    """The demo at noon (UTC) of 21 November 2026, with 400 people. For reading: it is taken back after the module."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield load_demo(subscribers=PEOPLE, push_origin="http://127.0.0.1:8001", now=NOW)
        transaction.set_rollback(True)
