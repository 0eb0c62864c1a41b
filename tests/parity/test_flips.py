"""Time alone changes an answer at the instant that is foretold, not before, and not where it is said not to."""

import datetime as dt
import os
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segments.rules import Rule, SubscriberFacts, evaluate_rule, parse_rule
from segments.rules.flips import find_next_change, find_next_flip
from tests.parity import busy
from tests.parity.population import people
from tests.parity.strategies import documents, durations, instants
from tests.parity.test_explanation import read_facts

JSON = dict[str, Any]
Life = tuple[JSON, dt.datetime]

NEVER = dt.datetime.max.replace(tzinfo=dt.UTC)
TICK = dt.timedelta(microseconds=1)
FAR = [dt.timedelta(hours=1), *(dt.timedelta(days=days) for days in (1, 7, 14, 30, 366, 3 * 366, 40 * 366))]

anybody = st.tuples(people, instants)
shares = st.lists(st.floats(0, 1, exclude_max=True), min_size=4, max_size=4)
thorough = settings(
    max_examples=int(os.environ.get("PARITY_CASES", "0")) or 250,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


def holds(rule: Rule, facts: SubscriberFacts, at: dt.datetime, zone: ZoneInfo) -> bool:
    return evaluate_rule(rule, facts, as_of=at, zone=zone)


def list_probes(as_of: dt.datetime, end: dt.datetime | None, parts: list[float]) -> Iterator[dt.datetime]:
    """Between `as_of` and the end, which is left out; without one, at any distance."""
    length = (end or as_of + FAR[-1]) - as_of
    steps = [*(part * length for part in parts), *FAR, *(far - TICK for far in FAR), length - TICK]
    yield from (as_of + step for step in steps if step < length)


def check_outlook(document: JSON, life: Life, zone: ZoneInfo, parts: list[float]) -> None:
    rule, facts, as_of = parse_rule(document), read_facts(life[0]), life[1]
    now = holds(rule, facts, as_of, zone)

    flip = find_next_flip(rule, facts, as_of=as_of, zone=zone)
    outlook = find_next_change(rule, facts, as_of=as_of, zone=zone)

    same_until = outlook.changes_at or outlook.certain_until
    assert as_of < (flip or NEVER) <= (same_until or NEVER)
    if document["root"]["type"] != "group":
        assert flip == outlook.changes_at
    if outlook.changes_at:
        assert holds(rule, facts, outlook.changes_at, zone) != now
    for at in list_probes(as_of, same_until, parts):
        assert holds(rule, facts, at, zone) == now, (outlook, at)


@thorough
@given(document=documents, life=anybody, zone=busy.site_zones, parts=shares)
def test_the_next_change_is_the_first_instant_with_another_answer(
    document: JSON, life: Life, zone: ZoneInfo, parts: list[float]
) -> None:
    check_outlook(document, life, zone, parts)


@thorough
@given(document=busy.documents, life=busy.lives(), zone=busy.site_zones, parts=shares)
def test_so_it_is_where_much_happens(document: JSON, life: Life, zone: ZoneInfo, parts: list[float]) -> None:
    check_outlook(document, life, zone, parts)


@thorough
@given(document=busy.documents, life=busy.lives(), zone=busy.site_zones, length=durations)
def test_following_an_answer_from_change_to_change_gives_every_later_answer(
    document: JSON, life: Life, zone: ZoneInfo, length: dict[str, float]
) -> None:
    rule, facts, as_of = parse_rule(document), read_facts(life[0]), life[1]
    later = as_of + dt.timedelta(**length)
    answer, at = holds(rule, facts, as_of, zone), as_of

    for _ in range(100):
        changes_at = find_next_change(rule, facts, as_of=at, zone=zone).changes_at
        if changes_at is None or changes_at > later:
            break
        answer, at = not answer, changes_at

    assert holds(rule, facts, later, zone) == answer
