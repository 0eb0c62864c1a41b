"""What somebody did, counted, added up and followed step by step, over their events in memory."""

import datetime as dt
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from segments.rules.comparing import holds_json, holds_value
from segments.rules.comparisons import Count, EventTests
from segments.rules.event_nodes import (
    EventAggregateCondition,
    EventRecencyCondition,
    EventRepeatCondition,
    EventSequenceCondition,
    Step,
)
from segments.rules.facts import EventFacts, read_json
from segments.rules.operators import Family
from segments.rules.windows import Bounds

# Sums as exact as PostgreSQL's numeric: enough digits for any numbers that a client may send.
EXACT = Context(prec=2000, rounding=ROUND_HALF_UP)
AVERAGE_PLACES = Decimal(1).scaleb(-10)


class EventLog:
    """Somebody's events up to `as_of`, and the questions that nodes put to them."""

    def __init__(self, events: Sequence[EventFacts], as_of: dt.datetime) -> None:
        self.events = [event for event in events if event.occurred_at <= as_of]
        self.as_of = as_of

    def select(self, name: str, bounds: Bounds, where: EventTests) -> list[EventFacts]:
        return [
            event
            for event in self.events
            if event.name == name and bounds.holds(event.occurred_at) and self._fits(event, where)
        ]

    def holds_count(self, events: Sequence[EventFacts], count: Count | None) -> bool:
        least, most = count.span if count else (1, None)
        return least <= len(events) and (most is None or len(events) <= most)

    def holds_aggregate(self, node: EventAggregateCondition, bounds: Bounds) -> bool:
        raws = [event.properties.get(node.property) for event in self.select(node.event, bounds, node.where)]
        return holds_value(node, Family.NUMBER, _aggregate(node.function, raws), self.as_of)

    def holds_recency(self, node: EventRecencyCondition) -> bool:
        times = [event.occurred_at for event in self.events if event.name == node.event]
        found = (min if node.occurrence == "first" else max)(times, default=None)
        return holds_value(node, Family.TIME, found, self.as_of)

    def holds_repeat(self, node: EventRepeatCondition, bounds: Bounds) -> bool:
        events = self.select(node.event, bounds, node.where)
        values = (event.properties.get(node.property) for event in events)
        times = Counter(freeze_json(value) for value in values if value is not None)
        return any(number >= node.times for number in times.values())

    def holds_sequence(self, node: EventSequenceCondition, bounds: Bounds) -> bool:
        return self._follows(node, bounds, 0, None, ())

    def _follows(
        self,
        node: EventSequenceCondition,
        bounds: Bounds,
        index: int,
        last: dt.datetime | None,
        absent: tuple[Step, ...],
    ) -> bool:
        """Whether the steps from `index` on follow `last`; `absent` are those to be missed since then."""
        if index == len(node.steps):
            return not any(self._happened(step, last, self.as_of, node, is_end=True) for step in absent)
        step = node.steps[index]
        if step.absent:
            return self._follows(node, bounds, index + 1, last, (*absent, step))
        return any(
            not any(self._happened(missed, last, at, node, is_end=False) for missed in absent)
            and self._follows(node, bounds, index + 1, at, ())
            for at in self._find_next(step, bounds, last, node)
        )

    def _find_next(
        self, step: Step, bounds: Bounds, last: dt.datetime | None, node: EventSequenceCondition
    ) -> Iterator[dt.datetime]:
        for event in self.select(step.event, bounds, step.where):
            is_later = last is None or event.occurred_at > last
            is_near = last is None or node.gap is None or event.occurred_at <= last + node.gap.delta
            if is_later and is_near:
                yield event.occurred_at

    def _happened(
        self,
        step: Step,
        after: dt.datetime | None,
        until: dt.datetime,
        node: EventSequenceCondition,
        *,
        is_end: bool,
    ) -> bool:
        """Whether an absent step happened after all: between its neighbours, each end left out but for `as_of`."""
        gap = node.gap.delta if node.gap else None
        for event in self.events:
            at = event.occurred_at
            if event.name != step.event or not self._fits(event, step.where):
                continue
            too_early = at <= after if after is not None else gap is not None and at < until - gap
            too_late = at > until if is_end else at >= until
            too_far = is_end and gap is not None and after is not None and at > after + gap
            if not (too_early or too_late or too_far):
                return True
        return False

    def _fits(self, event: EventFacts, where: EventTests) -> bool:
        return all(holds_json(test, event.properties.get(test.property), self.as_of) for test in where)


def freeze_json(value: Any) -> Hashable:
    """A JSON value as something that is equal exactly where PostgreSQL's jsonb is: 1 is 1.0, but true is not 1."""
    match value:
        case bool() | None | str():
            return type(value).__name__, value
        case int() | float():
            return "number", read_json(value, Family.NUMBER)
        case list():
            return "list", tuple(map(freeze_json, value))
    return "object", frozenset((key, freeze_json(each)) for key, each in value.items())


def _aggregate(function: str, raws: Sequence[Any]) -> Decimal | None:
    if function == "distinct":
        different = {freeze_json(raw) for raw in raws if raw is not None}
        return Decimal(len(different)) if different else None
    numbers: list[Decimal] = [number for raw in raws if (number := read_json(raw, Family.NUMBER)) is not None]
    if not numbers:
        return None
    if function in {"minimum", "maximum"}:
        return min(numbers) if function == "minimum" else max(numbers)
    total = Decimal(0)
    for number in numbers:
        total = EXACT.add(total, number)
    if function == "sum":
        return total
    return EXACT.divide(total, Decimal(len(numbers))).quantize(AVERAGE_PLACES, context=EXACT)
