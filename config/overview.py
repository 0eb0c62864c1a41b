"""What the home page says: the last two weeks, what goes out, who is in which segment, what to do first."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db.models import Case, Count, Q, Value, When
from django.db.models.functions import TruncDate

from campaigns.models import Campaign
from campaigns.reports import Outcomes, count_outcomes
from config.trends import Trend, draw_trend
from segments.models import Segment
from subscribers.database_zones import find_database_zone
from subscribers.models import Site, Subscriber
from subscribers.remembering import Remembered
from subscribers.timezones import UTC, load_zone
from tracking.models import EventType
from tracking.volume import read_daily_counts

DAYS = 14
LATEST_CAMPAIGNS, LATEST_SEGMENTS = 6, 8
OPEN = (Campaign.Status.RUNNING, Campaign.Status.PAUSED, Campaign.Status.SCHEDULED)
KEEP_SECONDS = 60
_arrivals = Remembered[dict[dt.date, int]](dict[dt.date, int])
_heads = Remembered[tuple[int, int]](tuple[int, int])


@dataclass(frozen=True)
class Headcount:
    subscribers: int
    reachable: int


@dataclass(frozen=True)
class CampaignLine:
    """`share` of those whom it goes to have their outcome, in per cent; None where nothing goes out."""

    campaign: Campaign
    outcomes: Outcomes
    share: int | None


@dataclass(frozen=True)
class SegmentLine:
    segment: Segment
    members: int


def find_zone(sites: list[Site]) -> ZoneInfo:
    """In whose days the home page counts: the time zone that all sites share, else UTC."""
    zones = {site.timezone for site in sites}
    return load_zone(find_database_zone(zones.pop() if len(zones) == 1 else UTC))


def read_trends(sites: list[Site], *, zone: ZoneInfo, now: dt.datetime) -> list[Trend]:
    """Events, new subscribers, sends and clicks of these sites per day."""
    names = dict(EventType.objects.filter(site__in=sites).values_list("pk", "name"))
    daily = read_daily_counts(days=DAYS, zone=zone, now=now)

    def count(wanted: Callable[[str], bool]) -> dict[dt.date, int]:
        return {
            day: sum(count for pk, count in counts.items() if pk in names and wanted(names[pk]))
            for day, counts in daily.items()
        }

    arrivals = count_arrivals(sites, list(daily), zone=zone)
    return [
        draw_trend(
            "events", "Events", "What visitors did", count(lambda name: not name.startswith("$push_"))
        ),
        draw_trend("arrivals", "New subscribers", "Seen for the first time", arrivals),
        draw_trend("sends", "Pushes sent", "Taken by push services", count("$push_sent".__eq__)),
        draw_trend("clicks", "Clicks", "On pushes and their buttons", count("$push_clicked".__eq__)),
    ]


def count_arrivals(sites: list[Site], days: list[dt.date], *, zone: ZoneInfo) -> dict[dt.date, int]:
    """New subscribers for each day, at most a minute old. Who came lately was also seen lately, which has an index."""
    key = f"arrivals:{zone.key}:{days[-1]}:{_name_sites(sites)}"
    counts = _arrivals.recall(key)
    if counts is None:
        since = dt.datetime.combine(days[0], dt.time(), tzinfo=zone)
        lately = Subscriber.objects.living().filter(
            site__in=sites, last_seen_at__gte=since, created_at__gte=since
        )
        by_day = lately.values_list(TruncDate("created_at", tzinfo=zone)).annotate(Count("pk")).order_by()
        counts = dict(by_day)
        _arrivals.keep(key, counts, KEEP_SECONDS)
    return {day: counts.get(day, 0) for day in days}


def count_heads(sites: list[Site]) -> Headcount:
    """How many people there are, and how many a push can reach, at most a minute old."""
    key = f"headcount:{_name_sites(sites)}"
    numbers = _heads.recall(key)
    if numbers is None:
        living, reachable = Subscriber.objects.living(), Subscriber.objects.reachable()
        numbers = (living.filter(site__in=sites).count(), reachable.filter(site__in=sites).count())
        _heads.keep(key, numbers, KEEP_SECONDS)
    return Headcount(*numbers)


def _name_sites(sites: list[Site]) -> str:
    return ",".join(str(site.pk) for site in sites)


def read_campaigns(sites: list[Site]) -> list[CampaignLine]:
    """Those that are going out or will, then the latest others."""
    is_open = Case(When(Q(status__in=OPEN), then=Value(0)), default=Value(1))
    campaigns = list(
        Campaign.objects.filter(site__in=sites)
        .select_related("site")
        .order_by(is_open, "-updated_at")[:LATEST_CAMPAIGNS]
    )
    outcomes = count_outcomes(campaigns)
    return [_make_line(campaign, outcomes[campaign.pk]) for campaign in campaigns]


def _make_line(campaign: Campaign, outcomes: Outcomes) -> CampaignLine:
    goes_out = campaign.status in (Campaign.Status.RUNNING, Campaign.Status.PAUSED)
    share = outcomes.share_settled if goes_out else None
    return CampaignLine(campaign, outcomes, None if share is None else int(100 * share))


def read_segments(sites: list[Site]) -> list[SegmentLine]:
    """The segments that were edited last, with their members."""
    segments = Segment.objects.filter(site__in=sites).order_by("-updated_at")[:LATEST_SEGMENTS]
    return [SegmentLine(segment, segment.member_count) for segment in segments]
