"""The demo shop's campaigns that are still to come: one for tomorrow morning, and a draft."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.contrib.auth.models import User
from django.templatetags.static import static

from campaigns.lifecycle import launch_campaign
from campaigns.models import Campaign
from campaigns.planning import plan_campaign
from demo.segments import A_DAY, CART_ABANDONERS, SPENDERS_TO_WIN_BACK
from segments.models import Segment
from subscribers.models import Site

Schedule = Campaign.Schedule


def create_coming_campaigns(
    site: Site, segments: dict[str, Segment], *, author: User, now: dt.datetime
) -> list[Campaign]:
    coming = [_create_scheduled(site, segments, now=now), _create_draft(site, segments, now=now)]
    return [sign(campaign, author) for campaign in coming]


def sign(campaign: Campaign, author: User) -> Campaign:
    """As if that person had written it."""
    campaign.created_by = author
    campaign.save(update_fields=["created_by"])
    return campaign


def _create_draft(site: Site, segments: dict[str, Segment], *, now: dt.datetime) -> Campaign:
    campaign = Campaign.objects.create(
        site=site,
        icon_url=make_url(static("demo/mark.svg")),
        name="We miss you",
        title='{{ subscriber.first_name | default: "Hello" }}, it has been a while 🏔️',
        body="New trails are waiting. Take 15 % off your next order: RIDGE15.",
        link_url=make_url("/demo/"),
        schedule=Schedule.LOCAL,
        local_date=_find_day(site, now) + 7 * A_DAY,
        local_time=dt.time(17, 30),
    )
    campaign.include_segments.set([segments[SPENDERS_TO_WIN_BACK.name]])
    return campaign


def _create_scheduled(site: Site, segments: dict[str, Segment], *, now: dt.datetime) -> Campaign:
    campaign = Campaign.objects.create(
        site=site,
        icon_url=make_url(static("demo/mark.svg")),
        name="Your cart is waiting",
        title='Still thinking it over, {{ subscriber.first_name | default: "friend" }}?',
        body="Your cart is as you left it. Order today, and it ships for free.",
        link_url=make_url("/demo/cart/"),
        actions=[{"title": "Go to my cart", "link": make_url("/demo/cart/")}],
        schedule=Schedule.LOCAL,
        local_date=_find_day(site, now) + A_DAY,
        local_time=dt.time(9),
        late_policy=Campaign.LatePolicy.NEXT_DAY,
    )
    campaign.include_segments.set([segments[CART_ABANDONERS.name]])
    return _plan(campaign, now=now)


def _plan(campaign: Campaign, *, now: dt.datetime) -> Campaign:
    launch_campaign(campaign, now=now)
    plan_campaign(campaign, now=now)
    campaign.refresh_from_db()
    return campaign


def _find_day(site: Site, now: dt.datetime) -> dt.date:
    return now.astimezone(site.zone).date()


def make_url(path: str) -> str:
    """The address of one of the shop's pages or pictures."""
    return f"{settings.PUBLIC_URL}{path}"
