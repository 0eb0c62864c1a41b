"""How people moved between segments from one instant to another, each person counted in one place.

The log of changes says what to undo: whoever is a member now, and changed an even number of times since, was one then.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Sum

from segments.looking.choosing import ChoiceError, find_watermark
from segments.looking.counting import join_rows, limit_rows, pick_segments, spend_time
from segments.looking.sampling import MOST_AT_ONCE, Figure, tell_figure
from segments.models import Segment, SegmentDay, SegmentVersion
from segments.preview.guard import Budget
from segments.rules.sql import Fragment
from segments.rules.windows import EARLIEST

MEMBERS = """
SELECT subscriber_id, {bit} AS before, {bit} AS after, 0 AS moved
FROM segments_membership WHERE segment_id = %s {sample}
"""
CHANGES = """
SELECT subscriber_id, {bit}, CASE WHEN changed_at > %s THEN {bit} ELSE 0 END, CASE WHEN changed_at > %s THEN 0 ELSE {bit} END
FROM segments_membershipchange WHERE segment_id = %s AND changed_at > %s {sample}
"""
COUNT = """
SELECT before, after, count(*), {moved} FROM (
    SELECT bit_xor(before) AS before, bit_xor(after) AS after, bit_or(moved) AS moved FROM {by_person}
) AS people GROUP BY before, after
"""
MOVED = "count(*) FILTER (WHERE moved & {bit} <> 0)"
EVER = dt.datetime(9999, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Flow:
    """Those who were in just the segments of `before`, and are in just those of `after`. Either may be none."""

    before: tuple[Segment, ...]
    after: tuple[Segment, ...]
    size: Figure


@dataclass(frozen=True)
class Course:
    """What became of one segment's members. Then: stayed + came back + left. Now: stayed + came back + joined.

    `came_back`: a member at both instants, but not all the time between. `passed_through`: the other way round.
    """

    segment: Segment
    before: Figure
    after: Figure
    stayed: Figure
    came_back: Figure
    joined: Figure
    left: Figure
    passed_through: Figure

    @property
    def margin(self) -> int:
        """What no figure is off by more than; that of the smaller ones is smaller."""
        return max(self.before.margin, self.after.margin, self.passed_through.margin)


@dataclass(frozen=True)
class Move:
    """Of those who were in `first`, how many are in `second` now, and as a share (0 to 1); None: in none of them."""

    first: Segment
    second: Segment | None
    size: Figure
    share: float | None


@dataclass(frozen=True)
class Found:
    """People who were in the segments of the mask `before`, then in those of `after`; `moved` of them, by segment."""

    before: int
    after: int
    people: int
    moved: tuple[int, ...]


@dataclass(frozen=True)
class Drift:
    """`as_of`: the instant for which today's members are right; the log tells of all instants before it."""

    segments: tuple[Segment, ...]
    since: dt.datetime
    until: dt.datetime
    as_of: dt.datetime
    exact: bool
    found: tuple[Found, ...]
    remarks: tuple[str, ...]

    @cached_property
    def flows(self) -> tuple[Flow, ...]:
        """The largest first, those who stayed where they were among them."""
        return tuple(
            Flow(
                pick_segments(self.segments, each.before),
                pick_segments(self.segments, each.after),
                self._tell([each.people]),
            )
            for each in sorted(self.found, key=lambda each: (-each.people, each.before, each.after))
            if each.before or each.after
        )

    @cached_property
    def courses(self) -> tuple[Course, ...]:
        return tuple(self._follow(place, segment) for place, segment in enumerate(self.segments))

    @cached_property
    def moves(self) -> tuple[tuple[Move, ...], ...]:
        """A row for each segment as it was, with a cell for each as it is, and one for “none of them”."""
        return tuple(tuple(self._list_moves(place, segment)) for place, segment in enumerate(self.segments))

    def _list_moves(self, place: int, segment: Segment) -> Iterable[Move]:
        were = [each for each in self.found if each.before >> place & 1]
        everybody = sum(each.people for each in were)
        for target, second in [*enumerate(self.segments), (None, None)]:
            size = sum(
                each.people
                for each in were
                if (not each.after if target is None else each.after >> target & 1)
            )
            yield Move(segment, second, self._tell([size]), size / everybody if everybody else None)

    def _follow(self, place: int, segment: Segment) -> Course:
        both, gone = self._select(place, True, True), self._select(place, True, False)
        new, neither = self._select(place, False, True), self._select(place, False, False)
        return Course(
            segment,
            before=self._tell(each.people for each in both + gone),
            after=self._tell(each.people for each in both + new),
            stayed=self._tell(each.people - each.moved[place] for each in both),
            came_back=self._tell(each.moved[place] for each in both),
            joined=self._tell(each.people for each in new),
            left=self._tell(each.people for each in gone),
            passed_through=self._tell(each.moved[place] for each in neither),
        )

    def _select(self, place: int, before: bool, after: bool) -> list[Found]:
        return [
            each
            for each in self.found
            if (each.before >> place & 1, each.after >> place & 1) == (before, after)
        ]

    def _tell(self, found: Iterable[int]) -> Figure:
        return tell_figure(sum(found), exact=self.exact)


def read_drift(
    segments: Sequence[Segment],
    *,
    since: dt.datetime,
    until: dt.datetime | None = None,
    now: dt.datetime,
    exact: bool = True,
) -> Drift:
    """Compare the members of segments of one site at two instants; no `until`: with those of now.

    Not `exact`: at once, from a sample if there is much to read. Raises ChoiceError for instants that cannot be
    compared, or what is in `segments.preview.guard`.
    """
    if until is not None and until > now:
        raise ChoiceError("The second moment lies in the future. Leave it out for now.")
    if since < EARLIEST:
        raise ChoiceError("The first moment must lie after the year 1900.")
    if since >= (until or now):
        raise ChoiceError("The first moment must lie before the second, and before now.")
    exact = exact or _count_rows(segments, since) <= MOST_AT_ONCE
    with spend_time(exact=exact) as budget:
        found = _count(segments, since, until or EVER, budget, exact=exact)
    remarks = (*_remark_on_beginnings(segments, since), *_remark_on_edits(segments, since, until or now))
    as_of = find_watermark(segments, now=now)
    return Drift(tuple(segments), since, until or now, as_of, exact, found, remarks)


def _count(
    segments: Sequence[Segment], since: dt.datetime, until: dt.datetime, budget: Budget, *, exact: bool
) -> tuple[Found, ...]:
    sample = limit_rows(exact=exact)
    parts = []
    for place, segment in enumerate(segments):
        bit = 1 << place
        parts.append(Fragment(MEMBERS.format(bit=bit, sample=sample), (segment.pk,)))
        parts.append(Fragment(CHANGES.format(bit=bit, sample=sample), (until, until, segment.pk, since)))
    rows = join_rows(parts)
    moved = ", ".join(MOVED.format(bit=1 << place) for place in range(len(segments)))
    with budget.spend() as cursor:
        cursor.execute(COUNT.format(moved=moved, by_person=rows.text), rows.params)
        return tuple(
            Found(before, after, people, tuple(moved)) for before, after, people, *moved in cursor.fetchall()
        )


def _count_rows(segments: Sequence[Segment], since: dt.datetime) -> int:
    """How much there is to read: the members, and about as many changes as there were since."""
    days = SegmentDay.objects.filter(
        segment__in=segments, day__gte=segments[0].site.find_day(since) - dt.timedelta(days=1)
    )
    changes = days.aggregate(entered=Sum("entered", default=0), gone=Sum("left", default=0))
    moved: int = changes["entered"] + changes["gone"]
    return sum(segment.member_count for segment in segments) + moved


def _remark_on_beginnings(segments: Sequence[Segment], since: dt.datetime) -> Iterable[str]:
    zone = segments[0].site.zone
    for segment in segments:
        if segment.created_at > since:
            made_at = segment.created_at.astimezone(zone)
            yield f"“{segment}” did not exist at the first moment: it was made on {made_at:%-d %b %Y, %H:%M}."


def _remark_on_edits(segments: Sequence[Segment], since: dt.datetime, until: dt.datetime) -> Iterable[str]:
    rows = SegmentVersion.objects.filter(
        segment__in=segments, number__gt=1, created_at__gt=since, created_at__lte=until
    )
    edited = set(rows.values_list("segment_id", flat=True))
    for segment in segments:
        if segment.pk in edited:
            yield f"The rule of “{segment}” was edited in between: some moved because of that."
