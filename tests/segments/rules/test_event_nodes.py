"""What is refused of totals, times, sequences, repeats, shares, clocks and outlines: where, and in which words."""

from contextlib import suppress
from typing import Any

import pytest

from segments.rules import RuleError, dump_rule
from tests.segments.rules.documents import group, read, rule
from tests.segments.rules.test_schema import JUNK, refuse

TOTAL = {
    "type": "event_aggregate",
    "event": "a",
    "function": "sum",
    "property": "p",
    "operator": "equals",
    "value": 1,
}
RECENCY = {
    "type": "event_recency",
    "event": "a",
    "occurrence": "last",
    "operator": "within_last",
    "value": {"days": 1},
}
SEQUENCE = {
    "type": "event_sequence",
    "steps": [{"event": "a"}, {"event": "b", "absent": True}],
    "gap": {"days": 1},
}
REPEAT = {
    "type": "event_repeat",
    "event": "a",
    "property": "p",
    "count": {"operator": "at_least", "value": 2},
}
BUCKET = {"type": "bucket", "salt": "s", "from": 0, "to": 10_000}
CLOCK = {"type": "local_time", "between": ["09:00", "17:00"], "weekdays": ["monday"]}
OUTLINE = {"type": "location", "polygon": [{"lat": 0, "lon": 0}, {"lat": 1, "lon": 1}, {"lat": 1, "lon": 0}]}
NODES: list[dict[str, Any]] = [TOTAL, RECENCY, SEQUENCE, REPEAT, BUCKET, CLOCK, OUTLINE]
STEP = {"event": "a"}


@pytest.mark.parametrize(
    ("node", "path", "message"),
    [
        ({**TOTAL, "value": "x"}, "root", "This compares a number; choose an operator for numbers."),
        ({**TOTAL, "function": "median"}, "root.function", "This must be 'sum', 'average', 'minimum', 'maximum' or 'distinct'."),
        ({**RECENCY, "operator": "equals", "value": 1}, "root", "This compares a moment; choose an operator for moments."),
        ({**RECENCY, "within": {"last": {"days": 1}}}, "root.within", "This is not a part of such a condition; take it out."),
        ({**RECENCY, "operator": "anniversary_within", "value": {"days": 366.1}}, "root",
         "An anniversary comes round within a year; ask for at most 366 days."),
        ({**SEQUENCE, "steps": [STEP]}, "root.steps", "There must be at least 2 of these."),
        ({**SEQUENCE, "steps": [STEP] * 7}, "root.steps", "There must be at most 6 of these."),
        ({**SEQUENCE, "steps": [STEP, {**STEP, "absent": 1}]}, "root.steps[1].absent", "This must be true or false."),
        ({**SEQUENCE, "steps": [STEP, {**STEP, "where": [{"property": "p", "operator": "equals"}]}]}, "root.steps[1].where[0]",
         "“equals” needs one text in “value” or one number in “value”."),
        ({**SEQUENCE, "steps": [{**STEP, "absent": True}] * 2}, "root",
         "At least one step must have happened; for what never did, ask for an event at most 0 times."),
        ({**SEQUENCE, "gap": {"days": 0}}, "root.gap", "A length of time is at least a second and at most 100 years."),
        ({**REPEAT, "count": {"operator": "at_least", "value": 0}}, "root", "How often the same value occurs is asked as “at_least” 1 or more."),
        ({**REPEAT, "count": {"operator": "at_most", "value": 2}}, "root", "How often the same value occurs is asked as “at_least” 1 or more."),
        ({**BUCKET, "from": 10_000}, "root.from", "This must be less than 10000."),
        ({**BUCKET, "to": 10_001}, "root.to", "This must be at most 10000."),
        ({**BUCKET, "from": 5, "to": 5}, "root", "“from” must be less than “to”."),
        ({"type": "local_time"}, "root", "Say “between” which times, on which “weekdays”, or both."),
        ({**CLOCK, "between": ["09:00", "24:00"]}, "root.between[1]", "A time of day is written like 09:00 or 17:30."),
        ({**CLOCK, "between": ["٠9:00", "10:00"]}, "root.between[0]", "A time of day is written like 09:00 or 17:30."),
        ({**CLOCK, "between": ["09:00", "09:00"]}, "root", "The two times must differ."),
        ({**CLOCK, "weekdays": []}, "root.weekdays", "There must be at least 1 of these."),
        ({**OUTLINE, "polygon": OUTLINE["polygon"][:2]}, "root.polygon", "There must be at least 3 of these."),
        ({**OUTLINE, "polygon": [{"lat": 0, "lon": 0}] * 201}, "root.polygon", "There must be at most 200 of these."),
        ({**OUTLINE, "polygon": [{"lat": 0, "lon": 181}] + [{"lat": 0, "lon": 0}] * 3}, "root.polygon[0].lon", "This must be at most 180."),
        ({**OUTLINE, "radius": {"km": 1}}, "root", "A location is “near” with a “radius”, or a “polygon”."),
    ],
)  # fmt: skip
def test_a_refusal_has_its_path_and_its_sentence(node: dict[str, Any], path: str, message: str) -> None:
    assert refuse(rule(node)) == [(path, message)]


def test_a_list_is_not_called_too_short_for_an_element_that_is_wrong() -> None:
    assert [path for path, _ in refuse(rule({**SEQUENCE, "steps": [STEP, {"event": ""}]}))] == [
        "root.steps[1].event"
    ]


@pytest.mark.parametrize("node", NODES, ids=lambda node: str(node["type"]))
def test_a_condition_is_written_down_as_it_was_read(node: dict[str, Any]) -> None:
    written = dump_rule(read(node))

    assert node.items() <= {**written["root"], "steps": node.get("steps")}.items()
    assert dump_rule(read(written["root"])) == written


@pytest.mark.parametrize("node", NODES, ids=lambda node: str(node["type"]))
def test_junk_in_any_field_is_refused_or_read_but_nothing_else(node: dict[str, Any]) -> None:
    for field in node:
        for junk in JUNK:
            with suppress(RuleError):
                read({**node, field: junk})


def test_a_sequence_is_read_within_twelve_groups() -> None:
    test = {"property": "p", "operator": "in", "values": [1]}
    node: Any = {
        **SEQUENCE,
        "steps": [{**STEP, "where": [test]}] * 6,
        "within": {"between_ago": [{"days": 2}, {"days": 1}]},
    }
    for _ in range(12):
        node = group("all", node)

    read(node)
