"""Lint: what looks wrong with a legal rule, and what does not. Each case is a rule and what is said about it."""

from typing import Any

import pytest

from segments.rules import Names, parse_rule
from segments.rules.lint import Remark, lint_rule
from segments.rules.operators import Family
from segments.rules.seen import Seen

Node = dict[str, Any]
SEEN = Seen(
    {"tier": Family.TEXT, "value": Family.NUMBER, "brands": Family.LIST, "born": Family.TIME},
    {
        "purchase": {"value": Family.NUMBER, "shop": Family.TEXT, "made": Family.TIME},
        "$session_start": {},
        "visit": {},
    },
)
DAY, WEEK = {"last": {"days": 1}}, {"last": {"days": 7}}


def lint(root: Node, seen: Seen = SEEN) -> list[Remark]:
    return lint_rule(parse_rule({"version": 1, "root": root}), seen, Names())


def messages(root: Node) -> str:
    return " ".join(remark.message for remark in lint(root))


def group(match: str, *conditions: Node, **more: Any) -> Node:
    return {"type": "group", "match": match, "conditions": list(conditions), **more}


def attribute(key: str, operator: str, value: Any = None) -> Node:
    node: Node = {"type": "attribute", "key": key, "operator": operator}
    return node | (
        {"values": value} if isinstance(value, list) else {} if value is None else {"value": value}
    )


def event(name: str, operator: str = "at_least", times: int = 1, **more: Any) -> Node:
    return {"type": "event", "event": name, "count": {"operator": operator, "value": times}, **more}


def asked(key: str, operator: str, value: Any) -> Node:
    return {"property": key, "operator": operator, "value": value}


EXCLUDING = {
    "two texts": (attribute("tier", "equals", "gold"), attribute("tier", "equals", "silver")),
    "a text and a list of others": (
        attribute("tier", "equals", "gold"),
        attribute("tier", "in", ["silver", "bronze"]),
    ),
    "a text and a pattern it does not fit": (
        attribute("tier", "equals", "gold"),
        attribute("tier", "starts_with", "s"),
    ),
    "a value and not that value": (
        attribute("tier", "equals", "Gold"),
        attribute("tier", "not_equals", "gold"),
    ),
    "a list and none of more": (
        attribute("tier", "in", ["a", "b"]),
        attribute("tier", "not_in", ["a", "b", "c"]),
    ),
    "a pattern and not that pattern": (
        attribute("tier", "contains", "go*"),
        attribute("tier", "not_contains", "go*"),
    ),
    "known and not known": (attribute("tier", "exists"), attribute("tier", "not_exists")),
    "a value and not known": (attribute("tier", "not_exists"), attribute("tier", "equals", "gold")),
    "two numbers": (attribute("value", "equals", 1), attribute("value", "equals", 1.5)),
    "ranges apart": (attribute("value", "greater_than", 10), attribute("value", "less_than", 5)),
    "ranges that only touch": (attribute("value", "greater_than", 5), attribute("value", "at_most", 5)),
    "a number out of a range": (attribute("value", "between", [1, 5]), attribute("value", "equals", 6)),
    "moments": (
        attribute("born", "before", "2026-01-01T00:00:00Z"),
        attribute("born", "after", "2026-02-01T00:00:00Z"),
    ),
    "lately and long ago": (
        attribute("born", "within_last", {"days": 7}),
        attribute("born", "more_than_ago", {"days": 7}),
    ),
    "a list with and without": (
        attribute("brands", "includes", "Ridge"),
        attribute("brands", "not_includes", "Ridge"),
    ),
    "did and did not": (event("purchase", within=DAY), event("purchase", "at_most", 0, within=DAY)),
    "often and seldom": (event("purchase", times=5), event("purchase", "less_than", 3)),
    "did, as nothing else is said, and did not": (
        {"type": "event", "event": "purchase"},
        event("purchase", "at_most", 0),
    ),
    "clicked and did not": (
        {"type": "message", "activity": "clicked"},
        {"type": "message", "activity": "clicked", "count": {"operator": "at_most", "value": 0}},
    ),
    "in a segment and not": (
        {"type": "segment", "segment": 7},
        {"type": "segment", "segment": 7, "member": False},
    ),
    "two channel states": (
        {"type": "channel", "channel": "web_push", "state": "subscribed"},
        {"type": "channel", "channel": "web_push", "state": "never"},
    ),
    "shares apart": (
        {"type": "bucket", "salt": "a", "from": 0, "to": 5000},
        {"type": "bucket", "salt": "a", "from": 5000, "to": 9000},
    ),
    "a device and none such": (
        {"type": "device", "field": "kind", "operator": "equals", "value": "mobile"},
        {"type": "device", "field": "kind", "operator": "not_equals", "value": "mobile"},
    ),
}
COMPATIBLE = {
    "one text twice in two spellings": (
        attribute("tier", "equals", "gold"),
        attribute("tier", "equals", "GOLD"),
    ),
    "different attributes": (attribute("tier", "equals", "a"), attribute("brands", "includes", "b")),
    "neither of two": (attribute("tier", "not_equals", "a"), attribute("tier", "not_equals", "b")),
    "not that value and not known": (
        attribute("tier", "not_equals", "a"),
        attribute("tier", "not_exists"),
    ),
    "ranges that meet": (attribute("value", "at_least", 5), attribute("value", "at_most", 5)),
    "a moment and a length of time": (
        attribute("born", "before", "2020-01-01T00:00:00Z"),
        attribute("born", "within_last", {"days": 7}),
    ),
    "other windows": (event("purchase", within=WEEK), event("purchase", "at_most", 0, within=DAY)),
    "other events": (event("purchase"), event("visit", "at_most", 0)),
    "other tests": (
        event("purchase", where=[asked("shop", "equals", "A")]),
        event("purchase", "at_most", 0, where=[asked("shop", "equals", "B")]),
    ),
    "counts that meet": (
        event("visit", times=2),
        {"type": "event", "event": "visit", "count": {"operator": "between", "values": [1, 5]}},
    ),
    "a phone and a computer": (
        {"type": "device", "field": "kind", "operator": "equals", "value": "mobile"},
        {"type": "device", "field": "kind", "operator": "equals", "value": "desktop"},
    ),
    "other campaigns": (
        {"type": "message", "activity": "clicked", "campaign": 1},
        {
            "type": "message",
            "activity": "clicked",
            "campaign": 2,
            "count": {"operator": "at_most", "value": 0},
        },
    ),
}


@pytest.mark.parametrize("pair", EXCLUDING.values(), ids=EXCLUDING)
def test_all_of_two_that_exclude_each_other_chooses_nobody(pair: tuple[Node, Node]) -> None:
    [remark] = lint(group("all", *pair))
    [turned_round] = lint(group("all", *reversed(pair)))

    assert remark.path == turned_round.path == "root.conditions[1]"
    assert remark.message.startswith("Nobody fits this: ")


@pytest.mark.parametrize("pair", COMPATIBLE.values(), ids=COMPATIBLE)
@pytest.mark.parametrize("match", ["all", "any", "none"])
def test_what_goes_together_is_no_conflict(match: str, pair: tuple[Node, Node]) -> None:
    assert "fits this" not in messages(group(match, *pair))


@pytest.mark.parametrize("match", ["any", "none"])
def test_values_that_exclude_each_other_are_no_contradiction_elsewhere(match: str) -> None:
    assert lint(group(match, *EXCLUDING["two texts"])) == []


COMPLEMENTS = [
    "a pattern and not that pattern",
    "known and not known",
    "a list with and without",
    "did and did not",
    "clicked and did not",
    "in a segment and not",
    "a device and none such",
]


@pytest.mark.parametrize("name", COMPLEMENTS)
def test_any_of_a_condition_and_its_complement_chooses_everybody(name: str) -> None:
    [remark] = lint(group("any", *EXCLUDING[name]))

    assert remark.message.startswith("Everybody fits this: ")


@pytest.mark.parametrize("name", COMPLEMENTS)
def test_none_of_a_condition_and_its_complement_chooses_nobody(name: str) -> None:
    [remark] = lint(group("none", *EXCLUDING[name]))

    assert remark.message.startswith("Nobody fits this: neither")


def test_counts_and_shares_that_leave_nobody_out_choose_everybody() -> None:
    shares = [{"type": "bucket", "salt": "a", "from": a, "to": b} for a, b in ((0, 6000), (5000, 10_000))]

    assert "Everybody fits this" in messages(
        group("any", event("visit", times=3), event("visit", "at_most", 4))
    )
    assert "Everybody fits this" in messages(group("any", *shares))
    assert lint(group("any", event("visit", times=5), event("visit", "at_most", 3))) == []


def test_the_words_of_both_sides_are_said() -> None:
    assert messages(group("all", *EXCLUDING["two texts"])) == (
        "Nobody fits this: whose tier equals “gold” and whose tier equals “silver”."
    )


def test_long_conditions_are_quoted_in_part() -> None:
    many = [f"value {number}" for number in range(500)]
    found = messages(group("all", attribute("tier", "in", many), attribute("tier", "equals", "gold")))

    assert found.startswith("Nobody fits this: whose tier is “value 0”, “value 1”, ")
    assert len(found) < 300


def test_a_contradiction_is_found_across_nested_groups_of_all() -> None:
    one, other = EXCLUDING["two texts"]

    assert [each.path for each in lint(group("all", one, group("all", other)))] == [
        "root.conditions[1].conditions[0]"
    ]
    assert lint(group("all", one, group("any", other))) == []


def test_tests_of_one_event_that_exclude_each_other_are_named() -> None:
    where = [asked("value", "greater_than", 10), asked("value", "less_than", 5)]

    assert lint(group("all", event("purchase", where=where))) == [
        Remark("root.conditions[0].where[1]", "No event fits both of the tests of its property “value”.")
    ]


def test_at_least_zero_times_is_everybody() -> None:
    [remark] = lint(event("visit", "at_least", 0))

    assert remark.path == "root"
    assert remark.message.startswith("Everybody fits this: who")


# --- Groups -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("root", "said"),
    [
        pytest.param(group("all"), "", id="everybody-as-the-builder-starts"),
        pytest.param(
            group("all", event("visit"), group("any")), "Nobody fits a group without", id="empty-any"
        ),
        pytest.param(group("all", event("visit"), group("none")), "Everybody fits a group", id="empty-none"),
        pytest.param(
            group("at_least", event("visit"), n=2), "at least 2 of 1 conditions cannot", id="too-many"
        ),
        pytest.param(group("at_least", event("visit"), n=0), "at least 0 of its conditions", id="zero"),
        pytest.param(
            group("at_least", event("visit"), event("purchase"), n=2), "", id="as-many-as-there-are"
        ),
    ],
)
def test_a_group_that_asks_for_nothing_or_too_much_is_named(root: Node, said: str) -> None:
    found = messages(root)

    assert said in found
    assert bool(found) == bool(said)


@pytest.mark.parametrize(
    ("match", "said"), [("all", "Once is enough"), ("any", "Once is enough"), ("at_least", "each time")]
)
def test_a_condition_that_stands_there_twice_is_named(match: str, said: str) -> None:
    more = {"n": 1} if match == "at_least" else {}
    [remark] = lint(group(match, event("visit"), event("purchase"), event("visit"), **more))

    assert remark.path == "root.conditions[2]"
    assert said in remark.message


# --- What the site has seen ---------------------------------------------------------


@pytest.mark.parametrize(
    ("root", "path", "said"),
    [
        pytest.param(
            attribute("teir", "exists"), "root", "No subscriber has the attribute “teir”", id="attribute"
        ),
        pytest.param(event("purchased"), "root", "not seen the event “purchased”", id="event"),
        pytest.param(
            event("purchase", where=[asked("shpo", "equals", "A")]),
            "root.where[0]",
            "not seen the property “shpo” of “purchase”",
            id="property",
        ),
        pytest.param(
            {"type": "event_recency", "event": "buy", "occurrence": "last", "operator": "exists"},
            "root",
            "the event “buy”",
            id="recency",
        ),
        pytest.param(
            {"type": "event_sequence", "steps": [{"event": "visit"}, {"event": "buy", "absent": True}]},
            "root.steps[1]",
            "the event “buy”",
            id="sequence",
        ),
        pytest.param(
            {
                "type": "event_repeat",
                "event": "purchase",
                "property": "sku",
                "count": {"operator": "at_least", "value": 2},
            },
            "root",
            "the property “sku”",
            id="repeat",
        ),
        pytest.param(
            {
                "type": "event_aggregate",
                "event": "purchase",
                "function": "sum",
                "property": "shop",
                "operator": "at_least",
                "value": 2,
            },
            "root",
            "holds text, but is compared as a number",
            id="a-total-of-texts",
        ),
        pytest.param(
            event("purchase", where=[asked("value", "contains", "9")]),
            "root.where[0]",
            "The property “value” of “purchase” holds a number, but is compared as text",
            id="a-number-as-text",
        ),
        pytest.param(
            attribute("tier", "greater_than", 5),
            "root",
            "The attribute “tier” holds text",
            id="a-text-as-number",
        ),
    ],
)
def test_what_was_never_seen_and_what_is_of_another_type_is_named(root: Node, path: str, said: str) -> None:
    [remark] = lint(root)

    assert remark.path == path
    assert said in remark.message


@pytest.mark.parametrize(
    "root",
    [
        pytest.param(event("$session_start"), id="our-own-event"),
        pytest.param({"type": "page_view"}, id="a-page-view"),
        pytest.param({"type": "message", "activity": "clicked"}, id="a-message"),
        pytest.param(
            event("visit", where=[asked("page", "equals", "x")]), id="event-whose-properties-are-not-known"
        ),
        pytest.param(event("purchase", where=[asked("made", "starts_with", "2026")]), id="a-moment-as-text"),
        pytest.param(
            event("purchase", where=[{"property": "value", "operator": "exists"}]), id="any-type-will-do"
        ),
    ],
)
def test_what_is_known_or_may_come_is_left_alone(root: Node) -> None:
    assert lint(root) == []


def test_a_thing_never_seen_is_said_once() -> None:
    assert len(lint(group("any", event("buy", within=DAY), event("buy", within=WEEK)))) == 1


def test_of_several_things_wrong_with_a_condition_the_first_is_said() -> None:
    twice = event("buy", where=[asked("shop", "equals", "A"), asked("shop", "equals", "B")])

    [remark] = lint(group("all", event("visit"), twice))

    assert remark == Remark(
        "root.conditions[1]",
        "This site has not seen the event “buy” yet. Check how it is written, or wait until it comes.",
    )
