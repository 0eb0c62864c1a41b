"""An independent check of a segment: its members worked out anew from the raw facts, one by one, in memory.

It uses neither the compiler nor stored membership: segments inside the rule are worked out anew too. Nor does it use the
summaries, but for events that the log has forgotten, of which nothing else is left.
"""

import datetime as dt
import itertools
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from django.db.models.functions import Coalesce

from segments.facts import load_facts
from segments.models import Membership, Segment
from segments.ordering import sort_by_need
from segments.rules import Rule, SubscriberFacts, evaluate_rule, parse_rule
from segments.rules.validation import list_used_segments
from subscribers.models import Subscriber

CHUNK = 500  # people whose facts are in memory at a time


@dataclass(frozen=True)
class Verification:
    """`missing` should be members and are not; `extra` are members and should not be. Ids of subscribers."""

    checked: int
    missing: list[int]
    extra: list[int]

    @property
    def agrees(self) -> bool:
        return not self.missing and not self.extra


Advance = Callable[[int], object]


def verify_segment(
    segment: Segment, *, as_of: dt.datetime, advance: Advance = lambda people: None
) -> Verification:
    """Compare the stored members with those that the evaluator finds at `as_of`, which should be the segment's
    `refreshed_at`; what was ingested after it shows as a difference. Raises RuleError for a rule that cannot be read.
    """
    return verify_segments([segment], as_of=as_of, advance=advance)[segment.pk]


def verify_segments(
    segments: Collection[Segment],
    *,
    as_of: dt.datetime,
    people: Collection[int] | None = None,
    advance: Advance = lambda people: None,
) -> dict[int, Verification]:
    """The same for several segments of one site in one pass over its people, or over those of the given ids alone."""
    site = next(iter(segments)).site
    rules, zone = _read_rules(segments), site.zone
    lists = set(Segment.objects.filter(site=site, kind=Segment.Kind.STATIC).values_list("pk", flat=True))
    living = Subscriber.objects.living().filter(site=site).order_by("pk")
    if people is not None:
        living = living.filter(pk__in=people)
    should: dict[int, set[int]] = {segment.pk: set() for segment in segments}
    checked = 0
    for chunk in _chunk(living.values_list("pk", flat=True).iterator(chunk_size=CHUNK)):
        for pk, facts in load_facts(chunk).items():
            listed = replace(facts, segments=facts.segments & lists)
            for segment_id in _find_segments(listed, rules, as_of, zone) & should.keys():
                should[segment_id].add(pk)
        checked += len(chunk)
        advance(len(chunk))
    return {pk: _compare(pk, found, people, checked) for pk, found in should.items()}


def _compare(segment_id: int, should: set[int], people: Collection[int] | None, checked: int) -> Verification:
    rows = Membership.objects.filter(segment=segment_id)
    if people is not None:
        rows = rows.filter(subscriber_id__in=people)
    stored = set(rows.values_list("subscriber_id", flat=True))
    return Verification(checked, sorted(should - stored), sorted(stored - should))


def _read_rules(segments: Collection[Segment]) -> dict[int, Rule]:
    """The rules that the segments follow and all that they are built on, each after those it needs."""
    site = next(iter(segments)).site
    rows = Segment.objects.filter(site=site, kind=Segment.Kind.LIVE)
    documents = dict(rows.values_list("pk", Coalesce("live_version__rule", "rule")))
    rules: dict[int, Rule] = {}
    waiting = [segment.pk for segment in segments]
    while waiting:
        pk = waiting.pop()
        if pk in documents and pk not in rules:
            rules[pk] = parse_rule(documents[pk])
            waiting.extend(list_used_segments(rules[pk]))
    order = sort_by_need({pk: list_used_segments(rule) for pk, rule in rules.items()})
    return {pk: rules[pk] for pk in order if pk in rules}


def _find_segments(
    facts: SubscriberFacts, rules: Mapping[int, Rule], as_of: dt.datetime, zone: ZoneInfo
) -> frozenset[int]:
    member_of = facts.segments  # the lists, which no rule gives
    for pk, rule in rules.items():
        if evaluate_rule(rule, replace(facts, segments=member_of), as_of=as_of, zone=zone):
            member_of |= {pk}
    return member_of


def _chunk(ids: Iterable[int]) -> Iterator[list[int]]:
    waiting = iter(ids)
    while chunk := list(itertools.islice(waiting, CHUNK)):
        yield chunk
