"""One tree's part: do a round for each line that is read, and say what it cost; `python -m bench.server python -m bench.pairs.rounds …`.

Depends on as little of the rest as it can, so that it may be laid over an older tree.
"""

import argparse
import datetime as dt
import json
import os
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from pathlib import Path

import django
import psutil

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from bench.delivery.path import PERSONAL, make_site, time_path  # noqa: E402
from bench.delivery.rivals import make_keys  # noqa: E402
from bench.delivery.sink import run_sink  # noqa: E402
from bench.membership import stream as streams  # noqa: E402
from bench.membership.__main__ import _build, _save_segments  # noqa: E402
from bench.membership.visitors import Visitors  # noqa: E402
from bench.segments.generator import Size  # noqa: E402
from bench.segments.preparing import name_browsers, prepare  # noqa: E402
from tracking.partitions import prepare_partitions  # noqa: E402

RATE, SECONDS = 500, 20  # of the stream: events a second
KEYS = 500
Round = Callable[[], dict[str, float]]


def main() -> int:
    options = _read_options()
    answer = sys.stdout
    with redirect_stdout(sys.stderr), KINDS[options.kind](options) as do_round:
        print("ready", file=answer, flush=True)
        for _ in sys.stdin:
            print(json.dumps(do_round()), file=answer, flush=True)
    return 0


@contextmanager
def ingest(options: argparse.Namespace) -> Iterator[Round]:
    """A stream over HTTP into fifty live segments: CPU of all processes that an operator runs, for each event."""
    site = prepare(Size(options.subscribers, options.events, options.seed))
    name_browsers(site)
    segments = _save_segments(site)
    prepare_partitions(now=timezone.now())
    _build(segments, as_of=timezone.now())
    probed = next(segment for segment in segments if segment.name == streams.PROBE)
    visitors = Visitors(options.subscribers, options.seed)
    streams.PORT = _find_port()  # both trees' processes listen at once
    with streams.run_processes() as processes:

        def do_round() -> dict[str, float]:
            before, database = _read_cpu([process.pid for process in processes]), _read_database_cpu()
            stream = streams.run_stream(site, probed, visitors, rate=RATE, seconds=SECONDS)
            streams.wait_until_followed(site, dt.timedelta(minutes=5))
            assert not stream.lost, stream.lost
            assert not stream.refused, stream.refused
            cpu = _read_cpu([process.pid for process in processes]) - before
            return _say(stream.events, cpu, _read_database_cpu() - database)

        yield do_round


@contextmanager
def send(options: argparse.Namespace) -> Iterator[Round]:
    """A campaign to everybody of a site, by one sender: CPU of the sender and PostgreSQL, for each message."""
    call_command("migrate", verbosity=0)
    site = make_site(options.messages, [make_keys() for _ in range(KEYS)])
    with run_sink(Path(os.environ["BENCH_HOME"])) as sink:

        def do_round() -> dict[str, float]:
            speed, _ = time_path(site, sink, PERSONAL, workers=1)
            return _say(speed.messages, speed.cpu, speed.database)

        yield do_round


KINDS = {"ingest": ingest, "send": send}


def _find_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _say(things: int, ours: float, database: float) -> dict[str, float]:
    """Microseconds for each thing."""
    return {"ours": ours / things * 1e6, "database": database / things * 1e6}


def _read_cpu(pids: list[int]) -> float:
    """Seconds that these processes and their children have used, those that ended included."""
    total = 0.0
    for pid in pids:
        parent = psutil.Process(pid)
        for process in (parent, *parent.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                times = process.cpu_times()
                total += times.user + times.system + times.children_user + times.children_system
    return total


def _read_database_cpu() -> float:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    server = psutil.Process(pid).parent()
    assert server is not None
    return _read_cpu([server.pid])


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="rounds", description=__doc__)
    parser.add_argument("kind", choices=sorted(KINDS))
    parser.add_argument("--subscribers", type=int, default=100_000)
    parser.add_argument("--events", type=int, default=5_000_000)
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
