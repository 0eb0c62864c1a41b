"""What a file would do, before it does it."""

import pytest

from segments.looking.export import write_members
from segments.models import SegmentUpload
from segments.uploads.drafts import read_sheet
from segments.uploads.previewing import UploadPreview, preview_upload
from segments.uploads.reading import FileRefused
from subscribers.models import Site
from tests.factories import NOW, make_list, make_subscriber
from tests.segments.uploads.files import draft, names_on, run, upload_people, write_file


def look(upload: SegmentUpload) -> UploadPreview:
    return preview_upload(upload, read_sheet(upload), now=NOW)


def test_every_row_is_counted_in_one_of_four_ways(site: Site) -> None:
    for number in (1, 2):
        make_subscriber(site, email=f"{number}@x.example")
    for _ in range(2):
        make_subscriber(site, email="both@x.example")
    rows = ["1@x.example", "2@x.example", "1@X.EXAMPLE", "nobody@x.example", "both@x.example", ""]
    content = "\n".join(["email,city", *(f"{row},Ulm" for row in rows)]).encode()

    tally = look(draft(make_list(site), content)).tally

    assert (tally.named, tally.doubles, tally.unknown, tally.shared) == (2, 1, 2, 1)
    assert tally.rows == len(rows)


@pytest.mark.parametrize(
    ("mode", "moves"), [("add", (2, 0, 2)), ("replace", (2, 1, 1)), ("remove", (0, 1, 1))]
)
def test_what_is_foretold_is_what_happens(site: Site, mode: str, moves: tuple[int, int, int]) -> None:
    for name in ("a", "b", "c", "d"):
        make_subscriber(site, external_id=name)
    segment = make_list(site)
    upload_people(segment, "a", "b")
    upload = draft(segment, write_file("b", "c", "d", "x"), mode)

    foretold = look(upload)
    upload_people(segment, "b", "c", "d", "x", mode=mode)

    assert (foretold.enter, foretold.leave, foretold.stay) == moves
    done = SegmentUpload.objects.exclude(state="draft").first()
    assert done
    assert (done.added, done.removed) == moves[:2]
    assert len(names_on(segment)) == foretold.stay + foretold.enter


def test_the_first_rows_are_shown_with_whom_they_mean(site: Site) -> None:
    make_subscriber(site, external_id="u-1")

    first = look(draft(make_list(site), write_file("u-1", "u-2"))).first

    assert [(row.line, row.text, row.people, row.problem) for row in first] == [
        (2, "u-1", ["u-1"], ""),
        (3, "u-2", [], "Nobody on this site has this customer id."),
    ]


def test_all_who_share_a_value_are_taken_where_that_is_wished(site: Site) -> None:
    for _ in range(3):
        make_subscriber(site, email="all@x.example")
    upload = draft(make_list(site), write_file("all@x.example", header="email"))
    assert look(upload).enter == 0

    upload.takes_all = True
    assert look(upload).enter == 3


def test_a_file_whose_only_row_is_its_header_is_refused(site: Site) -> None:
    upload = draft(make_list(site), b"u-1")
    upload.by = "external_id"

    with pytest.raises(FileRefused, match="nobody in the rows below"):
        look(upload)


def test_looking_changes_nothing(site: Site) -> None:
    make_subscriber(site, external_id="u-1")
    segment = make_list(site)
    upload = draft(segment, write_file("u-1"))
    look(upload)
    run(upload)

    assert upload.state == "draft"
    assert names_on(segment) == set()


def test_an_exported_segment_can_be_uploaded_as_it_is(site: Site) -> None:
    for name in ("u-1", "u-2"):
        make_subscriber(site, external_id=name)
    guests = make_list(site)
    upload_people(guests, "u-1", "u-2")

    upload = draft(make_list(site), "".join(write_members(guests)).encode())

    assert (upload.by, look(upload).enter) == ("subscriber", 2)
