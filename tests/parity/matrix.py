"""A fixed population with one of everything, and every rule of the language asked about it.

Random rules find what nobody thought of; this finds, every time, what somebody did think of.
"""

import datetime as dt
import itertools
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from segments.rules.facts import write_instant
from segments.rules.operators import OPERATORS, Arity, Family, Operator
from segments.rules.schema import parse_rule
from segments.rules.windows import find_bounds
from tests.factories import NOW

JSON = dict[str, Any]

ZONE = ZoneInfo("Europe/Berlin")
TICK = dt.timedelta(microseconds=1)
HOUR = dt.timedelta(hours=1)

# An ordinary day, and the noons of the days on which Berlin's clock jumps and falls back.
INSTANTS = {
    "ordinary-day": NOW,
    "clock-jumps": dt.datetime(2026, 3, 29, 12, tzinfo=dt.UTC),
    "clock-falls-back": dt.datetime(2026, 10, 25, 12, tzinfo=dt.UTC),
}

WINDOWS: dict[str, JSON | None] = {
    "ever": None,
    "last": {"last": {"hours": 24}},
    "last-fraction": {"last": {"days": 0.1}},
    "between_ago": {"between_ago": [{"days": 14}, {"days": 7}]},
    "since": {"since": "2026-03-29T01:00:00Z"},
    "since-later": {"since": "2030-01-01T00:00:00Z"},
    "between": {"between": ["2026-03-28T23:00:00Z", "2026-10-25T01:00:00+02:00"]},
    "between-an-instant": {"between": ["2026-11-21T12:00:00Z", "2026-11-21T12:00:00Z"]},
    "calendar-today": {"calendar": "today"},
    "calendar-yesterday": {"calendar": "yesterday"},
    "calendar-this_week": {"calendar": "this_week"},
    "calendar-this_month": {"calendar": "this_month"},
}

TEXTS = [
    "gold", "Gold", "GOLDEN", "old", "İstanbul", "istanbul", "ı", "straße", "STRAẞE", "strasse", "ΟΔΟΣ", "οδος",
    "οδοσ", "%", "_", "a%b", "a_b", "axb", "'", '"', "\\", "a\\b", "a*b", "a|b", "a+b", " ", "é", "e\u0301", "😀", "1",
    "true", "null", "{v}", "%s", "a\nb",
]  # fmt: skip
NUMBERS = [0, -0.0, 1, 1.0, -1, 0.1, 0.30000000000000004, 0.3, 1e-7, 2**53, 2**53 + 1, 2**63 - 1, 1e15, 1e16]
TIMES = [
    write_instant(NOW + hours * HOUR + tick * TICK) for hours in (-48, -24, 0, 24) for tick in (-1, 0, 1)
]
NEARLY_TIMES = [
    "2026-11-21T12:00:00Z",
    "2026-11-21",
    f"{write_instant(NOW)}\n",
    "٢٠٢٦-11-21T12:00:00.000000Z",
]
LISTS: list[list[Any]] = [
    [], ["gold"], ["Gold", 1], [1.0], [0.1], [True], [False, "gold"], [None], [["gold"]], [{"a": 1}], ["İstanbul"],
    ["a", "b", "c"], ["1"], [1e16],
]  # fmt: skip
VALUES: list[Any] = [None, True, False, {}, {"a": 1}, *TEXTS, *NUMBERS, *TIMES, *NEARLY_TIMES, *LISTS]

OPERANDS: dict[Family, list[Any]] = {
    Family.TEXT: [
        "gold", "İSTANBUL", "STRAẞE", "ß", "Σ", "σ", "ς", "%", "_", "'", '"', "\\\\", "\\", "a*b", "a\\*b", "a\\|b",
        "*", "g*d", "old", "E\u0301", "😀", "1", "{v}", "%s", "a\nb", " ",
    ],
    Family.NUMBER: [0, -0.0, 1, 0.1, 0.3, 0.30000000000000004, 1e-7, 2**53 + 1, 9.0071992547409935e15, 1e30, -1e30],
    Family.TIME: [*TIMES, "2026-11-21T13:00:00+01:00", "1900-01-01T00:00:00Z", "2200-01-01T00:00:00Z"],
    Family.LIST: ["gold", "istanbul", "1", 1, 0.1, 1e16, "a"],
}  # fmt: skip
DURATIONS = [{"hours": 24}, {"days": 2}, {"minutes": 0.1}, {"weeks": 5217}, {"days": 1.0000001}]
YEAR_AT_MOST = [{"hours": 24}, {"days": 2}, {"minutes": 0.1}, {"days": 365}, {"days": 366}]

COUNTS: list[JSON | None] = [
    None,
    *(
        {"operator": operator, "value": value}
        for operator in ("equals", "at_least", "greater_than", "at_most", "less_than")
        for value in (0, 1, 2, 3, 1_000_000)
        if (operator, value) != ("less_than", 0)
    ),
    *({"operator": "between", "values": [low, high]} for low in (0, 1, 2) for high in (2, 3)),
]

URLS = [
    "https://shop.example/Sale/shoes?a=1%20b",
    "https://shop.example/sale/hats",
    "https://shop.example/cart",
]
URL_OPERATORS = ("equals", "not_equals", "contains", "not_contains", "starts_with", "ends_with", "matches")
URL_PATTERNS = [
    "*",
    "sale",
    "/sale/*",
    "sale+shoes",
    "hats|cart",
    "https://shop.example/cart",
    "*/cart",
    "%20",
    "a_b",
]

FUNCTIONS = ("sum", "average", "minimum", "maximum", "distinct")
GAPS: list[JSON | None] = [None, {"minutes": 1 / 60}, {"hours": 24}, {"days": 14}]
CART, BUY, VIEW = {"event": "cart"}, {"event": "purchase"}, {"event": "$page_view"}
NO_CART, NO_BUY, NO_VIEW = ({**step, "absent": True} for step in (CART, BUY, VIEW))
SEQUENCES: list[list[JSON]] = [
    [CART, BUY], [BUY, BUY], [CART, NO_BUY], [NO_CART, BUY], [CART, NO_VIEW, BUY], [BUY, NO_BUY], [NO_BUY, BUY],
    [NO_VIEW, CART, NO_VIEW, BUY, NO_VIEW], [CART, NO_VIEW, NO_CART, BUY], [CART, CART, BUY, BUY], [NO_BUY, CART, NO_BUY],
    [CART, {"event": "never_seen"}], [CART, {"event": "never_seen", "absent": True}],
    [CART, {**BUY, "where": [{"property": "price", "operator": "at_least", "value": 9}]}],
    [CART, {**NO_BUY, "where": [{"property": "price", "operator": "not_exists"}]}],
    [CART, BUY, CART, BUY, CART, BUY],
]  # fmt: skip
ZONES = [
    "",
    "Europe/Berlin",
    "Asia/Kathmandu",
    "America/New_York",
    "Pacific/Kiritimati",
    "Mars/Olympus",
    "europe/berlin",
]
CLOCKS: list[JSON] = [
    {"between": ["13:00", "13:01"]}, {"between": ["12:59", "13:00"]}, {"between": ["22:00", "06:00"]},
    {"between": ["06:00", "22:00"]}, {"between": ["00:00", "23:59"]}, {"between": ["23:59", "00:00"]},
    {"weekdays": ["saturday"]}, {"weekdays": ["sunday", "monday"]},
    {"between": ["17:00", "02:00"], "weekdays": ["sunday"]},
]  # fmt: skip
OUTLINES = [
    [(52, 13), (52, 14), (53, 14), (53, 13)], [(52.52, 13.405), (52.52, 14), (53, 14)], [(53, 13), (52, 14), (53, 14), (52, 13)],
    [(52.52, 13), (52.52, 13.405), (52.52, 14)], [(52.52, 13.405)] * 3, [(52.5, 13.4), (52.6, 13.4), (52.5, 13.4)],
    [(-90, -180), (-90, 180), (90, 180), (90, -180)], [(0, 0), (1, 1e-7), (1, -1)],
]  # fmt: skip


def list_operands(row: Operator) -> Iterator[JSON]:
    """Operands that the row accepts, as the fields of a test."""
    values = OPERANDS.get(row.families[0], [])
    if row.key in {"contains", "not_contains", "matches"}:
        values = [*values, "g*|x*", "g+d"]
    match row.arity:
        case Arity.NONE:
            yield {}
        case Arity.ONE:
            yield from ({"value": value} for value in values)
        case Arity.DURATION:
            durations = YEAR_AT_MOST if row.key == "anniversary_within" else DURATIONS
            yield from ({"value": value} for value in durations)
        case Arity.TWO:
            ordered = itertools.combinations(sorted(set(values) - {"2026-11-21T13:00:00+01:00"}), 2)
            yield from ({"values": list(pair)} for pair in itertools.islice(ordered, 0, None, 3))
            yield {"values": [values[0], values[0]]}
        case Arity.MANY:
            yield from ({"values": [value]} for value in values)
            yield {"values": values}


def list_tests(family: Family) -> list[JSON]:
    """Every operator of a family with every operand."""
    return [
        {"operator": row.key, **operand}
        for row in OPERATORS
        if family in row.families
        for operand in list_operands(row)
    ]


def list_edges() -> list[dt.datetime]:
    """The ends of every window, and a microsecond to either side of each."""
    edges: set[dt.datetime] = set()
    for window, as_of in itertools.product(WINDOWS.values(), INSTANTS.values()):
        node = parse_rule({"version": 1, "root": {"type": "event", "event": "e", "within": window}}).root
        bounds = find_bounds(getattr(node, "within", None), as_of=as_of, zone=ZONE)
        edges |= {edge + tick * TICK for edge in (bounds.lower, bounds.upper) if edge for tick in (-1, 0, 1)}
    return sorted(edges)
