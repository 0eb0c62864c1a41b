"""Putting segments back to now, which a machine whose clock was ahead took into a time that has not come.

What was found out for such an instant is no fact: whoever is said to have moved after now is put back to where they were,
and the segment is built anew. Else it would stay as it is until that instant has come.
"""

import datetime as dt
import logging
from collections.abc import Iterable, Mapping

from django.db import connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Greatest

from segments.models import Membership, Segment, SegmentDay
from segments.rules.topics import name_segment
from segments.versions import wake_building
from subscribers.changes import note_for_everyone
from subscribers.clocks import find_believed, find_latest

logger = logging.getLogger(__name__)

# Who entered first after now was not in before, who left first was. The log has their moves in turn.
_UNDO = """
WITH undone AS (
    DELETE FROM segments_membershipchange WHERE segment_id = %(segment)s AND changed_at > %(now)s
    RETURNING subscriber_id, kind, changed_at
),
first AS (
    SELECT subscriber_id, (array_agg(kind ORDER BY changed_at))[1] AS kind FROM undone GROUP BY subscriber_id
),
removed AS (
    DELETE FROM segments_membership AS member USING first
    WHERE member.segment_id = %(segment)s AND member.subscriber_id = first.subscriber_id AND first.kind = 'entered'
),
entries AS (
    SELECT first.subscriber_id, max(earlier.changed_at) AS entered_at
    FROM first LEFT JOIN segments_membershipchange AS earlier
      ON earlier.subscriber_id = first.subscriber_id AND earlier.segment_id = %(segment)s
     AND earlier.kind = 'entered' AND earlier.changed_at <= %(now)s
    WHERE first.kind = 'left' GROUP BY first.subscriber_id
),
restored AS (
    INSERT INTO segments_membership AS member (segment_id, subscriber_id, entered_at)
    SELECT %(segment)s, subscriber_id, COALESCE(entered_at, %(now)s) FROM entries
    ON CONFLICT (segment_id, subscriber_id) DO UPDATE SET entered_at = excluded.entered_at
)
SELECT (changed_at AT TIME ZONE %(zone)s)::date, kind, count(*) FROM undone GROUP BY 1, 2
"""


def ask_ahead(now: dt.datetime) -> Q:
    """Live segments that are said to be right for an instant that no clock can have shown yet; `now` is of this moment."""
    latest = find_latest(now)
    return Q(kind=Segment.Kind.LIVE) & (Q(refreshed_at__gt=latest) | Q(asked_at__gt=latest))


def rewind_ahead(segments: Iterable[Segment], *, zone: str, now: dt.datetime) -> None:
    """Put those of the segments that are ahead back to now, to be built. The caller holds their rows."""
    marked = [(segment, mark) for segment in segments if segment.is_live and (mark := _find_mark(segment))]
    latest = find_believed(now, [mark for _, mark in marked])
    for segment, mark in marked:
        if mark > latest:
            _rewind(segment, zone=zone, now=now)


def _find_mark(segment: Segment) -> dt.datetime | None:
    return max((mark for mark in (segment.refreshed_at, segment.asked_at) if mark), default=None)


@transaction.atomic
def _rewind(segment: Segment, *, zone: str, now: dt.datetime) -> None:
    logger.error("Segment %s is ahead of time: its members are put back, and it is built anew", segment.pk)
    with connection.cursor() as cursor:
        cursor.execute(_UNDO, {"segment": segment.pk, "now": now, "zone": zone})
        undone = {(day, kind): count for day, kind, count in cursor.fetchall()}
    _take_off_days(segment, undone)
    segment.status = Segment.Status.BUILDING
    segment.refreshed_at, segment.asked_at = None, now
    segment.member_count = Membership.objects.filter(segment=segment).count()
    segment.save(update_fields=["status", "refreshed_at", "asked_at", "member_count"])
    note_for_everyone(segment.site_id, [name_segment(segment.pk)], now=now)
    wake_building()


def _take_off_days(segment: Segment, undone: Mapping[tuple[dt.date, str], int]) -> None:
    for day in {day for day, _ in undone}:
        entered, left = (undone.get((day, kind), 0) for kind in ("entered", "left"))
        SegmentDay.objects.filter(segment=segment, day=day).update(
            entered=Greatest(F("entered") - entered, 0), left=Greatest(F("left") - left, 0)
        )
