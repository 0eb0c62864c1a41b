"""On which days a campaign that repeats is sent, and when each of its runs is planned."""

import calendar
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from campaigns.models import Campaign, Occurrence
from campaigns.schedule import resolve_local_time

Repeats = Campaign.Repeats

_FIRST_ZONE = ZoneInfo("Etc/GMT-14")  # where every local time comes first
_LAST_ZONE = ZoneInfo("Etc/GMT+12")  # and where it comes last
_HEAD_START = dt.timedelta(minutes=15)  # for planning, before the first people are due
_ONE_DAY = dt.timedelta(days=1)
_FAR_ENOUGH = dt.timedelta(days=62)  # for the next day of any campaign, and the one after


@dataclass(frozen=True, slots=True)
class NextRun:
    """A run to come: the day on everybody's own clock, and the instant at which it is planned."""

    number: int
    day: dt.date
    plans_at: dt.datetime


def list_days(campaign: Campaign, after: dt.date, until: dt.date) -> Iterator[dt.date]:
    """The days of a campaign that repeats: later than `after`, not later than `until`, in order.

    It begins with its date and ends with `repeat_until`. A month that is too short has its day at its end.
    """
    if campaign.local_date is None:
        return
    day = max(after + _ONE_DAY, campaign.local_date)
    last = min(until, campaign.repeat_until or until)
    while day <= last:
        if _is_one(campaign, day, campaign.local_date):
            yield day
        day += _ONE_DAY


def find_next_run(campaign: Campaign, *, now: dt.datetime) -> NextRun | None:
    """The next run that a campaign which repeats has to plan; None if none is to come.

    Days whose hour has passed everywhere on earth, because the campaign was paused or nothing was running, are left out.
    """
    if campaign.schedule != Campaign.Schedule.RECURRING or not campaign.local_date or not campaign.local_time:
        return None
    last = campaign.occurrences.order_by("number").last() if campaign.pk else None
    after = _read_day(last) or campaign.local_date - _ONE_DAY
    # What has not passed everywhere is not older than two days.
    earliest = max(after, now.date() - 2 * _ONE_DAY)
    until = max(earliest, campaign.local_date) + _FAR_ENOUGH
    for day in list_days(campaign, earliest, until):
        if resolve_local_time(day, campaign.local_time, _LAST_ZONE) >= now:
            plans_at = resolve_local_time(day, campaign.local_time, _FIRST_ZONE) - _HEAD_START
            return NextRun(last.number + 1 if last else 1, day, plans_at)
    return None


def _read_day(run: Occurrence | None) -> dt.date | None:
    return run.local_date if run else None


def _is_one(campaign: Campaign, day: dt.date, first: dt.date) -> bool:
    if campaign.repeats == Repeats.WEEKLY:
        return day.isoweekday() in (campaign.weekdays or [first.isoweekday()])
    if campaign.repeats == Repeats.MONTHLY:
        _, length = calendar.monthrange(day.year, day.month)
        return day.day == min(campaign.month_day, length)
    return True
