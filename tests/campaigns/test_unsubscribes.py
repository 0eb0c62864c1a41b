"""Whoever unsubscribes within a day after a push counts for the version they got."""

import datetime as dt

from campaigns.models import Campaign, Delivery
from campaigns.unsubscribes import count_unsubscribes
from subscribers.models import Site, Subscriber
from tests import factories
from tests.factories import NOW

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


def send(campaign: Campaign, letter: str = "A", *, run: int = 1, at: dt.datetime = NOW) -> Subscriber:
    person = factories.make_subscriber(campaign.site)
    factories.make_delivery(
        campaign, person, occurrence=run, variant=letter, status=Delivery.Status.SENT, due_at=at, sent_at=at
    )
    return person


def unsubscribe(person: Subscriber, after: dt.timedelta) -> None:
    factories.make_event(person, "$unsubscribed", NOW + after)


def count(campaign: Campaign) -> dict[str, int]:
    return count_unsubscribes(campaign, now=NOW + 3 * DAY)


def test_those_who_unsubscribe_within_a_day_are_counted_by_version(site: Site) -> None:
    campaign = factories.make_campaign(site)
    for letter, after in [("A", HOUR), ("B", HOUR), ("B", DAY - HOUR), ("B", DAY), ("A", -HOUR)]:
        unsubscribe(send(campaign, letter), after)
    send(campaign)
    assert count(campaign) == {"A": 1, "B": 2}


def test_somebody_who_does_it_twice_counts_once(site: Site) -> None:
    campaign = factories.make_campaign(site)
    person = send(campaign)
    unsubscribe(person, HOUR)
    unsubscribe(person, 2 * HOUR)
    assert count(campaign) == {"A": 1}


def test_somebody_who_was_merged_is_found_in_the_survivors_log(site: Site) -> None:
    campaign = factories.make_campaign(site)
    survivor = factories.make_subscriber(site)
    Subscriber.objects.filter(pk=send(campaign).pk).update(merged_into=survivor)
    unsubscribe(survivor, HOUR)
    assert count(campaign) == {"A": 1}


def test_pushes_of_other_campaigns_and_people_of_other_runs_do_not_count(site: Site) -> None:
    campaign, other = factories.make_campaign(site), factories.make_campaign(site)
    unsubscribe(send(other), HOUR)
    send(campaign)
    assert count(campaign) == {}
    unsubscribe(send(campaign, run=2), HOUR)
    assert count(campaign) == {"A": 1}


def test_a_campaign_that_nobody_was_sent_has_none(site: Site) -> None:
    campaign = factories.make_campaign(site)
    factories.make_occurrence(campaign)
    assert count(campaign) == {}
