"""The rule over one subscriber's facts, in memory: the second interpreter, which must agree with the compiler."""

import datetime as dt
import math
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from segments.rules.ast import (
    AttributeCondition,
    ChannelCondition,
    Condition,
    DeviceCondition,
    EventCondition,
    Group,
    LocationCondition,
    MessageCondition,
    PageViewCondition,
    ProfileCondition,
    Rule,
    SegmentCondition,
    Spot,
)
from segments.rules.comparisons import Comparison, Count, PropertyComparison, UrlComparison
from segments.rules.facts import EventFacts, SubscriberFacts, read_json, write_instant
from segments.rules.messages import find_message_tests, name_message_event
from segments.rules.operators import Family
from segments.rules.windows import Window, find_bounds

EARTH_RADIUS_KM = 6371.0088  # the mean radius of IUGG


def evaluate_rule(rule: Rule, facts: SubscriberFacts, *, as_of: dt.datetime, zone: ZoneInfo) -> bool:
    """Whether the rule holds for this subscriber at `as_of`; `zone` is the site's."""
    return _Evaluator(facts, as_of, zone).holds(rule.root)


@dataclass(frozen=True)
class _Evaluator:
    facts: SubscriberFacts
    as_of: dt.datetime
    zone: ZoneInfo

    def holds(self, node: Condition) -> bool:
        match node:
            case Group():
                return self.holds_group(node)
            case AttributeCondition():
                return self.holds_json(node, self.facts.attributes.get(node.key))
            case ProfileCondition():
                return self.holds_profile(node)
            case DeviceCondition():
                return self.holds_device(node)
            case ChannelCondition():
                return self.holds_channel(node)
            case LocationCondition():
                return self.holds_location(node)
            case EventCondition():
                return self.holds_count(node.event, node.count, node.within, node.where)
            case PageViewCondition():
                return self.holds_count("$page_view", node.count, node.within, (), node.url)
            case MessageCondition():
                tests = find_message_tests(node)
                return self.holds_count(name_message_event(node), node.count, node.within, tests)
            case SegmentCondition():
                return (node.segment in self.facts.segments) == node.member

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

    def holds_json(self, test: Comparison, raw: Any) -> bool:
        """A test of a JSON value: an attribute's or an event property's. Instants compare as their text."""
        if len(test.families) > 1:
            return (raw is not None) != test.negated
        family = test.families[0]
        row, operand = test.prepare(family, self.as_of)
        if family is Family.TIME:
            operand = _write_instants(operand)
        value = read_json(raw, family)
        return (value is not None and row.holds(value, operand)) != test.negated

    def holds_profile(self, node: ProfileCondition) -> bool:
        raw = self.facts.profile.get(node.field)
        family = Family.TIME if node.field.endswith("_at") else Family.TEXT
        row, operand = node.prepare(family, self.as_of)
        value = read_json(raw, family) if isinstance(raw, str) else raw
        return (bool(value) and row.holds(value, operand)) != node.negated

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
        bounds = find_bounds(node.within, as_of=self.as_of, zone=self.zone)
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
        return any(measure_distance(lat, lon, spot) <= node.radius.kilometres for spot in node.spots)

    def holds_count(
        self,
        name: str,
        count: Count | None,
        within: Window | None,
        where: tuple[PropertyComparison, ...],
        url: UrlComparison | None = None,
    ) -> bool:
        bounds = find_bounds(within, as_of=self.as_of, zone=self.zone)
        number = sum(
            event.name == name
            and bounds.holds(event.occurred_at)
            and self.holds_where(event, where)
            and (url is None or self.holds_json(url, event.properties.get("url")))
            for event in self.facts.events
        )
        least, most = count.span if count else (1, None)
        return least <= number and (most is None or number <= most)

    def holds_where(self, event: EventFacts, where: tuple[PropertyComparison, ...]) -> bool:
        return all(self.holds_json(test, event.properties.get(test.property)) for test in where)


def measure_distance(lat: float, lon: float, spot: Spot) -> float:
    """Kilometres along the great circle, by the haversine formula, step by step as the compiler's SQL does it."""
    half = (
        math.sin(math.radians(spot.lat - lat) / 2) ** 2
        + math.cos(math.radians(lat))
        * math.cos(math.radians(spot.lat))
        * math.sin(math.radians(spot.lon - lon) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(min(1.0, half)))


def _write_instants(operand: Any) -> Any:
    return tuple(map(write_instant, operand)) if isinstance(operand, tuple) else write_instant(operand)
