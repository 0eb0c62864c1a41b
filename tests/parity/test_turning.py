"""Whom time alone moves in or out of a rule is among those whom the clock is said to concern: never too few."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segments.definitions import read_log
from segments.facts import load_facts
from segments.rules import evaluate_rule, parse_rule
from segments.rules.messages import list_events
from segments.rules.turning import Turning
from subscribers.models import Site, Subscriber
from tests.parity import busy
from tests.parity import strategies as some
from tests.parity.population import cut_log, people
from tests.parity.test_parity import ASKED, RULES_EACH, written

JSON = dict[str, Any]

pytestmark = pytest.mark.django_db

CASES = ASKED or 240
TICK = dt.timedelta(microseconds=1)
thorough = settings(
    max_examples=-(-CASES // RULES_EACH),
    deadline=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.function_scoped_fixture,
    ],
)


@dataclass(frozen=True)
class Wait:
    """Nothing happens from `since` to `until`, but that time passes."""

    population: list[JSON]
    since: dt.datetime
    until: dt.datetime
    cut_at: dt.datetime | None
    swept: bool


lengths = st.one_of(
    st.builds(
        lambda hours, ticks: dt.timedelta(hours=hours) + ticks * TICK,
        st.sampled_from([0, *busy.HOURS, 30 * 24, 366 * 24]),
        st.integers(-1, 1),
    ),
    st.timedeltas(TICK, dt.timedelta(days=3)),
).filter(lambda length: length >= TICK)


@st.composite
def waits(draw: st.DrawFn, *, is_busy: bool) -> Wait:
    middle = draw(busy.moments if is_busy else some.instants)
    someone = busy.people_around(middle) if is_busy else people
    since = middle + draw(busy.apart)
    cut = st.none() | st.none() | busy.apart.map(lambda by: min(since, middle + by))
    population = draw(st.lists(someone, min_size=1, max_size=5))
    return Wait(
        [_stop_at(since, person) for person in population],
        since,
        since + draw(lengths),
        draw(cut),
        draw(st.booleans()),
    )


def _stop_at(since: dt.datetime, person: JSON) -> JSON:
    """What somebody did later has not happened."""
    devices = [
        {**each, "ended_at": each["ended_at"] if (each["ended_at"] or since) <= since else None}
        for each in person["devices"]
        if each["created_at"] <= since
    ]
    events = [each for each in person["events"] if each["occurred_at"] <= since]
    return {**person, "devices": devices, "events": events}


def find_moved(site: Site, document: JSON, wait: Wait) -> set[int]:
    """For whom the evaluator gives another answer."""
    everyone = Subscriber.objects.filter(site=site).values_list("pk", flat=True)
    rule, zone = parse_rule(document), ZoneInfo(site.timezone)
    return {
        pk
        for pk, facts in load_facts(list(everyone)).items()
        if evaluate_rule(rule, facts, as_of=wait.since, zone=zone)
        != evaluate_rule(rule, facts, as_of=wait.until, zone=zone)
    }


def find_named(site: Site, document: JSON, wait: Wait) -> set[int]:
    rule = parse_rule(document)
    log = read_log(site, list_events(rule.root))
    select = Turning(site.pk, wait.since, wait.until, ZoneInfo(site.timezone), log).select(rule)
    if select is None:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(select.text, select.params)
        return {pk for (pk,) in cursor.fetchall()}


def check_wait(wait: Wait, documents: Collection[JSON], zone: ZoneInfo) -> None:
    with written(wait.population) as site:
        Site.objects.filter(pk=site.pk).update(timezone=zone.key)
        site.refresh_from_db()
        if wait.cut_at:
            cut_log(wait.cut_at, swept=wait.swept)
        for document in documents:
            assert find_moved(site, document, wait) <= find_named(site, document, wait), document


def several(documents: st.SearchStrategy[JSON]) -> st.SearchStrategy[list[JSON]]:
    return st.lists(documents, min_size=RULES_EACH, max_size=RULES_EACH)


@thorough
@given(wait=waits(is_busy=True), documents=several(busy.documents), zone=busy.site_zones)
def test_where_much_happens_everybody_whom_time_moves_is_named(
    wait: Wait, documents: list[JSON], zone: ZoneInfo
) -> None:
    check_wait(wait, documents, zone)


@thorough
@given(wait=waits(is_busy=False), documents=several(some.documents), zone=busy.site_zones)
def test_whatever_a_rule_asks_everybody_whom_time_moves_is_named(
    wait: Wait, documents: list[JSON], zone: ZoneInfo
) -> None:
    check_wait(wait, documents, zone)
