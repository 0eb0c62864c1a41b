"""A confirmed file is worked through in chunks: completely, once, whatever happens to the workers."""

import datetime as dt
from unittest.mock import patch

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks

from segments import tasks
from segments.building import build_members
from segments.following import follow_site
from segments.models import MembershipChange, Segment, SegmentDay, SegmentUpload, UploadChunk
from segments.uploads import drafts, running
from segments.uploads.running import run_chunk, run_uploads
from subscribers.models import Site
from tests.factories import NOW, make_list, make_segment, make_subscriber
from tests.segments.uploads.files import confirm, names_on, run, upload_people, write_file

PEOPLE = [f"u-{number}" for number in range(7)]


@pytest.fixture
def people(site: Site) -> list[str]:
    for name in PEOPLE:
        make_subscriber(site, external_id=name)
    return PEOPLE


@pytest.fixture
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "CHUNK", 2)
    monkeypatch.setattr(running, "LEAVING", 2)


def test_people_are_added(site: Site, people: list[str]) -> None:
    segment = make_list(site)

    upload = upload_people(segment, "u-1", "u-2", "u-2")

    assert names_on(segment) == {"u-1", "u-2"}
    assert (upload.state, upload.added, upload.removed, upload.failed) == ("done", 2, 0, 0)
    assert (upload.done_count, upload.row_count, upload.finished_at) == (3, 3, NOW)


def test_people_are_removed(site: Site, people: list[str]) -> None:
    segment = make_list(site)
    upload_people(segment, *people)

    upload = upload_people(segment, "u-1", "nobody", mode="remove", now=NOW + dt.timedelta(hours=1))

    assert names_on(segment) == {*people} - {"u-1"}
    assert (upload.added, upload.removed, upload.failed) == (0, 1, 1)


@pytest.mark.usefixtures("_small_chunks")
def test_the_list_is_replaced(site: Site, people: list[str]) -> None:
    segment = make_list(site)
    upload_people(segment, *people[:5])

    upload = upload_people(segment, *people[4:], mode="replace", now=NOW + dt.timedelta(hours=1))

    assert names_on(segment) == {*people[4:]}
    assert (upload.added, upload.removed) == (2, 4)


def test_what_happened_is_logged_as_a_change_of_the_list(site: Site, people: list[str]) -> None:
    segment = make_list(site, refreshed_at=NOW - dt.timedelta(days=1))
    upload_people(segment, "u-1", "u-2")
    later = NOW + dt.timedelta(hours=1)
    upload_people(segment, "u-2", mode="replace", now=later)

    changes = MembershipChange.objects.filter(segment=segment).order_by(
        "changed_at", "subscriber__external_id"
    )
    assert list(changes.values_list("subscriber__external_id", "kind", "cause", "changed_at")) == [
        ("u-1", "entered", "list", NOW),
        ("u-2", "entered", "list", NOW),
        ("u-1", "left", "list", later),
    ]
    day = SegmentDay.objects.get(segment=segment)
    assert (day.entered, day.left) == (2, 1)


@pytest.mark.usefixtures("_small_chunks")
@pytest.mark.parametrize("mode", ["add", "replace", "remove"])
def test_a_killed_worker_loses_and_doubles_nothing(site: Site, people: list[str], mode: str) -> None:
    segment = make_list(site)
    upload_people(segment, "u-0", "u-6")
    upload = confirm(segment, write_file(*people[1:], "nobody"), mode)

    # Each chunk is broken off once, after all of its work and before it is committed.
    for _ in range(12):
        with (
            patch.object(SegmentUpload, "save", side_effect=KeyboardInterrupt),
            pytest.raises(KeyboardInterrupt),
        ):
            run_chunk(upload.pk, now=NOW + dt.timedelta(hours=1))
        if not run_chunk(upload.pk, now=NOW + dt.timedelta(hours=1)):
            break
    upload.refresh_from_db()

    expected = {"add": {*people}, "replace": {*people[1:]}, "remove": {"u-0"}}[mode]
    assert names_on(segment) == expected
    moved = {"add": (5, 0), "replace": (5, 1), "remove": (0, 1)}[mode]
    assert (upload.state, upload.added, upload.removed, upload.failed) == ("done", *moved, 1)


@pytest.mark.usefixtures("_small_chunks")
def test_a_worker_gives_way_after_some_chunks_and_says_that_something_is_left(
    site: Site, people: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "MOST_CHUNKS", 2)
    segment = make_list(site)
    confirm(segment, write_file(*people))

    assert run_uploads(clock=lambda: NOW)
    assert len(names_on(segment)) == 4
    while run_uploads(clock=lambda: NOW):
        pass
    assert len(names_on(segment)) == 7


def test_one_file_that_cannot_be_worked_on_does_not_hold_up_the_next(site: Site, people: list[str]) -> None:
    first, second = make_list(site), make_list(site)
    broken = confirm(first, write_file("u-1"))
    confirm(second, write_file("u-2"))
    UploadChunk.objects.filter(upload=broken).update(texts=["u-1", "more than lines"])

    run_uploads(clock=lambda: NOW)

    assert names_on(second) == {"u-2"}
    broken.refresh_from_db()
    assert broken.state == "running"


def test_who_turns_out_to_be_somebody_else_meanwhile_stays_on_a_replaced_list(site: Site) -> None:
    person, shell = make_subscriber(site, external_id="u-1"), make_subscriber(site, external_id="old")
    segment = make_list(site)
    upload = confirm(segment, write_file("old"), "replace")
    run_chunk(upload.pk, now=NOW)
    # Between the two halves of the work: the merge, and what following makes of it.
    shell.merged_into = person
    shell.save()
    segment.memberships.update(subscriber=person)

    run(upload, NOW + dt.timedelta(minutes=1))

    assert names_on(segment) == {"u-1"}


def test_what_is_built_on_the_list_follows_it(site: Site, people: list[str]) -> None:
    segment = make_list(site)
    rule = {"version": 1, "root": {"type": "segment", "segment": segment.pk, "member": True}}
    upper: Segment = make_segment(site, rule)
    build_members(upper, as_of=NOW)

    later = NOW + dt.timedelta(minutes=1)
    upload_people(segment, "u-1", "u-2", now=later)
    follow_site(site, now=later)

    assert names_on(upper) == {"u-1", "u-2"}


def test_what_one_person_does_twice_at_one_instant_is_logged_twice(site: Site, people: list[str]) -> None:
    segment = make_list(site)
    upload_people(segment, "u-1")
    upload_people(segment, "u-1", mode="remove")

    log = MembershipChange.objects.filter(segment=segment).order_by("changed_at")
    assert list(log.values_list("kind", flat=True)) == ["entered", "left"]


def test_confirming_wakes_a_worker_which_wakes_another_while_something_is_left(
    site: Site,
    people: list[str],
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    monkeypatch.setattr(running, "MOST_CHUNKS", 1)
    segment = make_list(site)

    with patch("segments.uploads.drafts.wake") as wake, django_capture_on_commit_callbacks(execute=True):
        confirm(segment, write_file(*people))
    wake.assert_called_once_with(drafts.UPLOADS_TASK)

    with patch("segments.tasks.wake") as wake_again:
        tasks.run_uploads()
        tasks.run_uploads()
    assert wake_again.call_count == 1
    assert names_on(segment) == {*people}
