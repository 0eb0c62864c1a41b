"""What the tests of the campaign engine share: reachable people, ready segments, campaigns at each stage."""

import datetime as dt
from typing import Any

from campaigns.delivery import deliver_next
from campaigns.lifecycle import launch_campaign
from campaigns.models import Campaign, Delivery
from campaigns.planning import plan_campaign
from campaigns.transports.base import Transport
from segments.models import Segment
from subscribers.models import PushSubscription, Site, Subscriber
from tests import factories
from tests.factories import NOW


def make_reachable(site: Site, **values: Any) -> Subscriber:
    """Somebody with one active device."""
    subscriber = factories.make_subscriber(site, **values)
    factories.make_push_subscription(subscriber)
    return subscriber


def find_device(subscriber: Subscriber) -> PushSubscription:
    return subscriber.push_subscriptions.get()


def in_country(*countries: str) -> dict[str, Any]:
    condition = {"type": "profile", "field": "country", "operator": "in", "values": list(countries)}
    return {"version": 1, "root": condition}


def make_running(site: Site, *, now: dt.datetime = NOW, **values: Any) -> Campaign:
    """A campaign planned at `now` over the site's subscribers."""
    campaign = factories.make_campaign(site, **values)
    return plan(campaign, now=now)


def make_segmented(
    site: Site, *, include: list[Segment] | None = None, exclude: list[Segment] | None = None, **values: Any
) -> Campaign:
    """A draft for the members of `include`, but not of `exclude`."""
    campaign = factories.make_campaign(site, **values)
    campaign.include_segments.set(include or [])
    campaign.exclude_segments.set(exclude or [])
    return campaign


def plan(campaign: Campaign, *, now: dt.datetime = NOW) -> Campaign:
    """Launch and plan a draft."""
    launch_campaign(campaign, now=now)
    plan_campaign(campaign, now=now)
    campaign.refresh_from_db()
    return campaign


def deliver_due(*, now: dt.datetime, transport: Transport) -> int:
    """Send everything that is due at `now`; the number of deliveries that came to an outcome or a retry."""
    total = 0
    while (handled := deliver_next(now=now, transport=transport)) is not None:
        total += handled
    return total


def delivery_of(campaign: Campaign, subscriber: Subscriber) -> Delivery:
    return Delivery.objects.get(campaign=campaign, subscriber=subscriber)
