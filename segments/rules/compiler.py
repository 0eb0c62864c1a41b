"""The rule as SQL over a site's subscribers: the one module of the language that knows Django.

Every condition becomes a two-valued SQL expression about the row of `subscribers_subscriber` at hand.
"""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from segments.rules.ast import (
    AttributeCondition,
    BucketCondition,
    ChannelCondition,
    Condition,
    DeviceCondition,
    Group,
    LocalTimeCondition,
    LocationCondition,
    ProfileCondition,
    Rule,
    SegmentCondition,
)
from segments.rules.event_log import EventLog
from segments.rules.event_nodes import (
    EventAggregateCondition,
    EventCondition,
    EventRecencyCondition,
    EventRepeatCondition,
    EventSequenceCondition,
    MessageCondition,
    PageViewCondition,
)
from segments.rules.event_sql import EventCompiler, within_sql
from segments.rules.messages import find_message_tests, find_page_tests, list_events, name_message_event
from segments.rules.operators import Family
from segments.rules.own_conditions import OWN, Own, own_sql
from segments.rules.samples import in_sample_sql
from segments.rules.sequence_sql import sequence_sql
from segments.rules.shares import bucket_sql, clock_sql
from segments.rules.sql import SUBSCRIBER, TRUE, Fragment, at_least, in_turn, join_all, join_any
from segments.rules.subqueries import Subqueries, Table
from segments.rules.text import fold_sql
from segments.rules.windows import Bounds, Window, find_bounds

DEVICE = Table("subscribers_pushsubscription", "device")
# The surroundings of a shop, not of a country.
FEW_KILOMETRES = 160
OWN_COLUMN = re.compile(rf"\b{SUBSCRIBER}\.(?!id\b)")
MEMBERSHIP = Table("segments_membership", "membership")


@dataclass(frozen=True)
class CompileContext:
    """What the SQL depends on besides the rule: the instant, the site's zone and event log, and whether to look at the
    sample of people alone, or at the people with these ids, written as PostgreSQL writes an array."""

    as_of: dt.datetime
    zone: ZoneInfo
    log: EventLog
    sampled: bool = False
    people: str | None = None


def compile_rule(rule: Rule, context: CompileContext) -> RawSQL:
    """A boolean expression for `Subscriber.objects.filter(…)`, with every value bound; NULL, too, means no."""
    condition = join_all(_compile_root(rule, context))
    if context.sampled:
        condition = join_all([Fragment(in_sample_sql(f"{SUBSCRIBER}.id")), condition])
    if context.people is not None:
        condition = join_all([Fragment(f"{SUBSCRIBER}.id = ANY(%s::bigint[])", (context.people,)), condition])
    return RawSQL(condition.text, condition.params, output_field=BooleanField())  # noqa: S611  # text is ours alone


def compile_ids(rule: Rule, context: CompileContext) -> Fragment | None:
    """A SELECT of the ids alone, read from what they did and never from their own rows; None: those are needed.

    Only subscribers who are alive have events, and an event type belongs to one site: there is nothing left to check.
    """
    parts = _compile_root(rule, context)
    first = next((part for part in parts if part.ids), None)
    if first is None or first.ids is None:
        return None
    others = join_all(part for part in parts if part is not first)
    if OWN_COLUMN.search(others.text):
        return None
    return Fragment(
        f"SELECT {SUBSCRIBER}.id FROM ({first.ids.text}) AS {SUBSCRIBER} WHERE {others.text}",
        (*first.ids.params, *others.params),
    )


def _compile_root(rule: Rule, context: CompileContext) -> list[Fragment]:
    """Conditions that must all hold. Where none of them narrows the search, everybody is gone through: then what is
    asked of own values is asked apart, so that nobody's row is read but of those who meet it."""
    if context.people is not None or _narrows(rule.root) or not list_events(rule.root):
        return _Compiler(context).compile_all(rule.root)
    return [in_turn(_Compiler(context, apart=True).compile_all(rule.root))]


@dataclass(frozen=True)
class _Compiler:
    """With `few`, other conditions leave few people to ask about. With `apart`, what is asked of own values is a subquery."""

    context: CompileContext
    few: bool = False
    apart: bool = False

    @property
    def rows(self) -> Subqueries:
        return Subqueries(self.context.sampled, self.few, self.context.people)

    def compile_all(self, node: Condition) -> list[Fragment]:
        """The conditions that must all hold; all within all is all."""
        if not isinstance(node, Group) or node.match != "all":
            return [self.compile(node)]
        inner = replace(self, few=self.few or any(map(_leaves_few, node.conditions)))
        own = [each for each in node.conditions if isinstance(each, OWN)]
        others = [each for each in node.conditions if not isinstance(each, OWN)]
        first = [self.compile_own(own)] if own else []
        return [*first, *(part for each in others for part in inner.compile_all(each))]

    def compile_own(self, nodes: Sequence[Own]) -> Fragment:
        """Conditions on the subscriber's own values that must all hold."""
        together = join_all(own_sql(each, self.context.as_of) for each in nodes)
        return self.rows.apart(together) if self.apart else together

    @property
    def events(self) -> EventCompiler:
        return EventCompiler(self.context.as_of, self.context.log, self.rows)

    def compile(self, node: Condition) -> Fragment:
        match node:
            case Group():
                return self.compile_group(node)
            case AttributeCondition() | ProfileCondition() | LocationCondition():
                return self.compile_own([node])
            case DeviceCondition():
                return self.compile_device(node)
            case ChannelCondition():
                return self.compile_channel(node)
            case SegmentCondition():
                return self.compile_membership(node)
            case BucketCondition():
                return bucket_sql(node.salt, node.first, node.to)
            case LocalTimeCondition():
                return clock_sql(self.context.zone, self.context.as_of, node.times, node.weekdays)
            case _:
                return self.compile_events(node)

    def compile_events(
        self,
        node: EventCondition
        | PageViewCondition
        | MessageCondition
        | EventAggregateCondition
        | EventRecencyCondition
        | EventSequenceCondition
        | EventRepeatCondition,
    ) -> Fragment:
        events = self.events
        match node:
            case EventCondition():
                return events.count_sql(node.event, self.bounds(node.within), node.where, node.count)
            case PageViewCondition():
                tests = find_page_tests(node)
                return events.count_sql("$page_view", self.bounds(node.within), tests, node.count)
            case MessageCondition():
                name = name_message_event(node)
                return events.count_sql(name, self.bounds(node.within), find_message_tests(node), node.count)
            case EventAggregateCondition():
                return events.aggregate_sql(node, self.bounds(node.within))
            case EventRecencyCondition():
                return events.recency_sql(node)
            case EventSequenceCondition():
                return sequence_sql(node, self.bounds(node.within), events)
            case EventRepeatCondition():
                return events.repeat_sql(node, self.bounds(node.within))

    def bounds(self, within: Window | None) -> Bounds:
        return find_bounds(within, as_of=self.context.as_of, zone=self.context.zone)

    def compile_group(self, node: Group) -> Fragment:
        if node.match == "at_least":
            return self.compile_at_least(node, node.n or 0)
        if node.match == "all":
            return join_all(self.compile_all(node))
        parts = [self.compile(each) for each in node.conditions]
        match node.match:
            case "any":
                return join_any(parts)
            case "none":
                return join_any(parts).negate()

    def compile_at_least(self, node: Group, n: int) -> Fragment:
        kinds = [each for each in node.conditions if isinstance(each, EventCondition)]
        if len(kinds) == len(node.conditions):
            together = self.events.at_least_sql(kinds, [self.bounds(each.within) for each in kinds], n)
            if together:
                return together
        return at_least([self.compile(each) for each in node.conditions], n)

    def compile_device(self, node: DeviceCondition) -> Fragment:
        row, operand = node.prepare(Family.TEXT, self.context.as_of)
        # A kind is one of our own words, in small letters, and as it stands it lies in an index.
        column = "device.kind" if node.field == "kind" else f"NULLIF({fold_sql(f'device.{node.field}')}, '')"
        matches = row.to_sql(operand).place(Fragment(column))
        condition = self.rows.exists(DEVICE, join_all([Fragment("device.ended_at IS NULL"), matches]))
        return condition.negate() if node.negated else condition

    def compile_channel(self, node: ChannelCondition) -> Fragment:
        bounds = self.bounds(node.within)
        is_active = Fragment("device.ended_at IS NULL")
        match node.state:
            case "never":
                return self.rows.exists(DEVICE, TRUE).negate()
            case "subscribed":
                began = within_sql("device.created_at", bounds) if node.within else TRUE
                return self.rows.exists(DEVICE, join_all([is_active, began]))
            case "unsubscribed":
                # The last end counts: within the window, and none after it.
                ended = within_sql("max(device.read)", bounds) if node.within else TRUE
                having = join_all([Fragment("bool_and(device.read IS NOT NULL)"), ended])
                return self.rows.exists_grouped(DEVICE, TRUE, having, read=Fragment("device.ended_at"))

    def compile_membership(self, node: SegmentCondition) -> Fragment:
        is_segment = Fragment("membership.segment_id = %s", (node.segment,))
        is_member = self.rows.exists(MEMBERSHIP, is_segment)
        return is_member if node.member else is_member.negate()


def _narrows(node: Condition) -> bool:
    """Whether some condition must hold by itself."""
    if not isinstance(node, Group):
        return True
    return node.match == "all" and any(map(_narrows, node.conditions))


def _leaves_few(node: Condition) -> bool:
    return (
        isinstance(node, LocationCondition)
        and node.radius is not None
        and node.radius.kilometres <= FEW_KILOMETRES
    )
