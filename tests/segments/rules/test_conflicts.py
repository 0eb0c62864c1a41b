"""What is called a conflict is one: for every value, count and share, whatever they are."""

from itertools import pairwise
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from segments.rules import parse_rule
from segments.rules.ast import AttributeCondition, BucketCondition
from segments.rules.comparing import holds_json
from segments.rules.conflicts import cover_everybody, exclude_each_other
from segments.rules.event_nodes import EventCondition
from tests.factories import NOW
from tests.parity.strategies import counts, json_values, operator_tests

many = settings(max_examples=400, deadline=None)


def read(document: dict[str, Any]) -> Any:
    return parse_rule({"version": 1, "root": document}).root


attributes = operator_tests().map(lambda test: read({"type": "attribute", "key": "tier", **test}))
events = counts.map(
    lambda count: read({"type": "event", "event": "visit", **({"count": count} if count else {})})
)
edges = st.lists(st.integers(0, 10_000), min_size=2, max_size=2, unique=True).map(sorted)
shares = edges.map(lambda ends: read({"type": "bucket", "salt": "a", "from": ends[0], "to": ends[1]}))
MISSING: list[Any] = [None, "", 0, []]


@many
@given(one=attributes, other=attributes, values=st.lists(json_values, min_size=5, max_size=20))
def test_comparisons_in_conflict_are_so_for_every_value(
    one: AttributeCondition, other: AttributeCondition, values: list[Any]
) -> None:
    named = [*(one.values or ()), *(other.values or ()), one.value, other.value]
    answers = [
        (holds_json(one, value, NOW), holds_json(other, value, NOW)) for value in [*values, *MISSING, *named]
    ]

    if exclude_each_other(one, other):
        assert (True, True) not in answers
    if cover_everybody(one, other):
        assert (False, False) not in answers


@given(one=events, other=events)
def test_counts_in_conflict_are_so_however_often_it_happened(
    one: EventCondition, other: EventCondition
) -> None:
    answers = [(_fits(one, times), _fits(other, times)) for times in range(50)]

    assert exclude_each_other(one, other) == ((True, True) not in answers)
    assert cover_everybody(one, other) == ((False, False) not in answers)


def _fits(node: EventCondition, times: int) -> bool:
    least, most = node.count.span if node.count else (1, None)
    return least <= times and (most is None or times <= most)


@given(one=shares, other=shares)
@example(
    read({"type": "bucket", "salt": "a", "from": 0, "to": 5000}),
    read({"type": "bucket", "salt": "a", "from": 5000, "to": 10_000}),
)
def test_shares_in_conflict_are_so_for_every_bucket(one: BucketCondition, other: BucketCondition) -> None:
    edges = sorted({0, one.first, one.to, other.first, other.to, 10_000})
    answers = [
        (one.first <= low < one.to, other.first <= low < other.to)
        for low, high in pairwise(edges)
        if low < high
    ]

    assert exclude_each_other(one, other) == ((True, True) not in answers)
    assert cover_everybody(one, other) == ((False, False) not in answers)
