"""Who is in a segment now, a page at a time, and whether somebody is: as quick in a segment of a million as in a small one."""

import datetime as dt
from dataclasses import dataclass
from typing import Self

from django.db import connection

from segments.models import Membership, Segment
from subscribers.lookup import find_people
from subscribers.models import Subscriber

READ_PAGE = """
SELECT entered_at, subscriber_id FROM segments_membership
WHERE segment_id = %s AND (entered_at, subscriber_id) {sign} (%s, %s)
ORDER BY entered_at {order}, subscriber_id {order} LIMIT %s
"""
TO_OLDER, TO_NEWER = READ_PAGE.format(sign="<", order="DESC"), READ_PAGE.format(sign=">", order="ASC")


@dataclass(frozen=True, order=True)
class Position:
    """Where somebody stands in the list: no two stand at the same place."""

    entered_at: dt.datetime
    subscriber_id: int

    def __str__(self) -> str:
        return f"{self.entered_at.astimezone(dt.UTC):%Y%m%dT%H%M%S.%f}Z~{self.subscriber_id}"

    @classmethod
    def read(cls, text: str) -> Self | None:
        """What `str` wrote; None: it is none."""
        instant, _, key = text.partition("~")
        try:
            entered_at = dt.datetime.strptime(instant, "%Y%m%dT%H%M%S.%fZ").replace(tzinfo=dt.UTC)
            found = cls(entered_at, int(key))
        except ValueError:
            return None
        return found if abs(found.subscriber_id) < 2**63 else None


TOP = Position(dt.datetime.max.replace(tzinfo=dt.UTC), 2**63 - 1)


@dataclass(frozen=True)
class Member:
    """A subscriber, and since when they are in the segment; None: they are not."""

    subscriber: Subscriber
    entered_at: dt.datetime | None


@dataclass(frozen=True)
class MemberPage:
    """Who entered last comes first. `older` and `newer`: from where the pages beside this one go on; None: none."""

    members: list[Member]
    older: Position | None
    newer: Position | None


def read_members(
    segment: Segment, *, size: int, older_than: Position | None = None, newer_than: Position | None = None
) -> MemberPage:
    if newer_than:
        places = _read(segment, TO_NEWER, newer_than, size + 1)[::-1]
        more_newer, places = len(places) > size, places[-size:]
        more_older = True
    else:
        places = _read(segment, TO_OLDER, older_than or TOP, size + 1)
        more_older, places = len(places) > size, places[:size]
        more_newer = older_than is not None
    people = Subscriber.objects.in_bulk([place.subscriber_id for place in places])
    # Somebody who was deleted a moment ago is still to leave.
    members = [
        Member(people[place.subscriber_id], place.entered_at)
        for place in places
        if place.subscriber_id in people
    ]
    return MemberPage(
        members,
        older=places[-1] if places and more_older else None,
        newer=places[0] if places and more_newer else None,
    )


def find_members(segment: Segment, text: str) -> list[Member]:
    """The people of the segment's site known by `text` (subscribers/lookup.py), and since when each is in it."""
    people = find_people(segment.site, text)
    rows = Membership.objects.filter(segment=segment, subscriber__in=people)
    entered_at = dict(rows.values_list("subscriber_id", "entered_at"))
    return [Member(person, entered_at.get(person.pk)) for person in people]


def _read(segment: Segment, statement: str, position: Position, most: int) -> list[Position]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [segment.pk, position.entered_at, position.subscriber_id, most])
        return [Position(*row) for row in cursor.fetchall()]
