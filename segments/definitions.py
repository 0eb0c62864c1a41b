"""A segment's rule among what its site knows: read, checked, said in English, and turned into a query."""

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.conf import settings
from django.db.models import OuterRef, QuerySet, Subquery

from segments.models import Segment
from segments.rules import (
    Knowledge,
    Names,
    Rule,
    RuleError,
    check_rule,
    describe_rule,
    describe_shape,
    parse_rule,
)
from segments.rules.compiler import CompileContext, compile_ids, compile_rule
from segments.rules.event_log import EventLog
from segments.rules.limits import Limits
from segments.rules.messages import list_events
from segments.rules.operators import Family
from segments.rules.sql import SUBSCRIBER, Fragment
from segments.rules.validation import list_used_segments
from segments.rules.windows import EARLIEST, LATEST
from subscribers.models import Attribute, Site, Subscriber
from tracking.hot_properties import find_hot_column
from tracking.log import find_log_start
from tracking.models import EventSummary, EventType, MessageCampaign

LIST_SENTENCE = "A list that people keep."


def read_rule(site: Site, document: Any, *, segment: Segment | None = None) -> Rule:
    """Read a rule document and check it against what the site knows. Raises RuleError; never half-applied."""
    limits = Limits(settings.RULE_MAX_DEPTH, settings.RULE_MAX_CONDITIONS, settings.RULE_MAX_VALUES)
    rule = parse_rule(document, limits)
    check_rule(rule, read_knowledge(site), segment=segment.pk if segment else None)
    return rule


def read_knowledge(site: Site) -> Knowledge:
    # An object is asked for what is inside it, whose type nobody has said.
    typed = Attribute.objects.filter(site=site).exclude(type=Attribute.Type.OBJECT)
    attributes = typed.values_list("key", "type")
    names = Segment.objects.filter(site=site).values_list("pk", "name")
    return Knowledge(
        {key: Family(family) for key, family in attributes}, read_dependencies(site), dict(names)
    )


def read_dependencies(site: Site) -> dict[int, frozenset[int]]:
    """For each segment of the site, the segments that its rule names."""
    rows = Segment.objects.filter(site=site).values_list("pk", "rule")
    return {pk: _read_used(document) if document else frozenset() for pk, document in rows}


def _read_used(document: Any) -> frozenset[int]:
    try:
        return list_used_segments(parse_rule(document))
    except RuleError:
        return frozenset()  # set aside by membership, with the reason


def refuse_instant(as_of: dt.datetime, site_id: int | None = None) -> str | None:
    """Why a rule cannot be asked of an instant, in a sentence; None: it can."""
    if not EARLIEST <= as_of <= LATEST:
        return "A moment must lie between the years 1900 and 2200."
    begins_at = find_log_start(site_id)
    if begins_at and as_of < begins_at:
        return f"Older events are no longer kept. Ask for {begins_at:%-d %b %Y, %H:%M} UTC or a later moment."
    return None


def select_subscribers(
    site: Site, rule: Rule, *, as_of: dt.datetime, sampled: bool = False
) -> QuerySet[Subscriber]:
    """The site's living subscribers for whom the rule holds at `as_of`; or those of the fixed sample of people."""
    context = read_context(site, rule, as_of=as_of, sampled=sampled)
    return Subscriber.objects.living().filter(compile_rule(rule, context), site=site)


def select_ids(site: Site, rule: Rule, *, as_of: dt.datetime, sampled: bool = False) -> Fragment:
    """The ids of the same subscribers as a SELECT, which often need not look at the subscribers themselves."""
    return compile_members(site, rule, read_context(site, rule, as_of=as_of, sampled=sampled))


def compile_members(site: Site, rule: Rule, context: CompileContext) -> Fragment:
    """The SELECT of ids in a context that is known already."""
    ids = compile_ids(rule, context)
    if ids:
        return ids
    condition = compile_rule(rule, context)
    return Fragment(
        f"SELECT {SUBSCRIBER}.id FROM {SUBSCRIBER}"  # noqa: S608  # our own words; values are bound
        f" WHERE {SUBSCRIBER}.site_id = %s AND {SUBSCRIBER}.merged_into_id IS NULL AND ({condition.sql})",
        (site.pk, *condition.params),
    )


def read_context(site: Site, rule: Rule, *, as_of: dt.datetime, sampled: bool = False) -> CompileContext:
    return CompileContext(
        as_of=as_of,
        zone=site.zone,
        log=read_log(site, list_events(rule.root)),
        sampled=sampled,
    )


def read_log(site: Site, names: Collection[str]) -> EventLog:
    """What the compiler must know of the events that rules name."""
    rows = EventType.objects.filter(site=site, name__in=names)
    newest = EventSummary.objects.filter(event_type=OuterRef("pk")).order_by("-last_at").values("last_at")[:1]
    found = list(rows.values_list("name", "pk", Subquery(newest)))
    return EventLog(
        types={name: pk for name, pk, _ in found},
        newest={name: at for name, _, at in found if at},
        find_hot_column=find_hot_column,
        begins_at=find_log_start(site.pk),
    )


def read_names(site: Site) -> Names:
    """What the site's segments and campaigns are called, read once to say many rules."""
    segments = dict(Segment.objects.filter(site=site).values_list("pk", "name"))
    return Names(segments, dict(list_campaigns(site)))


def describe_document(document: Any, names: Names) -> str:
    """A rule document as an English sentence, or what is wrong with it."""
    try:
        return describe_rule(parse_rule(document), names)
    except RuleError as error:
        return f"This rule cannot be read: {error.problems[0].message}"


def say_shape(site: Site, document: Any) -> str:
    """What a rule asks, without the values it compares with: for the audit log. Empty for what is no rule."""
    try:
        return describe_shape(parse_rule(document), read_names(site))
    except RuleError:
        return ""


def say_segment(segment: Segment, names: Names) -> str:
    """Who is in a segment, as an English sentence: its rule, or that it is a list and whence that came."""
    if segment.is_live:
        return describe_document(segment.rule, names)
    if segment.snapshot_rule is None:
        return LIST_SENTENCE
    return f"{LIST_SENTENCE} It was taken from: {describe_document(segment.snapshot_rule, names)}"


def describe_segment(segment: Segment) -> str:
    return say_segment(segment, read_names(segment.site))


def list_campaigns(site: Site) -> list[tuple[int, str]]:
    """Id and name of the campaigns that sent messages: what rules about messages can ask for."""
    return list(MessageCampaign.objects.filter(site=site).order_by("name").values_list("campaign", "name"))
