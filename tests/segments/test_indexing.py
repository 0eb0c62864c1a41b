"""Indexes come and go with the segments that need them."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, connections
from pytest_django import Settings

from segments import indexing
from segments.definitions import read_rule, select_subscribers
from segments.indexing import INDEX, prepare_indexes
from segments.models import Segment
from subscribers.models import Attribute, Site
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db(transaction=True)

GOLD = {"type": "attribute", "key": "loyalty 'tier' %", "operator": "equals", "value": "Gold"}
RICH = {"type": "attribute", "key": "spent", "operator": "greater_than", "value": 1000}


@pytest.fixture
def busy_site(settings: Settings, site: Site) -> Iterator[Site]:
    settings.SEGMENT_INDEX_FROM = 1
    for number in range(200):
        factories.make_subscriber(
            site, attributes={"loyalty 'tier' %": "gold" if number % 50 == 0 else "", "spent": number * 10}
        )
    factories.make_attribute(site, "loyalty 'tier' %")
    factories.make_attribute(site, "spent", Attribute.Type.NUMBER)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE subscribers_subscriber")
    yield site
    Segment.objects.all().delete()
    prepare_indexes()  # leaves none behind


def _write(*conditions: dict[str, Any]) -> dict[str, Any]:
    return {"version": 1, "root": {"type": "group", "match": "all", "conditions": list(conditions)}}


def test_a_saved_segment_gets_an_index_and_the_database_uses_it(busy_site: Site) -> None:
    document = _write(GOLD, RICH)
    factories.make_segment(busy_site, document)

    made, _ = prepare_indexes()

    members = select_subscribers(busy_site, read_rule(busy_site, document), as_of=NOW)
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off")  # so few people fit on a page or two
        plan = members.explain()
        cursor.execute("RESET enable_seqscan")
    assert len(made) == 1
    assert made[0] in plan
    assert members.count() == 1


@pytest.mark.parametrize(
    "looks_through_a_list",
    [
        {"type": "attribute", "key": "tags", "operator": "includes", "value": "shoes"},
        {"type": "attribute", "key": "tags", "operator": "not_includes", "value": "shoes"},
        {"type": "attribute", "key": "tags[]", "operator": "equals", "value": "shoes"},
        {"type": "attribute", "key": "orders[].sku", "operator": "exists"},
    ],
)
def test_what_looks_through_a_list_stands_in_no_index_and_in_nobodys_way(
    busy_site: Site, looks_through_a_list: dict[str, Any]
) -> None:
    factories.make_segment(busy_site, _write(looks_through_a_list))
    factories.make_segment(busy_site, _write(GOLD, looks_through_a_list))

    made, _ = prepare_indexes()

    assert len(made) == 1  # for GOLD


@pytest.mark.parametrize(
    "own",
    [
        {"type": "attribute", "key": "home.city", "operator": "contains", "value": "größe"},
        {"type": "attribute", "key": "tags", "operator": "is_empty"},
        {"type": "attribute", "key": "spent", "operator": "in", "values": [10, 20.5]},
        {"type": "attribute", "key": "home", "operator": "not_in", "values": ["a", "ß"]},
        {"type": "profile", "field": "timezone", "operator": "equals", "value": "Asia/Calcutta"},
        {"type": "profile", "field": "city", "operator": "equals", "value": "https://a%20b"},
        {"type": "attribute", "key": "loyalty 'tier' %", "operator": "equals", "value": ""},
    ],
)
def test_whatever_else_is_asked_of_own_values_an_index_can_be_made_for_it(
    busy_site: Site, own: dict[str, Any]
) -> None:
    factories.make_segment(busy_site, _write(own))

    assert len(prepare_indexes().made) == 1


def test_a_second_run_finds_nothing_to_do(busy_site: Site) -> None:
    factories.make_segment(busy_site, _write(RICH))
    prepare_indexes()

    assert prepare_indexes() == ([], [])


def test_an_index_that_no_segment_needs_any_more_is_dropped(busy_site: Site) -> None:
    segment = factories.make_segment(busy_site, _write(RICH))
    made, _ = prepare_indexes()
    segment.delete()

    assert prepare_indexes() == ([], made)


def test_the_conditions_of_most_segments_come_first_where_there_is_not_room_for_all(
    busy_site: Site, settings: Settings
) -> None:
    settings.SEGMENT_INDEXES = 1
    factories.make_segment(busy_site, _write(GOLD))
    for _ in range(2):
        factories.make_segment(busy_site, _write(RICH))

    (name,), _ = prepare_indexes()

    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = %s", [name])
        assert "spent" in cursor.fetchone()[0]


def test_few_people_need_no_index(busy_site: Site, settings: Settings) -> None:
    settings.SEGMENT_INDEX_FROM = 201
    factories.make_segment(busy_site, _write(RICH))

    assert prepare_indexes() == ([], [])


def test_a_broken_index_is_made_anew(busy_site: Site) -> None:
    factories.make_segment(busy_site, _write(RICH))
    (name,), _ = prepare_indexes()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = %s::regclass", [name])

    assert prepare_indexes() == ([name], [name])
    assert name.startswith(INDEX)


def test_an_index_that_has_to_wait_for_a_dump_is_made_after_it(
    busy_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "PATIENCE_MS", 300)
    factories.make_segment(busy_site, _write(RICH))
    dump = connections.create_connection("default")
    try:
        with dump.cursor() as cursor:
            cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute("SELECT count(*) FROM subscribers_subscriber")
            assert prepare_indexes() == ([], [])
            cursor.execute("ROLLBACK")
    finally:
        dump.close()

    assert len(prepare_indexes().made) == 1
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("0",)
