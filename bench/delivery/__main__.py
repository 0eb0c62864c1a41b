"""Sending beside pywebpush and beside encryption alone; then planning: `python -m bench.server python -m bench.delivery --help`."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.core.management import call_command  # noqa: E402

from bench.delivery.path import PERSONAL, SAME, make_site, time_path  # noqa: E402
from bench.delivery.planning import measure_planning, print_planning  # noqa: E402
from bench.delivery.rivals import (  # noqa: E402
    Speed,
    make_keys,
    time_encryption,
    time_pywebpush,
    time_their_encryption,
)
from bench.delivery.sink import run_sink  # noqa: E402
from bench.emptying import empty  # noqa: E402

_KEYS = 500


def main() -> int:
    options = _read_options()
    home = Path(os.environ["BENCH_HOME"])
    call_command("migrate", verbosity=0)
    empty()
    keys = [make_keys() for _ in range(_KEYS)]
    site = make_site(options.messages, keys)
    with run_sink(home) as sink:
        time_pywebpush(sink, keys, 50)  # warm
        theirs = time_pywebpush(sink, keys, options.messages // 10)
        limit = time_encryption(keys, options.messages // 4)
        their_limit = time_their_encryption(keys, options.messages // 4)
        paths, peaks = zip(
            *(
                time_path(site, sink, title, workers=workers)
                for title, workers in ((PERSONAL, 1), (SAME, 1), (PERSONAL, 2))
            ),
            strict=True,
        )
    _print_speeds([theirs, their_limit, limit, *paths], theirs=theirs, limit=limit)
    print(f"\nThe largest worker had {max(peaks):.0f} MiB.\n")
    if options.people:
        print_planning([row for people in options.people for row in measure_planning(people)])
    return 0


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench-delivery", description=__doc__)
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument(
        "--people", type=int, nargs="*", default=[100_000, 1_000_000], help="to plan; none: do not"
    )
    return parser.parse_args()


def _print_speeds(speeds: Sequence[Speed], *, theirs: Speed, limit: Speed) -> None:
    print(
        "| | messages | CPU a message, µs | messages a second of CPU | × pywebpush | × encryption's CPU | database's CPU, µs |"
    )
    print("|---|--:|--:|--:|--:|--:|--:|")
    for speed in speeds:
        database = f"{speed.database / speed.messages * 1e6:,.0f}" if speed.database else ""
        print(
            f"| {speed.name} | {speed.messages:,} | {speed.cpu_us:,.0f} | {speed.per_core:,.0f} "
            f"| {speed.per_core / theirs.per_core:.1f} | {speed.cpu_us / limit.cpu_us:.2f} | {database} |"
        )


if __name__ == "__main__":
    sys.exit(main())
