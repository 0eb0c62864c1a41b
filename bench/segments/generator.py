"""Subscribers and events made by hashing their numbers: the same seed gives the same data, whatever the machine.

DuckDB makes them, since it is the rival that gets them first; PostgreSQL is loaded from what DuckDB holds.
People differ in how much they do (a power law), in when they came and in when they stopped coming.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import duckdb

AS_OF: Final = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)
DAYS: Final = 90
CHUNK: Final = 2_000_000  # events made in one statement

# Shares of all events, in percent.
EVENTS: Final = {
    "$page_view": 60.0,
    "$session_start": 12.0,
    "product_viewed": 12.0,
    "add_to_cart": 3.5,
    "purchase": 1.5,
    "$push_sent": 4.0,
    "$push_displayed": 3.0,
    "$push_clicked": 0.8,
    "searched": 2.0,
    "wishlist_added": 0.6,
    "signed_up": 0.4,
    "reviewed": 0.2,
}

# u(n, field) is a number from 0 to 1 that depends on the seed, the row and the field alone.
MACROS = """
CREATE OR REPLACE MACRO u(n, field) AS hash(n, field, {seed}) / 18446744073709551616.0;
CREATE OR REPLACE MACRO pick(n, field, total) AS CAST(floor(u(n, field) * total) AS BIGINT);
"""

MAKE_SUBSCRIBERS = """
CREATE OR REPLACE TABLE subscribers AS
SELECT
    n + 1 AS id,
    CASE WHEN u(n, 'country') < 0.35 THEN 'US' ELSE ['DE', 'GB', 'FR', 'BR', 'IN', 'JP', 'ES', 'CA'][1 + pick(n, 'country 2', 8)] END AS country,
    CASE WHEN u(n, 'language') < 0.5 THEN 'en' ELSE ['de', 'fr', 'pt', 'hi', 'ja', 'es'][1 + pick(n, 'language 2', 6)] END AS language,
    ['America/New_York', 'Europe/Berlin', 'Europe/London', 'America/Sao_Paulo', 'Asia/Kolkata', 'Asia/Tokyo'][1 + pick(n, 'zone', 6)] AS timezone,
    -- 0.6 of a degree around 40 cities, of which the store's is the first.
    25 + (pick(n, 'city', 40) * 7) % 30 + (u(n, 'latitude') - 0.5) * 1.2 AS latitude,
    -120 + (pick(n, 'city', 40) * 13) % 50 + (u(n, 'longitude') - 0.5) * 1.2 AS longitude,
    CASE WHEN u(n, 'tier') < 0.075 THEN 'gold' WHEN u(n, 'tier') < 0.25 THEN 'silver' ELSE 'bronze' END AS loyalty_tier,
    CAST(2000 * u(n, 'worth') ^ 3 AS DECIMAL(9, 2)) AS lifetime_value,
    CASE WHEN u(n, 'device') < 0.6 THEN 'mobile' WHEN u(n, 'device') < 0.65 THEN 'tablet' ELSE 'desktop' END AS device,
    u(n, 'reachable') < 0.7 AS reachable
FROM range({subscribers}) AS numbers (n)
"""

MAKE_DEVICES = """
CREATE OR REPLACE TABLE devices AS SELECT id AS subscriber_id, device AS kind FROM subscribers WHERE reachable
"""

# Where each person's visible life begins, as a share of the days, and how long it lasts.
MAKE_LIVES = """
CREATE OR REPLACE TEMP TABLE lives AS
SELECT n, u(n, 'begin') * u(n, 'begin 2') AS begin,
       (1 - u(n, 'begin') * u(n, 'begin 2')) * CASE WHEN u(n, 'stays') < 0.5 THEN 1 ELSE u(n, 'end') END AS length
FROM range({subscribers}) AS numbers (n)
"""

MAKE_EVENTS = """
INSERT INTO events
WITH drawn AS (
    SELECT i,
        -- A power law, flattened at its top, over 95.6 % of the people, who lie scattered over the ids.
        (CAST(floor({subscribers} * 0.956 * ((u(i, 'who') + 0.1) ^ 4 - 0.0001) / 1.464) AS BIGINT) * 7919 + 17)
            % {subscribers} AS n,
        u(i, 'what') * 100 AS what, u(i, 'when') AS moment
    FROM range({first}, {last}) AS numbers (i)
), named AS (
    SELECT drawn.i, drawn.n, CASE {names} END AS name,
        TIMESTAMPTZ '{as_of}' - to_microseconds(CAST((1 - begin - length * moment) * {days} * 86400000000.0 AS BIGINT)) AS occurred_at,
        -- Each person comes back to the same twenty products.
        hash(drawn.n, pick(i, 'product', 20), {seed}) % 5000 AS product
    FROM drawn JOIN lives ON lives.n = drawn.n
)
SELECT n + 1, occurred_at, name,
    CASE WHEN name = '$page_view' THEN
        CASE WHEN u(i, 'sale') < 0.015 THEN 'https://shop.example/sale/' || pick(i, 'page', 300)
             WHEN u(i, 'sale') < 0.5 THEN 'https://shop.example/p/' || product
             ELSE 'https://shop.example/c/' || (product % 40) || '?page=' || pick(i, 'page', 400) END END,
    CASE WHEN name IN ('product_viewed', 'add_to_cart', 'purchase', 'wishlist_added', 'reviewed') THEN 'sku-' || product END,
    CASE WHEN name IN ('product_viewed', 'add_to_cart', 'purchase') THEN 'category-' || (product % 40) END,
    CASE WHEN name = 'purchase' THEN CAST(5 + 300 * u(i, 'value') ^ 2 AS DECIMAL(9, 2)) END,
    CASE WHEN name LIKE '$push%' THEN pick(i, 'campaign', 50) END
FROM named
"""
CREATE_EVENTS = """
CREATE OR REPLACE TABLE events (
    subscriber_id BIGINT, occurred_at TIMESTAMPTZ, name VARCHAR,
    url VARCHAR, product_id VARCHAR, category VARCHAR, value DECIMAL(9, 2), campaign BIGINT
)
"""


@dataclass(frozen=True)
class Size:
    subscribers: int
    events: int
    seed: int


def generate(duck: duckdb.DuckDBPyConnection, size: Size, *, advance: Callable[[int], object]) -> None:
    """Make the tables `subscribers`, `devices` and `events`, ordered by time as a log is; `advance` is told of rows made."""
    duck.execute("SET TimeZone = 'UTC'")
    values = {"subscribers": size.subscribers, "seed": size.seed, "as_of": AS_OF.isoformat(), "days": DAYS}
    duck.execute(MACROS.format(**values))
    duck.execute(MAKE_SUBSCRIBERS.format(**values))
    duck.execute(MAKE_DEVICES)
    duck.execute(MAKE_LIVES.format(**values))
    duck.execute(CREATE_EVENTS)
    for first in range(0, size.events, CHUNK):
        last = min(first + CHUNK, size.events)
        duck.execute(MAKE_EVENTS.format(**values, names=_draw_names(), first=first, last=last))
        advance(last - first)
    duck.execute("CREATE OR REPLACE TABLE events AS SELECT * FROM events ORDER BY occurred_at")


def _draw_names() -> str:
    reached, cases = 0.0, []
    for name, share in EVENTS.items():
        reached += share
        cases.append(f"WHEN what < {reached:g} THEN '{name}'")
    return " ".join([*cases, f"ELSE '{name}'"])
