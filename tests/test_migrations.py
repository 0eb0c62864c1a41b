"""The migrations describe the models, and the partitioned table is what they say."""

from importlib import import_module

import pytest
from django.core.management import call_command
from django.db import connection

from subscribers.models import Identity, Site
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


def test_customers_and_zones_that_are_kept_already_come_into_the_form_of_today(site: Site) -> None:
    migration = import_module("subscribers.migrations.0013_names_in_one_form")
    old = factories.make_subscriber(site, external_id=" Jose\u0301 ", timezone="Asia/Calcutta")
    twin = factories.make_subscriber(site, external_id="e\u0301")
    first = factories.make_subscriber(site, external_id="é", timezone="Europe/Oslo")
    for person in (old, twin, first):
        Identity.objects.create(site=site, kind="external", value=person.external_id, subscriber=person)

    with connection.schema_editor() as editor:
        migration.rename_zones(None, editor)
        migration.rename_customers(None, editor)

    for person in (old, twin, first):
        person.refresh_from_db()
    assert (old.external_id, old.timezone) == ("José", "Asia/Kolkata")
    assert Identity.objects.get(value="José").subscriber == old
    assert (twin.external_id, first.external_id, first.timezone) == ("e\u0301", "é", "Europe/Oslo")
