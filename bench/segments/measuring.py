"""One standard segment asked of Carillon, exactly and as the builder's first answer, and of DuckDB."""

import statistics
import time
from collections.abc import Callable
from typing import NamedTuple, TypeVar

import duckdb
from django.db import connection

from bench.segments.generator import AS_OF
from bench.segments.standard import Node, Standard
from segments.definitions import read_rule, select_ids
from segments.preview import Preview, preview_rule
from segments.rules.sql import Fragment
from subscribers.models import Site

ROUNDS = 5
T = TypeVar("T")


class Result(NamedTuple):
    """Times in milliseconds: the median of the rounds after one to warm up."""

    key: str
    says: str
    members: int
    expected: int
    exact_ms: float
    duck_ms: float
    sampled: int
    sampled_ms: float
    first_ms: float
    first_says: str

    @property
    def ratio(self) -> float:
        return self.exact_ms / self.duck_ms


def measure(standard: Standard, site: Site, duck: duckdb.DuckDBPyConnection) -> Result:
    document = write_document(standard.root)
    rule = read_rule(site, document)
    exact = select_ids(site, rule, as_of=AS_OF)
    sampled = select_ids(site, rule, as_of=AS_OF, sampled=True)
    members, exact_ms = _time(lambda: _count_ids(exact))
    estimate, sampled_ms = _time(lambda: _count_ids(sampled))
    expected, duck_ms = _time(lambda: _count(duck, standard.duck))
    first, first_ms = _time(lambda: preview_rule(site, document, as_of=AS_OF, exact=False))
    says = "exact" if first.exact else _say_estimate(first)
    return Result(
        standard.key,
        standard.says,
        members,
        expected,
        exact_ms,
        duck_ms,
        estimate,
        sampled_ms,
        first_ms,
        says,
    )


def _say_estimate(preview: Preview) -> str:
    return (
        f"fewer than {preview.fewer_than:,}"
        if preview.count is None
        else f"{preview.count:,} ± {preview.margin:,}"
    )


def write_document(root: Node) -> Node:
    return {"version": 1, "root": root}


def _count_ids(ids: Fragment) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({ids.text}) AS members", ids.params)
        return int(cursor.fetchone()[0])


def _count(duck: duckdb.DuckDBPyConnection, query: str) -> int:
    row = duck.execute(query).fetchone()
    assert row is not None, "a count has one row"
    return int(row[0])


def _time(ask: Callable[[], T]) -> tuple[T, float]:
    answer = ask()
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        ask()
        times.append((time.perf_counter() - began) * 1000)
    return answer, statistics.median(times)
