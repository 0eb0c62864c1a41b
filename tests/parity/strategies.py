"""Random rules over a small vocabulary, and the values that populations are made of.

The vocabulary is small on purpose: rules and people must meet often, at the edges above all.
"""

import datetime as dt
from typing import Any

from hypothesis import strategies as st

from segments.rules.facts import write_instant
from segments.rules.operators import OPERATORS, Arity, Family
from segments.rules.text import fold, fold_address, parse_pattern
from tests.factories import NOW

JSON = dict[str, Any]

KEYS = ("tier", "value", "vip", "since", "tags")
ASKED_KEYS = (*KEYS, "tags[]", "home.city", "home.rooms[].name")
EVENTS = ("add_to_cart", "purchase", "$page_view", "$push_clicked", "never_seen")
PROPERTIES = (
    "value",
    "product_id",
    "url",
    "campaign",
    "at",
    "cart.total",
    "items[].sku",
    "items[].price",
    "items[]",
)
STORED_PROPERTIES = ("value", "product_id", "url", "campaign", "at", "cart", "items", "cart.total", "items[]")
PLACES = (
    (52.52, 13.405),
    (52.39, 13.06),
    (-33.87, 151.21),
    (0.0, 0.0),
    (89.9, 10.0),
    (0.0, 179.99),
    (0.0, -179.99),
)

# Signs that mean something to LIKE, to JSON, to quoting or to case folding, among ordinary letters; letters that can be
# written in two ways, blanks of several kinds, and letters that Unicode has learnt of lately.
LETTERS = "aAbB1%_\\'\"*|+äÄßẞİıΣσςſK {}seéE\u0301\u0308\u0345ᾳ가각\u1100\u1161\u11a8\u00a0\u200b\n\U00010d50\U0001fae8"
# Several ways to write a few texts, so that values are the same more often than by chance.
ALIKE = ["SKU-1", "sku-1 ", "Größe", "Gro\u0308SSE", "https://a.example/gr%C3%B6", "https://a.example/GRÖ"]
texts = (
    st.text(st.sampled_from(LETTERS), min_size=1, max_size=4)
    | st.text(
        st.characters(exclude_categories=["Cs", "Cn"], exclude_characters="\x00"), min_size=1, max_size=3
    )
    | st.sampled_from(ALIKE)
)
numbers = (
    st.sampled_from([0, 1, -1, 5, 0.1, 0.30000000000000004, 1000, 2**53 + 1, 1e15])
    | st.integers(-10, 10)
    | st.floats(-1e6, 1e6, allow_nan=False)
)
durations = st.sampled_from(
    [{"hours": 1}, {"hours": 24}, {"days": 1}, {"days": 7}, {"weeks": 2}, {"minutes": 0.5}]
)
# On a window's edge, a microsecond to either side of it, and elsewhere; also after `as_of`.
instants = st.builds(
    lambda hours, microseconds: NOW - dt.timedelta(hours=hours, microseconds=microseconds),
    st.sampled_from([-24, -1, 0, 1, 12, 13, 24, 36, 7 * 24, 14 * 24, 30 * 24]),
    st.sampled_from([-1, 0, 1]),
)
written_instants = instants.map(write_instant)
lists = st.lists(texts | st.integers(-3, 3) | st.booleans(), max_size=3)
# What may stand in objects; and moments that are none.
plain = st.none() | texts | st.just("") | numbers | st.booleans() | written_instants | st.sampled_from(["0001-01-01T00:00:00.000000Z", "9999-12-31T23:59:59.000000Z"])  # fmt: skip
things = st.fixed_dictionaries(
    {}, optional={"sku": plain, "price": plain, "name": plain, "total": plain, "city": plain}
)
objects = things | st.lists(things | plain | st.lists(things, max_size=2), max_size=3)
homes = st.fixed_dictionaries(
    {}, optional={"city": plain | lists, "rooms": st.lists(things | plain, max_size=2)}
)
json_values = plain | lists | objects | homes | st.just({"a": 1})
PARTS = ["https://", "shop.example", "/", "Sale", "gr%C3%B6%C3%9Fe", "größe", "red", "+", "%20", "?", "#", "shoes", "%2F", "%2520", "%ZZ", "%c3", "xn--mller-kva.example", "müller.example", "%E2%82%AC", "e%CC%81", "É"]  # fmt: skip
addresses = st.lists(st.sampled_from(PARTS), max_size=6).map("".join)

OF_FAMILY: dict[Family, st.SearchStrategy[Any]] = {
    Family.TEXT: texts | addresses.filter(bool),
    Family.NUMBER: numbers,
    Family.TIME: written_instants,
    Family.LIST: texts | st.integers(-3, 3),
}


def _is_some(operand: Any) -> bool:
    """Whether it is more than blanks, which nobody's profile holds."""
    return not isinstance(operand, str) or bool(fold(operand))


def _is_pattern(text: str) -> bool:
    """Whether there is something in all of its parts, however it is read."""
    try:
        for of_address in (False, True):
            parse_pattern(text, starts=True, ends=True, of_address=of_address)
    except ValueError:
        return False
    return True


patterns = (texts | addresses).filter(_is_pattern)
ends = patterns.filter(lambda text: bool(fold_address(text)))  # some text, and no sign alone


@st.composite
def operator_tests(
    draw: st.DrawFn, families: tuple[Family, ...] = tuple(Family), *, empty: bool = True
) -> JSON:
    """An operator of one of the families, with an operand that suits it."""
    row = draw(st.sampled_from([row for row in OPERATORS if set(row.families) & set(families)]))
    values = OF_FAMILY.get(row.families[0], texts)
    if row.key in {"contains", "not_contains", "matches"}:
        values = patterns
    if row.key in {"starts_with", "ends_with"}:
        values = ends
    if row.key in {"equals", "not_equals", "in", "not_in"} and row.families == (Family.TEXT,) and empty:
        values |= st.just("")
    match row.arity:
        case Arity.NONE:
            operand: JSON = {}
        case Arity.ONE:
            operand = {"value": draw(values)}
        case Arity.DURATION:
            operand = {"value": draw(durations)}
        case Arity.TWO:
            operand = {"values": sorted(draw(st.lists(values, min_size=2, max_size=2)))}
        case Arity.MANY:
            operand = {"values": draw(st.lists(values, min_size=1, max_size=3))}
    return {"operator": row.key, **operand}


numbers_of_times = st.integers(0, 4)
counts = st.none() | st.one_of(
    st.builds(
        lambda operator, value: {"operator": operator, "value": value},
        st.sampled_from(["equals", "at_least", "greater_than", "at_most"]),
        numbers_of_times,
    ),
    st.integers(1, 4).map(lambda value: {"operator": "less_than", "value": value}),
    st.tuples(numbers_of_times, numbers_of_times).map(
        lambda pair: {"operator": "between", "values": sorted(pair)}
    ),
)
windows = st.none() | st.one_of(
    durations.map(lambda last: {"last": last}),
    st.sampled_from([[{"days": 14}, {"days": 7}], [{"days": 1}, {"hours": 1}]]).map(
        lambda ago: {"between_ago": ago}
    ),
    written_instants.map(lambda since: {"since": since}),
    st.tuples(written_instants, written_instants).map(lambda pair: {"between": sorted(pair)}),
    st.sampled_from(["today", "yesterday", "this_week", "this_month"]).map(lambda day: {"calendar": day}),
)
urls = st.builds(
    lambda operator, value: {"operator": operator, "value": value},
    st.sampled_from(
        ["equals", "not_equals", "contains", "not_contains", "starts_with", "ends_with", "matches"]
    ),
    st.sampled_from(
        [
            "/sale/*",
            "/sale/",
            "shoes",
            "*shoes|cart",
            "sale+shoes",
            "https://*",
            "/Cart",
            "größe",
            "gr%C3%B6*",
            "red shoes",
            "müller.example/*",
            "red\\+shoes",
            "%20",
        ]
    )
    | patterns,
)


def _node(kind: str, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[JSON]:
    """A node of one kind; what was drawn as None is left out."""
    return st.fixed_dictionaries(fields).map(
        lambda drawn: {"type": kind, **{key: value for key, value in drawn.items() if value is not None}}
    )


def _with_test(
    kind: str, test: st.SearchStrategy[JSON], **fields: st.SearchStrategy[Any]
) -> st.SearchStrategy[JSON]:
    return st.builds(lambda node, drawn: {**node, **drawn}, _node(kind, **fields), test)


known_texts = operator_tests((Family.TEXT,), empty=False).filter(
    lambda test: all(map(_is_some, [test.get("value", 1), *test.get("values", [])]))
)
texts_only, times_only = known_texts, operator_tests((Family.TIME,))
spots = st.sampled_from(PLACES).map(lambda place: {"lat": place[0], "lon": place[1]})
radii = st.sampled_from([{"miles": 25}, {"km": 1}, {"km": 20_000}, {"miles": 0.1}])
where = st.lists(
    st.builds(lambda name, test: {"property": name, **test}, st.sampled_from(PROPERTIES), operator_tests()),
    max_size=2,
)
numbers_only = operator_tests((Family.NUMBER,))
steps = st.lists(
    _node("", event=st.sampled_from(EVENTS), where=where, absent=st.booleans()).map(
        lambda step: {key: value for key, value in step.items() if key != "type"}
    ),
    min_size=2,
    max_size=4,
).filter(lambda drawn: not all(step["absent"] for step in drawn))
repeats = st.integers(1, 3).map(lambda times: {"operator": "at_least", "value": times})
weekdays = st.none() | st.lists(st.sampled_from(["friday", "saturday", "sunday"]), min_size=1, max_size=2)
of_people = (
    _with_test("attribute", operator_tests(), key=st.sampled_from(ASKED_KEYS)),
    _with_test("profile", texts_only, field=st.sampled_from(["country", "city", "email", "claimed_id", "language", "timezone"])),
    _with_test("profile", times_only, field=st.sampled_from(["created_at", "last_seen_at"])),
    _with_test("device", texts_only, field=st.sampled_from(["kind", "os", "browser"])),
    _node("channel", channel=st.just("web_push"), state=st.sampled_from(["subscribed", "unsubscribed"]), within=windows),
    _node("channel", channel=st.just("web_push"), state=st.just("never")),
    _node("location", near=spots | st.lists(spots, min_size=1, max_size=2), radius=radii),
    _node("segment", segment=st.integers(1, 2), member=st.booleans()),
    _node("bucket", salt=texts, **{"from": st.integers(0, 4999), "to": st.integers(5000, 10_000)}),
    _node("local_time", between=st.sampled_from([["09:00", "17:00"], ["22:00", "06:00"], ["12:00", "12:01"]]), weekdays=weekdays),
    _node("location", polygon=st.lists(spots, min_size=3, max_size=5)),
)  # fmt: skip
of_events = (
    _node("event", event=st.sampled_from(EVENTS), count=counts, within=windows, where=where),
    _node("page_view", url=st.none() | urls, count=counts, within=windows),
    _node("message", activity=st.sampled_from(["clicked", "sent"]), campaign=st.none() | st.integers(1, 3), count=counts, within=windows),
    _with_test("event_aggregate", numbers_only, event=st.sampled_from(EVENTS), property=st.sampled_from(PROPERTIES), within=windows, where=where,
               function=st.sampled_from(["sum", "average", "minimum", "maximum", "distinct"])),
    _with_test("event_recency", times_only, event=st.sampled_from(EVENTS), occurrence=st.sampled_from(["first", "last"])),
    _node("event_sequence", steps=steps, within=windows, gap=st.none() | durations),
    _node("event_repeat", event=st.sampled_from(EVENTS), property=st.sampled_from(PROPERTIES), count=repeats, within=windows, where=where),
)  # fmt: skip
leaves, event_leaves = st.one_of(*of_people, *of_events), st.one_of(*of_events)


def _groups(children: st.SearchStrategy[JSON]) -> st.SearchStrategy[JSON]:
    conditions = st.lists(children, max_size=4)
    return st.one_of(
        _node("group", match=st.sampled_from(["all", "any", "none"]), conditions=conditions),
        _node("group", match=st.just("at_least"), n=st.integers(0, 5), conditions=conditions),
    )


# Half of the rules are a single condition: a group hides what one of its conditions gets wrong.
roots = leaves | st.recursive(leaves, _groups, max_leaves=6)
documents = roots.map(lambda root: {"version": 1, "root": root})


def negate(document: JSON) -> JSON:
    """The rule that holds for exactly those for whom this one does not."""
    return {"version": 1, "root": {"type": "group", "match": "none", "conditions": [document["root"]]}}
