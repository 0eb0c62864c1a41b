"""The rules that a segment had, with who wrote each and when."""

import datetime as dt
from functools import partial

from django.contrib.auth.models import AnonymousUser, User
from django.db import transaction

from segments.models import Segment, SegmentVersion
from subscribers.waking import wake

BUILDING_TASK = "segments.tasks.build_segments"


def keep_definition(segment: Segment, *, by: User | AnonymousUser, now: dt.datetime) -> None:
    """A live segment was saved: keep its rule as a version, and have its members worked out if it is another one.

    In the transaction that saved it.
    """
    version = find_version(segment, now=now, by=by)
    if version != segment.live_version:
        segment.status = Segment.Status.BUILDING
        segment.save(update_fields=["status"])
        wake_building()


def wake_building() -> None:
    transaction.on_commit(partial(wake, BUILDING_TASK), robust=True)


def find_version(
    segment: Segment, *, now: dt.datetime, by: User | AnonymousUser | None = None
) -> SegmentVersion:
    """The version that the segment's rule is; a new one, written by whoever is named, if the rule is not the latest's.

    The caller holds the segment's row, so that numbers are given once.
    """
    latest = segment.versions.order_by("-number").first()
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
