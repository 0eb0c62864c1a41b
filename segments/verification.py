"""An independent check of a segment: its members worked out anew from the raw facts, one by one, in memory.

It uses neither the compiler nor stored membership: segments inside the rule are worked out anew too. Nor does it use the
summaries, but for events that the log has forgotten, of which nothing else is left.
"""

import datetime as dt
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from django.db.models.functions import Coalesce

from segments.facts import load_facts
from segments.models import Membership, Segment
from segments.ordering import order_segments
from segments.rules import Rule, SubscriberFacts, evaluate_rule, parse_rule
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


def verify_segment(
    segment: Segment, *, as_of: dt.datetime, advance: Callable[[int], object] = lambda people: None
) -> Verification:
    """Compare the stored members with those that the evaluator finds at `as_of`, which should be the segment's
    `refreshed_at`; what was ingested after it shows as a difference. Raises RuleError for a rule that cannot be read.
    """
    rules = _read_rules(segment)
    zone = ZoneInfo(segment.site.timezone)
    people = Subscriber.objects.living().filter(site=segment.site).order_by("pk")
    ids = people.values_list("pk", flat=True).iterator(chunk_size=CHUNK)
    should = set()
    checked = 0
    lists = set(
        Segment.objects.filter(site=segment.site, kind=Segment.Kind.STATIC).values_list("pk", flat=True)
    )
    for chunk in _chunk(ids):
        for pk, facts in load_facts(chunk).items():
            listed = replace(facts, segments=facts.segments & lists)
            if _is_member(segment.pk, listed, rules, as_of, zone):
                should.add(pk)
        checked += len(chunk)
        advance(len(chunk))
    stored = set(Membership.objects.filter(segment=segment).values_list("subscriber_id", flat=True))
    return Verification(checked, sorted(should - stored), sorted(stored - should))


def _read_rules(segment: Segment) -> dict[int, Rule]:
    """The rules that the segment follows and all that it is built on, each after those it needs."""
    needed = order_segments(segment.site, [segment.pk])
    rows = Segment.objects.filter(pk__in=needed, kind=Segment.Kind.LIVE)
    documents = dict(rows.values_list("pk", Coalesce("live_version__rule", "rule")))
    return {pk: parse_rule(documents[pk]) for pk in needed if pk in documents}


def _is_member(
    segment_id: int, facts: SubscriberFacts, rules: Mapping[int, Rule], as_of: dt.datetime, zone: ZoneInfo
) -> bool:
    member_of = facts.segments  # the lists, which no rule gives
    for pk, rule in rules.items():
        if evaluate_rule(rule, replace(facts, segments=member_of), as_of=as_of, zone=zone):
            member_of |= {pk}
    return segment_id in member_of


def _chunk(ids: Iterable[int]) -> Iterator[list[int]]:
    waiting = iter(ids)
    while chunk := list(itertools.islice(waiting, CHUNK)):
        yield chunk
