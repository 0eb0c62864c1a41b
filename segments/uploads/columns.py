"""Which column of a file says who is meant, and how: told by its header, or by what stands in the first row."""

import re
from typing import NamedTuple

from segments.models import SegmentUpload
from segments.uploads.reading import Row

Column = SegmentUpload.Column

# Without signs and in small letters. The surest kind comes first: where a file has several, that one counts.
HEADERS: dict[Column, frozenset[str]] = {
    Column.SUBSCRIBER: frozenset({"subscriber", "subscriberid", "subscribernumber"}),
    Column.EXTERNAL_ID: frozenset(
        {"externalid", "customerid", "customer", "customerno", "customernumber", "userid", "clientid"}
    ),
    Column.EMAIL: frozenset({"email", "emails", "emailaddress", "mail", "mailaddress", "emailadresse"}),
}
ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class Meaning(NamedTuple):
    """`by` is “” where nothing tells what the column holds: somebody has to say it."""

    column: int
    by: Column | str
    has_header: bool


def recognise_column(first: Row) -> Meaning:
    """What the first row of a file says about its columns."""
    names = [re.sub(r"[\W_]", "", cell).casefold() for cell in first.cells]
    for by, known in HEADERS.items():
        for index, name in enumerate(names):
            if name in known:
                return Meaning(index, by, has_header=True)
    for index, cell in enumerate(first.cells):
        if ADDRESS.fullmatch(cell):
            return Meaning(index, Column.EMAIL, has_header=False)
    return Meaning(0, "", has_header=True)


def list_columns(first: Row, *, has_header: bool) -> list[str]:
    """The columns as people know them: by their names, or by what stands in their first row."""
    if has_header:
        return [cell or f"Column {index}" for index, cell in enumerate(first.cells, start=1)]
    return [f"Column {index} (like “{cell[:40]}”)" for index, cell in enumerate(first.cells, start=1)]
