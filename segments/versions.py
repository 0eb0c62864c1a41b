"""The rules that a segment had, with who wrote each and when; and what keeps two people's edits apart."""

import datetime as dt
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.models import AnonymousUser, User
from django.db import transaction

from segments.definitions import read_rule
from segments.models import Segment, SegmentVersion
from segments.rules import Rule
from subscribers.models import Site
from subscribers.waking import wake

BUILDING_TASK = "segments.tasks.build_segments"


def accept_rule(site: Site, document: Any, *, segment: Segment | None = None) -> Rule:
    """Read and check the rule with which `segment`, or a new one, is about to be saved. Raises RuleError.

    Until the caller's transaction ends nobody else saves a rule of the site: of two edits at once, each fine by itself,
    the second sees the first. So no circle is raced in, and `find_latest` stays the latest.
    """
    if segment is not None:  # before the site, as whoever has its row already does
        Segment.objects.select_for_update(of=("self",), no_key=True).get(pk=segment.pk)
    Site.objects.select_for_update(of=("self",), no_key=True).get(pk=site.pk)
    return read_rule(site, document, segment=segment)


def keep_definition(segment: Segment, *, by: User | AnonymousUser, now: dt.datetime) -> SegmentVersion:
    """A live segment was saved: keep its rule as a version, and have its members worked out if it is another one.

    In the transaction that saved it. One that was set aside is tried again in any case.
    """
    version = find_version(segment, now=now, by=by)
    if version != segment.live_version or segment.status == Segment.Status.FAILED:
        segment.status = Segment.Status.BUILDING
        segment.save(update_fields=["status"])
        wake_building()
    return version


def wake_building() -> None:
    transaction.on_commit(partial(wake, BUILDING_TASK), robust=True)


def find_version(
    segment: Segment, *, now: dt.datetime, by: User | AnonymousUser | None = None
) -> SegmentVersion:
    """The version that the segment's rule is; a new one, written by whoever is named, if the rule is not the latest's.

    The caller holds the segment's row, so that numbers are given once.
    """
    latest = find_latest(segment)
    if latest and latest.rule == segment.rule:
        return latest
    number = latest.number + 1 if latest else 1
    return SegmentVersion.objects.create(
        segment=segment,
        number=number,
        rule=segment.rule,
        created_by=by if isinstance(by, User) else None,
        created_at=now,
    )


def find_latest(segment: Segment) -> SegmentVersion | None:
    return segment.versions.select_related("created_by").order_by("-number").first()


def restore_version(
    segment: Segment, version: SegmentVersion, *, by: User | AnonymousUser, now: dt.datetime
) -> None:
    """Make the rule of an earlier version the segment's again, as a version of its own. Raises RuleError.

    What was right then may be wrong now: an attribute may be of another type. In the caller's transaction.
    """
    accept_rule(segment.site, version.rule, segment=segment)
    segment.rule = version.rule
    segment.save(update_fields=["rule", "updated_at"])
    keep_definition(segment, by=by, now=now)


def say_author(version: SegmentVersion, zone: ZoneInfo) -> str:
    """“by anna on 21 Nov 2026, 13:00”, on the clock of the zone."""
    by = f"by {version.created_by.get_username()} " if version.created_by else ""
    return f"{by}on {version.created_at.astimezone(zone):%-d %b %Y, %H:%M}"


def say_changed(segment: Segment, latest: SegmentVersion) -> str:
    """To somebody who began with a version that is not the latest any more."""
    return f"The rule of this segment was changed meanwhile {say_author(latest, segment.site.zone)}."
