"""Files for lists, as tests write them."""

import datetime as dt

from django.contrib.auth.models import AnonymousUser

from segments.models import Segment, SegmentUpload
from segments.uploads.drafts import ChosenFile, confirm_upload, start_upload
from segments.uploads.running import run_chunk
from tests.factories import NOW


def write_file(*texts: str, header: str = "external_id") -> bytes:
    return "\n".join([header, *texts]).encode()


def draft(segment: Segment, content: bytes, mode: str = "add", now: dt.datetime = NOW) -> SegmentUpload:
    chosen = ChosenFile("people.csv", content)
    return start_upload(segment, chosen, mode=mode, by=AnonymousUser(), now=now)


def confirm(segment: Segment, content: bytes, mode: str = "add") -> SegmentUpload:
    upload = draft(segment, content, mode)
    assert confirm_upload(upload)
    return upload


def run(upload: SegmentUpload, now: dt.datetime = NOW) -> None:
    """Work through all of it."""
    while run_chunk(upload.pk, now=now):
        pass
    upload.refresh_from_db()


def upload_people(segment: Segment, *texts: str, mode: str = "add", now: dt.datetime = NOW) -> SegmentUpload:
    upload = confirm(segment, write_file(*texts), mode)
    run(upload, now)
    segment.refresh_from_db()
    return upload


def names_on(segment: Segment) -> set[str]:
    """The customer ids of whoever is on the list, whose kept count must be theirs."""
    segment.refresh_from_db()
    names = set(segment.memberships.values_list("subscriber__external_id", flat=True))
    assert segment.member_count == segment.memberships.count()
    return names
