"""The event log's weeks are there before they are needed."""

import datetime as dt

import pytest
from django.db import connection
from pytest_django import Settings

from subscribers.models import Site
from tests import factories
from tests.factories import NOW
from tracking.models import Event
from tracking.partitions import prepare_partitions
from tracking.tasks import prepare_partitions as prepare_partitions_task

pytestmark = pytest.mark.django_db

AHEAD = [f"tracking_event_2026w{week}" for week in (47, 48, 49, 50, 51)]


@pytest.fixture(autouse=True)
def _four_weeks(settings: Settings) -> None:
    settings.EVENT_WEEKS_AHEAD = 4


def _table_of(event: Event) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM tracking_event WHERE id = %s", [event.id])
        (name,) = cursor.fetchone()
    return str(name)


def test_this_week_and_the_configured_number_of_weeks_ahead_are_made() -> None:
    assert prepare_partitions(now=NOW) == AHEAD


def test_what_is_there_is_not_made_again() -> None:
    prepare_partitions(now=NOW)

    assert prepare_partitions(now=NOW) == []
    assert prepare_partitions(now=NOW + dt.timedelta(weeks=1)) == ["tracking_event_2026w52"]


def test_weeks_are_named_by_the_iso_calendar_across_the_turn_of_the_year() -> None:
    made = prepare_partitions(now=dt.datetime(2026, 12, 31, tzinfo=dt.UTC))

    assert made[:2] == ["tracking_event_2026w53", "tracking_event_2027w01"]


@pytest.mark.parametrize(
    ("at", "table"),
    [
        (dt.datetime(2026, 11, 16, tzinfo=dt.UTC), "tracking_event_2026w47"),
        (dt.datetime(2026, 11, 22, 23, 59, 59, 999999, tzinfo=dt.UTC), "tracking_event_2026w47"),
        (dt.datetime(2026, 11, 23, tzinfo=dt.UTC), "tracking_event_2026w48"),
        (dt.datetime(2019, 1, 1, tzinfo=dt.UTC), "tracking_event_default"),
    ],
)
def test_a_week_lasts_from_monday_to_monday_in_utc(site: Site, at: dt.datetime, table: str) -> None:
    prepare_partitions(now=NOW)

    event = factories.make_event(factories.make_subscriber(site), "purchase", at)

    assert _table_of(event) == table


def test_events_that_came_before_their_week_was_made_move_into_it(site: Site) -> None:
    person = factories.make_subscriber(site)
    ages = {"this week": 0, "last month": 30, "long ago": 400}
    events = {
        name: factories.make_event(person, name, NOW - dt.timedelta(days=age)) for name, age in ages.items()
    }

    made = prepare_partitions(now=NOW)

    assert made == ["tracking_event_2026w43", *AHEAD]
    assert {name: _table_of(event) for name, event in events.items()} == {
        "this week": "tracking_event_2026w47",
        "last month": "tracking_event_2026w43",
        "long ago": "tracking_event_default",
    }


def test_a_week_has_the_indexes_of_the_log() -> None:
    prepare_partitions(now=NOW)

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_indexes WHERE tablename = %s", [AHEAD[0]])
        assert cursor.fetchone() == (6,)


def test_the_job_makes_weeks_by_the_clock() -> None:
    prepare_partitions_task()

    assert prepare_partitions(now=dt.datetime.now(dt.UTC)) == []
