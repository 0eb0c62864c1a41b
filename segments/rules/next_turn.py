"""When time alone next changes anybody's answer: the earliest of the moments by which `turning` finds whom it concerns.

Each is a look into an index where there is one: an event leaves the last 24 hours when it is 24 hours old, so the next to
leave is the oldest that is younger. It may be too early, since not every such moment changes an answer; never too late.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from segments.rules.anniversaries import move_sql
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
from segments.rules.flips.clocks import follow_clock
from segments.rules.flips.moments import find_reach, moves_on
from segments.rules.flips.spans import shift
from segments.rules.flips.stays import find_stay
from segments.rules.messages import find_message_tests, find_page_tests, name_message_event
from segments.rules.shares import load_zones
from segments.rules.sql import SUBSCRIBER, Fragment
from segments.rules.windows import LATEST, AgoWindow, CalendarWindow, LastWindow, Window

AT_ONCE = dt.timedelta(0)


@dataclass(frozen=True)
class Turn:
    """`moment`: a SELECT of one instant, or of its text as JSON keeps it; so much later an answer may turn."""

    moment: Fragment
    later: dt.timedelta

    def find_instant(self, moment: str | dt.datetime) -> dt.datetime:
        return shift(find_reach(moment), self.later)


@dataclass(frozen=True)
class NextTurn:
    """Looks for the first turn later than `after`; `zone` is the site's."""

    site: int
    after: dt.datetime
    zone: ZoneInfo
    log: EventLog

    def list_instants(self, rule: Rule) -> list[dt.datetime]:
        """Those that clocks and the calendar give, whoever the people are."""
        found = [at for node in list_conditions(rule.root) for at in self._list_own_instants(node)]
        return [at for at in found if self.after < at <= LATEST]

    def list_turns(self, rule: Rule) -> list[Turn]:
        """Those that rows give: each has to be asked for."""
        return [turn for node in list_conditions(rule.root) for turn in self._list_node(node)]

    def _list_own_instants(self, node: Condition) -> Iterator[dt.datetime]:
        if isinstance(node, LocalTimeCondition):
            zones = (self.zone, *load_zones().values())
            yield min(follow_clock(node, zone, self.after).turns_at for zone in zones)
        window = getattr(node, "within", None)
        if isinstance(window, CalendarWindow):
            yield from find_stay(window, self.after, self.zone) or ()

    def _list_node(self, node: Condition) -> Iterator[Turn]:
        match node:
            case AttributeCondition() if moves_on(node):
                text, elements = moments_sql(ATTRIBUTES, node.key)
                yield from self._list_texts(node, text, self._from_people(elements))
            case ProfileCondition() if moves_on(node):
                yield from self._list_moments(node, profile_sql(node.field), self._from_people())
            case ChannelCondition() if node.within is not None:
                column = "device.created_at" if node.state == "subscribed" else "device.ended_at"
                for later in _list_stays(node.within):
                    yield self._find_first(Fragment(column), self._from_devices(), later)
            case EventRecencyCondition():
                yield from self._list_recency(node)
            case EventSequenceCondition():
                for step in node.steps:
                    yield from self._list_events(step.event, None if step.absent else node.within, step.where)
            case PageViewCondition():
                yield from self._list_events("$page_view", node.within, find_page_tests(node))
            case MessageCondition():
                yield from self._list_events(name_message_event(node), node.within, find_message_tests(node))
            case EventCondition() | EventAggregateCondition() | EventRepeatCondition():
                yield from self._list_events(node.event, node.within, node.where)
            case _:
                return

    def _from_people(self, elements: Fragment | None = None) -> Fragment:
        beside = _lay_beside(elements)
        return Fragment(
            f"{SUBSCRIBER}{beside.text} WHERE {SUBSCRIBER}.site_id = %s AND {SUBSCRIBER}.merged_into_id IS NULL",
            (*beside.params, self.site),
        )

    def _from_devices(self) -> Fragment:
        people = f"SELECT FROM {SUBSCRIBER} WHERE {SUBSCRIBER}.id = device.subscriber_id AND {SUBSCRIBER}.site_id = %s"
        return Fragment(
            f"subscribers_pushsubscription AS device WHERE EXISTS ({people})",
            (self.site,),
        )

    def _from_log(self, name: str, elements: Fragment | None = None) -> Fragment:
        beside = _lay_beside(elements)
        return Fragment(
            f"tracking_event AS event{beside.text} WHERE event.event_type_id = %s",
            (*beside.params, self.log.types[name]),
        )

    def _list_events(self, name: str, window: Window | None, where: EventTests) -> Iterator[Turn]:
        if name not in self.log.types:
            return
        for later in _list_stays(window):
            yield self._find_first(Fragment("event.occurred_at"), self._from_log(name), later)
        for test in where:
            if moves_on(test):
                text, elements = moments_sql(PROPERTIES, test.property)
                yield from self._list_texts(test, text, self._from_log(name, elements))

    def _list_recency(self, node: EventRecencyCondition) -> Iterator[Turn]:
        """The first and the last time are events of the log; what that has forgotten, summaries know."""
        if node.event not in self.log.types:
            return
        occurred = Fragment("event.occurred_at")
        yield self._find_first(occurred, self._from_log(node.event), AT_ONCE)
        if not moves_on(node):
            return
        if node.operator != "anniversary_within":
            for later in _list_shifts(node):
                yield self._find_first(occurred, self._from_log(node.event), later)
        if node.operator == "anniversary_within" or self.log.begins_at:
            done = "tracking_eventsummary AS done WHERE done.event_type_id = %s"
            rows = Fragment(done, (self.log.types[node.event],))
            yield from self._list_moments(node, Fragment(f"done.{node.occurrence}_at"), rows)

    def _list_moments(self, test: Comparison, moment: Fragment, rows: Fragment) -> Iterator[Turn]:
        """At which a test that compares with now turns, of a moment in a column."""
        if test.operator == "anniversary_within":
            yield from self._list_anniversaries(test, Fragment(WRITE_INSTANT).place(moment), rows)
            return
        for later in _list_shifts(test):
            yield self._find_first(moment, rows, later)

    def _list_texts(self, test: Comparison, text: Fragment, rows: Fragment) -> Iterator[Turn]:
        """The same of a moment as JSON keeps it."""
        if test.operator == "anniversary_within":
            yield from self._list_anniversaries(test, text, rows)
            return
        for later in _list_shifts(test):
            yield self._find_least([(text, [])], rows, later)

    def _list_anniversaries(self, test: Comparison, text: Fragment, rows: Fragment) -> Iterator[Turn]:
        """This year's, the next one's; of a moment ahead, which comes round later still, the moment itself."""
        for later in (-test.operand.delta, AT_ONCE):
            year = (self.after - later).year
            moved = [
                (_move(text, each), [Fragment("substr({v}, 1, 4) < %s", (f"{each:04}",)).place(text)])
                for each in (year, year + 1)
            ]
            yield self._find_least([*moved, (text, [])], rows, later)

    def _find_first(self, moment: Fragment, rows: Fragment, later: dt.timedelta) -> Turn:
        select = (
            f"SELECT {moment.text} FROM {rows.text} AND {moment.text} > %s ORDER BY {moment.text} LIMIT 1"
        )
        values = (*moment.params, *rows.params, *moment.params, self.after - later, *moment.params)
        return Turn(Fragment(select, values), later)

    def _find_least(
        self, texts: list[tuple[Fragment, list[Fragment]]], rows: Fragment, later: dt.timedelta
    ) -> Turn:
        """The first of several texts, each under its conditions."""
        start = write_instant(self.after - later)
        parts, values = [], []
        for text, conditions in texts:
            asked = [Fragment("{v} > %s", (start,)).place(text), *conditions]
            parts.append(f"min({text.text}) FILTER (WHERE {' AND '.join(each.text for each in asked)})")
            values += [*text.params, *(value for each in asked for value in each.params)]
        return Turn(
            Fragment(f"SELECT LEAST({', '.join(parts)}) FROM {rows.text}", (*values, *rows.params)), later
        )


def _lay_beside(elements: Fragment | None) -> Fragment:
    return Fragment(f" CROSS JOIN LATERAL {elements.text}", elements.params) if elements else Fragment("")


def _list_stays(window: Window | None) -> list[dt.timedelta]:
    """How old a moment is when it enters the window and when it leaves it. What is ahead enters when it comes."""
    match window:
        case LastWindow(last=last):
            return [AT_ONCE, last.delta]
        case AgoWindow(between_ago=(longer, shorter)):
            return [shorter.delta, longer.delta]
        case _:
            return [AT_ONCE]


def _list_shifts(test: Comparison) -> list[dt.timedelta]:
    """How old a moment is when a test that compares it with now turns (flips.moments)."""
    length: dt.timedelta = test.operand.delta
    match test.operator:
        case "within_last":
            return [AT_ONCE, length]
        case "more_than_ago":
            return [length]
        case _:
            return [-length, AT_ONCE]


def _move(text: Fragment, year: int) -> Fragment:
    return Fragment(move_sql(f"{year:04}"), (f"{year:04}",)).place(text)
