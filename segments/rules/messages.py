"""Nodes that are events under another name: message activity and page views."""

from segments.rules.ast import Condition, list_conditions
from segments.rules.comparisons import PropertyComparison, UrlComparison
from segments.rules.event_nodes import (
    EventAggregateCondition,
    EventCondition,
    EventRecencyCondition,
    EventRepeatCondition,
    EventSequenceCondition,
    MessageCondition,
    PageViewCondition,
)

EVENT_NAMES = {
    "sent": "$push_sent",
    "displayed": "$push_displayed",
    "clicked": "$push_clicked",
    "dismissed": "$push_dismissed",
    "failed": "$push_failed",
    "converted": "$converted",
}


def name_message_event(node: MessageCondition) -> str:
    """Campaigns record what became of each message under a reserved name."""
    return EVENT_NAMES[node.activity]


def find_message_tests(node: MessageCondition) -> tuple[PropertyComparison, ...]:
    """The test that narrows the activity to one campaign, or none."""
    if node.campaign is None:
        return ()
    return (PropertyComparison(property="campaign", operator="equals", value=node.campaign),)


def find_page_tests(node: PageViewCondition) -> tuple[UrlComparison, ...]:
    return (node.url,) if node.url else ()


def list_events(root: Condition) -> frozenset[str]:
    """The names of all events that a condition and those below it ask about, under whatever name."""
    return frozenset(name for node in list_conditions(root) for name in _list_names(node))


def _list_names(node: Condition) -> tuple[str, ...]:
    match node:
        case PageViewCondition():
            return ("$page_view",)
        case MessageCondition():
            return (name_message_event(node),)
        case EventSequenceCondition():
            return tuple(step.event for step in node.steps)
        case EventCondition() | EventAggregateCondition() | EventRecencyCondition() | EventRepeatCondition():
            return (node.event,)
        case _:
            return ()
