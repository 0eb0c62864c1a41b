"""Which conditions another one settles, by example. That each yes is true, tests/parity proves on random people."""

from typing import Any

import pytest

from segments.rules import parse_rule
from segments.rules.ast import Condition
from segments.rules.implications import implies

Node = dict[str, Any]
BERLIN = {"lat": 52.52, "lon": 13.405}
POTSDAM = {"lat": 52.39, "lon": 13.06}  # 27 km from Berlin
ROME = {"lat": 41.9, "lon": 12.5}


def read(node: Node) -> Condition:
    return parse_rule({"version": 1, "root": node}).root


def asks(operator: str, operand: Any = None, **node: Any) -> Node:
    key = "values" if isinstance(operand, list) else "value"
    return {"operator": operator, **({} if operand is None else {key: operand}), **node}


def attribute(operator: str, operand: Any = None, key: str = "x") -> Node:
    return asks(operator, operand, type="attribute", key=key)


def country(operator: str, operand: Any = None) -> Node:
    return asks(operator, operand, type="profile", field="country")


def did(
    name: str = "visit", operator: str = "at_least", times: int = 1, days: float = 0, **more: Any
) -> Node:
    within = {"within": {"last": {"days": days}}} if days else {}
    return {"type": "event", "event": name, "count": {"operator": operator, "value": times}, **within, **more}


def near(radius: Node, *spots: Node) -> Node:
    return {"type": "location", "near": list(spots), "radius": radius}


def group(match: str, *conditions: Node, **more: Any) -> Node:
    return {"type": "group", "match": match, "conditions": list(conditions), **more}


def price(operator: str, operand: Any) -> Node:
    return asks(operator, operand, property="price")


PHONE = asks("equals", "mobile", type="device", field="kind")
SUBSCRIBED = {"type": "channel", "channel": "web_push", "state": "subscribed"}
SHOES_VIEWED = {"type": "page_view", "url": asks("contains", "/sale/shoes")}
REPEAT = {
    "type": "event_repeat",
    "event": "view",
    "property": "sku",
    "count": {"operator": "at_least", "value": 3},
}
CART_NO_PURCHASE = {
    "type": "event_sequence",
    "steps": [{"event": "cart"}, {"event": "purchase", "absent": True}],
}

ONE_WAY: dict[str, tuple[Node, Node]] = {
    "more than a larger number": (attribute("greater_than", 1000), attribute("greater_than", 500)),
    "more than, and at least the same": (attribute("greater_than", 5), attribute("at_least", 5)),
    "between, and at least": (attribute("between", [5, 9]), attribute("at_least", 5)),
    "a number, and a range around it": (attribute("equals", 7), attribute("between", [5, 9])),
    "one of a list": (country("equals", "de"), country("in", ["DE", "AT"])),
    "a shorter list": (country("in", ["DE", "AT"]), country("in", ["CH", "AT", "DE"])),
    "a value, and known": (attribute("contains", "a"), attribute("exists")),
    "a value, and not another": (attribute("equals", "gold"), attribute("not_equals", "silver")),
    "not known, and not a value": (attribute("not_exists"), attribute("not_equals", "gold")),
    "none of more": (country("not_in", ["DE", "AT"]), country("not_equals", "DE")),
    "a text, and what it contains": (attribute("equals", "gold"), attribute("contains", "OL")),
    "a beginning, and what it contains": (attribute("starts_with", "golden"), attribute("contains", "old")),
    "a longer beginning": (attribute("starts_with", "golden"), attribute("starts_with", "gold")),
    "a longer part": (attribute("contains", "golden"), attribute("contains", "old")),
    "parts together, and apart": (attribute("contains", "ab"), attribute("contains", "a*b")),
    "both, and either": (attribute("contains", "red+shoes"), attribute("contains", "shoe|boot")),
    "not a part, and not a longer one": (attribute("not_contains", "old"), attribute("not_contains", "gold")),
    "all of a list": (attribute("includes_all", ["a", "b"]), attribute("includes", "a")),
    "an element, and any of several": (attribute("includes", "a"), attribute("includes_any", ["a", "b"])),
    "lately, and less lately": (attribute("within_last", {"days": 3}), attribute("within_last", {"weeks": 1})),
    "long ago, and less long ago": (attribute("more_than_ago", {"days": 9}), attribute("more_than_ago", {"days": 3})),
    "more often in less time": (did(times=5, days=7), did(days=14)),
    "never, and not lately": (did("visit", "at_most", 0), did("visit", "at_most", 2, days=7)),
    "with a stricter test": (did(where=[price("at_least", 50)]), did(where=[price("at_least", 20)])),
    "with a test more": (did(where=[price("at_least", 50), asks("exists", property="sku")]), did(where=[price("at_least", 50)])),
    "today, and in the last two days": (did(within={"calendar": "today"}), did(days=2)),
    "since later": (did(within={"since": "2026-05-01T00:00:00Z"}), did(within={"since": "2026-04-01T00:00:00Z"})),
    "a page, and any page": (SHOES_VIEWED, {"type": "page_view"}),
    "a page, and its event": (SHOES_VIEWED, did("$page_view", where=[asks("contains", "shoes", property="url")])),
    "one campaign, and any": ({"type": "message", "activity": "clicked", "campaign": 3}, {"type": "message", "activity": "clicked"}),
    "the same three times, and three times": (REPEAT, did("view", times=3)),
    "a total, and at all": (asks("at_least", 5, type="event_aggregate", event="buy", function="sum", property="price"), did("buy")),
    "last done lately, and did": (asks("within_last", {"days": 3}, type="event_recency", event="buy", occurrence="last"), did("buy", days=7)),
    "a step, and did": (CART_NO_PURCHASE, did("cart")),
    "a smaller circle": (near({"miles": 10}, BERLIN), near({"miles": 25}, BERLIN)),
    "a circle in a circle": (near({"km": 10}, POTSDAM), near({"km": 40}, BERLIN)),
    "each of several circles": (near({"km": 5}, BERLIN, ROME), near({"km": 6}, ROME, BERLIN, POTSDAM)),
    "a smaller share": ({"type": "bucket", "salt": "a", "from": 100, "to": 200}, {"type": "bucket", "salt": "a", "from": 0, "to": 200}),
    "fewer hours and days": ({"type": "local_time", "between": ["23:00", "01:00"], "weekdays": ["friday"]}, {"type": "local_time", "between": ["22:00", "06:00"]}),
    "a device, and reachable": (PHONE, SUBSCRIBED),
    "subscribed lately": ({**SUBSCRIBED, "within": {"last": {"days": 1}}}, SUBSCRIBED),
    "one, and any of a group": (did(times=2), group("any", did(), country("equals", "DE"))),
    "all of a group, and one": (group("all", did(times=2), country("equals", "DE")), did()),
    "each of a group": (group("any", country("equals", "DE"), country("equals", "AT")), country("in", ["DE", "AT"])),
    "so many of a group": (group("at_least", did(times=2), did(times=3), PHONE, n=2), did()),
    "one, and none of a group": (did(times=2), group("none", did("visit", "at_most", 0))),
}  # fmt: skip
NEITHER_WAY: dict[str, tuple[Node, Node]] = {
    "other attributes": (attribute("equals", 1), attribute("at_least", 0, key="y")),
    "numbers and texts": (attribute("equals", 5), attribute("equals", "5")),
    "ranges that only meet": (attribute("at_most", 5), attribute("at_least", 5)),
    "a moment and a length of time": (attribute("after", "2026-01-01T00:00:00Z"), attribute("within_last", {"days": 9})),
    "parts the other way round": (attribute("contains", "a*b"), attribute("contains", "b*a")),
    "more often in more time": (did(times=5, days=14), did(days=7, times=2)),
    "exactly twice, and twice in more time": (did("visit", "equals", 2, days=7), did("visit", "equals", 2, days=14)),
    "other tests": (did(where=[price("at_least", 5)]), did(where=[price("at_most", 9)])),
    "devices that are not, and devices": (asks("not_equals", "mobile", type="device", field="kind"), SUBSCRIBED),
    "two devices": (PHONE, asks("not_equals", "desktop", type="device", field="kind")),
    "circles that overlap": (near({"km": 25}, POTSDAM), near({"km": 40}, BERLIN)),
    "other salts": ({"type": "bucket", "salt": "a", "from": 0, "to": 9}, {"type": "bucket", "salt": "b", "from": 0, "to": 99}),
    "too few of a group": (group("at_least", did(times=2), PHONE, SUBSCRIBED, n=2), did(times=5)),
    "a group without conditions": (group("any"), did()),
    "a step that must be missing": (CART_NO_PURCHASE, did("purchase")),
}  # fmt: skip


@pytest.mark.parametrize(("one", "other"), ONE_WAY.values(), ids=ONE_WAY)
def test_the_narrower_condition_implies_the_wider_and_not_the_reverse(one: Node, other: Node) -> None:
    assert implies(read(one), read(other))
    assert not implies(read(other), read(one))


@pytest.mark.parametrize(("one", "other"), NEITHER_WAY.values(), ids=NEITHER_WAY)
def test_what_is_not_certain_is_not_said(one: Node, other: Node) -> None:
    assert not implies(read(one), read(other))
    assert not implies(read(other), read(one))


@pytest.mark.parametrize("node", [node for pair in ONE_WAY.values() for node in pair])
def test_everything_implies_itself(node: Node) -> None:
    assert implies(read(node), read(node))
