"""Rows take their ids before they are written."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from subscribers.identities import find_or_create_subscribers
from subscribers.ids import take_ids
from subscribers.models import Identity, Site, Subscriber
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def test_each_row_takes_an_id_of_its_own_from_the_sequence_in_one_question(site: Site) -> None:
    with CaptureQueriesContext(connection) as asked:
        rows = take_ids(
            Subscriber(site=site, uuid=uuid.uuid4(), created_at=NOW, last_seen_at=NOW) for _ in range(30)
        )
    assert len(asked) == 1
    assert len({row.pk for row in rows}) == 30

    Subscriber.objects.bulk_create(rows)

    assert dict(Subscriber.objects.values_list("pk", "uuid")) == {row.pk: row.uuid for row in rows}
    assert Subscriber.objects.create(site=site, created_at=NOW, last_seen_at=NOW).pk not in {
        row.pk for row in rows
    }


def test_no_rows_take_no_ids() -> None:
    with CaptureQueriesContext(connection) as asked:
        assert take_ids([]) == []
    assert not asked.captured_queries


def test_of_many_new_names_each_leads_to_its_own_person(site: Site) -> None:
    browsers = {(Identity.Kind.ANONYMOUS.value, str(uuid.uuid4())): "sdk" for _ in range(20)}
    customers = {(Identity.Kind.EXTERNAL.value, f"u-{number}"): "api" for number in range(20)}

    found = find_or_create_subscribers(site=site, names=browsers | customers, now=NOW)

    for (kind, value), person in found.items():
        assert value == (person.external_id if kind == Identity.Kind.EXTERNAL else str(person.uuid))
        assert person.source == (browsers | customers)[kind, value]
