"""What must be true of every segment after every step of a simulation, and the sentences that say where it is not."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Sum
from django.db.models.functions import Coalesce

from segments.definitions import describe_document, read_names
from segments.models import Membership, MembershipChange, Segment, SegmentDay
from segments.rules import parse_rule
from segments.rules.validation import list_used_segments
from segments.touching import AGAIN
from segments.verification import Verification, verify_segments
from subscribers.models import Site, Subscriber, SubscriberChange


@dataclass(frozen=True)
class Look:
    """What a look at a site should find: all that happened until `now` is followed, but for segments that were `busy`."""

    site: Site
    now: dt.datetime
    busy: frozenset[int] = frozenset()

    def list_wrongs(self) -> list[str]:
        """Sentences; none if all is well."""
        site = self.site
        return [*_check_books(site), *_check_lists(site), *self._check_members(), *self._check_followed()]

    def list_late(self) -> list[str]:
        """After a thorough look, nobody lags behind, unless what they are built on is set aside."""
        segments = _read_live(self.site)
        sound = {pk for pk, segment in segments.items() if segment.status != Segment.Status.FAILED}
        late = _keep_supported(sound, segments) - self.list_right().keys()
        return [
            f"segment {pk} ({segments[pk].status}) is right for {segments[pk].refreshed_at} only"
            for pk in late
        ]

    def list_right(self) -> dict[int, Segment]:
        """The live segments that say they are right for now, as all do that they are built on."""
        segments = _read_live(self.site)
        right = {pk for pk, segment in segments.items() if _is_right(segment, self.now)} - self.busy
        return {pk: segments[pk] for pk in _keep_supported(right, segments)}

    def _check_members(self) -> Iterator[str]:
        """The verifier agrees, which asks the evaluator about everybody."""
        right = self.list_right()
        by_instant: defaultdict[dt.datetime, list[Segment]] = defaultdict(list)
        for segment in right.values():
            by_instant[segment.refreshed_at or self.now].append(segment)
        for as_of, segments in by_instant.items():
            for pk, found in verify_segments(segments, as_of=as_of).items():
                if not found.agrees:
                    yield _explain(right[pk], found)

    def _check_followed(self) -> Iterator[str]:
        """Only for those who were busy may something wait."""
        kept = {f"{AGAIN}{pk}" for pk in self.busy}
        for change in SubscriberChange.objects.filter(site=self.site).exclude(topic__in=kept):
            yield f"{change} waits, though nothing was in the way"


def _is_right(segment: Segment, now: dt.datetime) -> bool:
    """Ready, and nobody was asked again since all were right."""
    at, asked_at = segment.refreshed_at, segment.asked_at
    return segment.status == Segment.Status.READY and at is not None and now <= at == asked_at


def _read_live(site: Site) -> dict[int, Segment]:
    live = Segment.objects.filter(site=site, kind=Segment.Kind.LIVE)
    return {each.pk: each for each in live.annotate(followed=Coalesce("live_version__rule", "rule"))}


def _keep_supported(some: set[int], segments: dict[int, Segment]) -> set[int]:
    """Those that are built on lists and on each other alone, as they are at the same instant."""
    needs = {pk: _read_needs(segments[pk]) & segments.keys() for pk in some}

    def is_supported(pk: int) -> bool:
        return all(
            need in some and segments[need].refreshed_at == segments[pk].refreshed_at for need in needs[pk]
        )

    while (kept := set(filter(is_supported, some))) != some:
        some = kept
    return some


def _read_needs(segment: Segment) -> frozenset[int]:
    return list_used_segments(parse_rule(_read_followed(segment)))


def _read_followed(segment: Segment) -> Any:
    return getattr(segment, "followed")  # noqa: B009  # an annotation


def _explain(segment: Segment, found: Verification) -> str:
    rule = _read_followed(segment)
    sentence = describe_document(rule, read_names(segment.site))
    return (
        f"segment {segment.pk} at {segment.refreshed_at}: missing {found.missing}, wrongly in it {found.extra}\n"
        f"    {sentence}\n    {rule}"
    )


def _list_ids(site: Site) -> list[int]:
    return list(Segment.objects.filter(site=site).values_list("pk", flat=True))


def _read_stored(site: Site) -> defaultdict[int, set[int]]:
    stored: defaultdict[int, set[int]] = defaultdict(set)
    rows = Membership.objects.filter(segment__in=_list_ids(site))
    for pk, person in rows.values_list("segment", "subscriber_id"):
        stored[pk].add(person)
    return stored


def _check_books(site: Site) -> Iterator[str]:
    """The count, the log and the figures of the days tell of the same members."""
    stored = _read_stored(site)
    logged: defaultdict[int, set[int]] = defaultdict(set)
    moves: Counter[tuple[int, str]] = Counter()
    log = MembershipChange.objects.filter(segment__in=_list_ids(site)).order_by("changed_at")
    for pk, person, kind in log.values_list("segment", "subscriber_id", "kind"):
        moves[pk, kind] += 1
        if (kind == "entered") == (person in logged[pk]):
            yield f"segment {pk}: {person} {kind} twice in a row"
        (logged[pk].add if kind == "entered" else logged[pk].discard)(person)
    days = {
        row["segment"]: (row["entries"], row["exits"])
        for row in SegmentDay.objects.filter(segment__in=_list_ids(site))
        .values("segment")
        .annotate(entries=Sum(F("entered")), exits=Sum(F("left")))
    }
    for segment in Segment.objects.filter(site=site):
        pk = segment.pk
        if segment.member_count != len(stored[pk]):
            yield f"segment {pk} counts {segment.member_count} members, but has {len(stored[pk])}"
        if logged[pk] != stored[pk]:
            yield f"segment {pk}: the log says {logged[pk]}, its members are {stored[pk]}"
        counted = moves[pk, "entered"], moves[pk, "left"]
        if days.get(pk, (0, 0)) != counted:
            yield f"segment {pk}: the days say {days.get(pk)}, the log {counted}"


def _check_lists(site: Site) -> Iterator[str]:
    living = set(Subscriber.objects.living().filter(site=site).values_list("pk", flat=True))
    stored = _read_stored(site)
    for pk in Segment.objects.filter(site=site, kind=Segment.Kind.STATIC).values_list("pk", flat=True):
        if gone := stored[pk] - living:
            yield f"list {pk} still names {gone}, who are nobody any more"
