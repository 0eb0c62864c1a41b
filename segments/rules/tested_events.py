"""Which new events can change a rule's answer: those that pass the tests of some condition on them."""

from dataclasses import dataclass

from segments.rules.ast import Condition, Rule, list_conditions
from segments.rules.comparisons import EventTests
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


@dataclass(frozen=True)
class TestedEvent:
    """Events of one name that pass all the tests."""

    name: str
    tests: EventTests


def list_tested_events(rule: Rule) -> dict[str, frozenset[TestedEvent]]:
    """For each event that the rule names, its tests; none: any such event matters."""
    found: dict[str, set[TestedEvent]] = {}
    for node in list_conditions(rule.root):
        for each in _list_asked(node):
            found.setdefault(each.name, set()).add(each)
    return {
        name: frozenset(asked) if all(each.tests for each in asked) else frozenset()
        for name, asked in found.items()
    }


def _list_asked(node: Condition) -> list[TestedEvent]:
    match node:
        case PageViewCondition():
            return [TestedEvent("$page_view", find_page_tests(node))]
        case MessageCondition():
            return [TestedEvent(name_message_event(node), find_message_tests(node))]
        case EventSequenceCondition():
            return [TestedEvent(step.event, step.where) for step in node.steps]
        case EventCondition() | EventAggregateCondition() | EventRepeatCondition():
            return [TestedEvent(node.event, node.where)]
        case EventRecencyCondition():
            return [TestedEvent(node.event, ())]
        case _:
            return []
