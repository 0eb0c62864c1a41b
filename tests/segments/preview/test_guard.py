"""Previews share the database with everything else: a few at a time, so long, so much disk, and no trace left."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import DatabaseError, OperationalError, connection, transaction
from pytest_django import Settings

from segments.preview.guard import PreviewBusy, PreviewImpossible, PreviewTooSlow, guard_database
from segments.refusals import NOT_APPLICABLE, TOO_COMPLEX

pytestmark = pytest.mark.django_db


def ask_setting(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s)", [name])
        return str(cursor.fetchone()[0])


def run(statement: str, *, milliseconds: int = 2_000, most_ms: float | None = None) -> None:
    with guard_database(milliseconds, quick=False) as budget, budget.spend(most_ms) as cursor:
        cursor.execute(statement)


def test_a_statement_is_stopped_when_the_time_of_the_preview_is_over() -> None:
    with pytest.raises(PreviewTooSlow, match="longer than 5 seconds and was stopped"):
        run("SELECT pg_sleep(5)", milliseconds=30)


def test_a_statement_may_be_given_less_and_the_next_one_has_the_rest() -> None:
    with guard_database(2_000, quick=False) as budget:
        with pytest.raises(PreviewTooSlow), budget.spend(20) as cursor:
            cursor.execute("SELECT pg_sleep(5)")
        with budget.spend() as cursor:
            cursor.execute("SELECT 7 FROM pg_sleep(0.05)")
            assert cursor.fetchone() == (7,)


def test_several_statements_share_the_time() -> None:
    with guard_database(100, quick=False) as budget:
        with budget.spend() as cursor:
            cursor.execute("SELECT pg_sleep(0.07)")
        with pytest.raises(PreviewTooSlow), budget.spend() as cursor:
            cursor.execute("SELECT pg_sleep(0.07)")


def test_planning_counts_too() -> None:
    """Sixty tables joined in every order would take years to plan."""
    tables = ", ".join(f"pg_class AS c{number}" for number in range(60))
    joins = " AND ".join(f"c{number}.relpages = c{number + 1}.relpages" for number in range(59))
    with guard_database(60_000, quick=False) as budget:
        with budget.spend() as cursor:
            cursor.execute("SET LOCAL geqo = off")
            cursor.execute("SET LOCAL from_collapse_limit = 100")
        with pytest.raises(PreviewTooSlow), budget.spend(50) as cursor:
            cursor.execute(f"EXPLAIN SELECT 1 FROM {tables} WHERE {joins}")


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        pytest.param("SELECT " + "NOT (" * 3000 + "TRUE" + ")" * 3000, TOO_COMPLEX, id="too-deep"),
        pytest.param("SELECT '1'::json -> 'a' = 1", NOT_APPLICABLE, id="no-such-operator"),
        pytest.param("SELECT 'sale'::int", NOT_APPLICABLE, id="no-number"),
    ],
)
def test_what_the_database_refuses_is_said_in_words(statement: str, reason: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL max_stack_depth = '100kB'")

    with pytest.raises(PreviewImpossible) as caught:
        run(statement)

    assert str(caught.value) == reason


def test_more_temporary_files_than_allowed_are_refused(settings: Settings) -> None:
    settings.PREVIEW_DISK_MB = 1

    with pytest.raises(PreviewTooSlow, match="more than 1 MB on disk and was stopped"):
        run(
            "SET LOCAL work_mem = '64kB'; SELECT count(*) FROM (SELECT * FROM generate_series(1, 900000) AS i ORDER BY i DESC) AS s"
        )


def test_a_role_that_may_not_bound_its_files_has_previews_all_the_same() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE ordinary; SET LOCAL ROLE ordinary")

    run("SELECT 1")

    assert ask_setting("temp_file_limit") == "-1"


def test_what_is_not_the_rule_s_fault_stays_what_it_is() -> None:
    with pytest.raises(OperationalError), guard_database(1_000, quick=False) as budget, budget.spend():
        raise OperationalError("the server closed the connection unexpectedly")


@pytest.mark.parametrize("fails", [False, True])
def test_nothing_outlives_a_preview(fails: bool) -> None:
    before = {name: ask_setting(name) for name in ("statement_timeout", "temp_file_limit")}

    try:
        run("SELECT 1 / 0" if fails else "CREATE TABLE left_behind ()")
    except (PreviewImpossible, DatabaseError):
        assert fails

    assert {name: ask_setting(name) for name in before} == before
    assert "left_behind" not in connection.introspection.table_names()
    assert count_locks() == 0


def count_locks() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")
        return int(cursor.fetchone()[0])


@contextmanager
def others_counting(*, quick: bool, how_many: int) -> Iterator[None]:
    """So many previews elsewhere, each on a connection of its own, as locks belong to those."""
    inside, over = threading.Barrier(how_many + 1), threading.Event()

    def count() -> None:
        try:
            with guard_database(30_000, quick=quick):
                inside.wait(10)
                over.wait(10)
        finally:
            connection.close()

    threads = [threading.Thread(target=count) for _ in range(how_many)]
    for thread in threads:
        thread.start()
    inside.wait(10)
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


@pytest.mark.django_db(transaction=True)
def test_no_more_than_so_many_are_counted_at_once(settings: Settings) -> None:
    settings.PREVIEW_CONCURRENCY = 2

    with others_counting(quick=True, how_many=2):
        with pytest.raises(PreviewBusy, match="Ask again in a second"):
            run("SELECT 1")
        with pytest.raises(PreviewBusy), guard_database(1_000, quick=True):
            pass

    run("SELECT 1")


@pytest.mark.django_db(transaction=True)
def test_those_who_wait_for_an_exact_count_leave_a_place_for_first_answers(settings: Settings) -> None:
    settings.PREVIEW_CONCURRENCY = 3

    with others_counting(quick=False, how_many=2):
        with pytest.raises(PreviewBusy):
            run("SELECT 1")
        with guard_database(1_000, quick=True) as budget, budget.spend() as cursor:
            cursor.execute("SELECT 1")


@pytest.mark.django_db(transaction=True)
def test_where_only_one_may_be_counted_it_may_be_an_exact_one(settings: Settings) -> None:
    settings.PREVIEW_CONCURRENCY = 1

    run("SELECT 1")

    assert not transaction.get_connection().in_atomic_block
