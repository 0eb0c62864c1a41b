"""Confirmed files worked through, chunk by chunk, each in a transaction of its own.

What is done and what is left is written together with the list itself: a worker that is killed leaves a chunk either
done or untouched, and the next tick goes on from there.
"""

import datetime as dt
import logging
from collections.abc import Callable

from django.db import connection, transaction

from segments.lists import add_members, remove_members
from segments.membership import pick_instant
from segments.models import Segment, SegmentUpload, UploadChunk
from segments.uploads.matching import Verdict, judge_values

logger = logging.getLogger(__name__)

# A worker gives way after so many chunks of a file, so that a long one holds up nothing else.
MOST_CHUNKS = 10
LEAVING = 5_000  # people taken off a replaced list in one transaction

# Members who are not in the file. Whoever was, and turned out since to be somebody else, is there as that person.
FIND_LEAVING = """
WITH kept AS MATERIALIZED (SELECT DISTINCT unnest(people) AS id FROM segments_uploadchunk WHERE upload_id = %s),
leaving AS MATERIALIZED (
    SELECT subscriber_id FROM segments_membership AS member
    WHERE segment_id = %s AND NOT EXISTS (SELECT 1 FROM kept WHERE kept.id = member.subscriber_id)
    LIMIT %s
)
SELECT subscriber_id FROM leaving WHERE NOT EXISTS (
    SELECT 1 FROM subscribers_subscriber AS shell JOIN kept USING (id)
    WHERE shell.merged_into_id = leaving.subscriber_id)
"""

Mode, State = SegmentUpload.Mode, SegmentUpload.State


def run_uploads(*, clock: Callable[[], dt.datetime]) -> bool:
    """Work on every confirmed file for a while; True if some of it is left. `clock` tells each chunk's instant.

    One that raises is left for the next time and keeps no other from its turn.
    """
    left = False
    for pk in SegmentUpload.objects.filter(state=State.RUNNING).order_by("pk").values_list("pk", flat=True):
        try:
            left |= all(run_chunk(pk, now=clock()) for _ in range(MOST_CHUNKS))
        except Exception:
            logger.exception("Upload %s is gone on with later", pk)
    return left


@transaction.atomic
def run_chunk(upload_id: int, *, now: dt.datetime) -> bool:
    """Do the next piece of a confirmed file; False: nothing is left to do, or another worker is at it."""
    rows = SegmentUpload.objects.select_for_update(of=("self",), skip_locked=True)
    upload = rows.filter(pk=upload_id, state=State.RUNNING).first()
    if upload is None:
        return False
    segment = Segment.objects.select_related("site").select_for_update(of=("self",), no_key=True)
    upload.segment = segment.get(pk=upload.segment_id)
    at = pick_instant([upload.segment], no_earlier_than=now)
    chunk = upload.chunks.filter(is_done=False).order_by("pk").first()
    if chunk is not None:
        _work_through(upload, chunk, at)
    elif upload.mode != Mode.REPLACE or not _remove_others(upload, at):
        _finish(upload, now)
        return False
    return True


def _work_through(upload: SegmentUpload, chunk: UploadChunk, now: dt.datetime) -> None:
    verdicts = judge_values(upload.segment.site, upload.by, set(chunk.texts), takes_all=upload.takes_all)
    people = sorted({person for verdict in verdicts.values() for person in verdict.people})
    if upload.mode == Mode.REMOVE:
        upload.removed += len(remove_members(upload.segment, people, now=now).left)
    else:
        upload.added += len(add_members(upload.segment, people, now=now).entered)
    upload.done_count += len(chunk.lines)
    chunk.failures = _list_failures(chunk, verdicts)
    upload.failed += len(chunk.failures)
    upload.save(update_fields=["added", "removed", "done_count", "failed"])
    chunk.people = people if upload.mode == Mode.REPLACE else []
    chunk.lines, chunk.texts, chunk.is_done = [], [], True
    chunk.save()


def _list_failures(chunk: UploadChunk, verdicts: dict[str, Verdict]) -> list[tuple[int, str, str]]:
    return [
        (line, text, verdicts[text].problem)
        for line, text in zip(chunk.lines, chunk.texts, strict=True)
        if verdicts[text].problem
    ]


def _remove_others(upload: SegmentUpload, now: dt.datetime) -> bool:
    """Take some of those off the list who are not in the file; False: nobody is left."""
    with connection.cursor() as cursor:
        cursor.execute(FIND_LEAVING, [upload.pk, upload.segment_id, LEAVING])
        people = [pk for (pk,) in cursor.fetchall()]
    upload.removed += len(remove_members(upload.segment, people, now=now).left)
    upload.save(update_fields=["removed"])
    return bool(people)


def _finish(upload: SegmentUpload, now: dt.datetime) -> None:
    upload.state, upload.finished_at = State.DONE, now
    upload.save(update_fields=["state", "finished_at"])
    upload.chunks.filter(failures=[]).delete()
    upload.chunks.update(people=[])
