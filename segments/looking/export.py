"""A segment's members as CSV, a piece at a time, so that a million of them need no more memory than a thousand."""

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db import connection

from segments.models import Segment
from subscribers.formulas import guard_text
from subscribers.viewing import MASK, find_hidden

EXPORTS = ("segments.view_segment", "subscribers.export_subscriber")  # what whoever exports needs
COLUMNS = (
    "subscriber id", "external id", "email", "country", "language", "time zone", "entered at", "reachable",
)  # fmt: skip
CHUNK = 2000  # people
BYTE_ORDER_MARK = "\ufeff"  # without it spreadsheets take a file for one of their country's own encoding
# Whoever was deleted a moment ago is still to leave: they have no row among the people any more.
READ_CHUNK = """
SELECT member.subscriber_id, person.external_id, person.email, person.country, person.language, person.timezone,
    member.entered_at,
    EXISTS (SELECT FROM subscribers_pushsubscription AS device
            WHERE device.subscriber_id = person.id AND device.ended_at IS NULL), person.id IS NOT NULL
FROM (
    SELECT subscriber_id, entered_at FROM segments_membership
    WHERE segment_id = %s AND subscriber_id > %s ORDER BY subscriber_id LIMIT %s
) AS member
LEFT JOIN subscribers_subscriber AS person ON person.id = member.subscriber_id
ORDER BY member.subscriber_id
"""


def write_members(segment: Segment) -> Iterator[str]:
    """Lines of CSV (RFC 4180) in the order of ids, the names of the columns first.

    Read in pieces, each as the segment is at that moment: whoever stays in it all the while is there exactly once.
    """
    hidden = find_hidden(segment.site_id).fields
    return _write(segment, hidden)


def _write(segment: Segment, hidden: frozenset[str]) -> Iterator[str]:
    yield BYTE_ORDER_MARK + write_lines([COLUMNS])
    last = 0
    while rows := _read(segment, last):
        yield write_lines(_describe(row, hidden) for row in rows if row[-1])
        last = rows[-1][0]


def name_file(segment: Segment, *, now: dt.datetime) -> str:
    return f"segment-{segment.pk}-{segment.site.find_day(now)}.csv"


def _read(segment: Segment, last: int) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(READ_CHUNK, [segment.pk, last, CHUNK])
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def _describe(row: tuple[Any, ...], hidden: frozenset[str]) -> list[str]:
    pk, *texts, entered_at, is_reachable, _ = row
    for place, name in enumerate(("external_id", "email")):
        texts[place] = MASK if name in hidden and texts[place] else texts[place]
    instant = f"{entered_at.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"
    return [str(pk), *(guard_text(text) for text in texts), instant, "yes" if is_reachable else "no"]


def write_lines(rows: Iterable[Sequence[str]]) -> str:
    """Lines of CSV (RFC 4180)."""
    lines = io.StringIO(newline="")
    csv.writer(lines).writerows(rows)
    return lines.getvalue()
