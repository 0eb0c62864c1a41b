"""What somebody did, in words that follow “Subscribers …”."""

from segments.rules.comparisons import Count
from segments.rules.event_nodes import (
    EventAggregateCondition,
    EventCondition,
    EventRecencyCondition,
    EventRepeatCondition,
    EventSequenceCondition,
    MessageCondition,
    PageViewCondition,
)
from segments.rules.names import Names
from segments.rules.windows import Window
from segments.rules.wording import say_test, say_where, say_window, write

# What people did, and what they did not do.
DEEDS = {
    "$page_view": ("viewed a page", "view a page"),
    "$session_start": ("visited the site", "visit the site"),
    "$subscribed": ("subscribed to notifications", "subscribe to notifications"),
    "$unsubscribed": ("unsubscribed from notifications", "unsubscribe from notifications"),
}
ACTIVITIES = {
    "sent": ("were sent", "were not sent"),
    "displayed": ("were shown", "were not shown"),
    "clicked": ("clicked", "did not click"),
    "dismissed": ("dismissed", "did not dismiss"),
    "converted": ("converted after", "did not convert after"),
    "failed": ("could not be sent", "had no failure of"),
}
TIMES_OF = {"$page_view": "page view", "$session_start": "visit"}
FUNCTIONS = {
    "sum": "total of",
    "average": "average of",
    "minimum": "smallest",
    "maximum": "largest",
    "distinct": "number of different values of",
}


def describe_events(
    node: EventCondition
    | PageViewCondition
    | MessageCondition
    | EventAggregateCondition
    | EventRecencyCondition
    | EventSequenceCondition
    | EventRepeatCondition,
    names: Names,
) -> str:
    match node:
        case EventCondition():
            return _describe_doing(_name_deed(node.event), say_where(node.where), node.count, node.within)
        case PageViewCondition():
            page = f" whose address {say_test(node.url)}" if node.url else ""
            return _describe_doing(DEEDS["$page_view"], page, node.count, node.within)
        case MessageCondition():
            return _describe_message(node, names)
        case EventAggregateCondition():
            event = f"“{node.event}”{say_where(node.where)}{say_window(node.within)}"
            return f"whose {FUNCTIONS[node.function]} {node.property} in {event} {say_test(node)}"
        case EventRecencyCondition():
            return f"whose {node.occurrence} {TIMES_OF.get(node.event, f'“{node.event}”')} {say_test(node)}"
        case EventSequenceCondition():
            return _describe_sequence(node)
        case EventRepeatCondition():
            same = f" with the same {node.property}{say_where(node.where, lead=' and ')}"
            return _describe_doing(_name_deed(node.event), same, node.count, node.within)


def _name_deed(event: str) -> tuple[str, str]:
    return DEEDS.get(event, (f"did “{event}”", f"do “{event}”"))


def _describe_doing(deed: tuple[str, str], details: str, count: Count | None, within: Window | None) -> str:
    least, most = count.span if count else (1, None)
    if (least, most) == (0, 0):
        return f"who did not {deed[1]}{details}{say_window(within)}"
    often = "" if (least, most) == (1, None) else f" {_say_count(least, most)}"
    return f"who {deed[0]}{details}{often}{say_window(within)}"


def _describe_sequence(node: EventSequenceCondition) -> str:
    steps = []
    for step in node.steps:
        did, do = _name_deed(step.event)
        steps.append(
            f"did not {do}{say_where(step.where)}" if step.absent else f"{did}{say_where(step.where)}"
        )
    gap = f", each no more than {write(node.gap)} after the one before" if node.gap else ""
    return f"who {', then '.join(steps)}{gap}{say_window(node.within)}"


def _describe_message(node: MessageCondition, names: Names) -> str:
    least, most = node.count.span if node.count else (1, None)
    did, did_not = ACTIVITIES[node.activity]
    name = (
        f"the campaign “{names.campaigns.get(node.campaign, f'number {node.campaign}')}”"
        if node.campaign
        else "any campaign"
    )
    if (least, most) == (0, 0):
        return f"who {did_not} {name}{say_window(node.within)}"
    often = "" if (least, most) == (1, None) else f" {_say_count(least, most)}"
    return f"who {did} {name}{often}{say_window(node.within)}"


def _say_count(least: int, most: int | None) -> str:
    if most is None:
        return f"at least {least:,} {_times(least)}"
    if least == most:
        return f"exactly {least:,} {_times(least)}"
    return f"at most {most:,} {_times(most)}" if least == 0 else f"{least:,} to {most:,} times"


def _times(number: int) -> str:
    return "time" if number == 1 else "times"
