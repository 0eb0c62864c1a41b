"""Members worked out from the whole rule: for the first time, after an edit, and where nobody can tell who changed."""

import datetime as dt
import logging
import time
from collections.abc import Collection

from django.db import DatabaseError, transaction

from segments.definitions import read_rule, select_ids
from segments.membership import Cause, Moves, apply_members, note_days, pick_instant
from segments.models import Segment
from segments.ordering import order_segments
from segments.refusals import explain_refusal
from segments.rewinding import rewind_ahead
from segments.rules import RuleError
from segments.rules.topics import name_segment
from segments.versions import find_version
from subscribers.changes import note_changes, note_for_everyone
from subscribers.clocks import find_believed
from subscribers.database_zones import find_database_zone
from subscribers.models import Site

logger = logging.getLogger(__name__)

# More people than this are not listed: segments built on this one are then built anew as well.
MOST_LISTED = 20_000


@transaction.atomic
def build_members(segment: Segment, *, as_of: dt.datetime, skip_busy: bool = False) -> Moves | None:
    """Make the members of one live segment those its rule gives at `as_of`; None with `skip_busy`: somebody is at it.

    The new members are worked out beside the old ones and take their place at once. While this runs, changes of the data
    are not followed for this segment; they are kept until it is done. A rule that cannot be applied sets the segment
    aside as failed, its members untouched, with the reason stored. What is not the rule's fault is raised: a database
    that is busy or full says nothing about a segment.
    """
    rows = Segment.objects.select_for_update(of=("self",), no_key=True, skip_locked=skip_busy)
    found = rows.select_related("site", "live_version").filter(pk=segment.pk, kind=Segment.Kind.LIVE).first()
    if found is None:
        return None if skip_busy else Moves()
    rewind_ahead([found], zone=find_database_zone(found.site.timezone), now=as_of)
    # What is followed already has happened for this segment, too, though the clock here may lag.
    as_of = pick_instant([found], no_earlier_than=max(as_of, _find_followed(found.site, as_of)))
    try:
        with transaction.atomic():
            return _build(found, as_of)
    except RuleError as error:
        return set_aside(found, str(error))
    except DatabaseError as error:
        reason = explain_refusal(error)
        if reason is None:
            raise
        logger.exception("The database refuses the rule of segment %s", found.pk)
        return set_aside(found, reason)


def _find_followed(site: Site, now: dt.datetime) -> dt.datetime:
    """The latest instant for which any segment of the site was asked, those left out that are ahead of time."""
    marks = Segment.objects.filter(site=site).exclude(asked_at=None).values_list("asked_at", flat=True)
    found = [mark for mark in marks if mark]
    latest = find_believed(now, found)
    return max((mark for mark in found if mark <= latest), default=now)


def build_waiting(*, now: dt.datetime, only: Collection[int] | None = None) -> int:
    """Build every segment that waits for it, those that others are built on first; returns how many were built.

    One that raises is left for the next time and keeps no other from its turn.
    """
    waiting = Segment.objects.filter(status=Segment.Status.BUILDING)
    if only is not None:
        waiting = waiting.filter(pk__in=only)
    segments = {segment.pk: segment for segment in waiting}
    sites = Site.objects.filter(pk__in={segment.site_id for segment in segments.values()})
    done = 0
    for pk in [pk for site in sites for pk in order_segments(site) if pk in segments]:
        try:
            done += build_members(segments[pk], as_of=now, skip_busy=only is None) is not None
        except Exception:
            logger.exception("Segment %s was not built", pk)
    return done


def set_aside(segment: Segment, reason: str) -> Moves:
    logger.warning("Segment %s is set aside: %s", segment.pk, reason)
    Segment.objects.filter(pk=segment.pk).update(status=Segment.Status.FAILED, failure=reason[:2000])
    return Moves()


def _build(segment: Segment, as_of: dt.datetime) -> Moves:
    version = find_version(segment, now=as_of)
    is_edit = segment.live_version is not None and segment.live_version != version
    began = time.monotonic()
    rule = read_rule(segment.site, segment.rule, segment=segment)
    members = select_ids(segment.site, rule, as_of=as_of)
    moves = apply_members(segment, members, as_of=as_of, cause=Cause.EDIT if is_edit else Cause.BUILD)
    Segment.objects.filter(pk=segment.pk).update(
        status=Segment.Status.READY,
        failure="",
        refreshed_at=as_of,
        asked_at=as_of,
        live_version=version,
        build_ms=round((time.monotonic() - began) * 1000),
    )
    note_days({segment.pk: moves}, segment.site.find_day(as_of))
    _tell_dependents(segment, moves, as_of)
    return moves


def _tell_dependents(segment: Segment, moves: Moves, as_of: dt.datetime) -> None:
    topic = name_segment(segment.pk)
    if len(moves.people) > MOST_LISTED:
        note_for_everyone(segment.site_id, [topic], now=as_of)
    else:
        note_changes(segment.site_id, {topic: moves.people}, now=as_of)
