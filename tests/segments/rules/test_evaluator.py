"""The evaluator: what each condition means, said by example. The parity tests hold the SQL equal to it."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from segments.rules import SubscriberFacts, evaluate_rule
from segments.rules.facts import DeviceFacts, EventFacts, write_instant
from tests.factories import NOW
from tests.segments.rules.documents import attribute, event, group, read

HOUR = dt.timedelta(hours=1)


def holds(root: Any, **facts: Any) -> bool:
    known = SubscriberFacts(**{"attributes": {}, "profile": {}, **facts})
    return evaluate_rule(read(root), known, as_of=NOW, zone=ZoneInfo("UTC"))


def did(name: str, hours_ago: float = 1, **properties: Any) -> EventFacts:
    return EventFacts(name, NOW - hours_ago * HOUR, properties)


def device(**fields: Any) -> DeviceFacts:
    defaults = {"kind": "mobile", "os": "Android", "browser": "Chrome", "created_at": NOW, "ended_at": None}
    return DeviceFacts(**{**defaults, **fields})


YES, NO = group("all"), group("any")
MISSING = object()


@pytest.mark.parametrize(
    ("match", "held", "expected"),
    [
        ("all", [YES, YES], True), ("all", [YES, NO], False), ("all", [], True),
        ("any", [NO, YES], True), ("any", [NO, NO], False), ("any", [], False),
        ("none", [NO, NO], True), ("none", [NO, YES], False), ("none", [], True),
    ],
)  # fmt: skip
def test_groups(match: str, held: list[Any], expected: bool) -> None:
    assert holds(group(match, *held)) is expected


@pytest.mark.parametrize(("n", "expected"), [(0, True), (1, True), (2, True), (3, False), (4, False)])
def test_at_least_n_of_the_conditions(n: int, expected: bool) -> None:
    assert holds(group("at_least", YES, NO, YES, n=n)) is expected


@pytest.mark.parametrize(
    ("operator", "operand", "value", "expected"),
    [
        pytest.param("equals", {"value": "Gold"}, "GOLD", True, id="text-without-case"),
        pytest.param("equals", {"value": 5}, "5", False, id="text-is-no-number"),
        pytest.param("equals", {"value": "5"}, 5, False, id="number-is-no-text"),
        pytest.param("equals", {"value": 1}, True, False, id="yes-is-no-number"),
        pytest.param("equals", {"value": 0.1}, 0.1, True, id="decimals"),
        pytest.param("equals", {"value": 2**53 + 1}, 2**53, False, id="whole-numbers-are-exact"),
        pytest.param("equals", {"value": -0.0}, 0, True, id="no-negative-zero"),
        pytest.param("equals", {"value": "gold"}, MISSING, False, id="missing"),
        pytest.param("equals", {"value": "gold"}, None, False, id="null"),
        pytest.param("not_equals", {"value": "gold"}, "gold", False, id="not-equals"),
        pytest.param("not_equals", {"value": "gold"}, MISSING, True, id="missing-is-not-equal"),
        pytest.param("not_equals", {"value": "gold"}, 7, True, id="another-type-is-not-equal"),
        pytest.param("not_in", {"values": [1, 2]}, MISSING, True, id="missing-is-in-no-list"),
        pytest.param("not_contains", {"value": "a"}, MISSING, True, id="missing-contains-nothing"),
        pytest.param("not_includes", {"value": "a"}, "a", True, id="text-is-no-list"),
        pytest.param("less_than", {"value": 5}, MISSING, False, id="missing-is-not-less"),
        pytest.param("between", {"values": [1, 2]}, 2, True, id="between-takes-its-ends"),
        pytest.param("is_false", {}, False, True, id="no-is-no"),
        pytest.param("is_false", {}, MISSING, False, id="missing-is-not-no"),
        pytest.param("is_true", {}, 1, False, id="one-is-not-yes"),
        pytest.param("exists", {}, False, True, id="no-exists"),
        pytest.param("exists", {}, None, False, id="null-does-not-exist"),
        pytest.param("not_exists", {}, MISSING, True, id="missing-does-not-exist"),
        pytest.param("starts_with", {"value": "a*"}, "abc", False, id="no-pattern-in-starts-with"),
        pytest.param("matches", {"value": "a*"}, "abc", True, id="matches-is-a-pattern"),
        pytest.param("includes", {"value": "GOLD"}, ["gold"], True, id="list-without-case"),
        pytest.param("includes", {"value": 1}, [True], False, id="yes-in-a-list-is-not-one"),
        pytest.param("includes_all", {"values": ["a", "b"]}, ["b", "a"], True, id="all-of-them"),
        pytest.param("includes_any", {"values": ["a", "z"]}, ["b"], False, id="none-of-them"),
        pytest.param("is_empty", {}, [], True, id="an-empty-list"),
        pytest.param("is_empty", {}, [True], False, id="a-list-of-yes-is-not-empty"),
        pytest.param("is_empty", {}, MISSING, False, id="no-list-is-not-empty"),
        pytest.param("within_last", {"value": {"hours": 1}}, write_instant(NOW), True, id="now"),
        pytest.param("within_last", {"value": {"hours": 1}}, write_instant(NOW - HOUR), False, id="an-hour-ago"),
        pytest.param("more_than_ago", {"value": {"hours": 1}}, write_instant(NOW - HOUR), True, id="long-ago"),
        pytest.param("within_next", {"value": {"hours": 1}}, write_instant(NOW), False, id="now-is-not-next"),
        pytest.param("within_next", {"value": {"hours": 1}}, write_instant(NOW + HOUR), True, id="next"),
        pytest.param("before", {"value": "2026-11-22T00:00:00Z"}, "2026-11-21", False, id="a-date-is-text"),
        pytest.param(
            "before", {"value": "2200-01-01T00:00:00Z"}, f"{write_instant(NOW)}\n", False, id="a-line-is-text"
        ),
    ],
)  # fmt: skip
def test_operators_on_attributes(operator: str, operand: Any, value: Any, expected: bool) -> None:
    attributes = {} if value is MISSING else {"k": value}

    assert (
        holds({"type": "attribute", "key": "k", "operator": operator, **operand}, attributes=attributes)
        is expected
    )


def test_the_tests_of_an_event_must_all_hold_on_the_same_event() -> None:
    where = [
        {"property": "item", "operator": "equals", "value": "hat"},
        {"property": "price", "operator": "at_least", "value": 50},
    ]
    apart = (did("purchase", item="hat", price=9), did("purchase", item="coat", price=90))

    assert not holds(event(where=where), events=apart)
    assert holds(event(where=where), events=(*apart, did("purchase", item="hat", price=50)))


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        pytest.param(None, True, id="absent-is-at-least-once"),
        pytest.param({"operator": "equals", "value": 2}, True, id="equals"),
        pytest.param({"operator": "greater_than", "value": 2}, False, id="greater-than"),
        pytest.param({"operator": "less_than", "value": 3}, True, id="less-than"),
        pytest.param({"operator": "at_most", "value": 0}, False, id="did-not"),
        pytest.param({"operator": "between", "values": [2, 2]}, True, id="between"),
    ],
)
def test_counts(count: Any, expected: bool) -> None:
    assert holds(event(count=count), events=(did("purchase"), did("purchase"), did("other"))) is expected


def test_cart_without_purchase() -> None:
    rule = group(
        "all",
        event("add_to_cart", within={"last": {"hours": 24}}),
        event("purchase", within={"last": {"hours": 24}}, count={"operator": "at_most", "value": 0}),
    )

    assert holds(rule, events=(did("add_to_cart"), did("purchase", hours_ago=30)))
    assert not holds(rule, events=(did("add_to_cart"), did("purchase")))


def test_events_after_the_instant_do_not_count() -> None:
    assert not holds(event(), events=(did("purchase", hours_ago=-0.001),))


@pytest.mark.parametrize(
    ("state", "devices", "expected"),
    [
        pytest.param("never", (), True, id="never"),
        pytest.param("never", (device(ended_at=NOW),), False, id="once-is-not-never"),
        pytest.param("subscribed", (device(ended_at=NOW), device()), True, id="one-is-enough"),
        pytest.param("unsubscribed", (device(ended_at=NOW), device()), False, id="one-is-left"),
        pytest.param("unsubscribed", (device(ended_at=NOW),), True, id="all-ended"),
        pytest.param("unsubscribed", (), False, id="never-is-not-unsubscribed"),
    ],
)
def test_the_channel(state: str, devices: Any, expected: bool) -> None:
    assert holds({"type": "channel", "channel": "web_push", "state": state}, devices=devices) is expected


def test_a_device_that_ended_is_no_device() -> None:
    mobile = {"type": "device", "field": "kind", "operator": "equals", "value": "mobile"}

    assert holds(mobile, devices=(device(),))
    assert not holds(mobile, devices=(device(ended_at=NOW),))
    assert holds({**mobile, "operator": "not_equals"}, devices=())


@pytest.mark.parametrize(
    ("lat", "lon", "expected"),
    [
        pytest.param(52.39, 13.06, True, id="potsdam"),
        pytest.param(53.55, 9.99, False, id="hamburg"),
        pytest.param(None, None, False, id="nowhere-known"),
        pytest.param(52.52, None, False, id="half-known"),
    ],
)
def test_within_25_miles_of_berlin(lat: float | None, lon: float | None, expected: bool) -> None:
    berlin = {"type": "location", "near": {"lat": 52.52, "lon": 13.405}, "radius": {"miles": 25}}

    assert holds(berlin, latitude=lat, longitude=lon) is expected


def test_distances_go_over_the_date_line_and_the_pole() -> None:
    near = {"type": "location", "near": {"lat": 0, "lon": 179.9}, "radius": {"km": 30}}

    assert holds(near, latitude=0.0, longitude=-179.9)
    assert holds({**near, "near": {"lat": 89.9, "lon": 0}}, latitude=89.9, longitude=180.0)


def test_empty_text_in_the_profile_is_not_known() -> None:
    assert holds({"type": "profile", "field": "city", "operator": "not_exists"}, profile={"city": ""})


def test_segments_are_read_from_membership() -> None:
    assert holds({"type": "segment", "segment": 7}, segments=frozenset({7}))
    assert holds({"type": "segment", "segment": 8, "member": False}, segments=frozenset({7}))


def test_a_message_of_one_campaign_is_told_from_those_of_others() -> None:
    clicked = {"type": "message", "activity": "clicked", "campaign": 3}

    assert holds(clicked, events=(did("$push_clicked", campaign=3),))
    assert not holds(clicked, events=(did("$push_clicked", campaign=4),))


def test_a_page_s_address_is_a_pattern() -> None:
    sale = {"type": "page_view", "url": {"operator": "contains", "value": "/sale/*shoes|/outlet"}}

    assert holds(sale, events=(did("$page_view", url="https://shop.example/SALE/red-shoes"),))
    assert not holds(sale, events=(did("$page_view", url="https://shop.example/shoes/sale"),))


def test_an_attribute_is_compared_whatever_its_key_is_called() -> None:
    assert holds(attribute("{v} %s '\"", "equals", 1), attributes={"{v} %s '\"": 1})
