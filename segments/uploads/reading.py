"""A file as somebody's spreadsheet wrote it: whatever its encoding and separator, rows of texts, or a sentence why not."""

import codecs
import csv
import io
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from subscribers.formulas import take_guard_off

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs"}
LATIN_1 = "Latin-1"
# How Excel's two kinds of workbooks begin (a ZIP archive, an OLE container).
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
SAMPLE_ROWS, SAMPLE_LENGTH = 20, 65_536
# No value that means anybody is longer: an e-mail address has at most 254 characters.
LONGEST = 300


class FileRefused(Exception):  # noqa: N818  # an answer to the person who chose it, not a fault
    """The file cannot be used; the sentence says why and what would be right."""


class Row(NamedTuple):
    """`line`: where in the file it begins, as an editor counts, from 1."""

    line: int
    cells: tuple[str, ...]


class Value(NamedTuple):
    line: int
    text: str


@dataclass(frozen=True)
class Sheet:
    """A file that was decoded. `lines_above`: of the file, before its `text` begins."""

    text: str
    encoding: str
    separator: str
    lines_above: int = 0

    @property
    def separated_by(self) -> str:
        return SEPARATORS[self.separator]

    def rows(self) -> Iterator[Row]:
        """All rows in which anything stands. Raises FileRefused at one that cannot be read."""
        reader = csv.reader(io.StringIO(self.text, newline=""), delimiter=self.separator, strict=True)
        while True:
            line = self.lines_above + reader.line_num + 1
            try:
                cells = tuple(_clean(cell) for cell in next(reader))
            except StopIteration:
                return
            except csv.Error:
                raise FileRefused(
                    f"Line {line:,} cannot be read: a quotation mark is missing there, or is one too many."
                ) from None
            if any(cells):
                yield Row(line, cells)

    def values(self, column: int, *, has_header: bool) -> Iterator[Value]:
        """What stands in one column (from 0), row by row; “” where a row is too short."""
        for row in itertools.islice(self.rows(), int(has_header), None):
            yield Value(row.line, row.cells[column][:LONGEST] if column < len(row.cells) else "")


def open_sheet(content: bytes) -> Sheet:
    """Decode a file and tell how it is cut into cells. Raises FileRefused for what is no text."""
    text, encoding = _decode(content)
    return _make_sheet(text, encoding)


def check_sheet(sheet: Sheet, *, most_rows: int) -> None:
    """Read it all once. Raises FileRefused for what is no table, is empty or has more rows than that."""
    count = 0
    for count, _ in enumerate(sheet.rows(), start=1):
        if count > most_rows:
            raise FileRefused(
                f"The file has more than {most_rows:,} rows. Split it, and upload one part after the other."
            )
    if not count:
        raise FileRefused("The file is empty. Choose one with a person in each row.")


def _decode(content: bytes) -> tuple[str, str]:
    if content.startswith(WORKBOOKS):
        raise FileRefused("This is a workbook, not a CSV file. In Excel, save it as “CSV UTF-8” first.")
    text, encoding = _decode_as(content)
    if "\0" in text:
        raise FileRefused("This is not a text file. Save your table as CSV, and choose that file.")
    return text, encoding


def _decode_as(content: bytes) -> tuple[str, str]:
    try:
        if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return content.decode("utf-16"), "UTF-16"
        if content.startswith(codecs.BOM_UTF8):
            return content.decode("utf-8-sig"), "UTF-8"
    except UnicodeDecodeError:
        raise FileRefused(
            "The file begins like Unicode text, but does not go on so. Save it as CSV (UTF-8) again."
        ) from None
    try:
        return content.decode(), "UTF-8"
    except UnicodeDecodeError:
        return content.decode("latin-1"), LATIN_1  # which takes every byte


def _make_sheet(text: str, encoding: str) -> Sheet:
    """The separator is what cuts the first rows into as many cells each; or, as Excel writes it, a line “sep=;” says it."""
    first, end, rest = text.partition("\n")
    said = first.removeprefix("sep=").rstrip("\r")
    if end and first.startswith("sep=") and said in SEPARATORS:
        return Sheet(rest, encoding, said, lines_above=1)
    sample = text[:SAMPLE_LENGTH]
    return Sheet(text, encoding, max(SEPARATORS, key=lambda separator: _count_alike(sample, separator)))


def _count_alike(sample: str, separator: str) -> tuple[int, int]:
    """How many of the first rows have as many cells as the first has, and how many these are; one cell says nothing."""
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=separator)
    try:
        widths = [len(cells) for cells in itertools.islice(reader, SAMPLE_ROWS) if cells]
    except csv.Error:
        return 0, 0
    if not widths or widths[0] == 1:
        return 0, 0
    return widths.count(widths[0]), widths[0]


def _clean(cell: str) -> str:
    return take_guard_off(cell.strip().strip("\ufeff"))
