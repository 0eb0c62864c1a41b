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
from segments.rules.wording import say_name, say_test, say_where, say_window, write

# What people did, and what they did not do.
DEEDS = {
    "$page_view": ("viewed a page", "did not view a page"),
    "$session_start": ("visited the site", "did not visit the site"),
    "$subscribed": ("subscribed to notifications", "did not subscribe to notifications"),
    "$unsubscribed": ("unsubscribed from notifications", "did not unsubscribe from notifications"),
    "$push_sent": ("were sent a notification", "were not sent a notification"),
    "$push_displayed": ("were shown a notification", "were not shown a notification"),
    "$push_clicked": ("clicked a notification", "did not click a notification"),
    "$push_dismissed": ("dismissed a notification", "did not dismiss a notification"),
    "$converted": ("converted after a notification", "did not convert after a notification"),
}
TIMES_OF = {
    "$page_view": "page view",
    "$session_start": "visit",
    "$subscribed": "opt-in to notifications",
    "$unsubscribed": "opt-out of notifications",
    "$push_sent": "notification sent",
    "$push_displayed": "notification shown",
    "$push_clicked": "click on a notification",
    "$push_dismissed": "dismissal of a notification",
    "$converted": "conversion",
}
ACTIVITIES = {
    "sent": ("were sent", "were not sent"),
    "displayed": ("were shown", "were not shown"),
    "clicked": ("clicked", "did not click"),
    "dismissed": ("dismissed", "did not dismiss"),
    "converted": ("converted after", "did not convert after"),
    "failed": ("could not be sent", "had no failure of"),
}
FUNCTIONS = {
    "sum": "total",
    "average": "average",
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
            number = f"{FUNCTIONS[node.function]} {say_name(node.property)}"
            events = f"“{_name_time(node.event)}” events{say_where(node.where)}{say_window(node.within)}"
            return f"whose {number} over all {events} {say_test(node)}"
        case EventRecencyCondition():
            return f"whose {node.occurrence} {TIMES_OF.get(node.event, f'“{say_name(node.event)}”')} {say_test(node)}"
        case EventSequenceCondition():
            return _describe_sequence(node)
        case EventRepeatCondition():
            same = f" with the same {say_name(node.property)}{say_where(node.where)}"
            return _describe_doing(_name_deed(node.event), same, node.count, node.within)


def _name_deed(event: str) -> tuple[str, str]:
    name = say_name(event)
    return DEEDS.get(event, (f"did “{name}”", f"did not do “{name}”"))


def _name_time(event: str) -> str:
    return TIMES_OF.get(event, say_name(event))


def _describe_doing(deed: tuple[str, str], details: str, count: Count | None, within: Window | None) -> str:
    least, most = count.span if count else (1, None)
    if (least, most) == (0, 0):
        return f"who {deed[1]}{details}{say_window(within)}"
    often = "" if (least, most) == (1, None) else f" {_say_count(least, most)}"
    return f"who {deed[0]}{details}{often}{say_window(within)}"


def _describe_sequence(node: EventSequenceCondition) -> str:
    steps = []
    for step in node.steps:
        did, did_not = _name_deed(step.event)
        steps.append(f"{did_not if step.absent else did}{say_where(step.where)}")
    said = f"who {', then '.join(steps)}"
    if node.gap:
        said += f", each no more than {write(node.gap)} after the one before{',' if node.within else ''}"
    return said + say_window(node.within)


def _describe_message(node: MessageCondition, names: Names) -> str:
    least, most = node.count.span if node.count else (1, None)
    did, did_not = ACTIVITIES[node.activity]
    campaign = "any campaign"
    if node.campaign:
        campaign = f"the campaign “{names.campaigns.get(node.campaign, f'number {node.campaign}')}”"
    name = f"a message of {campaign}"
    if (least, most) == (0, 0):
        return f"who {did_not} {name}{say_window(node.within)}"
    often = "" if (least, most) == (1, None) else f" {_say_count(least, most)}"
    return f"who {did} {name}{often}{say_window(node.within)}"


def _say_count(least: int, most: int | None) -> str:
    if most is None:
        return f"at least {_say_times(least)}"
    if least == most:
        return f"exactly {_say_times(least)}"
    return f"at most {_say_times(most)}" if least == 0 else f"{least:,} to {most:,} times"


def _say_times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number:,} times")
