"""The SQL of a rule: values are bound, never written into it, and it is a plain yes or no for every subscriber."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from segments.definitions import select_subscribers
from segments.rules.compiler import CompileContext, compile_rule
from segments.rules.event_log import EventLog
from segments.rules.sql import Fragment, at_least, join_all, join_any
from subscribers.models import Site
from tests.factories import NOW, make_event, make_site, make_subscriber
from tests.segments.rules.documents import attribute, event, group, read

CONTEXT = CompileContext(as_of=NOW, zone=ZoneInfo("UTC"), log=EventLog({"purchase": 1}))
NASTY = "'); DROP TABLE subscribers_subscriber; -- %s {v} \\"


@pytest.mark.parametrize(
    "root",
    [
        pytest.param(attribute(NASTY, "equals", NASTY), id="key-and-value"),
        pytest.param(attribute("k", "contains", NASTY), id="pattern"),
        pytest.param(attribute("k", "in", values=[NASTY]), id="values"),
        pytest.param(attribute("k", "includes_any", values=[NASTY, 1]), id="elements"),
        pytest.param(event(where=[{"property": NASTY, "operator": "equals", "value": NASTY}]), id="property"),
        pytest.param({"type": "page_view", "url": {"operator": "equals", "value": NASTY}}, id="address"),
        pytest.param({"type": "device", "field": "os", "operator": "equals", "value": NASTY}, id="device"),
    ],
)
@pytest.mark.django_db
def test_what_people_write_is_bound_and_never_part_of_the_text(root: Any) -> None:
    context = CompileContext(NOW, ZoneInfo("UTC"), EventLog({"purchase": 1, "$page_view": 2}))

    condition = compile_rule(read(root), context)

    assert "DROP" not in condition.sql
    assert condition.sql.count("%s") == len(condition.params)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*), count({condition.sql}) FROM subscribers_subscriber", condition.params
        )


@pytest.mark.parametrize(
    "root", [event("never_seen"), event(count={"operator": "at_most", "value": 0}), group("all")], ids=str
)
def test_compiled_rules_use_no_set_algebra_and_no_not_in(root: Any) -> None:
    text = compile_rule(read(group("none", root, attribute("k", "not_in", values=["a"]))), CONTEXT).sql

    assert not any(word in text for word in ("NOT IN", "INTERSECT", "EXCEPT", "UNION"))


def test_nobody_of_another_site_and_no_shell_is_selected(site: Site) -> None:
    person = make_subscriber(site)
    make_subscriber(site, merged_into=person)
    make_subscriber(make_site())

    assert list(select_subscribers(site, read(group("all")), as_of=NOW)) == [person]


def test_an_event_of_the_same_name_on_another_site_does_not_count(site: Site) -> None:
    make_subscriber(site)
    make_event(make_subscriber(make_site()), "purchase")

    assert not select_subscribers(site, read(event()), as_of=NOW).exists()


def test_each_person_is_selected_once_however_many_events_match(site: Site) -> None:
    person = make_subscriber(site)
    for hours in range(5):
        make_event(person, "purchase", NOW - dt.timedelta(hours=hours))

    assert list(select_subscribers(site, read(event()), as_of=NOW)) == [person]


def test_placing_a_value_binds_its_parameters_where_it_stands() -> None:
    test = Fragment("{v} BETWEEN %s AND %s OR {v} IS NULL", (1, 2))

    placed = test.place(Fragment("a -> %s", ("key",)))

    assert placed == Fragment("a -> %s BETWEEN %s AND %s OR a -> %s IS NULL", ("key", 1, 2, "key"))


def test_joining_nothing_is_true_for_all_and_false_for_any() -> None:
    assert (join_all([]).text, join_any([]).text) == ("TRUE", "FALSE")


@pytest.mark.parametrize(("n", "text"), [(-1, "TRUE"), (0, "TRUE"), (3, "FALSE")])
def test_at_least_knows_what_needs_no_counting(n: int, text: str) -> None:
    assert at_least([Fragment("a"), Fragment("b")], n).text == text
