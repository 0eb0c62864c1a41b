"""What somebody did, counted, added up and followed step by step, over their events in memory."""

import datetime as dt
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Hashable, Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from segments.rules.comparing import holds_any, holds_value
from segments.rules.comparisons import URL, Count, EventTests
from segments.rules.event_nodes import (
    EventAggregateCondition,
    EventRecencyCondition,
    EventRepeatCondition,
    EventSequenceCondition,
    Step,
)
from segments.rules.facts import EventFacts, SubscriberFacts, read_json
from segments.rules.operators import Family
from segments.rules.paths import find_values, read_path
from segments.rules.text import fold, fold_address
from segments.rules.windows import Bounds

# Sums as exact as PostgreSQL's numeric: enough digits for any numbers that a client may send.
EXACT = Context(prec=2000, rounding=ROUND_HALF_UP)
AVERAGE_PLACES = Decimal(1).scaleb(-10)


class EventLog:
    """Somebody's events up to `as_of`, and the questions that nodes put to them."""

    def __init__(self, facts: SubscriberFacts, as_of: dt.datetime) -> None:
        self.events = [event for event in facts.events if event.occurred_at <= as_of]
        self.forgotten = facts.forgotten
        self.as_of = as_of

    def select(self, name: str, bounds: Bounds, where: EventTests) -> list[EventFacts]:
        return [
            event
            for event in self.events
            if event.name == name and bounds.holds(event.occurred_at) and self._fits(event, where)
        ]

    def holds_count(self, name: str, bounds: Bounds, where: EventTests, count: Count | None) -> bool:
        least, most = count.span if count else (1, None)
        number = len(self.select(name, bounds, where)) + self.count_forgotten(name, bounds, where)
        return least <= number and (most is None or number <= most)

    def count_forgotten(self, name: str, bounds: Bounds, where: EventTests) -> int:
        """Of the forgotten ones it is known how many there were ever, and nothing else."""
        forgotten = self.forgotten.get(name)
        return forgotten.count if forgotten and bounds.lower is None and not where else 0

    def list_times(self, name: str) -> list[dt.datetime]:
        """When it happened, as far as the first and the last time tell; of the forgotten ones only those are known."""
        forgotten = self.forgotten.get(name)
        ends = (forgotten.first_at, forgotten.last_at) if forgotten else ()
        kept = [event.occurred_at for event in self.events if event.name == name]
        return [*(at for at in ends if at <= self.as_of), *kept]

    def holds_aggregate(self, node: EventAggregateCondition, bounds: Bounds) -> bool:
        events = self.select(node.event, bounds, node.where)
        raws = [raw for event in events for raw in find_values(event.properties, node.property)]
        return holds_value(node, Family.NUMBER, aggregate(node.function, node.property, raws), self.as_of)

    def holds_recency(self, node: EventRecencyCondition) -> bool:
        return holds_value(node, Family.TIME, self.find_time(node), self.as_of)

    def find_time(self, node: EventRecencyCondition) -> dt.datetime | None:
        """The moment that `event_recency` compares; None: it never happened."""
        return (min if node.occurrence == "first" else max)(self.list_times(node.event), default=None)

    def holds_repeat(self, node: EventRepeatCondition, bounds: Bounds) -> bool:
        events = self.select(node.event, bounds, node.where)
        times = Counter(value for event in events for value in list_different(event, node.property))
        return any(number >= node.times for number in times.values())

    def holds_sequence(self, node: EventSequenceCondition, bounds: Bounds) -> bool:
        ever = Bounds(None, self.as_of)
        times = [self._list_times(step, ever if step.absent else bounds) for step in node.steps]
        return holds_steps(node, times)

    def _list_times(self, step: Step, bounds: Bounds) -> list[dt.datetime]:
        return sorted(event.occurred_at for event in self.select(step.event, bounds, step.where))

    def _fits(self, event: EventFacts, where: EventTests) -> bool:
        return all(
            holds_any(test, find_values(event.properties, test.property), self.as_of) for test in where
        )


def holds_steps(node: EventSequenceCondition, times: Sequence[Sequence[dt.datetime]]) -> bool:
    """Whether the steps happened one after the other; `times` are those of each step's own events, in order.

    Step by step, the times at which each can have happened; of those before it, the latest is the best one.
    """
    gap = node.gap.delta if node.gap else None
    reached: list[dt.datetime] | None = None
    missed: list[dt.datetime] = []  # when what must be absent since the last step did happen
    for step, own in zip(node.steps, times, strict=True):
        if step.absent:
            missed = sorted([*missed, *own])
            continue
        reached = [at for at in own if _can_follow(at, reached, missed, gap)]
        missed = []
    ends = ((last, bisect_right(missed, last + gap) if gap else len(missed)) for last in reached or ())
    return any(bisect_right(missed, last) == end for last, end in ends)


def _can_follow(
    at: dt.datetime,
    reached: Sequence[dt.datetime] | None,
    missed: Sequence[dt.datetime],
    gap: dt.timedelta | None,
) -> bool:
    """Whether a step can happen `at`, after one of the times `reached`; None: it is the first that happens."""
    before = bisect_left(missed, at)
    if reached is None:
        return before == (bisect_left(missed, at - gap) if gap else 0)
    earlier = bisect_left(reached, at)
    if earlier == 0:
        return False
    last = reached[earlier - 1]
    return (gap is None or at <= last + gap) and before == bisect_right(missed, last)


def list_different(event: EventFacts, name: str) -> set[Hashable]:
    """The values that an event has of a property, each of them once, however it is written."""
    return {find_form(raw, name) for raw in find_values(event.properties, name) if raw is not None}


def find_form(value: Any, name: str) -> Hashable:
    """That in which a value of the property is told apart from others."""
    return freeze_json(value, of_address=read_path(name).last == URL)


def freeze_json(value: Any, *, of_address: bool = False) -> Hashable:
    """A JSON value as something that is equal exactly where `form_sql` is: 1 is 1.0, but true is not 1; texts as `fold` has it."""
    match value:
        case str():
            return "str", fold_address(value) if of_address else fold(value)
        case bool() | None:
            return type(value).__name__, value
        case int() | float():
            return "number", read_json(value, Family.NUMBER)
        case list():
            return "list", tuple(freeze_json(each, of_address=of_address) for each in value)
    return "object", frozenset((key, freeze_json(each, of_address=key == URL)) for key, each in value.items())


def aggregate(function: str, name: str, raws: Sequence[Any]) -> Decimal | None:
    """The number that `event_aggregate` compares: total, average, extreme or different values; None: there is none."""
    if function == "distinct":
        return Decimal(len({find_form(raw, name) for raw in raws if raw is not None}))
    numbers: list[Decimal] = [number for raw in raws if (number := read_json(raw, Family.NUMBER)) is not None]
    if not numbers:
        return Decimal(0) if function == "sum" else None
    if function in {"minimum", "maximum"}:
        return min(numbers) if function == "minimum" else max(numbers)
    total = Decimal(0)
    for number in numbers:
        total = EXACT.add(total, number)
    if function == "sum":
        return total
    return find_average(total, len(numbers))


def find_average(total: Decimal, number: int) -> Decimal:
    return EXACT.divide(total, Decimal(number)).quantize(AVERAGE_PLACES, context=EXACT)
