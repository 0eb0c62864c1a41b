"""How each kind of condition goes on as time passes."""

import datetime as dt
from collections.abc import Iterable

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
from segments.rules.comparisons import Count, EventTests
from segments.rules.evaluator import evaluate_rule
from segments.rules.event_nodes import (
    EventAggregateCondition,
    EventCondition,
    EventRecencyCondition,
    EventRepeatCondition,
    EventSequenceCondition,
    MessageCondition,
    PageViewCondition,
)
from segments.rules.flips.clocks import follow_clock
from segments.rules.flips.counting import follow_tally
from segments.rules.flips.futures import Future
from segments.rules.flips.moments import list_json_spans, list_moment_spans
from segments.rules.flips.sequences import follow_sequence
from segments.rules.flips.spans import BEGINNING, NEVER, Span, intersect, join
from segments.rules.flips.stays import find_stay
from segments.rules.flips.tallies import CountTally, DistinctTally, NumberTally, RepeatTally
from segments.rules.flips.timelines import Course, Junction, Timeline, follow_spans
from segments.rules.messages import find_message_tests, find_page_tests, name_message_event
from segments.rules.paths import find_values
from segments.rules.shares import find_zone
from segments.rules.windows import Window


def follow_condition(node: Condition, future: Future) -> Timeline:
    match node:
        case Group():
            return _follow_group(node, future)
        case AttributeCondition():
            raws = find_values(future.facts.attributes, node.key)
            return follow_spans(list_json_spans(node, raws, future.as_of), future.as_of)
        case ProfileCondition():
            return _follow_profile(node, future)
        case ChannelCondition():
            return _follow_channel(node, future)
        case LocalTimeCondition():
            own = find_zone(str(future.facts.profile.get("timezone", "")), future.zone)
            return follow_clock(node, own, future.as_of)
        case DeviceCondition() | LocationCondition() | SegmentCondition() | BucketCondition():
            return _keep(node, future)
        case EventRecencyCondition():
            return follow_spans(_list_recency_spans(node, future), future.as_of)
        case EventSequenceCondition():
            return follow_sequence(node, future)
        case _:
            return _follow_counted(node, future)


def _follow_group(node: Group, future: Future) -> Junction:
    parts = [follow_condition(each, future) for each in node.conditions]
    match node.match:
        case "all":
            return Junction(parts, len(parts))
        case "any":
            return Junction(parts, 1)
        case "none":
            return Junction(parts, 1, negated=True)
        case "at_least":
            return Junction(parts, node.n or 0)


def _keep(node: Condition, future: Future) -> Course:
    """What time alone never changes."""
    alone = Rule(version=1, root=node)
    return Course(evaluate_rule(alone, future.facts, as_of=future.as_of, zone=future.zone))


def _follow_profile(node: ProfileCondition, future: Future) -> Course:
    raw = future.facts.profile.get(node.field)
    if not isinstance(raw, dt.datetime):
        return _keep(node, future)
    return follow_spans(list_moment_spans(node, raw, future.as_of), future.as_of)


def _follow_channel(node: ChannelCondition, future: Future) -> Course:
    """A state itself does not change by time; how long ago it began does."""
    if node.within is None:
        return _keep(node, future)
    active = [device.created_at for device in future.facts.devices if device.ended_at is None]
    ended = [device.ended_at for device in future.facts.devices if device.ended_at is not None]
    since = active if node.state == "subscribed" else [max(ended)] if ended and not active else []
    stays = (find_stay(node.within, each, future.zone) for each in since)
    return follow_spans(join(sorted(stay for stay in stays if stay)), future.as_of)


def _list_recency_spans(node: EventRecencyCondition, future: Future) -> Iterable[Span]:
    """Before the first event there is no such moment; each that is ahead becomes the last one when it comes."""
    moments = future.list_moments(node.event)
    if node.occurrence == "first":
        del moments[1:]
    starts: list[dt.datetime | None] = [None, *moments]
    found: list[Span] = []
    for moment, end in zip(starts, [*moments, NEVER], strict=True):
        current = ((moment or BEGINNING, end),)
        found += intersect(current, list_moment_spans(node, moment, future.as_of))
    return join(found)


def _follow_counted(
    node: EventCondition
    | PageViewCondition
    | MessageCondition
    | EventAggregateCondition
    | EventRepeatCondition,
    future: Future,
) -> Course:
    match node:
        case EventCondition():
            return _follow_number(node.count, node.event, node.within, node.where, future)
        case PageViewCondition():
            tests = find_page_tests(node)
            return _follow_number(node.count, "$page_view", node.within, tests, future)
        case MessageCondition():
            name = name_message_event(node)
            return _follow_number(node.count, name, node.within, find_message_tests(node), future)
        case EventAggregateCondition():
            stays = future.list_stays(node.event, node.within, node.where)
            tally = DistinctTally(node) if node.function == "distinct" else NumberTally(node)
            return follow_tally(tally, stays, future)
        case EventRepeatCondition():
            stays = future.list_stays(node.event, node.within, node.where)
            return follow_tally(RepeatTally(node), stays, future)


def _follow_number(
    count: Count | None, name: str, within: Window | None, where: EventTests, future: Future
) -> Course:
    tally = CountTally(count, future.count_forgotten(name, within, where))
    return follow_tally(tally, future.list_stays(name, within, where), future)
