"""Generate, load once, measure, print. `python -m bench.server python -m bench.segments --help`."""

import argparse
import os
import sys
import time
from pathlib import Path

import duckdb
from django.core.management import call_command
from django.db import connection
from tqdm import tqdm

from bench.segments import generator
from bench.segments.generator import Size
from bench.segments.loader import list_weeks, load
from bench.segments.measuring import measure, write_document
from bench.segments.standard import STANDARD
from bench.segments.tables import print_results, print_sizes
from segments.indexing import prepare_indexes
from segments.models import Segment
from subscribers.models import Site
from tracking.partitions import name_partition


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench-segments", description=__doc__)
    parser.add_argument("--subscribers", type=int, default=1_000_000)
    parser.add_argument("--events", type=int, default=50_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="*", metavar="S1", help="measure these segments alone")
    options = parser.parse_args()
    size = Size(options.subscribers, options.events, options.seed)
    file = Path(os.environ["BENCH_HOME"]) / f"{size.subscribers}-{size.events}-{size.seed}.duckdb"
    call_command("migrate", verbosity=0)
    with duckdb.connect(str(file)) as duck:
        site = _prepare(duck, size)
        _save_segments(site)
        chosen = [each for each in STANDARD if not options.only or each.key in options.only]
        results = [measure(each, site, duck) for each in tqdm(chosen, desc="measuring", unit="segment")]
        print_results(results)
        print_sizes(file)
    return 0 if all(result.members == result.expected for result in results) else 1


def _prepare(duck: duckdb.DuckDBPyConnection, size: Size) -> Site:
    """The site with the data of this size; what another size left is erased."""
    duck.execute("CREATE TABLE IF NOT EXISTS made (events BIGINT)")
    if not duck.execute("SELECT * FROM made").fetchall():
        with tqdm(total=size.events, desc="generating", unit="event", unit_scale=True) as bar:
            generator.generate(duck, size, advance=bar.update)
        duck.execute("INSERT INTO made VALUES (?)", [size.events])
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


def _save_segments(site: Site) -> None:
    """The standard segments as a marketer would have saved them, with the indexes that the job makes for them."""
    for each in STANDARD:
        Segment.objects.update_or_create(
            site=site, name=each.key, defaults={"rule": write_document(each.root)}
        )
    made, dropped = prepare_indexes()
    print(f"{len(made)} indexes made for the segments, {len(dropped)} dropped")


def _empty() -> None:
    call_command("flush", interactive=False, verbosity=0)
    with connection.cursor() as cursor:
        for start in list_weeks():
            cursor.execute(f"DROP TABLE IF EXISTS {name_partition(start)}")


if __name__ == "__main__":
    sys.exit(main())
