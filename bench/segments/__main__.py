"""Generate, load once, measure, print. `python -m bench.server python -m bench.segments --help`."""

import argparse
import sys

import duckdb
from tqdm import tqdm

from bench.segments.generator import Size
from bench.segments.measuring import measure, write_document
from bench.segments.preparing import find_file, prepare
from bench.segments.standard import STANDARD
from bench.segments.tables import print_results, print_sizes
from segments.indexing import prepare_indexes
from segments.models import Segment
from subscribers.models import Site


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench-segments", description=__doc__)
    parser.add_argument("--subscribers", type=int, default=1_000_000)
    parser.add_argument("--events", type=int, default=50_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="*", metavar="S1", help="measure these segments alone")
    options = parser.parse_args()
    size = Size(options.subscribers, options.events, options.seed)
    site = prepare(size)
    _save_segments(site)
    with duckdb.connect(str(find_file(size))) as duck:
        chosen = [each for each in STANDARD if not options.only or each.key in options.only]
        results = [measure(each, site, duck) for each in tqdm(chosen, desc="measuring", unit="segment")]
    print_results(results)
    print_sizes(find_file(size))
    return 0 if all(result.members == result.expected for result in results) else 1


def _save_segments(site: Site) -> None:
    """The standard segments as a marketer would have saved them, with the indexes that the job makes for them."""
    for each in STANDARD:
        Segment.objects.update_or_create(
            site=site, name=each.key, defaults={"rule": write_document(each.root)}
        )
    made, dropped = prepare_indexes()
    print(f"{len(made)} indexes made for the segments, {len(dropped)} dropped")


if __name__ == "__main__":
    sys.exit(main())
