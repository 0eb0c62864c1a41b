"""How a marketer makes a rule by hand: for each part of its document, the controls of the builder and what to give them."""

from collections.abc import Callable
from typing import Any

from segments.rules.describe_events import DEEDS
from segments.rules.operators import resolve_operator
from segments.rules.windows import Duration
from subscribers.countries import COUNTRIES
from tests.browser.rule_builder_page import Condition, Group

Node = dict[str, Any]
Controls = dict[str, str | list[str] | None]

COUNTS = {
    "equals": "exactly",
    "at_least": "at least",
    "greater_than": "more than",
    "at_most": "at most",
    "less_than": "fewer than",
}
FUNCTIONS = {
    "sum": "total of",
    "average": "average of",
    "minimum": "smallest",
    "maximum": "largest",
    "distinct": "number of different values of",
}
STATES = {
    "subscribed": "are subscribed to notifications",
    "unsubscribed": "have unsubscribed from notifications",
    "never": "never subscribed to notifications",
}


def plan_rule(root: Node) -> Group:
    """What to build for a rule whose outermost node is a group, as it is in every rule that the builder makes."""
    match = root["match"].replace("_", " ")
    children = [plan_rule(each) if each["type"] == "group" else plan(each) for each in root["conditions"]]
    return Group(match, children, root.get("n"))


def plan(node: Node) -> Condition:
    return KINDS[node["type"]](node)


def _event(node: Node) -> Condition:
    count = _often(node, some="did", none="did not do", prefix="did ")
    return Condition("Event: did or did not", {**count, "Event": _event_label(node), **_when(node)})


def _event_repeat(node: Node) -> Condition:
    controls = {
        "Event": _event_label(node),
        "The same": _property(node),
        "Times": str(node["count"]["value"]),
    }
    return Condition("Same thing several times", {**controls, **_when(node)})


def _event_aggregate(node: Node) -> Condition:
    what = {"What to work out": FUNCTIONS[node["function"]], "Detail": _property(node)}
    compared = _compare("Result", node)
    return Condition("Event totals", {"Event": _event_label(node), **what, **compared, **_when(node)})


def _event_recency(node: Node) -> Condition:
    which = {"Which time": f"the {node['occurrence']} time of", "Event": _event_label(node)}
    return Condition("First or last time of an event", {**which, **_compare("Time", node)})


def _page_view(node: Node) -> Condition:
    count = _often(node, some="visited", none="did not visit", prefix="visited ")
    page: Controls = {"Page": "any page"}
    if "url" in node:
        page = {"Page": "a page whose address", **_compare("Page address", node["url"])}
    return Condition("Visited a page", {**count, **page, **_when(node)})


def _message(node: Node) -> Condition:
    count = _often(node, some="at least once", none="not once", prefix="")
    return Condition("Messages", {"What happened": node["activity"], **count, **_when(node)})


def _attribute(node: Node) -> Condition:
    label = node["key"].replace("_", " ")
    return Condition("Attribute", {"Attribute": label, **_compare(label, node)})


def _profile(node: Node) -> Condition:
    field = node["field"]
    by_name = {**node, "values": [COUNTRIES[code] for code in node["values"]]} if field == "country" else node
    return Condition("Profile", {"Profile field": field, **_compare(field, by_name)})


def _device(node: Node) -> Condition:
    field = node["field"]
    return Condition(
        "Device", {"Device field": field, **_compare(field, {**node, "value": node["value"].capitalize()})}
    )


def _channel(node: Node) -> Condition:
    return Condition("Notifications", {"Notifications": STATES[node["state"]], **_when(node)})


def _location(node: Node) -> Condition:
    """Near one of the site's places."""
    ((unit, amount),) = node["radius"].items()
    return Condition(
        "Location", {"Distance": f"{amount:g}", "Unit of distance": unit, "Place": node["near"]["name"]}
    )


KINDS: dict[str, Callable[[Node], Condition]] = {
    "attribute": _attribute,
    "channel": _channel,
    "device": _device,
    "event": _event,
    "event_aggregate": _event_aggregate,
    "event_recency": _event_recency,
    "event_repeat": _event_repeat,
    "location": _location,
    "message": _message,
    "page_view": _page_view,
    "profile": _profile,
}


def _compare(label: str, node: Node) -> Controls:
    """The operator, and the value or values that it asks for."""
    value, values = node.get("value"), node.get("values")
    given = Duration(**value) if isinstance(value, dict) else value
    operator = resolve_operator(node["operator"], given, tuple(values) if values else None)
    controls: Controls = {f"{label}: comparison": operator.label}
    if isinstance(value, dict):
        return controls | _length(label, value)
    return controls | ({f"{label}: add one": values} if values else {label: f"{value}"})


def _often(node: Node, *, some: str, none: str, prefix: str) -> Controls:
    match node["count"]:
        case {"operator": "at_least", "value": 1}:
            return {"How often": some}
        case {"operator": "at_most", "value": 0}:
            return {"How often": none}
        case {"operator": operator, "value": value}:
            return {"How often": f"{prefix}{COUNTS[operator]}", "Times": str(value)}
    raise AssertionError(f"Nobody has said how {node['count']} is given.")


def _when(node: Node) -> Controls:
    match node.get("within"):
        case None:
            return {"When": "at any time"}
        case {"last": length}:
            return {"When": "in the last", **_length("When", length)}
        case {"calendar": days}:
            return {"When": days.replace("_", " ")}
        case {"between_ago": [longer, shorter]}:
            both = _length("When, from", longer) | _length("When, to", shorter)
            return {"When": "between … and … ago", **both}
    raise AssertionError(f"Nobody has said how {node['within']} is given.")


def _length(label: str, length: dict[str, float]) -> Controls:
    ((unit, amount),) = length.items()
    return {f"{label}: how long": f"{amount:g}", f"{label}: unit": unit}


def _event_label(node: Node) -> str:
    name: str = node["event"]
    return DEEDS[name][0].capitalize() if name in DEEDS else name.replace("_", " ")


def _property(node: Node) -> str:
    label: str = node["property"].replace("_", " ")
    return label.capitalize()
