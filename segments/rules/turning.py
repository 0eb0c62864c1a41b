"""For whom time alone may have changed a rule's answer between two instants, read off the rows that hold the times.

What `flips` works out for one subscriber from their facts, this asks of everybody's rows at once: an event leaves the last
24 hours when it is 24 hours old, so those concerned between two instants are those with an event between the same two,
24 hours before; and the log has an index for that. So nothing needs to be stored, kept up or repaired beside the rows.
It may name too many people, never too few; whether an answer really changed is for whoever asks the rule again.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from segments.rules.anniversaries import anniversary_sql
from segments.rules.ast import (
    AttributeCondition,
    ChannelCondition,
    Condition,
    LocalTimeCondition,
    ProfileCondition,
    Rule,
    list_conditions,
)
from segments.rules.columns import ATTRIBUTES, moments_sql, profile_sql
from segments.rules.comparing import WRITE_INSTANT
from segments.rules.comparisons import Comparison, EventTests
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
from segments.rules.event_sql import PROPERTIES
from segments.rules.facts import write_instant
from segments.rules.flips.moments import moves_on
from segments.rules.messages import find_message_tests, find_page_tests, name_message_event
from segments.rules.shares import find_turned_sql
from segments.rules.sql import SUBSCRIBER, Fragment, join_all, join_any
from segments.rules.windows import (
    AgoWindow,
    CalendarWindow,
    LastWindow,
    Window,
    find_bounds,
)

MICROSECOND = dt.timedelta(microseconds=1)
NOW = dt.timedelta(0)
Span = tuple[dt.datetime, dt.datetime]  # later than the first, up to the second


@dataclass(frozen=True)
class Turning:
    """Finds those concerned by an instant after `since` and up to `until`; `zone` is the site's."""

    site: int
    since: dt.datetime
    until: dt.datetime
    zone: ZoneInfo
    log: EventLog

    def select(self, rule: Rule) -> Fragment | None:
        """A SELECT of ids of subscribers, each perhaps several times; None: time changes nothing about this rule."""
        parts = [part for node in list_conditions(rule.root) for part in self._select_node(node)]
        if not parts:
            return None
        return Fragment(
            " UNION ALL ".join(part.text for part in parts),
            tuple(value for part in parts for value in part.params),
        )

    def _select_node(self, node: Condition) -> Iterator[Fragment]:
        match node:
            case AttributeCondition() if moves_on(node):
                yield self._select_people(self._moved_json(node, ATTRIBUTES, node.key))
            case ProfileCondition() if moves_on(node):
                yield self._select_people(self._moved(node, profile_sql(node.field)))
            case ChannelCondition():
                yield from self._select_devices(node)
            case LocalTimeCondition():
                turned = find_turned_sql(self.zone, self.since, self.until, node.times, node.weekdays)
                if turned:
                    yield self._select_people(turned)
            case EventRecencyCondition() if moves_on(node):
                yield from self._select_recency(node)
            case EventSequenceCondition():
                for step in node.steps:
                    yield from self._select_events(
                        step.event, None if step.absent else node.within, step.where
                    )
            case PageViewCondition():
                yield from self._select_events("$page_view", node.within, find_page_tests(node))
            case MessageCondition():
                yield from self._select_events(
                    name_message_event(node), node.within, find_message_tests(node)
                )
            case EventCondition() | EventAggregateCondition() | EventRepeatCondition():
                yield from self._select_events(node.event, node.within, node.where)
            case _:
                return

    def _select_devices(self, node: ChannelCondition) -> Iterator[Fragment]:
        spans = self._list_spans(node.within)
        if spans:
            column = "device.created_at" if node.state == "subscribed" else "device.ended_at"
            found = _lies_in(Fragment(column), spans)
            yield Fragment(
                f"SELECT device.subscriber_id FROM subscribers_pushsubscription AS device WHERE {found.text}",
                found.params,
            )

    def _select_people(self, condition: Fragment) -> Fragment:
        return Fragment(
            f"SELECT {SUBSCRIBER}.id FROM {SUBSCRIBER}"
            f" WHERE {SUBSCRIBER}.site_id = %s AND {SUBSCRIBER}.merged_into_id IS NULL AND ({condition.text})",
            (self.site, *condition.params),
        )

    def _select_events(self, name: str, window: Window | None, where: EventTests) -> Iterator[Fragment]:
        spans = self._list_spans(window)
        if spans:
            yield from self._select_log(name, _lies_in(Fragment("event.occurred_at"), spans))
        for test in where:
            if moves_on(test):
                moved = self._moved_json(test, PROPERTIES, test.property)
                lower = find_bounds(window, as_of=self.since, zone=self.zone).lower
                kept = [Fragment("event.occurred_at >= %s", (lower,))] if lower else []
                yield from self._select_log(name, join_all([*kept, moved]))

    def _select_log(self, name: str, condition: Fragment) -> Iterator[Fragment]:
        if name in self.log.types:
            yield Fragment(
                "SELECT event.subscriber_id FROM tracking_event AS event"
                f" WHERE event.event_type_id = %s AND {condition.text}",
                (self.log.types[name], *condition.params),
            )

    def _select_recency(self, node: EventRecencyCondition) -> Iterator[Fragment]:
        """The first and the last time are events of the log, unless it has forgotten them: then only summaries know."""
        spans = [] if node.operator == "anniversary_within" else self._list_moves(node)
        begins_at = self.log.begins_at
        if spans and (begins_at is None or min(start for start, _ in spans) >= begins_at):
            yield from self._select_log(node.event, _lies_in(Fragment("event.occurred_at"), spans))
        elif node.event in self.log.types:
            moved = self._moved(node, Fragment(f"done.{node.occurrence}_at"))
            yield Fragment(
                "SELECT done.subscriber_id FROM tracking_eventsummary AS done"
                f" WHERE done.event_type_id = %s AND {moved.text}",
                (self.log.types[node.event], *moved.params),
            )

    def _moved(self, test: Comparison, moment: Fragment) -> Fragment:
        """Whether a moment, in a column, is one at which the test turns."""
        if test.operator == "anniversary_within":
            return self._moved_text(test, Fragment(WRITE_INSTANT).place(moment))
        return _lies_in(moment, self._list_moves(test))

    def _moved_json(self, test: Comparison, whole: str, name: str) -> Fragment:
        """The same of any of the moments that a name leads to in a JSON object."""
        text, elements = moments_sql(whole, name)
        moved = self._moved_text(test, text)
        if elements is None:
            return moved
        return Fragment(
            f"EXISTS (SELECT 1 FROM {elements.text} WHERE {moved.text})", (*elements.params, *moved.params)
        )

    def _moved_text(self, test: Comparison, text: Fragment) -> Fragment:
        """The same of a moment as JSON keeps it."""
        spans = [(write_instant(start), write_instant(end)) for start, end in self._list_moves(test)]
        if test.operator == "anniversary_within":
            return join_any([anniversary_sql(span).place(text) for span in spans])
        return join_any([Fragment("{v} > %s AND {v} <= %s", span).place(text) for span in spans])

    def _list_moves(self, test: Comparison) -> list[Span]:
        """The moments at which a test that compares with now turns (flips.moments)."""
        length: dt.timedelta = test.operand.delta
        match test.operator:
            case "within_last":
                return self._shift(NOW, -length)
            case "more_than_ago":
                return self._shift(-length)
            case _:
                return self._shift(NOW, length)

    def _list_spans(self, window: Window | None) -> list[Span]:
        """The moments that enter a window or leave it. Those that enter when they happen are noted as changes."""
        match window:
            case LastWindow(last=last):
                return self._shift(-last.delta)
            case AgoWindow(between_ago=(longer, shorter)):
                return self._shift(-longer.delta, -shorter.delta)
            case CalendarWindow():
                before = find_bounds(window, as_of=self.since, zone=self.zone)
                after = find_bounds(window, as_of=self.until, zone=self.zone)
                if before.lower is None or before.lower == after.lower:
                    return []
                return [(before.lower - MICROSECOND, self.until)]
            case _:
                return []

    def _shift(self, *by: dt.timedelta) -> list[Span]:
        return [(self.since + each, self.until + each) for each in by]


def _lies_in(moment: Fragment, spans: list[Span]) -> Fragment:
    return join_any([Fragment("{v} > %s AND {v} <= %s", span).place(moment) for span in spans])
