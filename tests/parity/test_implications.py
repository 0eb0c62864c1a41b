"""Where one condition is said to imply another, nobody fits the one and not the other: over random people.

Two conditions at random have nothing to do with each other. So these are made as pairs: of one kind, about one thing.
"""

import datetime as dt
import random
import uuid
from itertools import permutations
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segments.rules import SubscriberFacts, evaluate_rule, parse_rule
from segments.rules.facts import DeviceFacts, EventFacts, write_instant
from segments.rules.implications import implies
from tests.chance import count_cases
from tests.factories import NOW
from tests.parity import strategies as some

JSON = dict[str, Any]
Nodes = st.SearchStrategy[JSON]

# Texts that are parts of each other, and numbers and spans that lie within each other.
texts = st.sampled_from(
    ["a", "ab", "abc", "AB", "b", "a*c", "a|b", "b|abc", "a+b", "*b", "%", "/sale/", "sale"]
)
numbers = st.sampled_from([0, 1, 1.0, 2, 5, 10, -1])
spans = st.sampled_from([{"hours": 1}, {"hours": 24}, {"days": 1}, {"days": 2}, {"days": 7}, {"days": 35}])
moments = st.sampled_from([f"2026-11-{day:02}T12:00:00Z" for day in (1, 14, 20, 21)])


def operands(operator: str, values: st.SearchStrategy[Any]) -> Nodes:
    if operator in {"in", "not_in", "includes_any", "includes_all"}:
        return st.lists(values, min_size=1, max_size=3).map(lambda many: {"values": many})
    if operator == "between":
        return st.lists(values, min_size=2, max_size=2).map(lambda two: {"values": sorted(two)})
    if operator in {"exists", "not_exists", "is_true", "is_false", "is_empty"}:
        return st.just({})
    return values.map(lambda value: {"value": value})


def asks(operators: str, values: st.SearchStrategy[Any] = texts) -> Nodes:
    return st.sampled_from(operators.split()).flatmap(
        lambda operator: operands(operator, values).map(lambda operand: {"operator": operator, **operand})
    )


TEXTS = "equals not_equals in not_in contains not_contains starts_with ends_with matches exists not_exists"
of_texts = asks(TEXTS)
of_numbers = asks(
    "equals not_equals greater_than at_least less_than at_most between in not_in exists", numbers
)
of_moments = asks("before after between", moments) | asks(
    "within_last more_than_ago within_next anniversary_within", spans
)
of_lists = asks("includes not_includes includes_any includes_all is_empty exists", texts | numbers)
of_truth = asks("is_true is_false exists not_exists")
tests = st.one_of(of_texts, of_numbers, of_moments, of_lists, of_truth)

windows = st.none() | st.one_of(
    spans.map(lambda last: {"last": last}),
    st.sampled_from(
        [[{"days": 14}, {"days": 7}], [{"days": 3}, {"days": 1}], [{"days": 1}, {"hours": 1}]]
    ).map(lambda ago: {"between_ago": ago}),
    moments.map(lambda since: {"since": since}),
    st.lists(moments, min_size=2, max_size=2).map(lambda two: {"between": sorted(two)}),
    st.sampled_from(["today", "yesterday", "this_week", "this_month"]).map(lambda day: {"calendar": day}),
)
counts = some.counts
where = st.lists(
    st.builds(lambda test: {"property": "price", **test}, of_numbers)
    | st.builds(lambda test: {"property": "item", **test}, of_texts),
    max_size=2,
)
urls = asks("equals not_equals contains not_contains starts_with ends_with matches")
spots = st.sampled_from([(52.52, 13.405), (52.39, 13.06), (0.0, 179.99), (0.0, -179.99)]).map(
    lambda spot: {"lat": spot[0], "lon": spot[1]}
)
radii = st.sampled_from([{"km": 1}, {"miles": 25}, {"km": 70}, {"km": 400}])
hours = st.sampled_from(
    [["09:00", "17:00"], ["10:00", "12:30"], ["12:00", "12:01"], ["22:00", "14:00"], ["13:00", "02:00"]]
)
occurring = {"event": st.just("purchase"), "within": windows, "where": where}

ABOUT_ONE_THING: dict[str, Nodes] = {
    "attribute": some._with_test("attribute", tests, key=st.just("tier")),
    "attribute: texts": some._with_test("attribute", of_texts, key=st.just("tier")),
    "attribute: numbers": some._with_test("attribute", of_numbers, key=st.just("tier")),
    "attribute: lists": some._with_test("attribute", of_lists, key=st.just("tags")),
    "profile": some._with_test("profile", of_texts, field=st.just("country")),
    "profile: moments": some._with_test("profile", of_moments, field=st.just("last_seen_at")),
    "device": some._with_test("device", of_texts, field=st.just("os")),
    "device and channel": some._with_test("device", of_texts, field=st.just("os"))
    | some._node("channel", channel=st.just("web_push"), state=st.just("subscribed")),
    "channel": some._node(
        "channel", channel=st.just("web_push"), state=st.sampled_from(["subscribed", "unsubscribed"]), within=windows
    ),
    "location": some._node("location", near=spots | st.lists(spots, min_size=1, max_size=3), radius=radii),
    "bucket": st.lists(st.integers(0, 10_000), min_size=2, max_size=2, unique=True).map(
        lambda ends: {"type": "bucket", "salt": "a", "from": min(ends), "to": max(ends)}
    ),
    "local_time": some._node("local_time", between=hours, weekdays=some.weekdays),
    "event": some._node("event", count=counts, **occurring),
    "page_view": some._node("page_view", url=st.none() | urls, count=counts, within=windows),
    "message": some._node("message", activity=st.just("clicked"), campaign=st.none() | st.integers(1, 2), count=counts, within=windows),
    "event_repeat": some._node("event_repeat", property=st.just("item"), count=some.repeats, **occurring),
    "event_aggregate": some._with_test(
        "event_aggregate", of_numbers, property=st.just("price"), event=st.just("purchase"),
        function=st.sampled_from(["sum", "distinct"]), within=st.none() | st.just({"last": {"days": 7}}),
    ),
    "event_recency": some._with_test(
        "event_recency", of_moments, event=st.just("purchase"), occurrence=st.sampled_from(["first", "last"])
    ),
    "event_sequence": some._node(
        "event_sequence", within=st.none() | spans.map(lambda last: {"last": last}), gap=st.none() | st.just({"days": 2}),
        steps=st.lists(st.sampled_from([{"event": "purchase"}, {"event": "$page_view"}]), min_size=2, max_size=3),
    ),
}  # fmt: skip
DID = st.one_of(
    *(
        ABOUT_ONE_THING[kind]
        for kind in ("event", "event_repeat", "event_aggregate", "event_recency", "event_sequence")
    )
)


def group(children: Nodes) -> Nodes:
    conditions = st.lists(children, min_size=1, max_size=3)
    return st.one_of(
        some._node("group", match=st.sampled_from(["all", "any", "none"]), conditions=conditions),
        some._node("group", match=st.just("at_least"), n=st.integers(1, 3), conditions=conditions),
    )


FAMILIES: dict[str, Nodes] = {
    **ABOUT_ONE_THING,
    "whatever somebody did": DID,
    **{
        f"groups, {kind}": ABOUT_ONE_THING[kind] | group(ABOUT_ONE_THING[kind])
        for kind in ("attribute: texts", "event", "bucket")
    },
}

VALUES = ["a", "ab", "ABC", "xb", "abcd", "ac", "aXc", "", "%", 0, 1, 2, 5.5, 10, -1, True, False, None]
LISTS = [[], ["a"], ["ab", 1], ["A", "abc", 5], [None], [0, 1, 2]]
AGES = [0, 1, 2, 12, 13, 23, 24, 25, 36, 48, 7 * 24, 14 * 24, 20 * 24, 35 * 24, -1, -24]


def draw_moment(chance: random.Random) -> dt.datetime:
    """On the edges of the windows above, a microsecond to either side of them, and elsewhere."""
    return NOW - dt.timedelta(hours=chance.choice(AGES), microseconds=chance.choice([-1, 0, 0, 1]))


def draw_event(chance: random.Random) -> EventFacts:
    properties = {
        "price": chance.choice(VALUES),
        "item": chance.choice(VALUES),
        "campaign": chance.choice([1, 2]),
    }
    properties["url"] = chance.choice(["/sale/ab", "abc", "b", "https://a.example/sale/"])
    name = chance.choice(["purchase", "purchase", "$page_view", "$push_clicked"])
    return EventFacts(
        name, draw_moment(chance), {key: value for key, value in properties.items() if chance.random() < 0.8}
    )


def draw_person(chance: random.Random) -> SubscriberFacts:
    place = chance.choice(
        [(None, None), (52.52, 13.405), (52.6, 13.2), (52.39, 13.06), (0.0, 180.0), (0.1, -179.0)]
    )
    zone = chance.choice(["", "Asia/Kathmandu", "America/New_York", "Pacific/Kiritimati"])
    return SubscriberFacts(
        attributes={"tier": chance.choice([*VALUES, *LISTS, write_instant(draw_moment(chance))]), "tags": chance.choice(LISTS)},
        profile={"country": chance.choice(["", "a", "AB", "abc", "b"]), "timezone": zone, "last_seen_at": draw_moment(chance)},
        uuid=str(uuid.UUID(int=chance.getrandbits(128))),
        latitude=place[0],
        longitude=place[1],
        devices=tuple(
            DeviceFacts("mobile", chance.choice(["", "a", "ABC"]), "b", draw_moment(chance), chance.choice([None, draw_moment(chance)]))
            for _ in range(chance.randrange(3))
        ),
        events=tuple(draw_event(chance) for _ in range(chance.randrange(7))),
    )  # fmt: skip


@pytest.mark.law
@pytest.mark.parametrize("kind", FAMILIES)
def test_whoever_fits_a_condition_fits_what_it_implies(kind: str) -> None:
    telling = 0

    @settings(max_examples=max(40, count_cases(40)), deadline=None)
    @given(
        nodes=st.lists(FAMILIES[kind], min_size=8, max_size=8),
        chance=st.integers(0, 10**9).map(random.Random),
        as_of=st.sampled_from([0, 1, 13, 24 * 27]).map(lambda hours: NOW - dt.timedelta(hours=hours)),
        zone=st.sampled_from(["Europe/Berlin", "Pacific/Apia"]).map(ZoneInfo),
    )
    def ask(nodes: list[JSON], chance: random.Random, as_of: dt.datetime, zone: ZoneInfo) -> None:
        crowd = [draw_person(chance) for _ in range(30)]
        rules = [parse_rule({"version": 1, "root": node}) for node in nodes]
        answers = [[evaluate_rule(rule, who, as_of=as_of, zone=zone) for who in crowd] for rule in rules]
        for one, other in permutations(range(len(rules)), 2):
            if rules[one] != rules[other] and implies(rules[one].root, rules[other].root):
                nonlocal telling
                telling += any(answers[one])
                pairs = set(zip(answers[one], answers[other], strict=True))
                assert (True, False) not in pairs, (nodes[one], nodes[other])

    ask()

    assert telling > 0  # else this would prove nothing
