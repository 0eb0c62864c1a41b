"""The log forgets its oldest weeks; what was counted stays counted."""

import datetime as dt
import uuid

import pytest
from django.db import connection
from pytest_django import Settings

from subscribers.models import Site, Subscriber
from tests import factories
from tests.factories import NOW
from tests.tracking.requests import body, event, post, send
from tracking import retention
from tracking.draining import drain_inbox
from tracking.log import NewEvent, find_log_start, record_events
from tracking.models import Event, EventSummary, EventType, LogStart
from tracking.partitions import list_partitions, make_partition, prepare_partitions
from tracking.retention import forget_events
from tracking.tasks import forget_events as forget_events_task

pytestmark = pytest.mark.django_db

WEEK = dt.timedelta(weeks=1)
MONDAY = dt.datetime(2026, 11, 16, tzinfo=dt.UTC)  # that of NOW
TICK = dt.timedelta(microseconds=1)


@pytest.fixture(autouse=True)
def _keep_four_weeks(settings: Settings) -> None:
    settings.EVENT_RETENTION_WEEKS = 4


@pytest.fixture
def person(site: Site) -> Subscriber:
    return factories.make_subscriber(site)


def _list_ages(person: Subscriber) -> list[int]:
    return [(NOW - each.occurred_at).days for each in person.events.order_by("-occurred_at")]


def test_weeks_that_ended_before_the_kept_ones_are_dropped() -> None:
    for weeks in range(8):
        make_partition(MONDAY - weeks * WEEK)

    forgotten = forget_events(now=NOW)

    assert forgotten.weeks == [f"tracking_event_2026w{week}" for week in (40, 41, 42)]
    assert sorted(list_partitions()) == [f"tracking_event_2026w{week}" for week in range(43, 48)]
    assert find_log_start() == MONDAY - 4 * WEEK


def test_events_of_dropped_weeks_are_gone_and_their_summary_stays(person: Subscriber) -> None:
    for days in (1, 25, 60, 70):
        factories.make_event(person, "purchase", NOW - dt.timedelta(days=days))
    prepare_partitions(now=NOW)
    summary = EventSummary.objects.values().get()

    forget_events(now=NOW)

    assert _list_ages(person) == [1, 25]
    assert EventSummary.objects.values().get() == summary


def test_older_events_without_a_week_of_their_own_are_deleted_in_batches(
    person: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH_ROWS", 2)
    for days in (1, 400, 401, 402, 403, 404):
        factories.make_event(person, "purchase", NOW - dt.timedelta(days=days))

    assert forget_events(now=NOW).events == 5
    assert _list_ages(person) == [1]


def test_a_run_gives_way_and_the_next_goes_on(person: Subscriber, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH_ROWS", 1)
    monkeypatch.setattr(retention, "MOST_BATCHES", 2)
    for days in (400, 401, 402):
        factories.make_event(person, "purchase", NOW - dt.timedelta(days=days))

    assert [forget_events(now=NOW).events for _ in range(3)] == [2, 1, 0]


def test_the_first_kept_instant_is_kept(person: Subscriber) -> None:
    factories.make_event(person, "purchase", MONDAY - 4 * WEEK)
    factories.make_event(person, "purchase", MONDAY - 4 * WEEK - TICK)

    forget_events(now=NOW)

    assert Event.objects.get().occurred_at == find_log_start() == MONDAY - 4 * WEEK


def test_a_second_run_finds_nothing(person: Subscriber) -> None:
    factories.make_event(person, "purchase", NOW - dt.timedelta(days=60))
    prepare_partitions(now=NOW)
    forget_events(now=NOW)

    assert forget_events(now=NOW) == ([], 0)


def test_without_the_setting_all_is_kept(person: Subscriber, settings: Settings) -> None:
    settings.EVENT_RETENTION_WEEKS = 0
    factories.make_event(person, "purchase", NOW - dt.timedelta(days=4000))

    assert forget_events(now=NOW) == ([], 0)
    assert find_log_start() is None
    assert Event.objects.count() == 1


@pytest.mark.parametrize("weeks", [0, 8])
def test_a_log_that_was_cut_never_begins_earlier_again(settings: Settings, weeks: int) -> None:
    forget_events(now=NOW)
    settings.EVENT_RETENTION_WEEKS = weeks

    forget_events(now=NOW)

    assert find_log_start() == MONDAY - 4 * WEEK


def test_the_log_begins_later_with_each_week(person: Subscriber) -> None:
    forget_events(now=NOW)
    forget_events(now=NOW + WEEK)

    assert LogStart.objects.get().begins_at == MONDAY - 3 * WEEK


def test_a_table_that_is_not_one_of_our_weeks_stays() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE tracking_event_archive PARTITION OF tracking_event"
            " FOR VALUES FROM ('2019-01-07 00:00Z') TO ('2019-01-14 00:00Z')"
        )

    assert forget_events(now=NOW).weeks == []


@pytest.mark.parametrize("age", [dt.timedelta(days=400), NOW - MONDAY + 4 * WEEK + TICK])
def test_what_happened_before_the_log_begins_is_neither_stored_nor_counted(
    site: Site, person: Subscriber, age: dt.timedelta, caplog: pytest.LogCaptureFixture
) -> None:
    forget_events(now=NOW)
    late = NewEvent(uuid.uuid4(), person.pk, "purchase", NOW - age, {})
    caplog.set_level("INFO")

    assert record_events(site, [late], received_at=NOW) == 0
    assert not EventSummary.objects.exists()
    assert not EventType.objects.exists()
    assert "1 events of site" in caplog.text


def test_what_happened_at_the_first_kept_instant_is_recorded(site: Site, person: Subscriber) -> None:
    forget_events(now=NOW)
    first = NewEvent(uuid.uuid4(), person.pk, "purchase", MONDAY - 4 * WEEK, {})

    assert record_events(site, [first], received_at=NOW) == 1


def test_a_request_with_an_event_from_before_is_taken_and_says_so(site: Site) -> None:
    forget_events(now=NOW)
    long_ago = (NOW - dt.timedelta(days=400)).isoformat()

    response = post(body(site, event("purchase", at=long_ago), event("add_to_cart")))
    drain_inbox(now=dt.datetime.now(dt.UTC))

    answer = response.json()
    assert (answer["accepted"], answer["rejected"], len(answer["warnings"])) == (2, [], 1)
    assert list(EventType.objects.values_list("name", flat=True)) == ["add_to_cart"]


def test_the_job_forgets_by_the_clock() -> None:
    make_partition(MONDAY - 200 * WEEK)

    forget_events_task()

    assert list_partitions() == {}


@pytest.mark.django_db(transaction=True)
def test_a_week_that_somebody_reads_is_dropped_by_a_later_run(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.DDL_LOCK_TIMEOUT_MS = 50
    name = make_partition(MONDAY - 9 * WEEK)
    assert name is not None
    reader = connection.copy()
    try:
        with reader.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT count(*) FROM tracking_event")
            assert forget_events(now=NOW).weeks == []
            cursor.execute("ROLLBACK")
        assert f"{name} waits for the next time" in caplog.text
        assert find_log_start() == MONDAY - 4 * WEEK
        assert forget_events(now=NOW).weeks == [name]
    finally:
        reader.close()


def test_what_happened_before_the_log_begins_is_warned_of(site: Site) -> None:
    LogStart.objects.create(begins_at=NOW - 3 * WEEK)

    old = send(site, event("bought", at=(NOW - 4 * WEEK).isoformat()), at=NOW)
    young = send(site, event("bought", at=(NOW - 2 * WEEK).isoformat()), at=NOW)

    assert [each.warning for each in old.warnings] == [
        f"operations[0].at: events before {NOW - 3 * WEEK:%Y-%m-%d} are no longer kept, so this one is not either"
    ]
    assert young.warnings == []
