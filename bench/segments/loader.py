"""The generated data copied into PostgreSQL, into the tables of the application, as ingestion would have left them."""

import datetime as dt
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
from django.db import connection, transaction

from bench.segments.generator import AS_OF, DAYS, EVENTS
from subscribers.ids import take_ids
from subscribers.models import Attribute, Site
from tracking.models import EventType
from tracking.partitions import name_partition

BLOCK = 2**20  # bytes read from a file at a time

SUBSCRIBERS = """
SELECT id, md5('person ' || id)::UUID, {site}, '', '', country, '', '', latitude, longitude, timezone, language, 'import',
    json_object('loyalty_tier', loyalty_tier, 'lifetime_value', lifetime_value),
    TIMESTAMPTZ '{as_of}' - INTERVAL 90 DAY, TIMESTAMPTZ '{as_of}'
FROM subscribers ORDER BY id
"""
SUBSCRIBER_COLUMNS = (
    "id, uuid, site_id, external_id, email, country, region, city, latitude, longitude, timezone, language, source,"
    " attributes, created_at, last_seen_at"
)
DEVICES = """
SELECT subscriber_id, md5('device ' || subscriber_id)::UUID, 'https://push.example/' || subscriber_id, 'key', 'auth',
    kind, '', '', '', TIMESTAMPTZ '{as_of}' - INTERVAL 90 DAY, TIMESTAMPTZ '{as_of}'
FROM devices ORDER BY subscriber_id
"""
DEVICE_COLUMNS = (
    "subscriber_id, id, endpoint, p256dh, auth, kind, os, browser, end_reason, created_at, last_seen_at"
)
# Each distinct value of a hot property once, as tracking.interning does it.
VALUES = """
CREATE OR REPLACE TABLE property_values AS
SELECT row_number() OVER () AS id, * FROM (
    SELECT DISTINCT name, 'url' AS property, to_json(url) AS value FROM events WHERE url IS NOT NULL
    UNION ALL SELECT DISTINCT name, 'product_id', to_json(product_id) FROM events WHERE product_id IS NOT NULL
    UNION ALL SELECT DISTINCT name, 'category', to_json(category) FROM events WHERE category IS NOT NULL
    UNION ALL SELECT DISTINCT name, 'campaign', to_json(campaign) FROM events WHERE campaign IS NOT NULL
)
"""
PICK_VALUES = """
SELECT v.id, t.id, v.property, md5(v.value)::UUID, v.value FROM property_values AS v JOIN event_types AS t USING (name)
"""
WEEK = """
SELECT e.subscriber_id, md5(e.rowid || ' event')::UUID, e.occurred_at, e.occurred_at, t.id,
    CASE WHEN e.url IS NOT NULL THEN json_object('url', e.url)
         WHEN e.value IS NOT NULL THEN json_object('product_id', e.product_id, 'category', e.category, 'value', e.value)
         WHEN e.category IS NOT NULL THEN json_object('product_id', e.product_id, 'category', e.category)
         WHEN e.product_id IS NOT NULL THEN json_object('product_id', e.product_id)
         WHEN e.campaign IS NOT NULL THEN json_object('campaign', e.campaign)
         ELSE '{{}}' END,
    item.id, category.id
FROM events AS e JOIN event_types AS t USING (name)
LEFT JOIN property_values AS item ON item.name = e.name AND item.property <> 'category'
    AND item.value = coalesce(to_json(e.url), to_json(e.product_id), to_json(e.campaign))
LEFT JOIN property_values AS category ON category.name = e.name AND category.property = 'category'
    AND category.value = to_json(e.category)
WHERE e.occurred_at >= TIMESTAMPTZ '{start}' AND e.occurred_at < TIMESTAMPTZ '{end}'
"""
ATTACH = "ALTER TABLE tracking_event ATTACH PARTITION {table} FOR VALUES FROM ('{start}') TO ('{end}')"
# The next id that is drawn comes after those that were written.
GO_ON = "SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"
EVENT_COLUMNS = "subscriber_id, id, occurred_at, received_at, event_type_id, properties, item_id, category_id"
SUMMARIES = """
SELECT e.subscriber_id, t.id, count(*), min(e.occurred_at), max(e.occurred_at)
FROM events AS e JOIN event_types AS t USING (name) GROUP BY ALL ORDER BY ALL
"""
SUMMARY_COLUMNS = "subscriber_id, event_type_id, count, first_at, last_at"


def load(duck: duckdb.DuckDBPyConnection, *, advance: Callable[[int], object]) -> Site:
    """Fill an empty database. `advance` is told of events written."""
    site = Site.objects.create(name="Bench", url="https://shop.example", contact_email="bench@shop.example")
    for key, kind in (("loyalty_tier", Attribute.Type.TEXT), ("lifetime_value", Attribute.Type.NUMBER)):
        Attribute.objects.create(site=site, key=key, type=kind)
    types = take_ids(EventType(site=site, name=name) for name in EVENTS)
    EventType.objects.bulk_create(types)
    duck.execute("CREATE OR REPLACE TABLE event_types (id BIGINT, name VARCHAR)")
    duck.executemany("INSERT INTO event_types VALUES (?, ?)", [(row.pk, row.name) for row in types])
    duck.execute(VALUES)
    values = {"site": site.pk, "as_of": AS_OF.isoformat()}
    with connection.cursor() as cursor:
        # The references hold by construction; checking them row by row would take longer than all else.
        cursor.execute("SET session_replication_role = replica")
    copy(duck, SUBSCRIBERS.format(**values), "subscribers_subscriber", SUBSCRIBER_COLUMNS)
    copy(duck, DEVICES.format(**values), "subscribers_pushsubscription", DEVICE_COLUMNS)
    copy(duck, PICK_VALUES, "tracking_propertyvalue", "id, event_type_id, property, digest, value")
    for start in list_weeks():
        advance(_load_week(duck, start))
    copy(duck, SUMMARIES, "tracking_eventsummary", SUMMARY_COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute("RESET session_replication_role")
        for table in ("subscribers_subscriber", "tracking_propertyvalue"):
            cursor.execute(GO_ON.format(table=table))
    return site


def list_weeks() -> list[dt.datetime]:
    """The Mondays of the weeks that hold events."""
    first = AS_OF - dt.timedelta(days=DAYS)
    monday = first - dt.timedelta(days=first.weekday())
    return [monday + dt.timedelta(weeks=number) for number in range((AS_OF - monday).days // 7 + 1)]


@transaction.atomic
def _load_week(duck: duckdb.DuckDBPyConnection, start: dt.datetime) -> int:
    """Fill a table and then make it the week's partition, so that its indexes are built at once and in order."""
    table = name_partition(start)
    span = {"start": start.isoformat(), "end": (start + dt.timedelta(weeks=1)).isoformat()}
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {table} (LIKE tracking_event INCLUDING DEFAULTS INCLUDING GENERATED)")
        rows = copy(duck, WEEK.format(**span), table, EVENT_COLUMNS, how="FORMAT csv, FREEZE")
        cursor.execute(ATTACH.format(table=table, **span))
    return rows


def copy(
    duck: duckdb.DuckDBPyConnection, query: str, table: str, columns: str, *, how: str = "FORMAT csv"
) -> int:
    """Write what DuckDB answers to a file, and that into a table of PostgreSQL. Returns the number of rows."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "rows.csv"
        duck.execute(f"COPY ({query}) TO '{file}' (FORMAT csv, HEADER false)")
        return _send(file, f"COPY {table} ({columns}) FROM STDIN ({how})")


def _send(file: Path, statement: str) -> int:
    with connection.cursor() as cursor, file.open("rb") as rows:
        driver: Any = cursor.cursor
        with driver.copy(statement) as target:
            while block := rows.read(BLOCK):
                target.write(block)
        return int(driver.rowcount)
