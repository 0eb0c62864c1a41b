"""What a condition on events needs to remember of them, kept up as each one comes into its window and goes."""

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Hashable
from decimal import Decimal
from typing import Protocol

from segments.rules.comparing import holds_value
from segments.rules.comparisons import Count
from segments.rules.event_evaluation import EXACT, find_average, list_different
from segments.rules.event_nodes import EventAggregateCondition, EventRepeatCondition
from segments.rules.facts import EventFacts, read_json
from segments.rules.operators import Family
from segments.rules.paths import find_values
from segments.rules.windows import EARLIEST


class Tally(Protocol):
    def change(self, event: EventFacts, by: int) -> None:
        """1: the event comes in; -1: it goes."""

    def holds(self) -> bool: ...


class CountTally:
    def __init__(self, count: Count | None, number: int) -> None:
        """`number`: how many count from the beginning and for ever."""
        self._least, self._most = count.span if count else (1, None)
        self._number = number

    def change(self, event: EventFacts, by: int) -> None:
        self._number += by

    def holds(self) -> bool:
        return self._least <= self._number and (self._most is None or self._number <= self._most)


class RepeatTally:
    def __init__(self, node: EventRepeatCondition) -> None:
        self._property, self._times = node.property, node.times
        self._numbers: Counter[Hashable] = Counter()
        self._often = 0  # how many values occur often enough

    def change(self, event: EventFacts, by: int) -> None:
        for value in list_different(event, self._property):
            before = self._numbers[value]
            self._numbers[value] = before + by
            self._often += (before + by >= self._times) - (before >= self._times)

    def holds(self) -> bool:
        return self._often > 0


class DistinctTally:
    def __init__(self, node: EventAggregateCondition) -> None:
        self._node = node
        self._numbers: Counter[Hashable] = Counter()

    def change(self, event: EventFacts, by: int) -> None:
        for value in list_different(event, self._node.property):
            self._numbers[value] += by
            if not self._numbers[value]:
                del self._numbers[value]

    def holds(self) -> bool:
        return holds_value(self._node, Family.NUMBER, Decimal(len(self._numbers)), EARLIEST)


class NumberTally:
    """For the total, the average and the extremes."""

    def __init__(self, node: EventAggregateCondition) -> None:
        self._node = node
        self._numbers: list[Decimal] = []  # in order
        self._total = Decimal(0)

    def change(self, event: EventFacts, by: int) -> None:
        for raw in find_values(event.properties, self._node.property):
            number: Decimal | None = read_json(raw, Family.NUMBER)
            if number is not None:
                self._change_by(number, by)

    def _change_by(self, number: Decimal, by: int) -> None:
        if by > 0:
            self._total = EXACT.add(self._total, number)
            insort(self._numbers, number)
        else:
            self._total = EXACT.subtract(self._total, number)
            del self._numbers[bisect_left(self._numbers, number)]

    def holds(self) -> bool:
        found = self._find_number() if self._numbers or self._node.is_zero_of_nothing else None
        return holds_value(
            self._node, Family.NUMBER, found, EARLIEST
        )  # no test of a number looks at the clock

    def _find_number(self) -> Decimal:
        match self._node.function:
            case "minimum":
                return self._numbers[0]
            case "maximum":
                return self._numbers[-1]
            case "sum":
                return self._total
        return find_average(self._total, len(self._numbers))
