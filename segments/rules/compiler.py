"""The rule as SQL over a site's subscribers: the one module of the language that knows Django.

Every condition becomes a two-valued SQL expression about the row of `subscribers_subscriber` at hand.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
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
from segments.rules.comparing import json_sql, value_sql
from segments.rules.event_nodes import (
    EventAggregateCondition,
    EventCondition,
    EventRecencyCondition,
    EventRepeatCondition,
    EventSequenceCondition,
    MessageCondition,
    PageViewCondition,
)
from segments.rules.event_sql import EventCompiler, exists_grouped_sql, exists_sql, within_sql
from segments.rules.messages import find_message_tests, find_page_tests, name_message_event
from segments.rules.operators import Family
from segments.rules.places import inside_sql, near_sql
from segments.rules.samples import in_sample_sql
from segments.rules.sequence_sql import sequence_sql
from segments.rules.shares import bucket_sql, clock_sql
from segments.rules.sql import SUBSCRIBER, TRUE, Fragment, at_least, join_all, join_any
from segments.rules.text import fold_sql
from segments.rules.windows import Bounds, Window, find_bounds

DEVICE = "subscribers_pushsubscription"
MEMBERSHIP = "segments_membership"


@dataclass(frozen=True)
class CompileContext:
    """What the SQL depends on besides the rule: the instant, the site's zone, the ids of its event types by name."""

    as_of: dt.datetime
    zone: ZoneInfo
    event_types: Mapping[str, int]
    sampled: bool = False


def compile_rule(rule: Rule, context: CompileContext) -> RawSQL:
    """A boolean expression for `Subscriber.objects.filter(…)`, never NULL, with every value bound."""
    condition = _Compiler(context).compile(rule.root)
    if context.sampled:
        condition = join_all([Fragment(in_sample_sql(f"{SUBSCRIBER}.id")), condition])
    return RawSQL(condition.text, condition.params, output_field=BooleanField())  # noqa: S611  # text is ours alone


@dataclass(frozen=True)
class _Compiler:
    context: CompileContext

    def compile(self, node: Condition) -> Fragment:
        match node:
            case Group():
                return self.compile_group(node)
            case AttributeCondition():
                raw = Fragment(f"{SUBSCRIBER}.attributes -> %s", (node.key,))
                return json_sql(node, raw, self.context.as_of)
            case ProfileCondition():
                return self.compile_profile(node)
            case DeviceCondition():
                return self.compile_device(node)
            case ChannelCondition():
                return self.compile_channel(node)
            case LocationCondition():
                if node.radius is not None:
                    return near_sql(node.spots, node.radius.kilometres)
                return inside_sql(node.polygon or ())
            case SegmentCondition():
                return _is_member(node)
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
        log = EventCompiler(self.context.as_of, self.context.event_types)
        match node:
            case EventCondition():
                return log.count_sql(log.select(node.event, self.bounds(node.within), node.where), node.count)
            case PageViewCondition():
                rows = log.select("$page_view", self.bounds(node.within), find_page_tests(node))
                return log.count_sql(rows, node.count)
            case MessageCondition():
                name, tests = name_message_event(node), find_message_tests(node)
                return log.count_sql(log.select(name, self.bounds(node.within), tests), node.count)
            case EventAggregateCondition():
                return log.aggregate_sql(node, self.bounds(node.within))
            case EventRecencyCondition():
                return log.recency_sql(node)
            case EventSequenceCondition():
                return sequence_sql(node, self.bounds(node.within), log)
            case EventRepeatCondition():
                return log.repeat_sql(node, self.bounds(node.within))

    def bounds(self, within: Window | None) -> Bounds:
        return find_bounds(within, as_of=self.context.as_of, zone=self.context.zone)

    def compile_group(self, node: Group) -> Fragment:
        parts = [self.compile(each) for each in node.conditions]
        match node.match:
            case "all":
                return join_all(parts)
            case "any":
                return join_any(parts)
            case "none":
                return join_any(parts).negate()
            case "at_least":
                return at_least(parts, node.n or 0)

    def compile_profile(self, node: ProfileCondition) -> Fragment:
        column = f"{SUBSCRIBER}.{node.field}"
        if node.field.endswith("_at"):
            return value_sql(node, Family.TIME, Fragment(column), self.context.as_of)
        text = Fragment(fold_sql(f"NULLIF({column}, '')"))
        return value_sql(node, Family.TEXT, text, self.context.as_of)

    def compile_device(self, node: DeviceCondition) -> Fragment:
        row, operand = node.prepare(Family.TEXT, self.context.as_of)
        matches = row.to_sql(operand).place(Fragment(fold_sql(f"NULLIF(device.{node.field}, '')")))
        condition = exists_sql(DEVICE, "device", join_all([Fragment("device.ended_at IS NULL"), matches]))
        return condition.negate() if node.negated else condition

    def compile_channel(self, node: ChannelCondition) -> Fragment:
        bounds = self.bounds(node.within)
        is_active = Fragment("device.ended_at IS NULL")
        match node.state:
            case "never":
                return exists_sql(DEVICE, "device", TRUE).negate()
            case "subscribed":
                began = within_sql("device.created_at", bounds) if node.within else TRUE
                return exists_sql(DEVICE, "device", join_all([is_active, began]))
            case "unsubscribed":
                # The last end counts: within the window, and none after it.
                ended = within_sql("max(device.ended_at)", bounds) if node.within else TRUE
                having = join_all([Fragment("bool_and(device.ended_at IS NOT NULL)"), ended])
                return exists_grouped_sql(DEVICE, "device", TRUE, having)


def _is_member(node: SegmentCondition) -> Fragment:
    is_member = exists_sql(MEMBERSHIP, "membership", Fragment("membership.segment_id = %s", (node.segment,)))
    return is_member if node.member else is_member.negate()
