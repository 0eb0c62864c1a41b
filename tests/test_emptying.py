"""After a test with real transactions the database is as it was after the migrations."""

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.db import connection

from subscribers.models import Site
from tests import factories
from tests.emptying import empty_tables
from tracking.models import Event
from tracking.partitions import find_start_of_week, make_partition

pytestmark = pytest.mark.django_db(transaction=True)


def list_rights() -> list[tuple[str, str]]:
    return sorted(Group.objects.values_list("name", "permissions__codename"))


def test_what_a_test_wrote_goes_from_every_table_and_partition() -> None:
    make_partition(find_start_of_week(factories.NOW))
    person = factories.make_subscriber(factories.make_site())
    factories.make_event(person, "purchase", factories.NOW)
    User.objects.create_user("ana").groups.add(Group.objects.all()[0])

    empty_tables()

    left = (Site.objects.count(), Event.objects.count(), User.objects.count())
    assert left == (0, 0, 0)
    with connection.cursor() as cursor:
        cursor.execute("SHOW session_replication_role")
        assert cursor.fetchone() == ("origin",)


def test_what_migrations_wrote_comes_back() -> None:
    rights, kinds = list_rights(), sorted(ContentType.objects.values_list())
    assert rights
    assert Permission.objects.exists()
    Group.objects.all()[0].permissions.clear()
    Group.objects.create(name="Of a test")
    Permission.objects.all()[0].delete()

    empty_tables()

    assert list_rights() == rights
    assert sorted(ContentType.objects.values_list()) == kinds
