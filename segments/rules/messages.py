"""Message activity as events: campaigns record what became of each message under a reserved name."""

from segments.rules.ast import MessageCondition
from segments.rules.comparisons import PropertyComparison

EVENT_NAMES = {
    "sent": "$push_sent",
    "displayed": "$push_displayed",
    "clicked": "$push_clicked",
    "dismissed": "$push_dismissed",
    "failed": "$push_failed",
    "converted": "$converted",
}


def name_message_event(node: MessageCondition) -> str:
    return EVENT_NAMES[node.activity]


def find_message_tests(node: MessageCondition) -> tuple[PropertyComparison, ...]:
    """The test that narrows the activity to one campaign, or none."""
    if node.campaign is None:
        return ()
    return (PropertyComparison(property="campaign", operator="equals", value=node.campaign),)
