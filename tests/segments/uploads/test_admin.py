"""Uploads in the admin: nothing changes before it is confirmed, no file makes it stumble, and what failed is told."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from segments.models import Segment, SegmentUpload
from subscribers.models import Site
from tests import factories
from tests.segments.test_admin import sign_in
from tests.segments.uploads.files import confirm, draft, names_on, run, upload_people, write_file


@pytest.fixture
def marketer(site: Site) -> Client:
    return sign_in("marketer")


@pytest.fixture
def segment(site: Site) -> Segment:
    for name in ("u-1", "u-2", "u-3"):
        factories.make_subscriber(site, external_id=name, email=f"{name}@x.example")
    return factories.make_list(site, name="Guests")


def address(upload: SegmentUpload, page: str = "uploaded") -> str:
    return reverse(f"admin:segments_segment_{page}", args=[upload.segment_id, upload.pk])


def send(client: Client, segment: Segment, content: bytes, mode: str = "add") -> Any:
    file = SimpleUploadedFile("people.csv", content)
    url = reverse("admin:segments_segment_upload", args=[segment.pk])
    return client.post(url, {"file": file, "mode": mode}, follow=True)


def text_of(response: Any) -> str:
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_a_file_is_looked_at_confirmed_and_accounted_for(marketer: Client, segment: Segment) -> None:
    page = text_of(send(marketer, segment, write_file("u-1", "u-2", "u-2", "nobody")))
    assert "What “people.csv” would do to “Guests”" in page
    assert "The file’s 4 rows" in page
    assert "Yes, add 2" in page
    assert "Nobody on this site has this customer id." in page
    assert names_on(segment) == set()

    upload = SegmentUpload.objects.get()
    running = text_of(marketer.post(address(upload, "upload_confirm"), follow=True))
    assert "0 of 4 rows done" in running
    run(upload)
    result = text_of(marketer.get(address(upload)))

    assert names_on(segment) == {"u-1", "u-2"}
    assert address(upload, "upload_failed") in result
    assert "<dd>2</dd>" in result


def test_the_rows_that_failed_are_downloaded(marketer: Client, segment: Segment) -> None:
    upload = upload_people(segment, "u-1", "nobody", 'so "called"')

    response = marketer.get(address(upload, "upload_failed"))

    content = b"".join(response).decode()
    assert content.startswith("\ufeff")  # for spreadsheets
    assert content.removeprefix("\ufeff").splitlines() == [
        "line,value,why",
        "3,nobody,Nobody on this site has this customer id.",
        '4,"so ""called""",Nobody on this site has this customer id.',
    ]


def test_a_file_that_does_not_say_what_it_holds_is_asked_about(marketer: Client, segment: Segment) -> None:
    page = text_of(send(marketer, segment, b"id;name\nu-1;Ana\n"))
    upload = SegmentUpload.objects.get()
    assert "How is “people.csv” meant?" in page
    assert "<td>Ana</td>" in page
    assert address(upload, "upload_confirm") not in page

    chosen = {"column": 0, "by": "external_id", "has_header": "on", "mode": "add", "takes_all": "False"}
    page = text_of(marketer.post(address(upload), chosen, follow=True))

    assert "Yes, add 1" in page


def test_how_the_file_is_meant_can_be_changed(marketer: Client, segment: Segment) -> None:
    upload_people(segment, "u-3")
    upload = draft(segment, b"email\nu-1@x.example\nu-2@x.example\n")
    changed = {"column": 0, "by": "email", "has_header": "on", "mode": "replace", "takes_all": "True"}

    page = text_of(marketer.post(address(upload), changed, follow=True))

    assert "Yes, add 2 and remove 1" in page
    assert "because the file does not name them" in page


def test_a_choice_that_makes_no_sense_is_refused_in_words(marketer: Client, segment: Segment) -> None:
    upload = draft(segment, write_file("u-1"))
    odd = {"column": 99, "by": "shoe size", "mode": "burn", "takes_all": "maybe"}

    page = text_of(marketer.post(address(upload), odd))

    assert page.count("Select a valid choice") >= 3
    upload.refresh_from_db()
    assert (upload.column, upload.by) == (0, "external_id")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty"),
        (b"\n\n", "The file is empty"),
        (b"PK\x03\x04" + b"\x00" * 50, "This is a workbook"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "not a text file"),
        (b'external_id\n"u-1\n', "cannot be read"),
        (b"external_id\n", "nobody in the rows below"),
        (b"external_id\n" + b"u-1\n" * 21, "more than 20 rows"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_words(
    marketer: Client, segment: Segment, settings: Settings, content: bytes, words: str
) -> None:
    settings.SEGMENT_UPLOAD_MAX_ROWS = 20

    assert words in text_of(send(marketer, segment, content))
    assert not SegmentUpload.objects.exists()


def test_a_hostile_file_is_shown_as_text(marketer: Client, segment: Segment) -> None:
    page = text_of(send(marketer, segment, write_file("<script>alert(1)</script>", "=cmd()", "x" * 5000)))

    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;" in page


def test_latin_1_is_said_so(marketer: Client, segment: Segment) -> None:
    assert "It is not Unicode" in text_of(send(marketer, segment, "external_id\nÉmile\n".encode("latin-1")))


def test_no_file_and_no_mode_are_asked_for(marketer: Client, segment: Segment) -> None:
    url = reverse("admin:segments_segment_upload", args=[segment.pk])

    assert text_of(marketer.post(url, {})).count("This field is required.") == 2


def test_a_file_put_aside_changes_nothing(marketer: Client, segment: Segment) -> None:
    upload = draft(segment, write_file("u-1"))

    page = text_of(marketer.post(address(upload, "upload_discard"), follow=True))

    assert "Nothing on the list has changed." in page
    assert not SegmentUpload.objects.exists()


def test_progress_is_told_while_it_runs(marketer: Client, segment: Segment) -> None:
    upload = confirm(segment, write_file("u-1", "u-2"))
    running = marketer.get(address(upload, "upload_progress")).json()
    assert (running["state"], "0 of 2 rows done" in " ".join(running["html"].split())) == ("running", True)

    run(upload)
    assert marketer.get(address(upload, "upload_progress")).json()["state"] == "done"


def test_looking_at_a_file_by_link_or_confirming_it_by_link_does_nothing(
    marketer: Client, segment: Segment
) -> None:
    upload = draft(segment, write_file("u-1"))

    statuses = [
        marketer.get(address(upload, f"upload_{step}")).status_code for step in ("confirm", "discard")
    ]

    assert statuses == [405, 405]
    assert SegmentUpload.objects.get().state == "draft"


def test_a_live_segment_takes_no_files(marketer: Client, site: Site) -> None:
    live = factories.make_segment(site)

    assert marketer.get(reverse("admin:segments_segment_upload", args=[live.pk])).status_code == 404


def test_an_upload_belongs_to_its_list(marketer: Client, segment: Segment) -> None:
    upload = draft(segment, write_file("u-1"))
    other = factories.make_list(segment.site)

    url = reverse("admin:segments_segment_uploaded", args=[other.pk, upload.pk])

    assert marketer.get(url).status_code == 404


@pytest.mark.parametrize("page", ["uploaded", "upload_confirm", "upload_progress", "upload_failed"])
def test_who_may_not_change_segments_neither_uploads_nor_sees_uploads(segment: Segment, page: str) -> None:
    upload = draft(segment, write_file("u-1"))
    analyst = sign_in("analyst")
    method = analyst.post if page == "upload_confirm" else analyst.get

    assert method(address(upload, page)).status_code == 403
    assert analyst.get(reverse("admin:segments_segment_upload", args=[segment.pk])).status_code == 403


def test_who_may_not_see_subscribers_is_not_told_who_they_are(segment: Segment) -> None:
    ana = factories.make_subscriber(segment.site, external_id="secret", email="ana@x.example")
    user = factories.make_user()
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_segment", "change_segment"]))
    client = Client()
    client.force_login(user)
    upload = draft(segment, write_file("ana@x.example", header="email"))

    page = text_of(client.get(address(upload)))

    assert str(ana) not in page
    assert "1 found" in page
