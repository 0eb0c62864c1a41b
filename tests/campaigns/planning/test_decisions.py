"""The decision on one person: the first reason that holds, or a version at an instant."""

import datetime as dt
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from campaigns.assignment import Version
from campaigns.audience import Person
from campaigns.caps import Cap
from campaigns.models import Campaign, Delivery, SendingPolicy
from campaigns.planning.decisions import decide
from campaigns.planning.terms import Terms
from subscribers.models import Site
from tests.factories import NOW

Reason = Delivery.Reason
DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)
ANA = Person(1, UUID(int=1), "Asia/Tokyo", excluded=False, reachable=True)
NINE_IN_TOKYO = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)  # on the day after NOW
QUIET = SendingPolicy(quiet_from=dt.time(8), quiet_until=dt.time(10))


def make_terms(campaign: dict[str, Any] | None = None, **values: Any) -> Terms:
    """A run at nine o'clock, local time, on the day after NOW."""
    defaults = {"schedule": Campaign.Schedule.LOCAL, "local_time": dt.time(9), "holdout_percent": 0}
    made = Campaign(pk=7, site=Site(pk=3, timezone="Europe/Berlin"), **{**defaults, **(campaign or {})})
    plain = Terms(made, 1, dt.date(2026, 11, 22), NOW, [Version("A", 1, made)], None, 0, [], is_test=False)
    return replace(plain, **values)


def test_whoever_nothing_stands_against_is_due_at_their_hour() -> None:
    decision = decide(make_terms(), ANA)
    assert decision.is_planned
    assert (decision.due_at, decision.timezone, decision.variant) == (NINE_IN_TOKYO, "Asia/Tokyo", "A")
    assert not decision.timezone_is_site_default


@pytest.mark.parametrize("zone", ["", "Mars/Olympus"])
def test_where_the_zone_is_not_known_the_sites_is_used(zone: str) -> None:
    decision = decide(make_terms(), ANA._replace(timezone=zone))
    assert (decision.timezone, decision.timezone_is_site_default) == ("Europe/Berlin", True)
    assert decision.due_at == NINE_IN_TOKYO + 8 * HOUR


def test_names_that_are_no_zones_share_one_slot() -> None:
    terms = make_terms()
    for number in range(50):
        decide(terms, ANA._replace(timezone=f"Nowhere/{number}"))
    assert len(terms.slots) == 1


def test_reasons_come_in_order() -> None:
    skipping = SendingPolicy(
        quiet_from=dt.time(8), quiet_until=dt.time(10), quiet_action=SendingPolicy.QuietAction.SKIP
    )
    campaign = {"holdout_percent": 100, "late_policy": Campaign.LatePolicy.SKIP}
    capped: dict[str, Any] = {"caps": [Cap(1, DAY)]}
    quiet = {**capped, "quiet": skipping}
    late = {**quiet, "as_of": NOW + 9 * DAY}
    others = [NINE_IN_TOKYO - HOUR]
    unreachable = ANA._replace(reachable=False)
    found = [
        decide(make_terms(campaign, control_percent=100, **late), unreachable._replace(excluded=True)),
        decide(make_terms(campaign, control_percent=100, **late), unreachable._replace(reachable=None)),
        decide(make_terms(campaign, control_percent=100, **late), unreachable),
        decide(make_terms(campaign, control_percent=100, **late), ANA, others),
        decide(make_terms(campaign, **late), ANA, others),
        decide(make_terms({"late_policy": Campaign.LatePolicy.SKIP}, **late), ANA, others),
        decide(make_terms(**quiet), ANA, others),
        decide(make_terms(**capped), ANA, others),
        decide(make_terms(), ANA, others),
    ]
    assert [decision.reason for decision in found] == [
        Reason.EXCLUDED,
        Reason.NEVER_SUBSCRIBED,
        Reason.UNSUBSCRIBED,
        Reason.CONTROL_GROUP,
        Reason.HOLDOUT,
        Reason.TOO_LATE,
        Reason.QUIET_HOURS,
        Reason.FREQUENCY_CAP,
        "",
    ]
    # Who could have got it has the instant at which they would have, so that they can be compared with the others.
    assert [decision.due_at for decision in found] == [None] * 3 + [NINE_IN_TOKYO] * 6


def test_what_falls_into_quiet_hours_waits_for_their_end() -> None:
    decision = decide(make_terms(quiet=QUIET), ANA)
    assert (decision.due_at, decision.deferred) == (NINE_IN_TOKYO + HOUR, True)


def test_a_limit_is_looked_at_for_the_end_of_quiet_hours() -> None:
    terms = make_terms(quiet=QUIET, caps=[Cap(1, DAY)])
    assert decide(terms, ANA, [NINE_IN_TOKYO - DAY + HOUR]).is_planned
    assert decide(terms, ANA, [NINE_IN_TOKYO - DAY + 2 * HOUR]).reason == Reason.FREQUENCY_CAP


def test_versions_are_drawn_and_a_winner_goes_to_everybody() -> None:
    people = [ANA._replace(uuid=UUID(int=number)) for number in range(40)]
    versions = [Version(letter, 1, Campaign(pk=7)) for letter in "AB"]
    assert {decide(make_terms(versions=versions), person).variant for person in people} == {"A", "B"}
    won = make_terms({"winner": "B"}, versions=versions)
    assert {decide(won, person).variant for person in people} == {"B"}


@pytest.mark.parametrize(
    ("ends_after", "due_after"), [(-HOUR, dt.timedelta(0)), (HOUR, DAY), (DAY + HOUR, 2 * DAY)]
)
def test_whoever_waits_for_the_winner_is_due_at_their_next_hour_after_the_test(
    ends_after: dt.timedelta, due_after: dt.timedelta
) -> None:
    terms = make_terms(
        {"winner_by": Campaign.WinnerBy.CLICKS, "test_percent": 0},
        is_test=True,
        test_ends_at=NINE_IN_TOKYO + ends_after,
    )
    decision = decide(terms, ANA)
    assert decision.awaits_winner
    assert decision.due_at == NINE_IN_TOKYO + due_after


def make_daily(**values: Any) -> dict[str, Any]:
    first = dt.date(2026, 11, 22)
    return {
        "schedule": Campaign.Schedule.RECURRING,
        "repeats": Campaign.Repeats.DAILY,
        "local_date": first,
        **values,
    }


def test_whoever_would_get_the_winner_together_with_the_next_run_does_not_wait() -> None:
    trial = {"winner_by": Campaign.WinnerBy.CLICKS, "test_percent": 0}
    over = {"is_test": True, "test_ends_at": NINE_IN_TOKYO + HOUR}
    daily = decide(make_terms(make_daily(**trial), **over), ANA)
    assert (daily.due_at, daily.awaits_winner) == (NINE_IN_TOKYO, False)
    weekly = decide(make_terms(make_daily(**trial, repeats=Campaign.Repeats.WEEKLY), **over), ANA)
    assert (weekly.due_at, weekly.awaits_winner) == (NINE_IN_TOKYO + DAY, True)


def test_whoever_is_late_and_would_get_two_runs_together_gets_the_next_alone() -> None:
    late = {"as_of": NINE_IN_TOKYO + HOUR}
    next_day = Campaign.LatePolicy.NEXT_DAY
    daily = decide(make_terms(make_daily(late_policy=next_day), **late), ANA)
    assert daily.reason == Reason.TOO_LATE
    weekly = make_daily(late_policy=next_day, repeats=Campaign.Repeats.WEEKLY)
    assert decide(make_terms(weekly, **late), ANA).due_at == NINE_IN_TOKYO + DAY
    at_once = make_daily(late_policy=Campaign.LatePolicy.SEND_NOW)
    assert decide(make_terms(at_once, as_of=NINE_IN_TOKYO + 20 * HOUR), ANA).is_planned
    last = make_daily(late_policy=next_day, repeat_until=dt.date(2026, 11, 22))
    assert decide(make_terms(last, **late), ANA).due_at == NINE_IN_TOKYO + DAY


def test_without_local_times_whoever_waits_is_due_when_the_test_is_over() -> None:
    campaign = {
        "schedule": Campaign.Schedule.NOW,
        "winner_by": Campaign.WinnerBy.CLICKS,
        "test_percent": 0,
    }
    terms = make_terms(campaign, is_test=True, test_ends_at=NOW + 4 * HOUR)
    assert decide(terms, ANA).due_at == NOW + 4 * HOUR
    tested = make_terms({**campaign, "test_percent": 100}, is_test=True, test_ends_at=NOW + 4 * HOUR)
    assert (decide(tested, ANA).due_at, decide(tested, ANA).awaits_winner) == (NOW, False)
