"""What the benchmark says: a line for each stage, then the stream, then the check."""

import statistics
from collections.abc import Mapping, Sequence

from bench.membership.batches import Batch, find_medians
from bench.membership.checking import Check
from bench.membership.pages import Page
from bench.membership.stream import Stream
from bench.segments.generator import Size


def print_batches(size: Size, batches: Sequence[Batch]) -> None:
    totals = sorted(batch.total for batch in batches)
    median = statistics.median(totals)
    print(f"\n{len(batches)} batches of 1,000 events, {size.subscribers:,} people, {size.events:,} events")
    print(f"  {'stage':40} {'ms':>8} {'share':>7}")
    for name, seconds in find_medians(batches).items():
        print(f"  {name:40} {seconds * 1000:8,.1f} {seconds / median:7.0%}")
    for name, values in (
        ("from the inbox to the log", [batch.drained for batch in batches]),
        ("from the log to membership", [batch.followed for batch in batches]),
        ("from the inbox to membership", totals),
    ):
        print(
            f"  {name:40} {statistics.median(values) * 1000:8,.1f}   (p95 {_percentile(values, 95) * 1000:,.0f})"
        )
    asked = statistics.median(batch.asked for batch in batches)
    moved = statistics.median(batch.moved for batch in batches)
    print(f"  {asked:,.0f} answers worked out and {moved:,.0f} people moved in the median batch")


def print_stream(stream: Stream, rate: int) -> None:
    print(
        f"\n{stream.events / stream.took:,.0f} events a second over HTTP (asked for: {rate:,}) for {stream.took:,.0f} s"
    )
    print(f"  {stream.requests:,} requests, {stream.refused:,} refused, {stream.lost:,} probes lost")
    for share in (50, 95, 99, 100):
        print(f"  p{share:<3} from post to membership {_percentile(stream.latencies, share) * 1000:8,.0f} ms")


def print_sizes(medians: Mapping[int, float]) -> None:
    """Each size's median batch, beside the smallest's."""
    smallest = next(iter(medians.values()))
    print("\nThe median batch by the number of subscribers, as last measured on this machine")
    for number, seconds in medians.items():
        print(f"  {number:>12,} {seconds * 1000:8,.0f} ms   × {seconds / smallest:.2f}")


def print_pages(pages: Sequence[Page]) -> None:
    print("\nPages that look at segments, the first of them everybody (p95 of 20)")
    print(f"  {'page':30} {'page ms':>8} {'slowest statement ms':>21} {'statements':>11}")
    for page in pages:
        wrong = "" if page.status == 200 else f"   answered {page.status}"
        print(f"  {page.name:30} {page.page_ms:8,.0f} {page.statement_ms:21,.1f} {page.statements:11}{wrong}")


def print_check(check: Check, segments: int) -> None:
    print(
        f"\n{segments} segments, each against its whole rule over everybody: {check.everybody:,} differences"
    )
    print(f"  and against the evaluator over {check.people:,} people: {check.evaluated:,} differences")


def _percentile(values: Sequence[float], share: int) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * share // 100)] if ordered else float("nan")
