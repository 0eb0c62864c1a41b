"""Who was in a segment at a past instant, told by the log of its changes alone: whoever had entered last, not left."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import connection

from segments.models import MembershipChange, Segment

# Of each person the last change up to then, in the order of ids downwards. The limit inside bounds what one page may
# look at: a segment that everybody passed through, and in which hardly anybody was at that instant, has short pages.
READ_PAGE = """
SELECT subscriber_id, changed_at FROM (
    SELECT DISTINCT ON (subscriber_id) subscriber_id, changed_at, kind FROM (
        SELECT subscriber_id, changed_at, kind FROM segments_membershipchange
        WHERE segment_id = %(segment)s AND subscriber_id < %(below)s
        ORDER BY subscriber_id DESC, changed_at DESC LIMIT %(most)s
    ) AS looked_at
    WHERE changed_at <= %(at)s
    ORDER BY subscriber_id DESC, changed_at DESC
) AS latest
WHERE kind = 'entered' LIMIT %(size)s
"""
FIND_END = """
SELECT subscriber_id FROM segments_membershipchange
WHERE segment_id = %(segment)s AND subscriber_id < %(below)s
ORDER BY subscriber_id DESC, changed_at DESC OFFSET %(most)s - 1 LIMIT 1
"""
# How many there are now, without what happened on later days, and on the rest of that day.
COUNT = """
SELECT member_count
    - COALESCE((SELECT sum(entered - "left") FROM segments_segmentday
                WHERE segment_id = %(segment)s AND day > %(day)s), 0)
    - (SELECT count(*) FILTER (WHERE kind = 'entered') - count(*) FILTER (WHERE kind = 'left')
       FROM segments_membershipchange
       WHERE segment_id = %(segment)s AND changed_at > %(at)s AND changed_at < %(midnight)s)
FROM segments_segment WHERE id = %(segment)s
"""
MOST_LOOKED_AT = 200_000
NOBODY_ABOVE = 2**63 - 1


@dataclass(frozen=True)
class PastMember:
    """`entered_at`: since when they were in it at that instant."""

    subscriber_id: int
    entered_at: dt.datetime


@dataclass(frozen=True)
class PastPage:
    """Ids downwards. `below`: where the next page goes on; None: this is the last one."""

    members: list[PastMember]
    below: int | None


def refuse_past(segment: Segment, at: dt.datetime, *, now: dt.datetime) -> str | None:
    """Why nobody can say who was in it at `at`, in a sentence; None: somebody can."""
    if at > now:
        return "That is still to come: ask for a moment that has passed."
    changes = MembershipChange.objects.filter(segment=segment).order_by("changed_at")
    first_at = changes.values_list("changed_at", flat=True).first()
    if first_at is None:
        return "Nobody has been in this segment so far."
    if at < first_at:
        local = first_at.astimezone(segment.site.zone)
        return f"Its members are known from {local:%-d %b %Y, %H:%M:%S} ({segment.site.clock_name}) on, when the first of them entered."
    return None


def read_past_members(segment: Segment, *, at: dt.datetime, size: int, below: int | None = None) -> PastPage:
    """A page of at most `size` of those who were in it at `at`, a change at that very instant included.

    `below`: only ids smaller than this. A page may be short, or empty, though others follow.
    """
    asked: dict[str, Any] = {
        "segment": segment.pk,
        "at": at,
        "below": NOBODY_ABOVE if below is None else below,
        "most": MOST_LOOKED_AT,
        "size": size + 1,
    }
    with connection.cursor() as cursor:
        cursor.execute(READ_PAGE, asked)
        found = [PastMember(*row) for row in cursor.fetchall()]
        if len(found) > size:
            return PastPage(found[:size], found[size - 1].subscriber_id)
        cursor.execute(FIND_END, asked)
        end = cursor.fetchone()
    if end is None:
        return PastPage(found, None)
    # Of the last one that was looked at, something may be missing: the next page begins with them.
    (last,) = end
    return PastPage([member for member in found if member.subscriber_id > last], last + 1)


def count_past_members(segment: Segment, *, at: dt.datetime) -> int:
    day = segment.site.find_day(at)
    midnight = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), tzinfo=segment.site.zone)
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {"segment": segment.pk, "at": at, "day": day, "midnight": midnight})
        (count,) = cursor.fetchone()
    return int(count)
