"""Files as spreadsheets write them: read whatever the encoding and the separator, or refused with a sentence."""

import pytest

from segments.uploads.reading import FileRefused, Row, check_sheet, open_sheet

MOST = 100


def read(content: bytes) -> list[Row]:
    sheet = open_sheet(content)
    check_sheet(sheet, most_rows=MOST)
    return list(sheet.rows())


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("name\nÉmile ß\n".encode(), "UTF-8"),
        ("name\nÉmile ß\n".encode("utf-8-sig"), "UTF-8"),
        ("name\nÉmile ß\n".encode("utf-16"), "UTF-16"),
        (b"\xfe\xff" + "name\nÉmile ß\n".encode("utf-16-be"), "UTF-16"),
        ("name\nÉmile ß\n".encode("latin-1"), "Latin-1"),
    ],
)
def test_every_usual_encoding_is_told_and_read(content: bytes, encoding: str) -> None:
    sheet = open_sheet(content)

    assert sheet.encoding == encoding
    assert [row.cells for row in sheet.rows()] == [("name",), ("Émile ß",)]


@pytest.mark.parametrize(("sign", "words"), [(",", "commas"), (";", "semicolons"), ("\t", "tabs")])
def test_every_usual_separator_is_told(sign: str, words: str) -> None:
    sheet = open_sheet(f"id{sign}city\n1{sign}Ulm\n2{sign}Bonn\n".encode())

    assert sheet.separated_by == words
    assert [row.cells for row in sheet.rows()] == [("id", "city"), ("1", "Ulm"), ("2", "Bonn")]


def test_a_separator_inside_quotes_does_not_count() -> None:
    rows = read(b'id;name\n1;"Doe, Jane, and, others"\n2;"Roe; Rick"\n')

    assert rows[1:] == [Row(2, ("1", "Doe, Jane, and, others")), Row(3, ("2", "Roe; Rick"))]


def test_excels_own_line_about_the_separator_is_heeded_and_counted_as_a_line() -> None:
    assert read(b"sep=;\r\nid;a,b\r\n7;x,y\r\n") == [Row(2, ("id", "a,b")), Row(3, ("7", "x,y"))]


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    rows = read(b'id,note\n1,"two\nlines"\n\n2,one\n')

    assert [(row.line, row.cells[0]) for row in rows] == [(1, "id"), (2, "1"), (5, "2")]


def test_spaces_around_a_value_are_not_part_of_it() -> None:
    assert read("id\n  u-1 \n\u00a0u-2\n".encode())[1:] == [Row(2, ("u-1",)), Row(3, ("u-2",))]


def test_a_row_that_is_too_short_has_nothing_in_the_column() -> None:
    sheet = open_sheet(b"id,mail\n1\n2,b@x.example\n")

    assert [value.text for value in sheet.values(1, has_header=True)] == ["", "b@x.example"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty"),
        (b"\n \n,,\n", "The file is empty"),
        (b"PK\x03\x04whatever", "This is a workbook"),
        (b"\xd0\xcf\x11\xe0whatever", "This is a workbook"),
        (b"id\n\x00\x01\x02\n", "not a text file"),
        (b"\xef\xbb\xbfid\n\xff\xff", "does not go on so"),
        (b"\xff\xfei\x00d\x00\n", "does not go on so"),
        (b'id\n1\n"never closed\n2\n', "Line 3 cannot be read"),
        (b'id\n"closed" too early\n', "Line 2 cannot be read"),
        (b"id\n" + b"x" * 200_000, "Line 2 cannot be read"),
    ],
)
def test_what_is_no_table_is_refused_in_words(content: bytes, words: str) -> None:
    with pytest.raises(FileRefused, match=words):
        read(content)


def test_a_file_with_too_many_rows_is_refused_with_the_limit() -> None:
    with pytest.raises(FileRefused, match="more than 100 rows"):
        read(b"1\n" * 101)
    assert len(read(b"1\n" * 100)) == 100
