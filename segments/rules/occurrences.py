"""Conditions on what somebody did, as the one thing that most of them come down to: so many events of a kind."""

from dataclasses import dataclass

from segments.rules.ast import Condition
from segments.rules.comparisons import Comparison, Count, EventTests, PropertyComparison
from segments.rules.containment import window_contains
from segments.rules.event_nodes import (
    EventAggregateCondition,
    EventCondition,
    EventRecencyCondition,
    EventRepeatCondition,
    EventSequenceCondition,
    MessageCondition,
    PageViewCondition,
)
from segments.rules.messages import find_message_tests, find_page_tests, name_message_event
from segments.rules.value_implications import test_implies
from segments.rules.windows import Duration, LastWindow, Window


@dataclass(frozen=True)
class Occurrences:
    """From `least` to `most` (None: any number) events of one name, in a window, that fit all tests."""

    event: str
    within: Window | None = None
    tests: EventTests = ()
    least: int = 1
    most: int | None = None

    def imply(self, other: "Occurrences") -> bool:
        return (other.least == 0 or (self.least >= other.least and self.are_among(other))) and (
            other.most is None
            or (self.most is not None and self.most <= other.most and other.are_among(self))
        )

    def are_among(self, other: "Occurrences") -> bool:
        """Whether each such event is one of the other's, however many they are."""
        return (
            self.event == other.event
            and window_contains(other.within, self.within)
            and all(any(_test_implies(own, asked) for own in self.tests) for asked in other.tests)
        )


def read_occurrences(node: Condition) -> Occurrences | None:
    """What a condition asks for, if that is all that it asks."""
    match node:
        case EventCondition():
            return _count(Occurrences(node.event, node.within, node.where), node.count)
        case PageViewCondition():
            return _count(Occurrences("$page_view", node.within, find_page_tests(node)), node.count)
        case MessageCondition():
            found = Occurrences(name_message_event(node), node.within, find_message_tests(node))
            return _count(found, node.count)
    return None


def list_occurrences(node: Condition) -> list[Occurrences]:
    """What there is for certain of whoever fits a condition."""
    match node:
        case EventRepeatCondition():
            known = PropertyComparison(property=node.property, operator="exists")
            return [Occurrences(node.event, node.within, (*node.where, known), node.times)]
        case EventAggregateCondition() if not node.negated and not node.takes_nothing:
            known = PropertyComparison(property=node.property, operator="exists")
            return [Occurrences(node.event, node.within, (*node.where, known))]
        case EventRecencyCondition() if not node.negated:
            lately = node.operator == "within_last" and isinstance(node.value, Duration)
            return [Occurrences(node.event, LastWindow(last=node.value) if lately else None)]
        case EventSequenceCondition():
            return [
                Occurrences(step.event, node.within, step.where) for step in node.steps if not step.absent
            ]
    asked = read_occurrences(node)
    return [asked] if asked else []


def _count(found: Occurrences, count: Count | None) -> Occurrences:
    least, most = count.span if count else (1, None)
    return Occurrences(found.event, found.within, found.tests, least, most)


def _test_implies(one: Comparison, other: Comparison) -> bool:
    same = getattr(one, "property", "") == getattr(other, "property", "")
    return same and test_implies(one, other)
