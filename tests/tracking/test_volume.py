"""Counts per day come from an index, however much lies in the same partition."""

import datetime as dt
from zoneinfo import ZoneInfo

from django.db import connection
from django.test.utils import CaptureQueriesContext

from subscribers.models import Site
from tests import factories
from tests.factories import NOW
from tracking.models import Event, EventType
from tracking.volume import read_daily_counts

UTC = ZoneInfo("UTC")
DAY = dt.timedelta(days=1)


def test_each_day_counts_what_happened_on_it_by_type(site: Site) -> None:
    ana = factories.make_subscriber(site)
    for name, at in (("a", NOW), ("a", NOW), ("b", NOW), ("a", NOW - DAY), ("b", NOW - 5 * DAY)):
        factories.make_event(ana, name, at)
    a, b = (EventType.objects.get(name=name).pk for name in "ab")

    counts = read_daily_counts(days=2, zone=UTC, now=NOW)

    assert counts == {NOW.date() - DAY: {a: 1}, NOW.date(): {a: 2, b: 1}}


def test_today_is_counted_without_reading_the_rest_of_the_week(site: Site) -> None:
    ana = factories.make_subscriber(site)
    types = [EventType.objects.create(site=site, name=name) for name in "abc"]
    Event.objects.bulk_create(
        Event(
            subscriber=ana, event_type=types[number % 3], occurred_at=at, received_at=at, properties={"n": "x" * 99}
        )
        for number, at in enumerate([NOW - 3 * DAY] * 6000 + [NOW] * 30)
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE tracking_event")
    with CaptureQueriesContext(connection) as asked:
        read_daily_counts(days=1, zone=UTC, now=NOW)

    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {asked.captured_queries[-1]['sql']}")
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert "Seq Scan" not in plan
    assert "Index Cond: ((event_type_id = ANY" in plan
