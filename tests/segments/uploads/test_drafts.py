"""A chosen file waits for a word; nothing on the list changes before."""

import pytest
from pytest_django import Settings

from segments.models import SegmentUpload, UploadChunk, UploadFile
from segments.uploads.drafts import check_size, confirm_upload, discard_upload
from segments.uploads.reading import FileRefused
from subscribers.models import Site
from tests.factories import make_list, make_subscriber
from tests.segments.uploads.files import draft, names_on, write_file


def test_a_draft_changes_nothing(site: Site) -> None:
    make_subscriber(site, external_id="u-1")
    segment = make_list(site)

    upload = draft(segment, write_file("u-1"))

    assert (upload.state, upload.by, upload.column, upload.has_header) == ("draft", "external_id", 0, True)
    assert names_on(segment) == set()


def test_of_a_confirmed_file_only_the_column_that_counts_is_kept(site: Site) -> None:
    upload = draft(make_list(site), b"email,external_id,secret\na@x.example,u-1,42\nb@x.example,u-2,43\n")

    assert confirm_upload(upload)

    chunk = UploadChunk.objects.get()
    assert (chunk.lines, chunk.texts) == ([2, 3], ["u-1", "u-2"])
    assert not UploadFile.objects.exists()
    upload.refresh_from_db()
    assert (upload.state, upload.row_count) == ("running", 2)


def test_a_file_is_confirmed_once(site: Site) -> None:
    upload = draft(make_list(site), write_file("u-1"))

    assert [confirm_upload(upload), confirm_upload(upload)] == [True, False]
    assert UploadChunk.objects.count() == 1


def test_a_file_of_which_nobody_knows_what_it_holds_is_not_confirmed(site: Site) -> None:
    upload = draft(make_list(site), write_file("7", header="id"))

    assert not confirm_upload(upload)


@pytest.mark.parametrize("mode", ["add", "replace", "remove"])
def test_a_file_without_people_is_refused(site: Site, mode: str) -> None:
    segment = make_list(site)
    with pytest.raises(FileRefused, match="nobody in the rows below"):
        draft(segment, write_file(), mode)

    upload = draft(segment, b"u-1", mode)  # taken for a header, which somebody then says is one
    SegmentUpload.objects.update(by="external_id", has_header=True)
    upload.refresh_from_db()
    with pytest.raises(FileRefused, match="nobody in the rows below"):
        confirm_upload(upload)


def test_a_file_that_is_put_aside_is_gone_but_a_confirmed_one_is_not(site: Site) -> None:
    segment = make_list(site)
    aside, confirmed = draft(segment, write_file("u-1")), draft(segment, write_file("u-2"))
    confirm_upload(confirmed)

    discard_upload(aside)
    discard_upload(confirmed)

    assert list(SegmentUpload.objects.all()) == [confirmed]


def test_a_file_that_is_too_large_is_refused_with_the_limit(settings: Settings) -> None:
    settings.SEGMENT_UPLOAD_MAX_MB = 1
    check_size(1024 * 1024)
    with pytest.raises(FileRefused, match="larger than 1 MB"):
        check_size(1024 * 1024 + 1)
