"""When each person is due: pure functions over a campaign's schedule, a time zone and an instant.

Local time is computed here with `zoneinfo`, in UTC arithmetic; no scheduler ever sees a local time.
"""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from campaigns.models import Campaign, Delivery
from subscribers.timezones import is_timezone, load_zone

LatePolicy = Campaign.LatePolicy


@dataclass(frozen=True, slots=True)
class Due:
    """When somebody is due; with a reason, when they would have been. `late`: it had passed, the late policy decided."""

    at: dt.datetime
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
        return ChosenZone(load_zone(subscriber_timezone), is_site_default=False)
    return ChosenZone(load_zone(site_timezone), is_site_default=True)


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


def is_by_local_time(campaign: Campaign) -> bool:
    """Whether each person's own clock says when they are due."""
    return campaign.schedule in {Campaign.Schedule.LOCAL, Campaign.Schedule.RECURRING}


def write_moment(moment: dt.datetime, timezone: str) -> str:
    """An instant as every page shows it, on the clock of a site: “24 Dec 2026, 09:00 (Europe/Berlin)”."""
    zone = load_zone(timezone)
    local = moment.astimezone(zone)
    return f"{local.day} {local:%b %Y, %H:%M} ({zone.key})"


def find_day(campaign: Campaign) -> dt.date | None:
    """The day on everybody's own clock; None where one instant is everybody's."""
    return campaign.local_date if is_by_local_time(campaign) else None


def find_due(campaign: Campaign, day: dt.date | None, zone: ZoneInfo, *, now: dt.datetime) -> Due:
    """When somebody in `zone` is due, on `day` where local time counts.

    A schedule that is not filled in yet counts as now (for dry runs of drafts).
    """
    if campaign.schedule == Campaign.Schedule.INSTANT:
        return Due(campaign.send_at or now)
    if not is_by_local_time(campaign) or day is None or campaign.local_time is None:
        return Due(now)
    at = resolve_local_time(day, campaign.local_time, zone)
    return Due(at) if at >= now else _find_late_due(campaign, at, day, campaign.local_time, zone, now=now)


def find_due_elsewhere(
    campaign: Campaign, due_at: dt.datetime, before: ZoneInfo, zone: ZoneInfo, *, now: dt.datetime
) -> Due:
    """When somebody is due who was to get it at `due_at` by the clock of `before`, and lives by that of `zone` now.

    When clocks there show the same; where that has passed, as the campaign says of whoever is late.
    """
    wall = due_at.astimezone(before)
    at = resolve_local_time(wall.date(), wall.time(), zone)
    if at >= now or at == due_at:
        return Due(at)
    return _find_late_due(campaign, at, wall.date(), wall.time(), zone, now=now)


def _find_late_due(  # noqa: PLR0913 - all of a local time
    campaign: Campaign, at: dt.datetime, day: dt.date, time: dt.time, zone: ZoneInfo, *, now: dt.datetime
) -> Due:
    if campaign.late_policy == LatePolicy.NEXT_DAY:
        return Due(find_hour_after(now, day, time, zone), late=True)
    limit = dt.timedelta(minutes=campaign.late_limit_minutes)
    in_time = campaign.late_policy == LatePolicy.SEND_IF_WITHIN and now - at <= limit
    if in_time or campaign.late_policy == LatePolicy.SEND_NOW:
        return Due(now, late=True)
    return Due(at, Delivery.Reason.TOO_LATE, late=True)


def find_hour_after(after: dt.datetime, day: dt.date, time: dt.time, zone: ZoneInfo) -> dt.datetime:
    """The first instant after `after` with that wall time, on a day after `day`."""
    one_day = dt.timedelta(days=1)
    day = max(day + one_day, after.astimezone(zone).date())
    while (at := resolve_local_time(day, time, zone)) <= after:
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
