"""The last look before sending: people change between planning and their turn."""

import datetime as dt

import pytest

from campaigns.models import Campaign, Delivery
from campaigns.transports.memory import MemoryTransport
from segments.models import Segment
from subscribers.models import PushSubscription, Site, Subscriber
from subscribers.subscriptions import end_all_subscriptions, move_subscriptions
from tests import factories
from tests.campaigns.people import (
    deliver_due,
    delivery_of,
    find_device,
    in_country,
    make_reachable,
    make_running,
    make_segmented,
    plan,
)

Reason = Delivery.Reason
Status = Delivery.Status


@pytest.fixture
def transport() -> MemoryTransport:
    return MemoryTransport()


def outcomes_of(campaign: Campaign) -> dict[int, tuple[str, str]]:
    return {row.subscriber_id: (row.status, row.reason) for row in campaign.deliveries.all()}


def merge(shell: Subscriber, survivor: Subscriber) -> None:
    move_subscriptions(giver=shell, taker=survivor)
    shell.merged_into = survivor
    shell.save()


def test_who_unsubscribed_since_planning_is_skipped(
    site: Site, transport: MemoryTransport, now: dt.datetime
) -> None:
    person = make_reachable(site)
    campaign = make_running(site)
    end_all_subscriptions(person, reason=PushSubscription.EndReason.UNSUBSCRIBED, now=now)
    deliver_due(now=now, transport=transport)
    assert outcomes_of(campaign) == {person.pk: (Status.SKIPPED, Reason.UNSUBSCRIBED)}


def test_an_audience_checked_at_delivery_leaves_out_who_left_or_came_to_be_excluded(
    site: Site, transport: MemoryTransport, now: dt.datetime
) -> None:
    stays, leaves, excluded = (make_reachable(site, country="DE", language="de") for _ in range(3))
    include = factories.make_segment(site, in_country("DE"))
    french = {"type": "profile", "field": "language", "operator": "equals", "value": "fr"}
    exclude = factories.make_segment(site, {"version": 1, "root": french})
    campaign = plan(
        make_segmented(site, include=[include], exclude=[exclude], audience_at=Campaign.AudienceAt.DELIVERY)
    )
    factories.change_subscriber(leaves, country="IT")
    factories.change_subscriber(excluded, language="fr")
    deliver_due(now=now + dt.timedelta(minutes=1), transport=transport)
    assert outcomes_of(campaign) == {
        stays.pk: (Status.SENT, ""),
        leaves.pk: (Status.SKIPPED, Reason.LEFT_AUDIENCE),
        excluded.pk: (Status.SKIPPED, Reason.EXCLUDED),
    }


def test_an_audience_settled_at_launch_stays_as_it_was(
    site: Site, transport: MemoryTransport, now: dt.datetime
) -> None:
    leaves = make_reachable(site, country="DE")
    campaign = plan(make_segmented(site, include=[factories.make_segment(site, in_country("DE"))]))
    factories.change_subscriber(leaves, country="IT")
    deliver_due(now=now + dt.timedelta(minutes=1), transport=transport)
    assert outcomes_of(campaign) == {leaves.pk: (Status.SENT, "")}


def test_a_segment_that_breaks_before_delivery_pauses_the_campaign_and_sends_nothing(
    site: Site, transport: MemoryTransport, now: dt.datetime
) -> None:
    person = make_reachable(site)
    segment = factories.make_segment(site, in_country("FR"))
    campaign = plan(make_segmented(site, exclude=[segment], audience_at=Campaign.AudienceAt.DELIVERY))
    nonsense = {"version": 1, "root": {"type": "nonsense"}}
    Segment.objects.filter(pk=segment.pk).update(rule=nonsense, status=Segment.Status.BUILDING)
    deliver_due(now=now + dt.timedelta(minutes=1), transport=transport)
    campaign.refresh_from_db()
    assert campaign.status == Campaign.Status.PAUSED
    assert outcomes_of(campaign) == {person.pk: (Status.PLANNED, "")}
    assert transport.sent == []


def test_somebody_merged_into_another_of_the_audience_is_sent_one_push(
    site: Site, transport: MemoryTransport, now: dt.datetime
) -> None:
    shell, survivor = make_reachable(site), make_reachable(site)
    campaign = make_running(site)
    merge(shell, survivor)
    deliver_due(now=now, transport=transport)
    assert outcomes_of(campaign) == {
        shell.pk: (Status.SKIPPED, Reason.MERGED),
        survivor.pk: (Status.SENT, ""),
    }


def test_somebody_merged_into_a_person_outside_of_the_audience_is_reached_there(
    site: Site, transport: MemoryTransport, now: dt.datetime
) -> None:
    shell = make_reachable(site, country="DE")
    campaign = plan(make_segmented(site, include=[factories.make_segment(site, in_country("DE"))]))
    survivor = factories.make_subscriber(site, attributes={"first_name": "Ada"})
    merge(shell, survivor)
    deliver_due(now=now, transport=transport)
    assert outcomes_of(campaign) == {shell.pk: (Status.SENT, "")}
    assert transport.sent[0].endpoint == find_device(survivor).endpoint


def test_a_survivor_without_a_device_at_planning_is_reached_on_the_shells(
    site: Site, transport: MemoryTransport, now: dt.datetime
) -> None:
    shell, survivor = make_reachable(site), factories.make_subscriber(site)
    campaign = make_running(site)
    merge(shell, survivor)
    deliver_due(now=now, transport=transport)
    assert delivery_of(campaign, shell).status == Status.SENT
    assert delivery_of(campaign, survivor).reason == Reason.NEVER_SUBSCRIBED


def test_two_browsers_that_turn_out_to_be_one_person_are_sent_one_push(
    site: Site, transport: MemoryTransport, now: dt.datetime
) -> None:
    phone, laptop = make_reachable(site), make_reachable(site)
    campaign = make_running(site)
    survivor = factories.make_subscriber(site)
    merge(phone, survivor)
    merge(laptop, survivor)
    deliver_due(now=now, transport=transport)
    assert sorted(outcomes_of(campaign).values()) == [(Status.SENT, ""), (Status.SKIPPED, Reason.MERGED)]
    assert len(transport.sent) == 1
