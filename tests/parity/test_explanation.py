"""An explanation never disagrees with the evaluator, and its parts add up to its answer."""

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from segments.rules import Names, SubscriberFacts, evaluate_rule, parse_rule
from segments.rules.ast import Condition, Group
from segments.rules.explanation import Explanation, explain_rule
from segments.rules.facts import DeviceFacts, EventFacts, ForgottenEvents
from tests.factories import NOW
from tests.parity.population import people
from tests.parity.strategies import documents

ZONE = ZoneInfo("Europe/Berlin")


def read_facts(person: dict[str, Any]) -> SubscriberFacts:
    lat, lon = person["place"] or (None, None)
    profile = {
        field: person[field] for field in ("country", "city", "email", "claimed_id", "language", "timezone")
    }
    times = {"created_at": NOW - dt.timedelta(days=14), "last_seen_at": person["last_seen_at"]}
    return SubscriberFacts(
        attributes=person["attributes"],
        profile={**profile, **times},
        uuid=str(uuid.UUID(int=1)),
        latitude=lat,
        longitude=lon,
        devices=tuple(DeviceFacts(**device) for device in person["devices"]),
        events=tuple(EventFacts(**event) for event in person["events"]),
        segments=frozenset(person["segments"]),
        forgotten={name: ForgottenEvents(**each) for name, each in person.get("forgotten", {}).items()},
    )


def pair_up(node: Condition, explanation: Explanation) -> Iterator[tuple[Condition, Explanation]]:
    yield node, explanation
    if isinstance(node, Group):
        for child, explained in zip(node.conditions, explanation.children, strict=True):
            yield from pair_up(child, explained)


def combine(group: Group, held: int) -> bool:
    return {
        "all": held == len(group.conditions),
        "any": held > 0,
        "none": held == 0,
        "at_least": held >= (group.n or 0),
    }[group.match]


@settings(max_examples=300, deadline=None)
@given(document=documents, person=people, as_of=st.sampled_from([NOW, NOW - dt.timedelta(hours=13)]))
def test_an_explanation_is_the_evaluators_answer_at_every_node(
    document: dict[str, Any], person: dict[str, Any], as_of: dt.datetime
) -> None:
    rule, facts = parse_rule(document), read_facts(person)

    explanation = explain_rule(rule, facts, as_of=as_of, zone=ZONE, names=Names())

    assert explanation.holds == evaluate_rule(rule, facts, as_of=as_of, zone=ZONE)
    for node, explained in pair_up(rule.root, explanation):
        assert explained.sentence
        if isinstance(node, Group):
            assert explained.holds == combine(node, sum(child.holds for child in explained.children))
        else:
            assert explained.evidence
