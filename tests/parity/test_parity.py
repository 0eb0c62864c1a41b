"""The two interpreters of the rule language agree, on random rules over random people.

`make parity CASES=20000` asks as many rules as you like and shows how far it is; a difference is printed as the
smallest rule and people that show it.
"""

import datetime as dt
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Never
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tqdm import tqdm

from segments.definitions import select_ids, select_subscribers
from segments.facts import load_facts
from segments.rules import dump_rule, evaluate_rule, parse_rule
from subscribers.models import Site, Subscriber
from tests.factories import NOW
from tests.parity.population import populations, write_population
from tests.parity.strategies import documents, negate

JSON = dict[str, Any]
EVERYONE: JSON = {"version": 1, "root": {"type": "group", "match": "all", "conditions": []}}

pytestmark = pytest.mark.django_db

# Writing people costs more than asking about them: each population answers several rules.
RULES_EACH = 6
ASKED = int(os.environ.get("PARITY_CASES", "0"))
CASES = ASKED or 360

thorough = settings(
    max_examples=-(-CASES // RULES_EACH),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
several_documents = st.lists(documents, min_size=RULES_EACH, max_size=RULES_EACH)


@pytest.fixture
def progress(request: pytest.FixtureRequest) -> Iterator["tqdm[Never]"]:
    """Shown where somebody asked for many cases; hypothesis may end early, or go on to make a difference small."""
    name = request.node.name.removeprefix("test_").replace("_", " ")
    with tqdm(total=CASES, desc=name, unit="rules", disable=not ASKED) as bar:
        yield bar


@contextmanager
def written(population: list[JSON]) -> Iterator[Site]:
    with transaction.atomic():
        yield write_population(population)
        transaction.set_rollback(True)


def compile_answer(
    site: Site, document: JSON, as_of: dt.datetime = NOW, *, sampled: bool = False
) -> set[int]:
    rule = parse_rule(document)
    members = select_subscribers(site, rule, as_of=as_of, sampled=sampled).values_list("pk", flat=True)
    ids = select_ids(site, rule, as_of=as_of, sampled=sampled)
    with connection.cursor() as cursor:
        cursor.execute(ids.text, ids.params)
        assert sorted(pk for (pk,) in cursor.fetchall()) == sorted(members), document
    return set(members)


def evaluate_answer(site: Site, document: JSON, as_of: dt.datetime = NOW) -> set[int]:
    everyone = list(Subscriber.objects.filter(site=site).values_list("pk", flat=True))
    rule, zone = parse_rule(document), ZoneInfo(site.timezone)
    return {
        pk for pk, facts in load_facts(everyone).items() if evaluate_rule(rule, facts, as_of=as_of, zone=zone)
    }


# Before NOW, part of the log lies after the instant asked for: there the summaries cannot answer.
instants = st.sampled_from([NOW, NOW, NOW - dt.timedelta(hours=30), NOW + dt.timedelta(days=2)])


@thorough
@given(population=populations, rules=several_documents, as_of=instants)
def test_sql_and_evaluator_give_the_same_people(
    progress: "tqdm[Never]", population: list[JSON], rules: list[JSON], as_of: dt.datetime
) -> None:
    with written(population) as site:
        for rule in rules:
            progress.update()
            assert compile_answer(site, rule, as_of) == evaluate_answer(site, rule, as_of), rule


@thorough
@given(population=populations, rules=several_documents)
def test_everyone_is_in_exactly_one_of_a_rule_and_its_negation(
    progress: "tqdm[Never]", population: list[JSON], rules: list[JSON]
) -> None:
    with written(population) as site:
        everyone = set(Subscriber.objects.filter(site=site).values_list("pk", flat=True))
        for rule in rules:
            progress.update()
            members, others = compile_answer(site, rule), compile_answer(site, negate(rule))
            assert members | others == everyone, rule
            assert not members & others, rule
            in_sample = compile_answer(site, EVERYONE, sampled=True)
            assert compile_answer(site, rule, sampled=True) == members & in_sample, rule


@given(documents)
def test_a_rule_survives_being_written_down_and_read_again(document: JSON) -> None:
    rule = parse_rule(document)

    assert parse_rule(dump_rule(rule)) == rule
