"""Batches by stage, a steady stream, a check: `python -m bench.server python -m bench.membership --help`."""

import argparse
import datetime as dt
import statistics
import sys
import time

from django.db import connection
from django.utils import timezone
from tqdm import tqdm

from bench.membership.batches import Batch, run_batches
from bench.membership.checking import check_segments, draw_people
from bench.membership.fifty import list_segments
from bench.membership.pages import Page, measure_pages
from bench.membership.sizes import keep_median
from bench.membership.stream import PROBE, run_processes, run_stream, wait_until_followed
from bench.membership.tables import print_batches, print_check, print_pages, print_sizes, print_stream
from bench.membership.visitors import Visitors
from bench.segments.generator import AS_OF, Size
from bench.segments.measuring import write_document
from bench.segments.preparing import name_browsers, prepare
from config.celery import spare_the_collector
from segments.building import build_members
from segments.following import follow_site
from segments.indexing import prepare_indexes
from segments.models import Segment
from subscribers.models import Site
from tracking.partitions import prepare_partitions

FORGET_MEMBERS = "TRUNCATE segments_membership, segments_membershipchange, segments_segmentday, subscribers_subscriberchange"
# Batches that are not counted. Building fifty segments has just put whole indexes where the pages of the busiest people
# are at other times.
WARMING_UP = 10


def main() -> int:
    options = _read_options()
    size = Size(options.subscribers, options.events, options.seed)
    site = prepare(size)
    name_browsers(site)
    spare_the_collector()  # as in every worker
    segments = _save_segments(site)
    batches = _run_batches(site, size, options.batches)
    print_batches(size, batches)
    print_sizes(keep_median(size, statistics.median(batch.total for batch in batches)))
    print_pages(_measure_pages(site))
    if not options.seconds:
        return 0
    _build(segments, as_of=timezone.now())
    probed = next(segment for segment in segments if segment.name == PROBE)
    visitors = Visitors(size.subscribers, time.time_ns())
    with run_processes():
        stream = run_stream(site, probed, visitors, rate=options.rate, seconds=options.seconds)
        wait_until_followed(site, dt.timedelta(minutes=5))
    print_stream(stream, options.rate)
    now = timezone.now()
    follow_site(site, now=now, thoroughly=True)
    for segment in segments:
        segment.refresh_from_db()
    as_of = max(segment.refreshed_at or now for segment in segments)
    people = stream.people | draw_people(site, options.verify)
    check = check_segments(site, segments, as_of=as_of, people=people)
    print_check(check, len(segments))
    return 0 if check.everybody == check.evaluated == stream.lost == 0 else 1


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench-membership", description=__doc__)
    parser.add_argument("--subscribers", type=int, default=1_000_000)
    parser.add_argument("--events", type=int, default=50_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--batches", type=int, default=30, help="of 1,000 events each")
    parser.add_argument("--rate", type=int, default=500, help="events a second over HTTP")
    parser.add_argument("--seconds", type=int, default=60, help="0: batches alone")
    parser.add_argument(
        "--verify", type=int, default=20_000, help="people to evaluate besides those of the stream"
    )
    return parser.parse_args()


def _save_segments(site: Site) -> list[Segment]:
    """Fifty as marketers would have saved them, and one more for the probes of the stream."""
    with connection.cursor() as cursor:
        cursor.execute(FORGET_MEMBERS)
    Segment.objects.filter(site=site).delete()
    roots = list_segments() | {PROBE: {"type": "event", "event": PROBE, "within": {"last": {"hours": 1}}}}
    for name, root in roots.items():
        Segment.objects.update_or_create(site=site, name=name, defaults={"rule": write_document(root)})
    prepare_indexes()
    return list(Segment.objects.filter(site=site, name__in=roots).select_related("site").order_by("pk"))


def _run_batches(site: Site, size: Size, number: int) -> list[Batch]:
    """Right after the last of the generated events, so that every window is as full as it gets."""
    start = _find_start()
    prepare_partitions(now=start)
    segments = list(Segment.objects.filter(site=site))
    _build(segments, as_of=start)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE tracking_event")  # as autovacuum would by then, after an earlier stream
    visitors = Visitors(size.subscribers, time.time_ns())
    total = WARMING_UP + number
    batches = tqdm(
        run_batches(site, visitors, total, start=start), total=total, desc="following", unit="batch"
    )
    return list(batches)[WARMING_UP:]


def _measure_pages(site: Site) -> list[Page]:
    everybody, _ = Segment.objects.get_or_create(
        site=site,
        name="Everybody",
        defaults={"rule": write_document({"type": "group", "match": "all", "conditions": []})},
    )
    _build([everybody], as_of=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE) segments_membership, segments_membershipchange")
    everybody.refresh_from_db()
    others = Segment.objects.filter(site=site).exclude(pk=everybody.pk).order_by("-member_count")
    return measure_pages(everybody, list(others[:3]))


def _find_start() -> dt.datetime:
    """After the newest event: the generated ones, or those of an earlier stream."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(last_at) FROM tracking_eventsummary")
        last: dt.datetime | None = cursor.fetchone()[0]
    return max(AS_OF, last or AS_OF) + dt.timedelta(seconds=2)


def _build(segments: list[Segment], *, as_of: dt.datetime) -> None:
    for segment in tqdm(segments, desc="building", unit="segment"):
        build_members(segment, as_of=as_of)


if __name__ == "__main__":
    sys.exit(main())
