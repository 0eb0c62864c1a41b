"""How several segments overlap: who is in which of them at once, each person counted in one place."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from segments.looking.choosing import find_watermark
from segments.looking.counting import count_living, join_rows, limit_rows, pick_segments, spend_time
from segments.looking.sampling import MOST_AT_ONCE, Figure, tell_figure
from segments.models import Segment
from segments.preview.guard import Budget
from segments.rules.sql import Fragment

MEMBERS = "SELECT subscriber_id, {bit} AS bit FROM segments_membership WHERE segment_id = %s {sample}"
COUNT = """
SELECT mask, count(*) FROM (SELECT bit_or(bit) AS mask FROM {by_person}) AS people GROUP BY mask
"""


@dataclass(frozen=True)
class Intersection:
    """Those who are in just these of the segments, and in none of the others."""

    mask: int
    segments: tuple[Segment, ...]
    others: tuple[Segment, ...]
    size: Figure


@dataclass(frozen=True)
class Pair:
    """Those who are in both; `share` of the members of `first` (0 to 1), None where it has none."""

    first: Segment
    second: Segment
    size: Figure
    share: float | None


@dataclass(frozen=True)
class Overlap:
    """`found`: by mask, the number of people found, of all or in the sample; bit 0 is the first segment.

    `as_of`: the instant for which the members of all segments are right. `living`: subscribers found of the site.
    """

    segments: tuple[Segment, ...]
    as_of: dt.datetime
    exact: bool
    found: Mapping[int, int]
    living: int

    @cached_property
    def intersections(self) -> tuple[Intersection, ...]:
        """The largest first; those of nobody are left out."""
        everything = (1 << len(self.segments)) - 1
        masks = sorted(self.found, key=lambda mask: (-self.found[mask], mask))
        return tuple(
            Intersection(
                mask,
                pick_segments(self.segments, mask),
                pick_segments(self.segments, everything & ~mask),
                self._tell(self.found[mask]),
            )
            for mask in masks
        )

    @cached_property
    def union(self) -> Figure:
        return self._tell(sum(self.found.values()))

    @cached_property
    def none(self) -> Figure:
        """The site's subscribers who are in none of them."""
        return self._tell(max(self.living - sum(self.found.values()), 0))

    @cached_property
    def sizes(self) -> tuple[Figure, ...]:
        """Of each segment, in order: what the intersections add up to; in an estimate, the count that is kept of it."""
        if not self.exact:
            return tuple(Figure(segment.member_count) for segment in self.segments)
        return tuple(self._tell(self._count_in(1 << place)) for place in range(len(self.segments)))

    @cached_property
    def pairs(self) -> tuple[tuple[Pair, ...], ...]:
        """A row for each segment, with a cell for each: how many of the first are in the second, too."""
        places = range(len(self.segments))
        return tuple(tuple(self._pair(row, column) for column in places) for row in places)

    def _pair(self, row: int, column: int) -> Pair:
        members = self._count_in(1 << row)
        both = self._count_in(1 << row | 1 << column)
        size = self.sizes[row] if row == column else self._tell(both)
        return Pair(self.segments[row], self.segments[column], size, both / members if members else None)

    def _count_in(self, wanted: int) -> int:
        """Found in all of the wanted ones, whatever else they are in."""
        return sum(count for mask, count in self.found.items() if mask & wanted == wanted)

    def _tell(self, found: int) -> Figure:
        return tell_figure(found, exact=self.exact)


def read_overlap(segments: Sequence[Segment], *, now: dt.datetime, exact: bool = True) -> Overlap:
    """Count who is in which of the segments, which are of one site. Not `exact`: at once, from a sample if they are large.

    Raises what is in `segments.preview.guard`, past PREVIEW_TIMEOUT_MS or when too many count at once.
    """
    exact = exact or sum(segment.member_count for segment in segments) <= MOST_AT_ONCE
    with spend_time(exact=exact) as budget:
        found = _count(segments, budget, exact=exact)
        living = count_living(segments[0].site, budget, exact=exact)
    return Overlap(tuple(segments), find_watermark(segments, now=now), exact, found, living)


def _count(segments: Sequence[Segment], budget: Budget, *, exact: bool) -> dict[int, int]:
    sample = limit_rows(exact=exact)
    rows = join_rows(
        [
            Fragment(MEMBERS.format(bit=1 << place, sample=sample), (segment.pk,))
            for place, segment in enumerate(segments)
        ]
    )
    with budget.spend() as cursor:
        cursor.execute(COUNT.format(by_person=rows.text), rows.params)
        return dict(cursor.fetchall())
