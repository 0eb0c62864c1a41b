"""The rule over one subscriber's facts, in memory: the second interpreter, which must agree with the compiler."""

import datetime as dt
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

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
from segments.rules.comparing import holds_any, holds_value
from segments.rules.event_evaluation import EventLog
from segments.rules.event_nodes import (
    EventAggregateCondition,
    EventCondition,
    EventRecencyCondition,
    EventRepeatCondition,
    EventSequenceCondition,
    MessageCondition,
    PageViewCondition,
)
from segments.rules.facts import SubscriberFacts, read_json
from segments.rules.messages import find_message_tests, find_page_tests, name_message_event
from segments.rules.operators import Family
from segments.rules.paths import find_values
from segments.rules.places import is_inside, is_near
from segments.rules.shares import find_bucket, find_zone, shows
from segments.rules.windows import Bounds, Window, find_bounds


def evaluate_rule(rule: Rule, facts: SubscriberFacts, *, as_of: dt.datetime, zone: ZoneInfo) -> bool:
    """Whether the rule holds for this subscriber at `as_of`; `zone` is the site's."""
    return _Evaluator(facts, as_of, zone).holds(rule.root)


@dataclass(frozen=True)
class _Evaluator:
    facts: SubscriberFacts
    as_of: dt.datetime
    zone: ZoneInfo
    log: EventLog = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "log", EventLog(self.facts, self.as_of))

    def holds(self, node: Condition) -> bool:
        match node:
            case Group():
                return self.holds_group(node)
            case AttributeCondition():
                return holds_any(node, find_values(self.facts.attributes, node.key), self.as_of)
            case ProfileCondition():
                return self.holds_profile(node)
            case DeviceCondition():
                return self.holds_device(node)
            case ChannelCondition():
                return self.holds_channel(node)
            case LocationCondition():
                return self.holds_location(node)
            case SegmentCondition():
                return (node.segment in self.facts.segments) == node.member
            case BucketCondition():
                return node.first <= find_bucket(node.salt, self.facts.uuid) < node.to
            case LocalTimeCondition():
                own = find_zone(str(self.facts.profile.get("timezone", "")), self.zone)
                return shows(own, self.as_of, node.times, node.weekdays)
            case _:
                return self.holds_events(node)

    def holds_events(
        self,
        node: EventCondition
        | PageViewCondition
        | MessageCondition
        | EventAggregateCondition
        | EventRecencyCondition
        | EventSequenceCondition
        | EventRepeatCondition,
    ) -> bool:
        match node:
            case EventCondition():
                return self.log.holds_count(node.event, self.bounds(node.within), node.where, node.count)
            case PageViewCondition():
                bounds = self.bounds(node.within)
                return self.log.holds_count("$page_view", bounds, find_page_tests(node), node.count)
            case MessageCondition():
                name, bounds = name_message_event(node), self.bounds(node.within)
                return self.log.holds_count(name, bounds, find_message_tests(node), node.count)
            case EventAggregateCondition():
                return self.log.holds_aggregate(node, self.bounds(node.within))
            case EventRecencyCondition():
                return self.log.holds_recency(node)
            case EventSequenceCondition():
                return self.log.holds_sequence(node, self.bounds(node.within))
            case EventRepeatCondition():
                return self.log.holds_repeat(node, self.bounds(node.within))

    def bounds(self, within: Window | None) -> Bounds:
        return find_bounds(within, as_of=self.as_of, zone=self.zone)

    def holds_group(self, node: Group) -> bool:
        held = sum(self.holds(each) for each in node.conditions)
        match node.match:
            case "all":
                return held == len(node.conditions)
            case "any":
                return held > 0
            case "none":
                return held == 0
            case "at_least":
                return held >= (node.n or 0)

    def holds_profile(self, node: ProfileCondition) -> bool:
        raw = self.facts.profile.get(node.field)
        family = Family.TIME if node.field.endswith("_at") else Family.TEXT
        value = read_json(raw, family) if isinstance(raw, str) else raw
        return holds_value(node, family, value or None, self.as_of)

    def holds_device(self, node: DeviceCondition) -> bool:
        row, operand = node.prepare(Family.TEXT, self.as_of)
        values = [
            read_json(getattr(device, node.field), Family.TEXT)
            for device in self.facts.devices
            if device.ended_at is None
        ]
        return any(value and row.holds(value, operand) for value in values) != node.negated

    def holds_channel(self, node: ChannelCondition) -> bool:
        devices = self.facts.devices
        active = [device for device in devices if device.ended_at is None]
        bounds = self.bounds(node.within)
        match node.state:
            case "never":
                return not devices
            case "subscribed":
                return any(node.within is None or bounds.holds(device.created_at) for device in active)
            case "unsubscribed":
                ends = [device.ended_at for device in devices if device.ended_at]
                return bool(ends) and not active and (node.within is None or bounds.holds(max(ends)))

    def holds_location(self, node: LocationCondition) -> bool:
        lat, lon = self.facts.latitude, self.facts.longitude
        if lat is None or lon is None:
            return False
        if node.radius is not None:
            return is_near(lat, lon, node.spots, node.radius.kilometres)
        return is_inside(lat, lon, node.polygon or ())
