"""`manage.py verify_segment 3`: are the members of a segment really those its rule gives?"""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from tqdm import tqdm

from access.commands import Audited
from segments.building import build_waiting
from segments.following import follow_site
from segments.models import Segment
from segments.rules import RuleError
from segments.verification import verify_segment
from subscribers.clocks import ClockError, read_clock
from subscribers.models import Subscriber

SHOWN = 10


class Command(Audited):
    help = (
        "Work a segment's members out anew from the raw facts, without SQL or stored membership, and compare."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("segment", type=int, help="the number of the segment")
        parser.add_argument("--refresh", action="store_true", help="bring the segment up to date first")

    def handle(self, *args: Any, **options: Any) -> None:
        segment = Segment.objects.select_related("site").filter(pk=options["segment"]).first()
        if segment is None:
            raise CommandError(f"There is no segment {options['segment']}.")
        if options["refresh"]:
            _refresh(segment)
            segment.refresh_from_db()
        if segment.refreshed_at is None:
            raise CommandError("The segment is not built yet; --refresh builds it.")
        total = Subscriber.objects.living().filter(site=segment.site).count()
        try:
            with tqdm(total=total, unit="people", file=sys.stderr) as bar:
                result = verify_segment(segment, as_of=segment.refreshed_at, advance=bar.update)
        except RuleError as error:
            raise CommandError(f"The rule cannot be read: {error}") from None
        self.stdout.write(
            f"“{segment}” as of {segment.refreshed_at:%Y-%m-%d %H:%M:%S} UTC: {result.checked:,} people checked, "
            f"{len(result.missing):,} missing, {len(result.extra):,} too many."
        )
        if not result.agrees:
            raise CommandError(
                f"Missing: {result.missing[:SHOWN]}; too many: {result.extra[:SHOWN]} (the first {SHOWN} of each). "
                "What was ingested after that moment shows here too; --refresh rules it out."
            )


def _refresh(segment: Segment) -> None:
    try:
        now = read_clock()
    except ClockError as error:
        raise CommandError(str(error)) from None
    build_waiting(now=now, only=[segment.pk])
    follow_site(segment.site, now=now, thoroughly=True)
