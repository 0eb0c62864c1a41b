"""A dump reads everything for hours: nobody waits for it, and what it is in the way of is done when it is over."""

import datetime as dt
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from celery import current_app
from django.conf import settings
from django.db import connection, connections
from pytest_django import Settings

from subscribers.ddl import change_tables
from subscribers.models import Site
from tests.factories import NOW, make_site
from tests.tracking.requests import event, track
from tracking.models import Event
from tracking.partitions import find_last_week, list_partitions, prepare_partitions
from tracking.retention import forget_events

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

MONDAY = dt.datetime(2026, 11, 16, tzinfo=dt.UTC)  # that of NOW
WEEK = dt.timedelta(weeks=1)


@pytest.fixture
def site() -> Site:
    return make_site(timezone="Europe/Berlin")


@pytest.fixture(autouse=True)
def _no_weeks_stay(settings: Settings) -> Iterator[None]:
    settings.EVENT_WEEKS_AHEAD = 2
    _drop_weeks()  # another test with real transactions may have left some
    yield
    _drop_weeks()


def _drop_weeks() -> None:
    with connection.cursor() as cursor:
        for name in list_partitions():
            cursor.execute(f"DROP TABLE {name}")


@contextmanager
def dumping() -> Iterator[None]:
    """As pg_dump does it: first of all every table is locked against changes, then all is read in one snapshot."""
    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            tables = ", ".join(["tracking_event", "tracking_event_default", *list_partitions()])
            cursor.execute(f"LOCK TABLE {tables} IN ACCESS SHARE MODE")
            cursor.execute("SELECT count(*) FROM tracking_event")
            yield
            cursor.execute("ROLLBACK")
    finally:
        other.close()


def run_beside(*jobs: object) -> threading.Thread:
    """In another thread, with a connection of its own."""

    def run() -> None:
        try:
            for job in jobs:
                job()  # type: ignore[operator]
        finally:
            connection.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def test_weeks_that_cannot_be_made_during_a_dump_are_made_after_it() -> None:
    with dumping():
        began = time.monotonic()
        assert prepare_partitions(now=NOW) == []
        assert time.monotonic() - began < 15

    assert len(prepare_partitions(now=NOW)) == 3


def test_weeks_that_cannot_be_dropped_during_a_dump_are_dropped_after_it(settings: Settings) -> None:
    prepare_partitions(now=NOW - 20 * WEEK)
    settings.EVENT_RETENTION_WEEKS = 4
    with dumping():
        assert forget_events(now=NOW).weeks == []

    assert len(forget_events(now=NOW).weeks) == 3


def test_what_comes_in_during_a_dump_is_applied_though_weeks_are_to_be_made(site: Site) -> None:
    settled = []
    with dumping():
        making = run_beside(lambda: prepare_partitions(now=NOW))
        while making.is_alive():
            began = time.monotonic()
            track(site, event("purchase"), at=NOW)
            settled.append(time.monotonic() - began)
        making.join()

    assert Event.objects.count() == len(settled) > 1
    assert max(settled) < 5  # four tries of half a second each, and between them the way is free


def test_between_two_tries_nobody_is_kept() -> None:
    free = []

    def look(_seconds: float) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            free.append(cursor.fetchone() == (0,))

    with dumping():
        done = change_tables(
            "a test",
            lambda cursor: cursor.execute("LOCK TABLE tracking_event IN ACCESS EXCLUSIVE MODE"),
            pause=look,
        )

    assert not done
    assert free == [True, True, True]


def test_what_is_wrong_with_a_change_itself_is_raised() -> None:
    with pytest.raises(Exception, match="no_such_table"):
        change_tables("a test", lambda cursor: cursor.execute("DROP TABLE no_such_table"))


def test_whatever_changes_tables_waits_in_a_queue_where_nothing_else_does() -> None:
    jobs = [str(job["task"]) for job in settings.CELERY_BEAT_SCHEDULE.values()]
    queues = {name: current_app.amqp.router.route({}, name)["queue"].name for name in jobs}

    assert queues["tracking.tasks.drain_inbox"] == "ingest"
    assert {name for name, queue in queues.items() if queue == "upkeep"} == {
        "tracking.tasks.prepare_partitions",
        "tracking.tasks.forget_events",
        "segments.tasks.prepare_indexes",
        "access.tasks.forget_audit_entries",
        "campaigns.tasks.forget_deliveries",
        "subscribers.tasks.forget_visitors",
    }


def test_how_far_the_weeks_reach_is_known_up_to_the_first_gap() -> None:
    starts = [MONDAY + number * WEEK for number in (-1, 0, 1, 2, 4)]

    assert find_last_week([], now=NOW) is None
    assert find_last_week(starts, now=NOW) == MONDAY + 2 * WEEK
    assert find_last_week(starts, now=NOW + 9 * WEEK) is None
