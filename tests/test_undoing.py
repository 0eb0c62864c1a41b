"""What a case of a law has written is gone before the next."""

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from subscribers.models import Site, Subscriber
from tests.factories import make_site, make_subscriber


@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers())
def test_no_case_finds_rows_of_those_before_it(db: None, number: int) -> None:
    assert not Site.objects.exists()
    make_site()


@pytest.mark.django_db
@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers())
def test_what_was_there_before_the_first_is_there_for_each(site: Site, number: int) -> None:
    assert list(Site.objects.all()) == [site]
    assert not Subscriber.objects.filter(site=site).exists()
    make_subscriber(site)


@settings(max_examples=5)
@given(st.integers())
def test_a_law_without_rows_opens_no_transaction(number: int) -> None:
    assert not connection.in_atomic_block
