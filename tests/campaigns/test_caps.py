"""Frequency caps: rolling windows, and which of two campaigns has a slot."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.caps import Cap, exceeds, find_horizon, list_caps, read_others
from campaigns.models import Campaign, Delivery, FrequencyCap
from subscribers.models import Site, Subscriber
from tests import factories
from tests.factories import NOW

DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)
MICROSECOND = dt.timedelta(microseconds=1)
Status = Delivery.Status


def test_without_limits_nothing_is_too_much() -> None:
    assert not exceeds([], NOW, [NOW] * 100)


def test_a_window_may_be_filled_up_to_its_limit() -> None:
    twice_a_day = [Cap(2, DAY)]
    assert not exceeds(twice_a_day, NOW, [NOW - HOUR])
    assert exceeds(twice_a_day, NOW, [NOW - HOUR, NOW - 2 * HOUR])


def test_a_window_holds_its_end_and_not_its_beginning() -> None:
    once_a_day = [Cap(1, DAY)]
    assert not exceeds(once_a_day, NOW, [NOW - DAY])
    assert exceeds(once_a_day, NOW, [NOW - DAY + MICROSECOND])


def test_pushes_to_come_fill_a_window_too() -> None:
    once_a_day = [Cap(1, DAY)]
    assert exceeds(once_a_day, NOW, [NOW + DAY - MICROSECOND])
    assert not exceeds(once_a_day, NOW, [NOW + DAY])


def test_those_before_and_after_count_only_if_one_window_holds_them() -> None:
    twice_a_day = [Cap(2, DAY)]
    assert not exceeds(twice_a_day, NOW, [NOW - 13 * HOUR, NOW + 13 * HOUR])
    assert exceeds(twice_a_day, NOW, [NOW - 11 * HOUR, NOW + 11 * HOUR])


def test_each_of_several_limits_is_kept() -> None:
    caps = [Cap(2, DAY), Cap(3, 7 * DAY)]
    spread = [NOW - 2 * DAY, NOW - 3 * DAY, NOW - 4 * DAY]
    assert exceeds(caps, NOW, spread)
    assert not exceeds(caps, NOW, spread[:2])


@given(
    limit=st.integers(1, 4),
    hours=st.integers(1, 30),
    others=st.lists(st.integers(-40, 40), max_size=12),
)
def test_a_push_that_is_let_through_leaves_no_window_too_full(
    limit: int, hours: int, others: list[int]
) -> None:
    """Starting from nothing: whoever keeps to the answer never breaks the limit, in whatever order they ask."""
    cap, kept = Cap(limit, hours * HOUR), list[dt.datetime]()
    for offset in others:
        if not exceeds([cap], NOW + offset * HOUR, kept):
            kept.append(NOW + offset * HOUR)
    for end in kept:
        assert sum(end - cap.window < at <= end for at in kept) <= limit


def test_the_horizon_is_the_longest_window_ago() -> None:
    assert find_horizon([Cap(1, DAY), Cap(5, 7 * DAY)], NOW) == NOW - 7 * DAY


def test_a_campaign_keeps_to_its_sites_limits_its_own_or_none(site: Site) -> None:
    FrequencyCap.objects.create(site=site, limit=5, window=7 * DAY)
    FrequencyCap.objects.create(site=site, limit=2, window=DAY)
    FrequencyCap.objects.create(site=factories.make_site(), limit=1, window=DAY)
    assert list_caps(factories.make_campaign(site)) == [Cap(2, DAY), Cap(5, 7 * DAY)]
    own = factories.make_campaign(site, cap_by=Campaign.CapBy.OWN, cap_limit=1, cap_window=3 * DAY)
    assert list_caps(own) == [Cap(1, 3 * DAY)]
    assert list_caps(factories.make_campaign(site, cap_by=Campaign.CapBy.NONE)) == []


def read(campaign: Campaign, person: Subscriber, occurrence: int = 1) -> list[dt.datetime]:
    others = read_others(campaign, occurrence, [person.pk], now=NOW, since=NOW - DAY)
    return sorted(others.get(person.pk, []))


def make_rival(site: Site, person: Subscriber, status: str, at: dt.datetime, **values: Any) -> Campaign:
    """Another campaign, launched an hour ago, with one delivery to the person: sent at, or due at, an instant."""
    rival = factories.make_campaign(site, **{"launched_at": NOW - HOUR, "status": "running", **values})
    times = {"sent_at": at} if status in {Status.SENT, Status.CLICKED} else {}
    batch = rival.batches.create(occurrence=1, due_at=at)
    factories.make_delivery(rival, person, status=status, due_at=at, batch=batch, **times)
    return rival


@pytest.fixture
def person(site: Site) -> Subscriber:
    return factories.make_subscriber(site)


def test_what_was_sent_since_counts_from_any_campaign(site: Site, person: Subscriber) -> None:
    make_rival(site, person, Status.SENT, NOW - HOUR, priority=Campaign.Priority.LOW)
    make_rival(site, person, Status.CLICKED, NOW - 2 * HOUR)
    make_rival(site, person, Status.SENT, NOW - DAY)
    assert read(factories.make_campaign(site), person) == [NOW - 2 * HOUR, NOW - HOUR]


def test_what_does_not_count_towards_limits_takes_no_slot(site: Site, person: Subscriber) -> None:
    make_rival(site, person, Status.SENT, NOW - HOUR, counts_towards_caps=False)
    assert read(factories.make_campaign(site), person) == []


def test_what_is_being_sent_counts_as_sent_now(site: Site, person: Subscriber) -> None:
    make_rival(site, person, Status.SENDING, NOW - HOUR, priority=Campaign.Priority.LOW)
    assert read(factories.make_campaign(site), person) == [NOW]


@pytest.mark.parametrize(
    ("rival", "goes_first"),
    [
        ({"priority": Campaign.Priority.HIGH, "launched_at": NOW}, True),
        ({"launched_at": NOW - HOUR}, True),
        ({"launched_at": NOW + HOUR}, False),
        ({"priority": Campaign.Priority.LOW, "launched_at": NOW - HOUR}, False),
    ],
)
def test_what_is_planned_counts_if_it_goes_first(
    site: Site, person: Subscriber, rival: dict[str, Any], goes_first: bool
) -> None:
    make_rival(site, person, Status.PLANNED, NOW + 2 * HOUR, **rival)
    campaign = factories.make_campaign(site, launched_at=NOW)
    assert read(campaign, person) == ([NOW + 2 * HOUR] if goes_first else [])


def test_of_two_launched_together_one_goes_first(site: Site, person: Subscriber) -> None:
    first = make_rival(site, person, Status.PLANNED, NOW + HOUR, launched_at=NOW)
    second = make_rival(site, person, Status.PLANNED, NOW + 2 * HOUR, launched_at=NOW)
    assert read(second, person) == [NOW + HOUR]
    assert read(first, person) == []


def test_what_is_overdue_counts_as_sent_now(site: Site, person: Subscriber) -> None:
    make_rival(site, person, Status.PLANNED, NOW - HOUR)
    assert read(factories.make_campaign(site), person) == [NOW]


def test_what_is_planned_in_a_cancelled_campaign_takes_no_slot(site: Site, person: Subscriber) -> None:
    rival = make_rival(site, person, Status.PLANNED, NOW + HOUR)
    Campaign.objects.filter(pk=rival.pk).update(status=Campaign.Status.CANCELLED)
    assert read(factories.make_campaign(site), person) == []


def test_an_earlier_run_of_the_same_campaign_counts_and_the_run_itself_does_not(
    site: Site, person: Subscriber
) -> None:
    campaign = make_rival(site, person, Status.PLANNED, NOW + HOUR)
    assert read(campaign, person) == []
    assert read(campaign, person, occurrence=2) == [NOW + HOUR]


def test_what_a_person_got_before_a_merge_is_theirs(site: Site, person: Subscriber) -> None:
    shell = factories.make_subscriber(site, merged_into=person)
    older = factories.make_subscriber(site, merged_into=shell)
    make_rival(site, shell, Status.SENT, NOW - HOUR)
    make_rival(site, older, Status.SENT, NOW - 2 * HOUR)
    assert read(factories.make_campaign(site), person) == [NOW - 2 * HOUR, NOW - HOUR]


def test_another_sites_campaigns_are_no_rivals(site: Site, person: Subscriber) -> None:
    make_rival(factories.make_site(), person, Status.SENT, NOW - HOUR)
    assert read(factories.make_campaign(site), person) == []
