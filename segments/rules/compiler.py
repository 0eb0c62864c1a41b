"""The rule as SQL over a site's subscribers: the one module of the language that knows Django.

Every condition becomes a two-valued SQL expression about the row of `subscribers_subscriber` at hand. A condition on
events is an EXISTS over a grouped subquery, which PostgreSQL runs once as a semi-join where it can and per subscriber
by index where it must; no NOT IN and no set algebra, which do not push down on distributed PostgreSQL.
"""

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

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
from segments.rules.comparisons import Comparison, Count
from segments.rules.evaluator import EARTH_RADIUS_KM
from segments.rules.facts import INSTANT_REGEX, write_instant
from segments.rules.messages import find_message_tests, name_message_event
from segments.rules.operators import Family
from segments.rules.sql import FALSE, TRUE, Fragment, at_least, join_all, join_any
from segments.rules.text import fold_sql
from segments.rules.windows import Bounds, Window, find_bounds

SUBSCRIBER = "subscribers_subscriber"
DEVICE = "subscribers_pushsubscription"
EVENT = "tracking_event"
MEMBERSHIP = "segments_membership"


@dataclass(frozen=True)
class CompileContext:
    """What the SQL depends on besides the rule: the instant, the site's zone, the ids of its event types by name."""

    as_of: dt.datetime
    zone: ZoneInfo
    event_types: Mapping[str, int]


def compile_rule(rule: Rule, context: CompileContext) -> RawSQL:
    """A boolean expression for `Subscriber.objects.filter(…)`, never NULL, with every value bound."""
    condition = _Compiler(context).compile(rule.root)
    return RawSQL(condition.text, condition.params, output_field=BooleanField())  # noqa: S611  # text is ours alone


@dataclass(frozen=True)
class _Compiler:
    context: CompileContext

    def compile(self, node: Condition) -> Fragment:
        match node:
            case Group():
                return self.compile_group(node)
            case AttributeCondition():
                return self.compile_json(node, Fragment(f"{SUBSCRIBER}.attributes -> %s", (node.key,)))
            case ProfileCondition():
                return self.compile_profile(node)
            case DeviceCondition():
                return self.compile_device(node)
            case ChannelCondition():
                return self.compile_channel(node)
            case LocationCondition():
                return join_any(_near(spot, node.radius.kilometres) for spot in node.spots)
            case EventCondition():
                where = [self.compile_property(test, test.property) for test in node.where]
                return self.compile_count(node.event, node.count, node.within, where)
            case PageViewCondition():
                where = [self.compile_property(node.url, "url")] if node.url else []
                return self.compile_count("$page_view", node.count, node.within, where)
            case MessageCondition():
                where = [self.compile_property(test, test.property) for test in find_message_tests(node)]
                return self.compile_count(name_message_event(node), node.count, node.within, where)
            case SegmentCondition():
                return _is_member(node)

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

    def compile_json(self, test: Comparison, raw: Fragment) -> Fragment:
        """A test of a JSON value; of another type than the operator's it counts as missing."""
        if len(test.families) > 1:
            known = Fragment(f"COALESCE(jsonb_typeof({raw.text}) <> 'null', FALSE)", raw.params)
            return known.negate() if test.negated else known
        family = test.families[0]
        return self.compile_test(test, family, Fragment(_READ_JSON[family]).place(raw), in_json=True)

    def compile_test(
        self, test: Comparison, family: Family, value: Fragment, *, in_json: bool = False
    ) -> Fragment:
        row, operand = test.prepare(family, self.context.as_of)
        if family is Family.TIME and in_json:
            operand = (
                tuple(map(write_instant, operand)) if isinstance(operand, tuple) else write_instant(operand)
            )
        condition = row.to_sql(operand).place(value).or_false()
        return condition.negate() if test.negated else condition

    def compile_property(self, test: Comparison, name: str) -> Fragment:
        return self.compile_json(test, Fragment("event.properties -> %s", (name,)))

    def compile_profile(self, node: ProfileCondition) -> Fragment:
        column = f"{SUBSCRIBER}.{node.field}"
        if node.field.endswith("_at"):
            return self.compile_test(node, Family.TIME, Fragment(column))
        return self.compile_test(node, Family.TEXT, Fragment(fold_sql(f"NULLIF({column}, '')")))

    def compile_device(self, node: DeviceCondition) -> Fragment:
        row, operand = node.prepare(Family.TEXT, self.context.as_of)
        matches = row.to_sql(operand).place(Fragment(fold_sql(f"NULLIF(device.{node.field}, '')")))
        condition = _exists(DEVICE, "device", join_all([Fragment("device.ended_at IS NULL"), matches]))
        return condition.negate() if node.negated else condition

    def compile_channel(self, node: ChannelCondition) -> Fragment:
        bounds = find_bounds(node.within, as_of=self.context.as_of, zone=self.context.zone)
        is_active = Fragment("device.ended_at IS NULL")
        match node.state:
            case "never":
                return _exists(DEVICE, "device", TRUE).negate()
            case "subscribed":
                began = _within("device.created_at", bounds) if node.within else TRUE
                return _exists(DEVICE, "device", join_all([is_active, began]))
            case "unsubscribed":
                # The last end counts: within the window, and none after it.
                ended = _within("max(device.ended_at)", bounds) if node.within else TRUE
                having = join_all([Fragment("bool_and(device.ended_at IS NOT NULL)"), ended])
                return _exists_grouped(DEVICE, "device", TRUE, having)

    def compile_count(
        self, name: str, count: Count | None, within: Window | None, where: list[Fragment]
    ) -> Fragment:
        least, most = count.span if count else (1, None)
        if most is not None and most < least:
            return FALSE
        event_type = self.context.event_types.get(name)
        if event_type is None:
            return TRUE if least == 0 else FALSE
        bounds = find_bounds(within, as_of=self.context.as_of, zone=self.context.zone)
        is_type = Fragment("event.event_type_id = %s", (event_type,))
        rows = join_all([is_type, _within("event.occurred_at", bounds), *where])
        if least == 0:
            # Those with no event at all are not in the log: count the complement.
            return TRUE if most is None else self._occurs(rows, most + 1, None).negate()
        return self._occurs(rows, least, most)

    def _occurs(self, rows: Fragment, least: int, most: int | None) -> Fragment:
        if (least, most) == (1, None):
            return _exists(EVENT, "event", rows)
        number = (
            Fragment("count(*) >= %s", (least,))
            if most is None
            else Fragment("count(*) BETWEEN %s AND %s", (least, most))
        )
        return _exists_grouped(EVENT, "event", rows, number)


_TEXT = "({v}) #>> '{}'"
_READ_JSON = {
    Family.TEXT: f"CASE WHEN jsonb_typeof({{v}}) = 'string' THEN {fold_sql(_TEXT)} END",
    Family.NUMBER: "CASE WHEN jsonb_typeof({v}) = 'number' THEN (({v}) #>> '{}')::numeric END",
    Family.BOOLEAN: "CASE WHEN jsonb_typeof({v}) = 'boolean' THEN (({v}) #>> '{}')::boolean END",
    Family.TIME: f"CASE WHEN {_TEXT} ~ '{INSTANT_REGEX}' THEN ({_TEXT}) COLLATE \"C\" END",
    Family.LIST: "CASE WHEN jsonb_typeof({v}) = 'array' THEN {v} END",
}


def _exists(table: str, alias: str, where: Fragment) -> Fragment:
    return Fragment(
        f"EXISTS (SELECT 1 FROM {table} AS {alias} WHERE {alias}.subscriber_id = {SUBSCRIBER}.id AND {where.text})",
        where.params,
    )


def _exists_grouped(table: str, alias: str, where: Fragment, having: Fragment) -> Fragment:
    return Fragment(
        f"EXISTS (SELECT 1 FROM (SELECT {alias}.subscriber_id FROM {table} AS {alias} WHERE {where.text}"
        f" GROUP BY {alias}.subscriber_id HAVING {having.text}) AS counted"
        f" WHERE counted.subscriber_id = {SUBSCRIBER}.id)",
        (*where.params, *having.params),
    )


def _within(column: str, bounds: Bounds) -> Fragment:
    upper = Fragment(f"{column} {'<=' if bounds.upper_in else '<'} %s", (bounds.upper,))
    if bounds.lower is None:
        return upper
    lower = Fragment(f"{column} {'>=' if bounds.lower_in else '>'} %s", (bounds.lower,))
    return join_all([lower, upper])


def _is_member(node: SegmentCondition) -> Fragment:
    is_member = _exists(MEMBERSHIP, "membership", Fragment("membership.segment_id = %s", (node.segment,)))
    return is_member if node.member else is_member.negate()


def _near(spot: Spot, kilometres: float) -> Fragment:
    """A box of latitudes first, which an index answers, then the haversine distance; `least` passes over NULL."""
    reach = math.degrees(kilometres / EARTH_RADIUS_KM) * 1.0001
    lat, lon = f"{SUBSCRIBER}.latitude", f"{SUBSCRIBER}.longitude"
    half = (
        f"power(sin(radians(%s - {lat}) / 2), 2)"
        f" + cos(radians({lat})) * cos(radians(%s)) * power(sin(radians(%s - {lon}) / 2), 2)"
    )
    return Fragment(
        f"{lat} BETWEEN %s AND %s AND {lon} IS NOT NULL AND 2 * {EARTH_RADIUS_KM} * asin(sqrt(least(1, {half}))) <= %s",
        (spot.lat - reach, spot.lat + reach, float(spot.lat), float(spot.lat), float(spot.lon), kilometres),
    ).or_false()
