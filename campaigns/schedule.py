"""When each person is due: pure functions over a campaign's schedule, a time zone and an instant.

Local time is computed here with `zoneinfo`, in UTC arithmetic; no scheduler ever sees a local time.
"""

import datetime as dt
import functools
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from campaigns.models import Campaign, Delivery
from subscribers.timezones import is_timezone

LatePolicy = Campaign.LatePolicy


@dataclass(frozen=True, slots=True)
class Due:
    """When somebody is due; without `at`, why never. `late`: their time had passed and the late policy decided."""

    at: dt.datetime | None
    reason: str = ""
    late: bool = False


@dataclass(frozen=True, slots=True)
class ChosenZone:
    """The time zone that somebody's due time is computed in."""

    zone: ZoneInfo
    is_site_default: bool


def choose_zone(subscriber_timezone: str, site_timezone: str) -> ChosenZone:
    """The subscriber's own time zone; the site's where that is missing or no IANA name, and UTC as the last resort."""
    if is_timezone(subscriber_timezone):
        return ChosenZone(_load_zone(subscriber_timezone), is_site_default=False)
    known = site_timezone if is_timezone(site_timezone) else "UTC"
    return ChosenZone(_load_zone(known), is_site_default=True)


def resolve_local_time(day: dt.date, time: dt.time, zone: ZoneInfo) -> dt.datetime:
    """The instant, in UTC, at which clocks in `zone` show `time` on `day`.

    A wall time that the clocks skip (a DST gap) gives the first instant after the gap; one that they show
    twice (a fold) gives the first of the two.
    """
    wall = dt.datetime.combine(day, time.replace(tzinfo=None))
    first = wall.replace(tzinfo=zone, fold=0).astimezone(dt.UTC)
    if first.astimezone(zone).replace(tzinfo=None) == wall:
        return first
    # In a gap, fold=0 reads the wall time with the offset before it and lands after the gap; fold=1 the reverse.
    before_gap = wall.replace(tzinfo=zone, fold=1).astimezone(dt.UTC)
    return _find_transition(before_gap, first, zone)


def due_at(campaign: Campaign, zone: ZoneInfo, *, now: dt.datetime) -> Due:
    """When somebody in `zone` is due. A schedule that is not filled in yet counts as now (for dry runs of drafts)."""
    if campaign.schedule == Campaign.Schedule.INSTANT:
        return Due(campaign.send_at or now)
    if campaign.schedule == Campaign.Schedule.NOW or not campaign.local_date or not campaign.local_time:
        return Due(now)
    at = resolve_local_time(campaign.local_date, campaign.local_time, zone)
    if at >= now:
        return Due(at)
    return _decide_late(campaign, at, zone, now=now)


def _decide_late(campaign: Campaign, at: dt.datetime, zone: ZoneInfo, *, now: dt.datetime) -> Due:
    limit = dt.timedelta(minutes=campaign.late_limit_minutes)
    if campaign.late_policy == LatePolicy.NEXT_DAY and campaign.local_date and campaign.local_time:
        return Due(_find_next_day(campaign.local_date, campaign.local_time, zone, now=now), late=True)
    if campaign.late_policy == LatePolicy.SEND_NOW:
        return Due(now, late=True)
    if campaign.late_policy == LatePolicy.SEND_IF_WITHIN and now - at <= limit:
        return Due(now, late=True)
    return Due(None, Delivery.Reason.TOO_LATE, late=True)


def _find_next_day(day: dt.date, time: dt.time, zone: ZoneInfo, *, now: dt.datetime) -> dt.datetime:
    """The first instant after `now` with that wall time on a day after `day`."""
    one_day = dt.timedelta(days=1)
    day = max(day + one_day, now.astimezone(zone).date())
    while (at := resolve_local_time(day, time, zone)) <= now:
        day += one_day
    return at


def _find_transition(before: dt.datetime, after: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """The first whole second after `before` with another UTC offset; transitions fall on whole seconds."""
    low, high = int(before.timestamp()), -int(-after.timestamp() // 1)
    offset = _read_offset(low, zone)
    while high - low > 1:
        middle = (low + high) // 2
        if _read_offset(middle, zone) == offset:
            low = middle
        else:
            high = middle
    return dt.datetime.fromtimestamp(high, dt.UTC)


def _read_offset(timestamp: int, zone: ZoneInfo) -> dt.timedelta | None:
    return dt.datetime.fromtimestamp(timestamp, zone).utcoffset()


@functools.cache
def _load_zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
