"""What this app holds of people: who is in which segment, and files in which somebody named them."""

import datetime as dt
from collections.abc import Iterator
from functools import reduce
from operator import or_

from django.db import connection
from django.db.models import Q, QuerySet

from segments.membership import Moves, note_days
from segments.models import Membership, Segment, UploadChunk, UploadFile
from segments.rules.topics import name_segment
from subscribers.arrays import write_array
from subscribers.changes import note_changes
from subscribers.holdings import Holding, People, Row, hold_rows, read_rows

# Neither logged, for the log forgets them too, nor is the segment right as of any later instant than before.
LEAVE = """
WITH gone AS (
    DELETE FROM segments_membership
    WHERE segment_id = %(segment)s AND subscriber_id = ANY(%(people)s::bigint[]) RETURNING subscriber_id
), counted AS (
    UPDATE segments_segment SET member_count = member_count - (SELECT count(*) FROM gone)
    WHERE id = %(segment)s AND EXISTS (SELECT 1 FROM gone)
)
SELECT subscriber_id FROM gone
"""


def _leave_segments(people: People, now: dt.datetime) -> int:
    """Like anybody who leaves, so that each segment's counts stay those of its rows."""
    theirs = Membership.objects.filter(subscriber_id__in=people.ids).values_list("segment_id", flat=True)
    held = Segment.objects.select_related("site").select_for_update(of=("self",), no_key=True)
    moves = {}
    for segment in held.filter(pk__in=set(theirs)).order_by("pk"):
        with connection.cursor() as cursor:
            cursor.execute(LEAVE, {"segment": segment.pk, "people": write_array(people.ids)})
            left = tuple(pk for (pk,) in cursor.fetchall())
        note_days({segment.pk: Moves(left=left)}, segment.site.find_day(now))
        note_changes(people.site_id, {name_segment(segment.pk): left}, now=now)
        moves[segment.pk] = left
    return sum(len(left) for left in moves.values())


def _find_files(people: People) -> list[int]:
    """Drafts in which one of their names stands, whatever its column is."""
    drafts = UploadFile.objects.filter(upload__segment__site=people.site_id).order_by("pk")
    needles = [text.casefold().encode() for text in people.texts]
    return [
        draft.pk
        for draft in drafts.iterator(chunk_size=1)
        if any(needle in bytes(draft.content).lower() for needle in needles)
    ]


def _read_files(people: People) -> Iterator[Row]:
    files = UploadFile.objects.filter(pk__in=_find_files(people)).select_related("upload")
    yield from ({"upload_id": each.pk, "file_name": each.upload.file_name} for each in files)


def _erase_files(people: People, now: dt.datetime) -> int:
    drafts = UploadFile.objects.filter(pk__in=_find_files(people)).select_related("upload")
    return sum(1 for draft in drafts if draft.upload.delete())


def _find_chunks(people: People) -> QuerySet[UploadChunk]:
    texts = [text for name in people.texts for text in (name, name.lower())]
    named = reduce(or_, (Q(failures__contains=[[text]]) for text in texts), Q(pk__in=[]))
    numbers = [str(pk) for pk in people.ids]
    theirs = Q(people__overlap=list(people.ids)) | Q(texts__overlap=[*texts, *numbers]) | named
    return UploadChunk.objects.filter(theirs, upload__segment__site=people.site_id)


def _read_chunks(people: People) -> Iterator[Row]:
    for chunk in _find_chunks(people):
        mine = [text for text in chunk.texts if _is_named(text, people)]
        failed = [failure for failure in chunk.failures if _is_named(str(failure[1]), people)]
        yield {"upload_id": chunk.upload_id, "values": mine, "failures": failed}


def _erase_chunks(people: People, now: dt.datetime) -> int:
    chunks = list(_find_chunks(people).select_for_update())
    for chunk in chunks:
        chunk.people = [pk for pk in chunk.people if pk not in people.ids]
        # The rows stay, so that a file's figures add up; they mean nobody.
        chunk.texts = ["" if _is_named(text, people) else text for text in chunk.texts]
        chunk.failures = [
            [line, "" if _is_named(str(text), people) else text, *why] for line, text, *why in chunk.failures
        ]
        chunk.save(update_fields=["people", "texts", "failures"])
    return len(chunks)


def _is_named(text: str, people: People) -> bool:
    wanted = {name.casefold() for name in people.texts} | {str(pk) for pk in people.ids}
    return text.strip().casefold() in wanted


def list_rules_that_name(people: People) -> list[Segment]:
    """Segments in whose rules one of their names stands: what somebody wrote, and only people can change."""
    found = (Q(rule__icontains=text) | Q(snapshot_rule__icontains=text) for text in people.texts)
    return list(
        Segment.objects.filter(reduce(or_, found, Q(pk__in=[])), site=people.site_id).order_by("name")
    )


HOLDINGS = (
    Holding(
        "segments.Membership", "Which segments they are in", "deleted: they leave their segments",
        lambda people: read_rows(Membership, subscriber_id__in=people.ids), _leave_segments,
    ),
    hold_rows("segments.MembershipChange", "When they entered and left segments; how many did each day stays counted"),
    Holding("segments.UploadFile", "Files for lists that wait for somebody’s word", "the draft is discarded", _read_files, _erase_files),
    Holding("segments.UploadChunk", "Rows of files for lists: being worked through, or failed", "emptied", _read_chunks, _erase_chunks),
)  # fmt: skip
