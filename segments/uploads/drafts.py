"""From a chosen file to a confirmed one: nothing changes on the list before somebody has seen what would."""

import datetime as dt
import itertools
from functools import partial
from typing import NamedTuple

from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.db import transaction

from segments.models import Segment, SegmentUpload, UploadChunk, UploadFile
from segments.uploads.columns import recognise_column
from segments.uploads.reading import FileRefused, Sheet, check_sheet, open_sheet
from subscribers.waking import wake

UPLOADS_TASK = "segments.tasks.run_uploads"
CHUNK = 2_000  # rows
ONLY_A_HEADER = "The file names its columns, but there is nobody in the rows below."


class ChosenFile(NamedTuple):
    name: str
    content: bytes


def check_size(size: int) -> None:
    """Raise FileRefused for a file of so many bytes that it is better not even read."""
    if size > settings.SEGMENT_UPLOAD_MAX_MB * 1024 * 1024:
        raise FileRefused(
            f"The file is larger than {settings.SEGMENT_UPLOAD_MAX_MB:,} MB. "
            "Leave out columns that do not say who is meant, or split it."
        )


@transaction.atomic
def start_upload(
    segment: Segment, chosen: ChosenFile, *, mode: str, by: User | AnonymousUser, now: dt.datetime
) -> SegmentUpload:
    """Keep a file for a list as a draft, with what can be told of its columns. Raises FileRefused."""
    sheet = open_sheet(chosen.content)
    check_sheet(sheet, most_rows=settings.SEGMENT_UPLOAD_MAX_ROWS)
    meaning = recognise_column(next(sheet.rows()))
    if meaning.by and next(sheet.values(meaning.column, has_header=meaning.has_header), None) is None:
        raise FileRefused(ONLY_A_HEADER)
    upload = SegmentUpload.objects.create(
        segment=segment,
        created_by=by if isinstance(by, User) else None,
        created_at=now,
        file_name=chosen.name.replace("\0", "")[:200] or "a file",
        mode=mode,
        by=meaning.by,
        column=meaning.column,
        has_header=meaning.has_header,
    )
    UploadFile.objects.create(upload=upload, content=chosen.content)
    return upload


def read_sheet(upload: SegmentUpload) -> Sheet:
    """The file of a draft, which was checked when it came."""
    return open_sheet(bytes(upload.file.content))


@transaction.atomic
def confirm_upload(upload: SegmentUpload) -> bool:
    """Hand a draft to the workers; False if it is none any more. Of the file, the column that counts is kept.

    Raises FileRefused where there is nobody in it.
    """
    rows = SegmentUpload.objects.select_for_update(of=("self",)).filter(state=SegmentUpload.State.DRAFT)
    draft = rows.exclude(by="").filter(pk=upload.pk).first()
    if draft is None:
        return False
    values = read_sheet(draft).values(draft.column, has_header=draft.has_header)
    draft.row_count = 0
    while chunk := list(itertools.islice(values, CHUNK)):
        lines, texts = map(list, zip(*chunk, strict=True))
        UploadChunk.objects.create(upload=draft, lines=lines, texts=texts)
        draft.row_count += len(chunk)
    if not draft.row_count:
        raise FileRefused(ONLY_A_HEADER)
    draft.state = SegmentUpload.State.RUNNING
    draft.save(update_fields=["state", "row_count"])
    draft.file.delete()
    transaction.on_commit(partial(wake, UPLOADS_TASK), robust=True)
    return True


def discard_upload(upload: SegmentUpload) -> None:
    """Forget a draft; nothing else can be undone in this way."""
    SegmentUpload.objects.filter(pk=upload.pk, state=SegmentUpload.State.DRAFT).delete()
