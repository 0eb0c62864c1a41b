"""The site with the generated data, made once for each size and kept."""

import os
import time
from pathlib import Path

import duckdb
from django.core.management import call_command
from django.db import connection
from tqdm import tqdm

from bench.emptying import empty
from bench.segments import generator
from bench.segments.generator import Size
from bench.segments.loader import list_weeks, load
from subscribers.models import Identity, Site
from tracking.partitions import name_partition

# The browsers of all people, whom the loader makes without one.
NAME_BROWSERS = """
INSERT INTO subscribers_identity (site_id, kind, value, subscriber_id)
SELECT site_id, 'anonymous', uuid::text, id FROM subscribers_subscriber
"""


def find_file(size: Size) -> Path:
    """Where DuckDB keeps the data of this size."""
    return Path(os.environ["BENCH_HOME"]) / f"{size.subscribers}-{size.events}-{size.seed}.duckdb"


def prepare(size: Size) -> Site:
    """The site with the data of this size; what another size left is erased."""
    call_command("migrate", verbosity=0)
    with duckdb.connect(str(find_file(size))) as duck:
        _generate(duck, size)
        name = f"Bench {size.subscribers:,} × {size.events:,}, seed {size.seed}"
        found = Site.objects.filter(name=name).first()
        if found:
            return found
        _empty()
        began = time.monotonic()
        with tqdm(total=size.events, desc="loading", unit="event", unit_scale=True) as bar:
            site = load(duck, advance=bar.update)
    took = time.monotonic() - began
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
    print(f"{size.events / took:,.0f} events a second loaded, indexes and summaries included")
    Site.objects.filter(pk=site.pk).update(name=name)
    return site


def name_browsers(site: Site) -> None:
    """Give everybody the browser that their requests come from."""
    if not Identity.objects.filter(site=site).exists():
        with connection.cursor() as cursor:
            cursor.execute(NAME_BROWSERS)
            cursor.execute("ANALYZE subscribers_identity")


def _generate(duck: duckdb.DuckDBPyConnection, size: Size) -> None:
    duck.execute("CREATE TABLE IF NOT EXISTS made (events BIGINT)")
    if not duck.execute("SELECT * FROM made").fetchall():
        with tqdm(total=size.events, desc="generating", unit="event", unit_scale=True) as bar:
            generator.generate(duck, size, advance=bar.update)
        duck.execute("INSERT INTO made VALUES (?)", [size.events])


def _empty() -> None:
    empty()
    with connection.cursor() as cursor:
        for start in list_weeks():
            cursor.execute(f"DROP TABLE IF EXISTS {name_partition(start)}")
