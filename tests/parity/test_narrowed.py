"""Asked about some people alone, a rule gives exactly those of them whom it gives when it is asked of everybody."""

import datetime as dt
from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segments.definitions import compile_members, read_log, select_ids
from segments.rules import Rule, parse_rule
from segments.rules.compiler import CompileContext
from segments.rules.messages import list_events
from segments.rules.sql import Fragment
from subscribers.arrays import write_array
from subscribers.models import Site, Subscriber
from tests.factories import make_site, make_subscriber
from tests.parity.population import cut_log, populations
from tests.parity.strategies import instants as cuts
from tests.parity.test_parity import ASKED, RULES_EACH, instants, several_documents, written

JSON = dict[str, Any]

pytestmark = pytest.mark.django_db

CASES = ASKED or 240
thorough = settings(
    max_examples=-(-CASES // RULES_EACH),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


def list_ids(select: Fragment) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(select.text, select.params)
        return sorted(pk for (pk,) in cursor.fetchall())


def ask_about(site: Site, rule: Rule, chosen: Iterable[int], as_of: dt.datetime) -> list[int]:
    log = read_log(site, list_events(rule.root))
    context = CompileContext(as_of, ZoneInfo(site.timezone), log, people=write_array(chosen))
    return list_ids(compile_members(site, rule, context))


def list_others(site: Site) -> list[int]:
    """Who can be asked about and is never a member: a shell, somebody of another site, somebody who was deleted."""
    survivor = Subscriber.objects.filter(site=site).first()
    shell = make_subscriber(site, merged_into=survivor)
    stranger = make_subscriber(make_site())
    return [shell.pk, stranger.pk, stranger.pk + 1]


@thorough
@given(
    population=populations,
    rules=several_documents,
    as_of=instants,
    picks=st.lists(st.booleans(), min_size=RULES_EACH * 6, max_size=RULES_EACH * 6),
    cut_at=st.none() | cuts,
    swept=st.booleans(),
)
def test_those_of_some_people_for_whom_a_rule_holds_are_those_for_whom_it_holds_of_everybody(
    population: list[JSON],
    rules: list[JSON],
    as_of: dt.datetime,
    picks: list[bool],
    cut_at: dt.datetime | None,
    swept: bool,
) -> None:
    with written(population) as site:
        everyone = list(Subscriber.objects.filter(site=site).values_list("pk", flat=True))
        others = list_others(site)
        if cut_at and cut_at <= as_of:
            cut_log(cut_at, swept=swept)
        for number, document in enumerate(rules):
            rule = parse_rule(document)
            picked = picks[number * 6 : number * 6 + len(everyone)]
            chosen = {pk for pk, is_chosen in zip(everyone, picked, strict=True) if is_chosen}
            members = set(list_ids(select_ids(site, rule, as_of=as_of)))
            assert ask_about(site, rule, [*others, *chosen], as_of) == sorted(members & chosen), document
