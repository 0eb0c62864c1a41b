"""The next instant at which time moves somebody is told beforehand: never too late, and to the second where it is simple."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from segments.facts import load_facts
from segments.looking.freshness import Outlook, find_next_turn, search_next_turn
from segments.rules import parse_rule
from segments.rules.flips import find_next_flip
from segments.rules.next_turn import NextTurn, Turn
from segments.rules.sql import Fragment
from subscribers.models import Site, Subscriber
from tests.factories import EVERYONE, NOW, make_event, make_push_subscription, make_subscriber
from tests.parity.population import populations, write_population
from tests.parity.strategies import documents
from tests.segments.live import CART_TODAY, is_in, make_built, rule_of

JSON = dict[str, Any]
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)

pytestmark = pytest.mark.django_db


def ask(site: Site, rule: JSON, *, now: dt.datetime = NOW) -> dt.datetime | None:
    outlook = search_next_turn(site, [parse_rule(rule)], now=now)
    assert outlook.is_known
    return outlook.turns_at


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(population=populations, asked=st.lists(documents, min_size=5, max_size=5))
def test_nobodys_answer_changes_before_the_instant_that_is_told(
    population: list[JSON], asked: list[JSON]
) -> None:
    with transaction.atomic():
        site = write_population(population)
        facts = load_facts(list(Subscriber.objects.values_list("pk", flat=True)))
        for document in asked:
            rule = parse_rule(document)
            told = ask(site, document)
            for one in facts.values():
                flip = find_next_flip(rule, one, as_of=NOW, zone=ZoneInfo(site.timezone))
                assert flip is None or (told is not None and NOW < told <= flip), (told, flip)
        transaction.set_rollback(True)


def test_the_oldest_event_that_still_counts_is_the_first_to_go(site: Site) -> None:
    ana = make_subscriber(site)
    for hours in (30, 20, 3):
        make_event(ana, "add_to_cart", NOW - hours * HOUR)

    assert ask(site, CART_TODAY) == NOW + 4 * HOUR


def test_an_event_comes_into_a_window_that_ends_before_now(site: Site) -> None:
    make_event(make_subscriber(site), "purchase", NOW - 6 * DAY)
    window = {"between_ago": [{"days": 14}, {"days": 7}]}

    assert ask(site, rule_of({"type": "event", "event": "purchase", "within": window})) == NOW + DAY


def test_a_window_of_the_calendar_ends_at_the_sites_midnight(site: Site) -> None:
    make_event(make_subscriber(site), "purchase", NOW)
    rule = rule_of({"type": "event", "event": "purchase", "within": {"calendar": "today"}})

    assert ask(site, rule) == dt.datetime(2026, 11, 21, 23, tzinfo=dt.UTC)


def test_a_birthday_comes_round(site: Site) -> None:
    make_subscriber(site, attributes={"born": "1990-11-25T00:00:00.000000Z"})
    rule = {"type": "attribute", "key": "born", "operator": "anniversary_within", "value": {"days": 1}}

    assert ask(site, rule_of(rule)) == dt.datetime(2026, 11, 24, tzinfo=dt.UTC)


def test_people_stop_being_new(site: Site) -> None:
    make_subscriber(site, created_at=NOW - 5 * DAY)
    rule = {"type": "profile", "field": "created_at", "operator": "within_last", "value": {"days": 7}}

    assert ask(site, rule_of(rule)) == NOW + 2 * DAY


def test_a_device_is_no_longer_a_new_one(site: Site) -> None:
    make_push_subscription(make_subscriber(site), created_at=NOW - DAY)
    window = {"last": {"days": 2}}
    rule = {"type": "channel", "channel": "web_push", "state": "subscribed", "within": window}

    assert ask(site, rule_of(rule)) == NOW + DAY


def test_somewhere_a_clock_strikes(site: Site) -> None:
    rule = rule_of({"type": "local_time", "between": ["09:00", "17:00"]})
    told = ask(site, rule)

    assert told
    assert NOW < told <= NOW + HOUR


def test_what_is_built_on_a_segment_turns_with_it(site: Site) -> None:
    make_event(make_subscriber(site), "add_to_cart", NOW - 20 * HOUR)
    outer = make_built(site, is_in(make_built(site, CART_TODAY)))

    assert find_next_turn(outer, now=NOW) == Outlook(NOW + 4 * HOUR)


def test_a_rule_without_time_never_turns(site: Site) -> None:
    make_subscriber(site)

    assert ask(site, EVERYONE) is None


def test_what_takes_too_long_to_find_is_said_not_to_be_known(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Turn(Fragment("SELECT now() FROM pg_sleep(10)"), later=DAY)
    monkeypatch.setattr(NextTurn, "list_turns", lambda search, rule: [slow])

    assert search_next_turn(site, [parse_rule(CART_TODAY)], now=NOW) == Outlook(None, is_known=False)
