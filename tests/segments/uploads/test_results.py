"""The rows that could not be used are told, for some days."""

import datetime as dt

from pytest_django import Settings

from segments.looking.export import write_members
from segments.models import SegmentUpload, UploadChunk, UploadFile
from segments.uploads.drafts import confirm_upload
from segments.uploads.results import forget_uploads, has_failures_kept, list_failures
from subscribers.formulas import guard_text
from subscribers.models import Site
from tests.factories import NOW, make_list, make_subscriber
from tests.segments.uploads.files import confirm, draft, names_on, run, upload_people, write_file


def test_each_row_that_was_not_used_is_listed_with_its_line_and_the_reason(site: Site) -> None:
    make_subscriber(site, external_id="u-1")

    upload = upload_people(make_list(site), "u-1", "u-2", "", "u-3")

    assert list(list_failures(upload)) == [
        ("3", "u-2", "Nobody on this site has this customer id."),
        ("5", "u-3", "Nobody on this site has this customer id."),
    ]
    assert upload.failed == 2


def test_a_spreadsheet_does_not_take_a_value_for_a_formula(site: Site) -> None:
    upload = upload_people(make_list(site), "=1+1", "@SUM(A1)", "fine")

    assert [text for _, text, _ in list_failures(upload)] == ["'=1+1", "'@SUM(A1)", "fine"]


def test_after_some_days_a_summary_is_left_and_drafts_are_gone(site: Site, settings: Settings) -> None:
    settings.SEGMENT_UPLOAD_DAYS = 3
    segment = make_list(site)
    done = upload_people(segment, "nobody")
    draft(segment, write_file("u-1"))
    waiting = confirm(segment, write_file("u-2"))

    forget_uploads(now=NOW + dt.timedelta(days=3))
    assert has_failures_kept(done)
    forget_uploads(now=NOW + dt.timedelta(days=3, seconds=1))

    assert set(SegmentUpload.objects.all()) == {done, waiting}
    assert not has_failures_kept(done)
    assert not UploadFile.objects.exists()
    assert UploadChunk.objects.get().upload == waiting


def test_of_rows_that_were_used_nothing_is_kept(site: Site) -> None:
    make_subscriber(site, external_id="u-1")
    upload = confirm(make_list(site), write_file("u-1"), "replace")
    run(upload)

    assert not UploadChunk.objects.exists()


NAMES = [
    "+491511",
    "=1+1",
    "'=1+1",
    "''@x",
    "-5",
    "@ann",
    "'tis",
    "José",
    "u,1",
    'u"1',
    "u;1",
    "a\tb",
    "＝1",
    "0815",
]


def test_the_members_of_a_list_come_back_in_as_they_went_out(site: Site) -> None:
    everybody = make_list(site)
    for name in NAMES:
        make_subscriber(site, external_id=name)
    assert (
        upload_people(
            everybody, *(f'"{guard_text(name).replace(chr(34), chr(34) * 2)}"' for name in NAMES)
        ).failed
        == 0
    )
    file = "".join(write_members(everybody)).encode()
    other = make_list(site)

    upload = draft(other, file)
    upload.by, upload.column = SegmentUpload.Column.EXTERNAL_ID, 1
    upload.save()
    assert confirm_upload(upload)
    run(upload)

    assert upload.failed == 0
    assert names_on(other) == names_on(everybody) == set(NAMES)


def test_a_list_of_placeholders_means_nobody_and_says_so(site: Site) -> None:
    make_subscriber(site, external_id="José")

    upload = upload_people(make_list(site), "undefined", "{{ user.id }}", " Jose\u0301 ")

    assert upload.added == 1
    assert [problem.split(" ")[0:2] for _, _, problem in list_failures(upload)] == [
        ["This", "stands"],
        ["This", "looks"],
    ]
