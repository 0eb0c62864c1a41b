"""A segment once more, under a name of its own: a live one with its rule, a list with the people who are on it."""

import datetime as dt

from segments.membership import Cause, apply_members, note_days
from segments.models import Segment
from segments.rules.sql import Fragment

LONGEST_NAME = 128
PEOPLE = """
SELECT known.subscriber_id AS id FROM segments_membership AS known
JOIN subscribers_subscriber AS person ON person.id = known.subscriber_id
WHERE known.segment_id = %s AND person.merged_into_id IS NULL
"""


def name_copy(segment: Segment) -> str:
    """“Copy of Gold members”, or the first numbered one that is free; cut where it would be too long."""
    names = set(Segment.objects.filter(site=segment.site_id).values_list("name", flat=True))
    number = 1
    while True:
        start = f"Copy {number} of " if number > 1 else "Copy of "
        name = f"{start}{segment.name}"
        if len(name) > LONGEST_NAME:
            name = f"{name[: LONGEST_NAME - 1]}…"
        if name not in names:
            return name
        number += 1


def copy_people(source: Segment, target: Segment, *, now: dt.datetime) -> None:
    """Put everybody who is on a list now on a new one, too. In the transaction that made the new one."""
    moves = apply_members(target, Fragment(PEOPLE, (source.pk,)), as_of=now, cause=Cause.LIST)
    note_days({target.pk: moves}, target.site.find_day(now))
    target.refresh_from_db(fields=["member_count"])
