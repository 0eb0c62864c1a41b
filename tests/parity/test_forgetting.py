"""The log may have been cut at any instant: the interpreters still agree, and what is remembered is still right."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from subscribers.models import Site, Subscriber
from tests.factories import EVERYONE, NOW, make_event, make_subscriber
from tests.parity.population import cut_log, populations
from tests.parity.strategies import event_leaves, instants, negate
from tests.parity.test_parity import ASKED, RULES_EACH, compile_answer, evaluate_answer, written

JSON = dict[str, Any]

pytestmark = pytest.mark.django_db

TICK = dt.timedelta(microseconds=1)
LATER = NOW + dt.timedelta(days=2)  # nothing happens after it
CASES = ASKED or 180

thorough = settings(
    max_examples=-(-CASES // RULES_EACH),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
OF_EVENTS = {"event", "page_view", "message"}
pairs = st.builds(
    lambda match, parts: {"type": "group", "match": match, "conditions": parts},
    st.sampled_from(["all", "any", "none"]),
    st.lists(event_leaves, min_size=2, max_size=2),
)
rules = (event_leaves | event_leaves | pairs).map(lambda root: {"version": 1, "root": root})
several_rules = st.lists(rules, min_size=RULES_EACH, max_size=RULES_EACH)
moments = st.sampled_from([NOW, NOW, NOW - dt.timedelta(hours=30), LATER])
# When the log begins, and the instant asked for.
cuts = st.tuples(instants, moments).filter(lambda cut: cut[0] <= cut[1])
Cut = tuple[dt.datetime, dt.datetime]


def is_remembered(node: JSON) -> bool:
    asked = {"within", "where", "url", "campaign"} & {key for key, value in node.items() if value}
    return node["type"] == "event_recency" or (node["type"] in OF_EVENTS and not asked)


def number_people(site: Site, found: set[int]) -> set[int]:
    """The people as numbers, in their order, which are the same wherever a population is written."""
    everyone = Subscriber.objects.filter(site=site).order_by("pk").values_list("pk", flat=True)
    return {number for number, pk in enumerate(everyone) if pk in found}


def answer(population: list[JSON], rule: JSON, as_of: dt.datetime) -> set[int]:
    with written(population) as site:
        return number_people(site, compile_answer(site, rule, as_of))


@thorough
@given(population=populations, several=several_rules, cut=cuts, swept=st.booleans())
def test_sql_and_evaluator_agree_on_a_log_that_was_cut(
    population: list[JSON], several: list[JSON], cut: Cut, swept: bool
) -> None:
    begins_at, as_of = cut
    with written(population) as site:
        cut_log(begins_at, swept=swept)
        everyone = set(Subscriber.objects.filter(site=site).values_list("pk", flat=True))
        in_sample = compile_answer(site, EVERYONE, sampled=True)
        for rule in several:
            members = compile_answer(site, rule, as_of)
            assert members == evaluate_answer(site, rule, as_of), rule
            assert compile_answer(site, negate(rule), as_of) == everyone - members, rule
            assert compile_answer(site, rule, as_of, sampled=True) == members & in_sample, rule


@thorough
@given(population=populations, root=event_leaves, cut=cuts, swept=st.booleans())
def test_what_is_remembered_stays_right_and_all_else_is_as_if_it_had_never_been(
    population: list[JSON], root: JSON, cut: Cut, swept: bool
) -> None:
    begins_at, as_of = cut
    # The last time before an instant that is over is not remembered.
    assume(as_of == LATER or root["type"] != "event_recency" or root["occurrence"] == "first")
    rule = {"version": 1, "root": root}
    kept = [
        {**person, "events": [each for each in person["events"] if each["occurred_at"] >= begins_at]}
        for person in population
    ]

    with written(population) as site:
        cut_log(begins_at, swept=swept)
        found = number_people(site, compile_answer(site, rule, as_of))

    assert found == answer(population if is_remembered(root) else kept, rule, as_of)


def test_to_the_microsecond_what_comes_later_is_not_counted_yet(site: Site) -> None:
    person = make_subscriber(site)
    for at in (NOW - dt.timedelta(days=60), NOW - TICK, NOW, NOW + TICK):
        make_event(person, "purchase", at)
    cut_log(NOW - dt.timedelta(days=30))

    for as_of, number in ((NOW - TICK, 2), (NOW, 3), (NOW + TICK, 4)):
        count = {"operator": "equals", "value": number}
        rule = {"version": 1, "root": {"type": "event", "event": "purchase", "count": count}}
        assert compile_answer(site, rule, as_of) == evaluate_answer(site, rule, as_of) == {person.pk}
        test = {"operator": "between", "values": [as_of.isoformat(), as_of.isoformat()]}
        root = {"type": "event_recency", "event": "purchase", "occurrence": "last", **test}
        rule = {"version": 1, "root": root}
        assert compile_answer(site, rule, as_of) == evaluate_answer(site, rule, as_of) == {person.pk}
