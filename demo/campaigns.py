"""The demo shop's campaigns: one that is over, one that goes out tomorrow morning, and a draft."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.models import User
from django.templatetags.static import static

from campaigns.lifecycle import launch_campaign
from campaigns.models import Campaign
from campaigns.planning import plan_campaign
from demo.outcomes import play_campaign
from demo.segments import ACTIVE, CART_ABANDONERS, RECENT_BUYERS, SPENDERS_TO_WIN_BACK
from segments.models import Segment
from subscribers.models import Site

Schedule = Campaign.Schedule
CAMPAIGN_AGE = dt.timedelta(days=5)  # of the one that is over


def create_past_campaign(
    site: Site, segments: dict[str, Segment], *, author: User, now: dt.datetime
) -> Campaign:
    """The one that is over, played through as if its people had got it. The segments are as they were then."""
    return _sign(_create_finished(site, segments, now=now), author)


def create_coming_campaigns(
    site: Site, segments: dict[str, Segment], *, author: User, now: dt.datetime
) -> list[Campaign]:
    coming = [_create_scheduled(site, segments, now=now), _create_draft(site, segments, now=now)]
    return [_sign(campaign, author) for campaign in coming]


def _sign(campaign: Campaign, author: User) -> Campaign:
    campaign.created_by = author
    campaign.save(update_fields=["created_by"])
    return campaign


def _create_draft(site: Site, segments: dict[str, Segment], *, now: dt.datetime) -> Campaign:
    campaign = Campaign.objects.create(
        site=site,
        icon_url=_make_url(static("demo/mark.svg")),
        name="We miss you",
        title='{{ subscriber.first_name | default: "Hello" }}, it has been a while 🏔️',
        body="New trails are waiting. Take 15 % off your next order: RIDGE15.",
        link_url=_make_url("/demo/"),
        schedule=Schedule.LOCAL,
        local_date=_find_day(site, now) + dt.timedelta(days=7),
        local_time=dt.time(17, 30),
    )
    campaign.include_segments.set([segments[SPENDERS_TO_WIN_BACK.name]])
    return campaign


def _create_finished(site: Site, segments: dict[str, Segment], *, now: dt.datetime) -> Campaign:
    """Launched CAMPAIGN_AGE ago for six o'clock in the evening, when that had passed already in the far east."""
    launched_at = (now - CAMPAIGN_AGE).replace(hour=9, minute=30, second=0, microsecond=0)
    campaign = Campaign.objects.create(
        site=site,
        icon_url=_make_url(static("demo/mark.svg")),
        name="Sale: last season’s colours",
        title="The sale has begun 🎒",
        body='{{ subscriber.first_name | default: "Hi" }}, up to 26 % off shoes, jackets and packs.',
        link_url=_make_url("/demo/sale/"),
        actions=[
            {"title": "See the sale", "link": _make_url("/demo/sale/")},
            {"title": "Only shoes", "link": _make_url("/demo/category/running-shoes/")},
        ],
        schedule=Schedule.LOCAL,
        local_date=launched_at.date(),
        local_time=dt.time(18),
        ttl=dt.timedelta(hours=12),
    )
    campaign.include_segments.set([segments[ACTIVE.name]])
    campaign.exclude_segments.set([segments[RECENT_BUYERS.name]])
    _plan(campaign, now=launched_at)
    Campaign.objects.filter(pk=campaign.pk).update(created_at=launched_at - dt.timedelta(hours=20))
    return play_campaign(campaign)


def _create_scheduled(site: Site, segments: dict[str, Segment], *, now: dt.datetime) -> Campaign:
    campaign = Campaign.objects.create(
        site=site,
        icon_url=_make_url(static("demo/mark.svg")),
        name="Your cart is waiting",
        title='Still thinking it over, {{ subscriber.first_name | default: "friend" }}?',
        body="Your cart is as you left it. Order today, and it ships for free.",
        link_url=_make_url("/demo/cart/"),
        actions=[{"title": "Go to my cart", "link": _make_url("/demo/cart/")}],
        schedule=Schedule.LOCAL,
        local_date=_find_day(site, now) + dt.timedelta(days=1),
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
    return now.astimezone(ZoneInfo(site.timezone)).date()


def _make_url(path: str) -> str:
    return f"{settings.PUBLIC_URL}{path}"
