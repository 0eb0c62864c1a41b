"""What somebody did, added up, repeated and in order: what each condition means, said by example."""

import datetime as dt
import time
from typing import Any

import pytest

from segments.rules.facts import EventFacts, ForgottenEvents
from tests.factories import NOW
from tests.segments.rules.test_evaluator import did, holds

HOUR = {"hours": 1}


def total(function: str, operator: str, value: Any = None, **fields: Any) -> dict[str, Any]:
    operand = {} if value is None else {"value": value}
    node = {"type": "event_aggregate", "event": "purchase", "function": function, "property": "price"}
    return {**node, "operator": operator, **operand, **fields}


def prices(*values: Any) -> tuple[EventFacts, ...]:
    return tuple(did("purchase", price=value) for value in values)


@pytest.mark.parametrize(
    ("function", "values", "result"),
    [
        pytest.param("sum", [0.1] * 10, 1, id="ten-times-a-tenth-is-one"),
        pytest.param("sum", [0.1, 0.2], 0.3, id="decimals-not-binary-fractions"),
        pytest.param("sum", [1e308, 5e-324, -1e308], 5e-324, id="nothing-is-lost-beside-the-huge"),
        pytest.param("sum", [2**53, 1], 2**53 + 1, id="whole-numbers-are-exact"),
        pytest.param("sum", [5, "7", True, None, [9]], 5, id="only-numbers-are-added"),
        pytest.param("average", [1, 2], 1.5, id="average"),
        pytest.param("average", [2, 0, 0], 0.6666666667, id="average-to-ten-decimals"),
        pytest.param("average", [-5e-11], -1e-10, id="half-away-from-zero"),
        pytest.param("average", [3, 1.4999999999e-10, 0], 1, id="rounded-once"),
        pytest.param("average", [4, None, "x"], 4, id="by-how-many-numbers-there-are"),
        pytest.param("minimum", [3, -1, "-9"], -1, id="smallest"),
        pytest.param("maximum", [3, -1, "9"], 3, id="largest"),
        pytest.param("distinct", [1, 1.0, True, "1"], 3, id="one-is-1.0-but-neither-true-nor-text"),
        pytest.param("distinct", ["a", "A"], 1, id="case-does-not-count"),
        pytest.param("distinct", [{"a": 1, "b": [2]}, {"b": [2.0], "a": 1.0}], 1, id="objects-without-order"),
        pytest.param("distinct", [[1, 2], [2, 1]], 2, id="lists-in-order"),
        pytest.param("distinct", [None, 7], 1, id="null-is-no-value"),
    ],
)
def test_a_total_is_exact(function: str, values: list[Any], result: float) -> None:
    assert holds(total(function, "equals", result), events=prices(*values))


NOTHING = pytest.mark.parametrize("events", [(), prices(None), (did("purchase"),), (did("other", price=1),)])


@NOTHING
@pytest.mark.parametrize("function", ["average", "minimum", "maximum"])
def test_who_has_no_number_is_missed_by_all_but_the_complement(
    function: str, events: tuple[EventFacts, ...]
) -> None:
    assert not holds(total(function, "equals", 0), events=events)
    assert not holds(total(function, "at_most", 0), events=events)
    assert not holds(total(function, "exists"), events=events)
    assert holds(total(function, "not_equals", 0), events=events)
    assert holds(total(function, "not_exists"), events=events)


@NOTHING
@pytest.mark.parametrize("function", ["sum", "distinct"])
def test_the_total_and_the_number_of_different_values_of_nothing_are_0(
    function: str, events: tuple[EventFacts, ...]
) -> None:
    assert holds(total(function, "equals", 0), events=events)
    assert holds(total(function, "at_most", 50), events=events)
    assert holds(total(function, "greater_than", -1), events=events)
    assert holds(total(function, "exists"), events=events)
    assert not holds(total(function, "at_least", 1), events=events)
    assert not holds(total(function, "not_equals", 0), events=events)
    assert not holds(total(function, "not_exists"), events=events)


def test_a_total_takes_only_events_in_the_window_that_pass_the_tests() -> None:
    where = [{"property": "price", "operator": "greater_than", "value": 1}]
    events = (*prices(1, 2), did("purchase", hours_ago=1.5, price=4), did("purchase", -0.1, price=8))

    assert holds(total("sum", "equals", 2, within={"last": {"hours": 1.1}}, where=where), events=events)


@pytest.mark.parametrize(
    ("occurrence", "operator", "expected"),
    [("first", "more_than_ago", True), ("last", "more_than_ago", False), ("last", "within_last", True)],
)
def test_the_first_and_the_last_time(occurrence: str, operator: str, expected: bool) -> None:
    node = {"type": "event_recency", "event": "purchase", "occurrence": occurrence, "operator": operator}
    events = (did("purchase", 3), did("purchase", 1), did("purchase", -1), did("other", 0))

    assert holds({**node, "value": {"hours": 2}}, events=events) is expected


def test_who_never_did_it_has_no_first_time() -> None:
    node = {"type": "event_recency", "event": "purchase", "occurrence": "first"}

    assert holds({**node, "operator": "not_exists"}, events=(did("purchase", -1),))
    assert holds({**node, "operator": "exists"}, events=(did("purchase"),))
    assert not holds({**node, "operator": "before", "value": "2200-01-01T00:00:00Z"})


@pytest.mark.parametrize(
    ("values", "times", "expected"),
    [
        pytest.param(["a", "b", "a"], 2, True, id="again"),
        pytest.param(["a", "b", "c"], 2, False, id="all-different"),
        pytest.param(["a", "A"], 2, True, id="case-does-not-count"),
        pytest.param([1, 1.0], 2, True, id="one-is-1.0"),
        pytest.param([1, True, "1"], 2, False, id="of-another-type-is-another"),
        pytest.param([{"a": [1]}, {"a": [1.0]}], 2, True, id="objects-whole"),
        pytest.param([None, None], 1, False, id="null-is-no-value"),
        pytest.param([False, False], 2, True, id="no-is-a-value"),
    ],
)
def test_the_same_value_again(values: list[Any], times: int, expected: bool) -> None:
    count = {"operator": "at_least", "value": times}
    node = {"type": "event_repeat", "event": "purchase", "property": "price", "count": count}

    assert holds(node, events=prices(*values)) is expected


def follows(steps: str, log: str, **fields: Any) -> bool:
    """Steps like `a !b c`; a log like `a3 c1` of hours ago."""
    written = [{"event": step.lstrip("!"), "absent": step.startswith("!")} for step in steps.split()]
    events = tuple(did(entry[0], float(entry[1:])) for entry in log.split())
    return holds({"type": "event_sequence", "steps": written, **fields}, events=events)


@pytest.mark.parametrize(
    ("steps", "log", "gap", "expected"),
    [
        pytest.param("a b", "a2 b1", None, True, id="one-after-the-other"),
        pytest.param("a b", "b2 a1", None, False, id="the-wrong-way-round"),
        pytest.param("a b", "a1 b1", None, False, id="at-the-same-time-is-not-later"),
        pytest.param("a a", "a1", None, False, id="one-event-is-not-two-steps"),
        pytest.param("a a", "a2 a1", None, True, id="the-same-twice"),
        pytest.param("a b", "a2 b-1", None, False, id="what-is-still-to-come"),
        pytest.param("a b", "a2 b1", HOUR, True, id="at-exactly-the-gap"),
        pytest.param("a b", "a2 b0.999", HOUR, False, id="past-the-gap"),
        pytest.param("a b", "a9 a2 b1", HOUR, True, id="a-later-start-is-near-enough"),
        pytest.param("a b c", "a3 b2.5 b1 c0.5", HOUR, False, id="no-one-way-fits-all-steps"),
        pytest.param("a b c", "a3 b2 b1 c0", HOUR, False, id="each-gap-counts"),
        pytest.param("a b c", "a3 b2 c1", HOUR, True, id="three-steps"),
        pytest.param("a !b c", "a3 c1", None, True, id="nothing-between"),
        pytest.param("a !b c", "a3 b2 c1", None, False, id="something-between"),
        pytest.param("a !b c", "a3 b3 c1", None, True, id="with-the-step-before-is-not-between"),
        pytest.param("a !b c", "a3 b1 c1", None, True, id="with-the-step-after-is-not-between"),
        pytest.param("a !b c", "a3 b2 a1.5 c1", None, True, id="none-since-the-later-start"),
        pytest.param("a !b !x c", "a3 x2 c1", None, False, id="several-must-each-be-missing"),
        pytest.param("a !b", "a3", None, True, id="nothing-since"),
        pytest.param("a !b", "a3 b0", None, False, id="now-is-since"),
        pytest.param("a !b", "a3 b3", None, True, id="with-the-last-step-is-not-since"),
        pytest.param("a !b", "a3 b-1", None, True, id="later-than-now-did-not-happen"),
        pytest.param("a !b", "a3 b2", HOUR, False, id="the-gap-after-the-last-step-takes-its-end"),
        pytest.param("a !b", "a3 b1.999", HOUR, True, id="past-the-gap-after-the-last-step"),
        pytest.param("a !b", "a3 b2 a1", None, True, id="another-start-with-nothing-since"),
        pytest.param("!b a", "a3", None, True, id="nothing-before"),
        pytest.param("!b a", "b9 a3", None, False, id="ever-before"),
        pytest.param("!b a", "b3 a3", None, True, id="with-the-first-step-is-not-before"),
        pytest.param("!b a", "a3 b2 a1", None, True, id="the-first-of-them-had-nothing-before"),
        pytest.param("!b a", "b4 a3", HOUR, False, id="the-gap-before-the-first-step-takes-its-end"),
        pytest.param("!b a", "b4.001 a3", HOUR, True, id="before-the-gap-before-the-first-step"),
        pytest.param("!b a !b", "b9 a3 b1", HOUR, True, id="alone-for-an-hour-on-either-side"),
    ],
)
def test_a_sequence(steps: str, log: str, gap: Any, expected: bool) -> None:
    assert follows(steps, log, gap=gap) is expected


def test_a_window_is_for_the_steps_that_happened_alone() -> None:
    last = {"last": {"hours": 5}}

    assert not follows("a b", "a6 b1", within=last)
    assert not follows("!b a", "b6 a1", within=last)
    assert not follows("a !b", "a6 b1", within={"between_ago": [{"hours": 7}, {"hours": 5}]})
    assert follows("a !b", "a6", within={"between_ago": [{"hours": 7}, {"hours": 5}]})


def test_each_step_has_its_own_tests() -> None:
    cheap = [{"property": "price", "operator": "at_most", "value": 50}]
    dear = [{"property": "price", "operator": "greater_than", "value": 50}]
    steps = [{"event": "purchase", "where": cheap}, {"event": "purchase", "where": dear, "absent": True}]
    node = {"type": "event_sequence", "steps": steps}

    assert holds(node, events=(did("purchase", 2, price=50), did("purchase", 1, price=49)))
    assert not holds(node, events=(did("purchase", 2, price=50), did("purchase", 1, price=51)))


def test_a_long_life_is_followed_in_one_pass() -> None:
    events = tuple(EventFacts("a", NOW - dt.timedelta(seconds=second), {}) for second in range(20_000))
    steps = [*[{"event": "a"}] * 5, {"event": "b"}]
    began = time.monotonic()

    assert not holds({"type": "event_sequence", "steps": steps, "gap": HOUR}, events=events)
    assert time.monotonic() - began < 5


# --- What the log has forgotten ---------------------------------------------------

DAY = dt.timedelta(days=1)
BOUGHT = {"type": "event", "event": "purchase"}
THREE = {"purchase": ForgottenEvents(3, first_at=NOW - 90 * DAY, last_at=NOW - 60 * DAY)}


def times(operator: str, value: int) -> dict[str, Any]:
    return {"operator": operator, "value": value}


@pytest.mark.parametrize(
    ("root", "expected"),
    [
        pytest.param({**BOUGHT, "count": times("equals", 4)}, True, id="all-there-ever-were"),
        pytest.param({**BOUGHT, "event": "refund", "count": times("at_most", 0)}, True, id="of-that-name"),
        pytest.param({**BOUGHT, "within": {"last": {"days": 365}}, "count": times("equals", 1)}, True, id="not-in-a-window"),
        pytest.param({**BOUGHT, "within": {"since": "1900-01-01T00:00:00Z"}, "count": times("equals", 1)}, True, id="however-long"),
        pytest.param({**BOUGHT, "where": [{"property": "price", "operator": "not_exists"}], "count": times("equals", 1)}, True, id="nor-with-details"),
        pytest.param(total("sum", "equals", 5), True, id="nor-in-a-total"),
        pytest.param({"type": "event_repeat", "event": "purchase", "property": "price", "count": times("at_least", 2)}, False, id="nor-repeated"),
        pytest.param({"type": "event_sequence", "steps": [{"event": "purchase"}, {"event": "purchase"}]}, False, id="nor-in-order"),
    ],
)  # fmt: skip
def test_of_what_is_forgotten_only_how_many_there_were_ever_is_known(
    root: dict[str, Any], expected: bool
) -> None:
    kept = () if "where" not in root else (did("purchase"),)
    assert holds(root, events=kept or prices(5), forgotten=THREE) is expected


@pytest.mark.parametrize("kind", ["page_view", "message"])
def test_page_views_and_messages_are_remembered_without_their_details(kind: str) -> None:
    fields: dict[str, Any] = {"type": kind, **({"activity": "clicked"} if kind == "message" else {})}
    details = {"url": {"operator": "contains", "value": "a"}} if kind == "page_view" else {"campaign": 3}
    old = ForgottenEvents(2, NOW - 90 * DAY, NOW - 60 * DAY)
    forgotten = {"$page_view": old, "$push_clicked": old}

    assert holds({**fields, "count": times("equals", 2)}, forgotten=forgotten)
    assert not holds({**fields, **details}, forgotten=forgotten)


@pytest.mark.parametrize(
    ("occurrence", "events", "days_ago"),
    [("first", (), 90), ("first", prices(5), 90), ("last", (), 60), ("last", prices(5), 0)],
)
def test_the_first_and_the_last_time_are_remembered(
    occurrence: str, events: tuple[EventFacts, ...], days_ago: int
) -> None:
    recency = {"type": "event_recency", "event": "purchase", "occurrence": occurrence}

    for days, expected in ((days_ago - 1, True), (days_ago + 1, False)):
        test = {"operator": "before", "value": (NOW - days * DAY).isoformat()}
        assert holds({**recency, **test}, events=events, forgotten=THREE) is expected
