"""Different values, and values that come again, are counted in the form in which texts are compared: in SQL and in memory."""

import json
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from segments.explanation import explain_membership
from segments.rules.event_evaluation import freeze_json
from subscribers.arrays import write_texts
from subscribers.models import Site, Subscriber
from tests.factories import NOW, make_event, make_segment, make_subscriber
from tests.parity.strategies import objects, plain
from tests.segments.live import rule_of
from tests.segments.test_rules_as_asked import JSON, find
from tracking.models import Event, PropertyValue

pytestmark = pytest.mark.django_db
TWINS: list[tuple[Any, Any]] = [
    ("Größe", "Gro\u0308ße"),
    ("SKU-1", "sku-1 "),
    ("Straße", "STRASSE"),
    ("ΟΔΟΣ", "οδος"),
    ("\u00a0Ulm", "ulm"),
    ("https://shop.example/gr%C3%B6%C3%9Fe", "https://shop.example/größe"),
    (["Red", 1], ["red ", 1.0]),
    ({"name": "Ä"}, {"name": "a\u0308"}),
    ({"url": "/gr%C3%B6"}, {"url": "/grö"}),
]
PLACES = ["product_id", "category", "note", "cart.sku"]


def _buy(who: Subscriber, place: str, value: Any) -> Event:
    outer, _, inner = place.partition(".")
    properties: Any = {outer: {inner: value} if inner else value}
    return make_event(who, "purchase", **properties)


def _different(place: str, number: int) -> JSON:
    return {"type": "event_aggregate", "event": "purchase", "function": "distinct", "property": place,
            "operator": "equals", "value": number}  # fmt: skip


def _repeated(place: str) -> JSON:
    return {
        "type": "event_repeat",
        "event": "purchase",
        "property": place,
        "count": {"operator": "at_least", "value": 2},
    }


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("one", "other"), TWINS)
def test_what_looks_the_same_is_one_value_that_came_twice(
    site: Site, place: str, one: Any, other: Any
) -> None:
    who, nobody = make_subscriber(site), make_subscriber(site)
    for value in (one, other):
        _buy(who, place, value)
    for value in (one, "something else"):
        _buy(nobody, place, value)

    assert find(site, _different(place, 1)) == [who]
    assert find(site, _different(place, 2)) == [nobody]
    assert find(site, _repeated(place)) == [who]


@pytest.mark.parametrize(
    ("one", "other"), [(1, "1"), ("true", True), ("a b", "ab"), (["a"], "a"), ("a", {"a": "a"})]
)
def test_what_does_not_look_the_same_stays_two(site: Site, one: Any, other: Any) -> None:
    who = make_subscriber(site)
    for value in (one, other):
        _buy(who, "product_id", value)

    assert find(site, _different("product_id", 2)) == [who]
    assert find(site, _repeated("product_id")) == []


def test_elements_of_lists_and_addresses_of_pages_too(site: Site) -> None:
    who = make_subscriber(site)
    make_event(who, "purchase", items=[{"sku": "A"}, {"sku": "a "}, {"sku": "b"}])
    make_event(who, "purchase", items=[{"sku": "B"}])
    for url in ("/gr%C3%B6%C3%9Fe?q=a+b", "/größe?q=a%20b"):
        make_event(who, "$page_view", url=url)

    assert find(site, _different("items[].sku", 2)) == [who]
    assert find(site, _repeated("items[].sku")) == [who]
    assert find(site, {**_different("url", 1), "event": "$page_view"}) == [who]
    assert find(site, {**_repeated("url"), "event": "$page_view"}) == [who]


def test_a_moment_is_one_however_another_of_its_form_was_written(site: Site) -> None:
    who, other = make_subscriber(site), make_subscriber(site)
    _buy(other, "product_id", "2026-11-01t10:00:00.000000z")  # as no clock writes it, and first
    _buy(who, "product_id", "2026-11-01T10:00:00.000000Z")

    test = {"property": "product_id", "operator": "before", "value": "2026-11-02T00:00:00Z"}
    assert who in find(site, {"type": "event", "event": "purchase", "where": [test]})


def test_the_explanation_counts_alike(site: Site) -> None:
    who = make_subscriber(site)
    for value in ("SKU-1", "sku-1", "SKU-1 "):
        _buy(who, "product_id", value)
    segment = make_segment(site, rule_of(_repeated("product_id")))

    root = explain_membership(segment, who, as_of=NOW).root

    assert root.holds
    assert [(each.label, each.value) for each in root.evidence] == [("product_id “SKU-1”", "3 times")]


def test_values_that_were_told_apart_before_become_one(site: Site) -> None:
    migration = import_module("segments.migrations.0011_one_form_of_values")
    who = make_subscriber(site)
    events = [_buy(who, place, value) for place in ("product_id", "category") for value in ("Z-1", "A-2")]
    known = list(PropertyValue.objects.order_by("pk"))
    with connection.cursor() as cursor:  # as an older version has left them
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("DROP INDEX property_value_form_once")
        for each in known:
            PropertyValue.objects.filter(pk=each.pk).update(value="SKU " if each.value == "Z-1" else "sku")
        migration.merge_twins(None, SimpleNamespace(connection=connection))
        cursor.execute(migration.ONCE)

    assert PropertyValue.objects.count() == 2
    rows = Event.objects.filter(id__in=[each.id for each in events])
    assert len(set(rows.exclude(item=None).values_list("item_id", flat=True))) == 1
    assert len(set(rows.exclude(category=None).values_list("category_id", flat=True))) == 1


@given(st.lists(plain | objects, min_size=1, max_size=12), st.booleans())
def test_sql_tells_apart_what_the_evaluator_does(values: list[Any], of_address: bool) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT carillon_form(value, %s)::text FROM unnest(%s::jsonb[]) WITH ORDINALITY AS given (value, number) ORDER BY number",
            [of_address, write_texts(map(json.dumps, values))],
        )
        by_sql = [form for (form,) in cursor.fetchall()]
    in_memory = [freeze_json(value, of_address=of_address) for value in values]

    for one in range(len(values)):
        for other in range(one):
            assert (by_sql[one] == by_sql[other]) == (in_memory[one] == in_memory[other])
