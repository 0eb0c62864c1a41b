"""What a launch would do, in words and rows for the confirmation page."""

import datetime as dt
import zoneinfo
from dataclasses import dataclass

from campaigns.models import Campaign, Delivery
from campaigns.plans import Plan


@dataclass(frozen=True)
class SkippedLine:
    """How many would not get it, and why."""

    label: str
    count: int


@dataclass(frozen=True)
class ZoneLine:
    """How many are due at an hour in one time zone; `share` of the longest line, in per cent."""

    timezone: str
    local_time: dt.datetime
    count: int
    share: int


@dataclass(frozen=True)
class HourGroup:
    """Everybody who is due in the same hour of the site's clock."""

    hour: dt.datetime
    count: int
    lines: list[ZoneLine]


@dataclass(frozen=True)
class PlanWords:
    """The dry run, ready to be shown: audience = planned + every skipped line."""

    plan: Plan
    skipped: list[SkippedLine]
    hours: list[HourGroup]


def describe_plan(plan: Plan, campaign: Campaign) -> PlanWords:
    skipped = [
        SkippedLine(Delivery.Reason(reason).label, count)
        for reason, count in sorted(plan.skipped_by_reason.items(), key=lambda item: -item[1])
        if count
    ]
    return PlanWords(plan, skipped, _group_by_hour(plan, campaign))


def _group_by_hour(plan: Plan, campaign: Campaign) -> list[HourGroup]:
    site_zone = zoneinfo.ZoneInfo(campaign.site.timezone)
    longest = max((count for _, _, count in plan.by_due), default=1)
    groups: dict[dt.datetime, list[ZoneLine]] = {}
    for due_at, timezone, count in sorted(plan.by_due, key=lambda line: (line[0], -line[2])):
        hour = due_at.astimezone(site_zone).replace(minute=0, second=0, microsecond=0)
        local_time = due_at.astimezone(zoneinfo.ZoneInfo(timezone or campaign.site.timezone))
        line = ZoneLine(timezone, local_time, count, max(1, round(100 * count / longest)))
        groups.setdefault(hour, []).append(line)
    return [HourGroup(hour, sum(line.count for line in lines), lines) for hour, lines in groups.items()]
