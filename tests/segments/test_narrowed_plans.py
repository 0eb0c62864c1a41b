"""Asked about a few people, the database looks up their rows alone, even while its statistics are old."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from segments.definitions import compile_members, read_log
from segments.rules import parse_rule
from segments.rules.compiler import CompileContext
from subscribers.arrays import write_array
from subscribers.models import Site, Subscriber
from tests.factories import NOW, make_event, make_site, make_subscriber
from tracking.models import EventType

pytestmark = pytest.mark.django_db

CROWD = 3000
LAST_WEEK = NOW - dt.timedelta(days=7)
SUMMARIZE = """
INSERT INTO tracking_eventsummary (subscriber_id, event_type_id, count, first_at, last_at)
SELECT id, %s, 1, %s, %s FROM subscribers_subscriber
ON CONFLICT DO NOTHING
"""


@pytest.fixture
def crowd() -> Site:
    """People who all came back today, which the statistics of last week know nothing of."""
    site = make_site()
    make_event(make_subscriber(site), "visit", LAST_WEEK)
    Subscriber.objects.bulk_create(
        Subscriber(site=site, created_at=LAST_WEEK, last_seen_at=NOW) for _ in range(CROWD)
    )
    visit = EventType.objects.get(name="visit")
    with connection.cursor() as cursor:
        cursor.execute(SUMMARIZE, [visit.pk, LAST_WEEK, LAST_WEEK])
        cursor.execute("ANALYZE tracking_eventsummary")
        cursor.execute("UPDATE tracking_eventsummary SET last_at = %s", [NOW])
    return site


@pytest.mark.parametrize(
    "condition",
    [
        {"type": "event", "event": "visit", "within": {"last": {"days": 1}}},
        {"type": "event_recency", "event": "visit", "occurrence": "last", "operator": "within_last", "value": {"days": 1}},
    ],
)  # fmt: skip
def test_who_came_lately_is_read_off_the_summaries_of_those_asked_about(
    crowd: Site, condition: dict[str, object]
) -> None:
    rule = parse_rule({"version": 1, "root": {"type": "group", "match": "all", "conditions": [condition]}})
    few = list(Subscriber.objects.values_list("pk", flat=True)[:3])
    context = CompileContext(
        NOW, ZoneInfo(crowd.timezone), read_log(crowd, {"visit"}), people=write_array(few)
    )
    members = compile_members(crowd, rule, context)

    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {members.text}", members.params)
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert "tracking_eventsummary" in plan
    assert "summary_last" not in plan
