"""The demo shop's campaigns that have gone out: a sale that is over, and one that goes out every week.

The days go by as they did: segments are built for each, and a campaign goes out on its day to whoever was in them.
"""

from __future__ import annotations

import datetime as dt
from functools import partial

from django.contrib.auth.models import User
from django.templatetags.static import static

from campaigns.attribution import recompute
from campaigns.lifecycle import launch_campaign
from campaigns.models import Campaign
from campaigns.planning import plan_campaign
from demo.campaigns import make_url, sign
from demo.outcomes import play_campaign, play_run
from demo.segments import A_DAY, ACTIVE, RECENT_BUYERS, build_segments
from segments.models import Segment
from subscribers.models import Site

SALE_AGE = 8 * A_DAY
SALE_STARTS = dt.time(9, 30)  # in UTC; in the far east the evening has begun
WEEKLY_AGES = (16 * A_DAY, 9 * A_DAY, 2 * A_DAY)
# In UTC; when a run for five in the afternoon is planned, a quarter of an hour before that hour comes first on earth.
WEEKLY_STARTS = dt.time(2, 45)
LINK = "/demo/sale/"


def play_past(
    site: Site, segments: dict[str, Segment], *, author: User, since: dt.datetime, now: dt.datetime
) -> None:
    """Let the days from `since` to `now` go by."""
    sale = _draft_sale(site, segments, starts_at=_find_instant(now - SALE_AGE, SALE_STARTS))
    runs = {age: _find_instant(now - age, WEEKLY_STARTS) for age in WEEKLY_AGES}
    weekly = _draft_weekly(site, segments, days=[starts_at.date() for starts_at in runs.values()])
    outings = {age: partial(_send_weekly, weekly, starts_at) for age, starts_at in runs.items()}
    outings[SALE_AGE] = partial(_send_sale, sale, _find_instant(now - SALE_AGE, SALE_STARTS))
    for age in sorted(outings, reverse=True):
        build_segments(segments, since=since, until=now - age - A_DAY)
        outings[age]()
        since = now - age
    for campaign in (sale, weekly):
        sign(campaign, author)
        recompute(campaign, now=now)
    build_segments(segments, since=since, until=now)


def _find_instant(latest: dt.datetime, time: dt.time) -> dt.datetime:
    """The last time that clocks in UTC showed that, not later than `latest`."""
    instant = dt.datetime.combine(latest.date(), time, dt.UTC)
    return instant if instant <= latest else instant - A_DAY


def _draft_sale(site: Site, segments: dict[str, Segment], *, starts_at: dt.datetime) -> Campaign:
    campaign = Campaign.objects.create(
        site=site,
        icon_url=make_url(static("demo/mark.svg")),
        name="Sale: last season’s colours",
        title="The sale has begun 🎒",
        body='{{ subscriber.first_name | default: "Hi" }}, up to 26 % off shoes, jackets and packs.',
        link_url=make_url(LINK),
        actions=[
            {"title": "See the sale", "link": make_url(LINK)},
            {"title": "Only shoes", "link": make_url("/demo/category/running-shoes/")},
        ],
        schedule=Campaign.Schedule.LOCAL,
        local_date=starts_at.date(),
        local_time=dt.time(18),
        ttl=dt.timedelta(hours=12),
        holdout_percent=25,
        goal={"type": "event", "event": "purchase", "where": []},
        revenue_property="value",
        click_window=7 * A_DAY,
    )
    campaign.variants.create(
        letter="B",
        icon_url=make_url(static("demo/mark.svg")),
        title='Up to 26 % off, {{ subscriber.first_name | default: "today" }} 🏷️',
        body="Last season’s colours, this season’s trails. While they last.",
        link_url=make_url(LINK),
        actions=[
            {"title": "Show me", "link": make_url(LINK)},
            {"title": "Only jackets", "link": make_url("/demo/category/jackets/")},
        ],
    )
    campaign.include_segments.set([segments[ACTIVE.name]])
    campaign.exclude_segments.set([segments[RECENT_BUYERS.name]])
    return campaign


def _send_sale(campaign: Campaign, starts_at: dt.datetime) -> None:
    launch_campaign(campaign, now=starts_at)
    plan_campaign(campaign, now=starts_at)
    campaign.refresh_from_db()
    play_campaign(campaign)
    Campaign.objects.filter(pk=campaign.pk).update(created_at=starts_at - dt.timedelta(hours=20))


def _draft_weekly(site: Site, segments: dict[str, Segment], *, days: list[dt.date]) -> Campaign:
    campaign = Campaign.objects.create(
        site=site,
        icon_url=make_url(static("demo/mark.svg")),
        name="Trail of the week",
        title='Where to this weekend, {{ subscriber.first_name | default: "friend" }}?',
        body="Our trail of the week: 14 km, a lake, and a hut with very good cake.",
        link_url=make_url("/demo/"),
        schedule=Campaign.Schedule.RECURRING,
        repeats=Campaign.Repeats.WEEKLY,
        weekdays=[days[0].isoweekday()],
        local_date=days[0],
        local_time=dt.time(17),
        late_policy=Campaign.LatePolicy.SKIP,
        goal={"type": "event", "event": "$session_start", "where": []},
    )
    campaign.include_segments.set([segments[ACTIVE.name]])
    launched_at = dt.datetime.combine(days[0] - A_DAY, dt.time(15), dt.UTC)
    launch_campaign(campaign, now=launched_at)
    Campaign.objects.filter(pk=campaign.pk).update(created_at=launched_at - A_DAY)
    campaign.refresh_from_db()
    return campaign


def _send_weekly(campaign: Campaign, starts_at: dt.datetime) -> None:
    plan_campaign(campaign, now=starts_at)
    campaign.refresh_from_db()
    play_run(campaign)
