"""Time alone changes an answer at the instant that is foretold, not before, and not where it is said not to."""

import datetime as dt
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from segments.rules import Rule, SubscriberFacts, evaluate_rule, parse_rule
from segments.rules.flips import find_next_change, find_next_flip
from tests.parity.population import people
from tests.parity.strategies import documents, durations, instants
from tests.parity.test_explanation import read_facts

ZONE = ZoneInfo("Europe/Berlin")
TICK = dt.timedelta(microseconds=1)
FAR = [dt.timedelta(hours=1), *(dt.timedelta(days=days) for days in (1, 7, 14, 30, 366, 3 * 366, 40 * 366))]

# Also around the night in which the clocks of Berlin are set back.
moments = instants | instants.map(lambda at: at.replace(month=10, day=25))
shares = st.lists(st.floats(0, 1, exclude_max=True), min_size=4, max_size=4)
thorough = settings(max_examples=300, deadline=None)


def holds(rule: Rule, facts: SubscriberFacts, at: dt.datetime) -> bool:
    return evaluate_rule(rule, facts, as_of=at, zone=ZONE)


def list_probes(as_of: dt.datetime, end: dt.datetime | None, parts: list[float]) -> Iterator[dt.datetime]:
    """Between `as_of` and the end, which is left out; without one, at any distance."""
    length = (end or as_of + FAR[-1]) - as_of
    steps = [*(part * length for part in parts), *FAR, *(far - TICK for far in FAR), length - TICK]
    yield from (as_of + step for step in steps if step < length)


@thorough
@given(document=documents, person=people, as_of=moments, parts=shares)
def test_no_answer_changes_before_the_next_flip(
    document: dict[str, Any], person: dict[str, Any], as_of: dt.datetime, parts: list[float]
) -> None:
    rule, facts = parse_rule(document), read_facts(person)

    flip = find_next_flip(rule, facts, as_of=as_of, zone=ZONE)

    assert flip is None or flip > as_of
    now = holds(rule, facts, as_of)
    for at in list_probes(as_of, flip, parts):
        assert holds(rule, facts, at) == now, (flip, at)


@thorough
@given(document=documents, person=people, as_of=moments, parts=shares)
def test_the_next_change_is_the_first_instant_with_another_answer(
    document: dict[str, Any], person: dict[str, Any], as_of: dt.datetime, parts: list[float]
) -> None:
    rule, facts = parse_rule(document), read_facts(person)

    outlook = find_next_change(rule, facts, as_of=as_of, zone=ZONE)

    now, changes_at = holds(rule, facts, as_of), outlook.changes_at
    if changes_at:
        assert holds(rule, facts, changes_at) != now
    for at in list_probes(as_of, changes_at or outlook.certain_until, parts):
        assert holds(rule, facts, at) == now, (outlook, at)


@thorough
@given(document=documents, person=people, as_of=moments, length=durations)
def test_following_an_answer_from_change_to_change_gives_every_later_answer(
    document: dict[str, Any], person: dict[str, Any], as_of: dt.datetime, length: dict[str, float]
) -> None:
    rule, facts, later = parse_rule(document), read_facts(person), as_of + dt.timedelta(**length)
    answer, at = holds(rule, facts, as_of), as_of

    for _ in range(60):
        changes_at = find_next_change(rule, facts, as_of=at, zone=ZONE).changes_at
        if changes_at is None or changes_at > later:
            break
        answer, at = not answer, changes_at

    assert holds(rule, facts, later) == answer
