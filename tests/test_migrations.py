"""The migrations describe the models, and the partitioned table is what they say."""

import pytest
from django.core.management import call_command
from django.db import connection

from subscribers.models import Site
from tests import factories
from tracking.models import Event


@pytest.mark.django_db
def test_no_model_change_lacks_its_migration() -> None:
    call_command("makemigrations", "--check", "--dry-run")


@pytest.mark.django_db
def test_the_event_table_has_the_columns_that_the_model_describes() -> None:
    with connection.cursor() as cursor:
        columns = connection.introspection.get_table_description(cursor, Event._meta.db_table)

    assert {column.name for column in columns} == {
        field.column for field in Event._meta.concrete_fields if field.column
    }


def test_an_event_of_any_week_finds_a_partition(site: Site) -> None:
    subscriber = factories.make_subscriber(site)

    event = factories.make_event(subscriber, "add_to_cart", factories.NOW.replace(year=2019), price=9.5)

    assert Event.objects.get(pk=event.pk).properties == {"price": 9.5}
