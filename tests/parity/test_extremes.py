"""Numbers, places and logs at the far ends of what is allowed: both interpreters agree, and neither breaks."""

import datetime as dt
import time
from typing import Any

import pytest

from segments.rules.facts import write_instant
from subscribers.models import Site
from tests.factories import NOW, make_event, make_subscriber
from tests.parity.test_parity import compile_answer, evaluate_answer
from tracking.log import append_events
from tracking.models import Event, EventType

JSON = dict[str, Any]

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

# Their average is a little less than 1.00000000005 and rounds down; rounded to 20 decimals first, it would round up.
NEARLY_HALF = [3, 1.4999999999e-10, 0]
NUMBERS: list[list[Any]] = [
    [0.1] * 10, [1e308, 5e-324], [1e308, -1e308, 5e-324], [5e-324] * 3, [2**63 - 1] * 3, [1, 1.0, True, "1", None],
    ["NaN", "Infinity", "1e5", " 1"], NEARLY_HALF, [-each for each in NEARLY_HALF], [5e-11], [-5e-11], [2, 0, 0],
    [-2, 0, 0], [1e18, 1e-10, 0], [-0.0], [], [{"a": 1, "b": [2]}, {"b": [2.0], "a": 1.0}, [], {}, ""],
    [[1, 2], [2, 1], [1.0, 2]], [{"a": None}, {}, [None], [[]]], ["a", "A"], [True, True, 1, 1],
]  # fmt: skip
OPERANDS = [
    0,
    1,
    2,
    3,
    0.1,
    1e30,
    -1e30,
    1e-10,
    -1e-10,
    5e-324,
    -1,
    1.0000000001,
    0.6666666667,
    -0.6666666667,
    3.0 * 2**63,
]


def agree(site: Site, root: JSON, as_of: dt.datetime = NOW) -> set[int]:
    document = {"version": 1, "root": root}
    found = compile_answer(site, document, as_of)
    assert found == evaluate_answer(site, document, as_of), root
    return found


def write_people(site: Site) -> None:
    for values in NUMBERS:
        who = make_subscriber(site)
        for value in values:
            make_event(who, "purchase", price=value, value=value, product_id=value)
    make_subscriber(site)


@pytest.mark.parametrize("name", ["price", "value", "product_id"])
@pytest.mark.parametrize("function", ["sum", "average", "minimum", "maximum", "distinct"])
def test_totals_of_extreme_numbers_agree(site: Site, function: str, name: str) -> None:
    write_people(site)
    node = {"type": "event_aggregate", "event": "purchase", "function": function, "property": name}

    for operator in ("equals", "not_equals", "greater_than", "less_than"):
        for operand in OPERANDS:
            agree(site, {**node, "operator": operator, "value": operand})
    known = agree(site, {**node, "operator": "exists"})
    assert len(known) + len(agree(site, {**node, "operator": "not_exists"})) == len(NUMBERS) + 1


@pytest.mark.parametrize("name", ["price", "value", "product_id"])
@pytest.mark.parametrize("times", [1, 2, 3])
def test_repeated_values_of_any_type_agree(site: Site, times: int, name: str) -> None:
    write_people(site)
    count = {"operator": "at_least", "value": times}

    assert agree(site, {"type": "event_repeat", "event": "purchase", "property": name, "count": count})


@pytest.mark.parametrize("tiny", [5e-324, -5e-324, 1e-300, 1e-200, 1e-160, 1e-9])
def test_places_of_hardly_any_difference_agree(site: Site, tiny: float) -> None:
    for lat, lon in [(0.0, 0.0), (0.4, 0.1), (1.0, 1.0), (1e-9, 0.0)]:
        make_subscriber(site, latitude=lat, longitude=lon)

    agree(site, {"type": "location", "near": {"lat": tiny, "lon": tiny}, "radius": {"km": 1}})
    agree(site, {"type": "location", "near": {"lat": 0, "lon": tiny}, "radius": {"km": 5e-324}})
    outlines: list[list[tuple[float, float]]] = [
        [(0, 0), (1, tiny), (1, 1)],
        [(0, 0), (tiny, 1), (1, 1)],
        [(tiny, tiny), (0, 90), (-1, tiny)],
    ]
    for corners in outlines:
        agree(site, {"type": "location", "polygon": [{"lat": lat, "lon": lon} for lat, lon in corners]})


@pytest.mark.parametrize(
    ("as_of", "value", "days", "expected"),
    [
        pytest.param("2026-12-31T12:00", "2001-06-01T00:00", 366, True, id="the-year-between"),
        pytest.param("2026-12-31T12:00", "2026-06-01T00:00", 366, True, id="the-first-one"),
        pytest.param("2026-12-31T12:00", "2027-06-01T00:00", 366, False, id="the-birth-itself"),
        pytest.param("2026-12-30T12:00", "2024-02-29T10:00", 366, True, id="leap-day"),
        pytest.param("2027-02-27T12:00", "2024-02-29T10:00", 1, True, id="leap-day-on-the-28th"),
        pytest.param("2027-02-28T12:00", "2024-02-29T10:00", 2, False, id="not-on-1-march"),
        pytest.param("2028-02-28T11:00", "2024-02-29T10:00", 1, True, id="leap-day-on-the-29th"),
        pytest.param("2026-12-31T12:00", "1900-01-01T00:00", 1, True, id="over-the-new-year"),
        pytest.param("2099-12-31T12:00", "1904-02-29T00:00", 60, True, id="2100-is-no-leap-year"),
        pytest.param("2026-11-21T12:00", "2199-11-22T00:00", 7, False, id="far-ahead"),
    ],
)
def test_anniversaries_agree(site: Site, as_of: str, value: str, days: int, expected: bool) -> None:
    at = dt.datetime.fromisoformat(value).replace(tzinfo=dt.UTC)
    who = make_subscriber(site, attributes={"birthday": write_instant(at)}, created_at=at)
    make_event(who, "purchase", at)
    now = dt.datetime.fromisoformat(as_of).replace(tzinfo=dt.UTC)
    test = {"operator": "anniversary_within", "value": {"days": days}}

    for root in (
        {"type": "attribute", "key": "birthday", **test},
        {"type": "profile", "field": "created_at", **test},
        {"type": "event_recency", "event": "purchase", "occurrence": "last", **test},
    ):
        if root["type"] != "event_recency" or at <= now:
            assert bool(agree(site, root, now)) is expected, root


@pytest.mark.parametrize("gap", [None, {"hours": 3}], ids=str)
@pytest.mark.parametrize("absent", [False, True])
def test_six_steps_over_many_events_are_followed_at_once(site: Site, gap: JSON | None, absent: bool) -> None:
    """Not by trying every combination of events, of which there are a hundred times as many with each step."""
    who = make_subscriber(site)
    make_event(who, "view")
    event_type = EventType.objects.get()
    append_events(
        [
            Event(
                subscriber=who,
                event_type=event_type,
                occurred_at=NOW - dt.timedelta(minutes=minutes),
                received_at=NOW,
            )
            for minutes in range(400)
        ]
    )
    never = {"event": "view", "where": [{"property": "value", "operator": "exists"}]}
    steps = [*[{"event": "view"}] * 5, {"event": "view", "absent": True} if absent else never]
    began = time.monotonic()

    found = agree(site, {"type": "event_sequence", "steps": steps, **({"gap": gap} if gap else {})})

    assert found == ({who.pk} if absent else set())
    assert time.monotonic() - began < 5
