"""What the tests of the campaign pages share: a signed-in client, a filled-in form, addresses."""

import datetime as dt
from typing import Any

from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign, Delivery
from subscribers.models import Site, Subscriber
from tests import factories
from tests.factories import NOW, make_push_subscription, make_subscriber, make_user


def sign_in(*groups: str, **values: Any) -> Client:
    """A client on whose behalf somebody of these roles is signed in."""
    client = Client()
    client.force_login(make_user(*groups, **values))
    return client


def page_of(campaign: Campaign, page: str = "change") -> str:
    return reverse(f"admin:campaigns_campaign_{page}", args=[campaign.pk])


def fill_in(site: Site, **values: Any) -> dict[str, Any]:
    """What the browser posts for a small, correct draft."""
    return {
        "site": site.pk,
        "name": "Sale",
        "title": "The sale is on",
        "body": "Come in.",
        "link_url": "https://shop.example/sale",
        "schedule": "now",
        "late_policy": "send_if_within",
        "late_limit_minutes": "60",
        "audience_at": "launch",
        "ttl": "86400",
        "urgency": "normal",
        "_continue": "1",
        **values,
    }


def make_reachable(site: Site, **values: Any) -> Subscriber:
    subscriber = make_subscriber(site, **values)
    make_push_subscription(subscriber)
    return subscriber


def make_delivery(campaign: Campaign, status: Delivery.Status, reason: str = "", **values: Any) -> Delivery:
    """An outcome as the engine leaves it."""
    handed_over = status in (Delivery.Status.SENT, Delivery.Status.DISPLAYED, Delivery.Status.CLICKED)
    defaults: dict[str, Any] = {
        "subscriber": make_reachable(campaign.site),
        "due_at": NOW,
        "sent_at": NOW if handed_over else None,
        "displayed_at": NOW if status in (Delivery.Status.DISPLAYED, Delivery.Status.CLICKED) else None,
        "clicked_at": NOW + dt.timedelta(hours=1) if status == Delivery.Status.CLICKED else None,
    }
    return factories.make_delivery(campaign, status=status, reason=reason, **{**defaults, **values})
