"""What became of a file: the rows that could not be used, for as long as they are kept."""

import datetime as dt
from collections.abc import Iterator

from django.conf import settings

from segments.models import SegmentUpload, UploadChunk
from subscribers.formulas import guard_text

HEADER = ("line", "value", "why")


def list_failures(upload: SegmentUpload) -> Iterator[tuple[str, str, str]]:
    """Line, value and reason of each row that could not be used so far, in the order of the file, for a spreadsheet."""
    for failures in upload.chunks.order_by("pk").values_list("failures", flat=True).iterator():
        for line, text, problem in failures:
            yield str(line), guard_text(text), problem


def has_failures_kept(upload: SegmentUpload) -> bool:
    return upload.failed > 0 and upload.chunks.exists()


def forget_uploads(*, now: dt.datetime) -> None:
    """After SEGMENT_UPLOAD_DAYS, drafts go with their files, and of those that are done a summary is left."""
    before = now - dt.timedelta(days=settings.SEGMENT_UPLOAD_DAYS)
    SegmentUpload.objects.filter(state=SegmentUpload.State.DRAFT, created_at__lt=before).delete()
    UploadChunk.objects.filter(
        upload__state=SegmentUpload.State.DONE, upload__finished_at__lt=before
    ).delete()
