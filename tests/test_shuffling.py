"""The harness by which code that trusts the order of returned rows falls has teeth."""

import ast
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from subscribers.models import Place, Site, Subscriber
from tests.factories import NOW
from tests.shuffling import is_unsorted

WRITE = """
INSERT INTO subscribers_place (site_id, name, latitude, longitude)
SELECT %s, number::text, 0, 0 FROM generate_series(1, 50) AS number ORDER BY number RETURNING name
"""
SORT = f"WITH made AS ({WRITE}) SELECT name FROM made ORDER BY name::int"
IN_ORDER = [(str(number),) for number in range(1, 51)]

pytestmark = pytest.mark.django_db


def fetch_one_by_one(cursor: Any) -> list[Any]:
    return list(iter(cursor.fetchone, None))


def fetch_some(cursor: Any) -> list[Any]:
    first, rest = cursor.fetchmany(7), cursor.fetchmany(100)
    assert len(first) == 7
    return [*first, *rest]


@pytest.mark.parametrize("fetch", [lambda cursor: cursor.fetchall(), list, fetch_one_by_one, fetch_some])
def test_returned_rows_come_all_and_in_another_order(site: Site, fetch: Callable[[Any], list[Any]]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(WRITE, [site.pk])
        rows = fetch(cursor)

        assert rows != IN_ORDER
        assert sorted(rows) == sorted(IN_ORDER)
        assert cursor.fetchall() == []


def test_what_is_sorted_and_what_is_asked_next_stay_in_order(site: Site) -> None:
    with connection.cursor() as cursor:
        cursor.execute(WRITE, [site.pk])
        cursor.execute("DELETE FROM subscribers_place")
        cursor.execute(SORT, [site.pk])
        assert cursor.fetchall() == IN_ORDER
        cursor.execute("SELECT number::text FROM generate_series(1, 50) AS number")
        assert cursor.fetchall() == IN_ORDER


def test_bulk_create_gives_rows_without_ids_those_of_others(site: Site) -> None:
    made = Subscriber.objects.bulk_create(
        Subscriber(site=site, uuid=uuid.uuid4(), created_at=NOW, last_seen_at=NOW) for _ in range(50)
    )

    stored = dict(Subscriber.objects.values_list("pk", "uuid"))
    assert any(stored[row.pk] != row.uuid for row in made)


def test_changed_rows_come_in_another_order_too(site: Site) -> None:
    with connection.cursor() as cursor:
        cursor.execute(WRITE, [site.pk])
        cursor.execute("UPDATE subscribers_place SET latitude = 1 RETURNING name")
        assert cursor.fetchall() != IN_ORDER
        cursor.execute("DELETE FROM subscribers_place RETURNING name")
        assert cursor.fetchall() != IN_ORDER
    assert not Place.objects.exists()


@pytest.mark.parametrize(
    ("sql", "unsorted"),
    [
        ("SELECT 1", False),
        ("INSERT INTO a SELECT 1 ORDER BY 1 RETURNING b", True),
        ("insert into a values (1) returning b", True),
        ("WITH made AS (DELETE FROM a RETURNING b) SELECT b FROM made", True),
        ("WITH made AS (DELETE FROM a RETURNING b) SELECT b FROM made ORDER  BY b", False),
    ],
)
def test_statements_that_return_what_they_wrote_are_known(sql: str, unsorted: bool) -> None:
    assert is_unsorted(sql) == unsorted


def list_answers_used(source: str) -> list[int]:
    """Lines in which somebody looks at what `bulk_create` gives back of rows that took no ids before."""
    tree = ast.parse(source)
    thrown_away = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "bulk_create"
        and id(node) not in thrown_away
        and "take_ids(" not in ast.unparse(node.args[0])
    ]


@pytest.mark.slow
def test_nobody_takes_ids_from_the_places_of_returned_rows() -> None:
    here, ours = (
        Path(__file__),
        ("subscribers", "tracking", "segments", "campaigns", "demo", "bench", "tests"),
    )
    files = [path for name in ours for path in (here.parents[1] / name).rglob("*.py") if path != here]

    found = [f"{path}:{line}" for path in files for line in list_answers_used(path.read_text())]

    assert len(files) > 500
    assert found == []
    assert list_answers_used("made = Row.objects.bulk_create(rows)") == [1]
