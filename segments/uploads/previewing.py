"""What a file would do to a list, counted before anything is done."""

import datetime as dt
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

from segments.models import Membership, SegmentUpload
from segments.uploads.drafts import CHUNK, ONLY_A_HEADER
from segments.uploads.matching import Verdict, judge_values
from segments.uploads.reading import FileRefused, Sheet, Value
from subscribers.models import Subscriber

SHOWN = 10
Mode = SegmentUpload.Mode


@dataclass(frozen=True)
class ShownRow:
    """`people`: as they are called in the admin; none where there is a `problem`."""

    line: int
    text: str
    people: list[str]
    problem: str


@dataclass
class Tally:
    """Rows by what they come to, each in one of the four; and the people they mean."""

    named: int = 0
    doubles: int = 0
    unknown: int = 0
    shared: int = 0
    people: set[int] = field(default_factory=set)
    on_it: int = 0

    @property
    def rows(self) -> int:
        return self.named + self.doubles + self.unknown + self.shared

    def add(self, verdict: Verdict) -> list[int]:
        """Count one row; returns whom it is the first to mean."""
        new = [person for person in verdict.people if person not in self.people]
        self.people.update(new)
        if verdict.people:
            self.named += bool(new)
            self.doubles += not new
        elif verdict.sharers:
            self.shared += 1
        else:
            self.unknown += 1
        return new


@dataclass(frozen=True)
class UploadPreview:
    """`enter`, `leave`, `stay`: people of whom the file, or its silence, says so; as of `counted_at`."""

    tally: Tally
    enter: int
    leave: int
    stay: int
    first: list[ShownRow]
    counted_at: dt.datetime


def preview_upload(upload: SegmentUpload, sheet: Sheet, *, now: dt.datetime) -> UploadPreview:
    """Look everybody up whom a draft's file names. `by` must be known. Raises FileRefused where there is nobody."""
    tally = Tally()
    first: list[ShownRow] = []
    for values, verdicts in _judge(upload, sheet):
        if not first:
            first = _show(values[:SHOWN], verdicts)
        new = [person for value in values for person in tally.add(verdicts[value.text])]
        tally.on_it += Membership.objects.filter(segment=upload.segment_id, subscriber__in=new).count()
    if not tally.rows:
        raise FileRefused(ONLY_A_HEADER)
    absent = len(tally.people) - tally.on_it
    leave = {
        Mode.ADD: 0,
        Mode.REMOVE: tally.on_it,
        Mode.REPLACE: upload.segment.member_count - tally.on_it,
    }[Mode(upload.mode)]
    return UploadPreview(
        tally=tally,
        enter=0 if upload.mode == Mode.REMOVE else absent,
        leave=max(leave, 0),
        stay=upload.segment.member_count - max(leave, 0),
        first=first,
        counted_at=now,
    )


def _judge(upload: SegmentUpload, sheet: Sheet) -> Iterator[tuple[list[Value], dict[str, Verdict]]]:
    values = sheet.values(upload.column, has_header=upload.has_header)
    while chunk := list(itertools.islice(values, CHUNK)):
        texts = {value.text for value in chunk}
        yield chunk, judge_values(upload.segment.site, upload.by, texts, takes_all=upload.takes_all)


def _show(values: list[Value], verdicts: dict[str, Verdict]) -> list[ShownRow]:
    wanted = {person for value in values for person in verdicts[value.text].people[:SHOWN]}
    people = Subscriber.objects.in_bulk(wanted)
    return [
        ShownRow(
            value.line,
            value.text,
            [str(people[pk]) for pk in verdicts[value.text].people[:SHOWN] if pk in people],
            verdicts[value.text].problem,
        )
        for value in values
    ]
