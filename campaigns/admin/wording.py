"""Campaigns in plain words: when they go out and to whom."""

import calendar
import datetime as dt

from campaigns.models import Campaign
from campaigns.schedule import write_moment
from subscribers.spans import describe_span

STATUS_COLOURS = {
    Campaign.Status.DRAFT: "default",
    Campaign.Status.SCHEDULED: "info",
    Campaign.Status.RUNNING: "primary",
    Campaign.Status.PAUSED: "warning",
    Campaign.Status.FINISHED: "success",
    Campaign.Status.CANCELLED: "danger",
}
LATE_WORDS: dict[str, tuple[str, str]] = {
    Campaign.LatePolicy.SEND_NOW: (
        "Send right away",
        "Somebody east of you may already be past that time; they get it at once.",
    ),
    Campaign.LatePolicy.NEXT_DAY: (
        "Send the next day at that time",
        "They get it a day later than the others, at the hour you chose.",
    ),
    Campaign.LatePolicy.SKIP: (
        "Leave them out",
        "They get nothing; the report counts them as skipped.",
    ),
    Campaign.LatePolicy.SEND_IF_WITHIN: (
        "Send right away if it is not too late, otherwise leave them out",
        "You say below how late is too late.",
    ),
}


def describe_moment(moment: dt.datetime, timezone: str) -> str:
    """An instant on the clock of a site: “24 Dec 2026, 09:00 (Europe/Berlin)”."""
    return write_moment(moment, timezone)


def describe_day(day: dt.date) -> str:
    """“24 Dec 2026”."""
    return f"{day.day} {day:%b %Y}"


def describe_schedule(campaign: Campaign) -> str:
    """When a campaign goes out, as a phrase."""
    if campaign.schedule == Campaign.Schedule.NOW:
        if campaign.launched_at is None:
            return "Right away, once launched"
        return f"Right away, on {describe_moment(campaign.launched_at, campaign.site.clock_name)}"
    if campaign.schedule == Campaign.Schedule.INSTANT:
        if campaign.send_at is None:
            return "At one moment, not chosen yet"
        return describe_moment(campaign.send_at, campaign.site.clock_name)
    if campaign.local_date is None or campaign.local_time is None:
        return "At local time, not chosen yet"
    if campaign.schedule == Campaign.Schedule.RECURRING:
        return _describe_repeats(campaign, campaign.local_date, campaign.local_time)
    return f"{describe_day(campaign.local_date)}, {campaign.local_time:%H:%M} local time"


def _describe_repeats(campaign: Campaign, first: dt.date, time: dt.time) -> str:
    if campaign.repeats == Campaign.Repeats.WEEKLY:
        chosen = campaign.weekdays or [first.isoweekday()]
        days = [calendar.day_abbr[day - 1] for day in sorted(chosen)]
        rhythm = f"Every {', '.join(days[:-1])} and {days[-1]}" if days[1:] else f"Every {days[0]}"
    elif campaign.repeats == Campaign.Repeats.MONTHLY:
        on = "the last day" if campaign.month_day == 31 else f"day {campaign.month_day}"
        rhythm = f"On {on} of every month"
    else:
        rhythm = "Every day"
    until = f" until {describe_day(campaign.repeat_until)}" if campaign.repeat_until else ""
    return f"{rhythm} at {time:%H:%M} local time, from {describe_day(first)}{until}"


def describe_late_policy(campaign: Campaign) -> str:
    """What happens to those whose local time has passed, or nothing where that cannot be."""
    if campaign.schedule not in (Campaign.Schedule.LOCAL, Campaign.Schedule.RECURRING):
        return ""
    if campaign.late_policy == Campaign.LatePolicy.SEND_IF_WITHIN:
        return f"Send right away if it is at most {campaign.late_limit_minutes} minutes late, else leave them out"
    return LATE_WORDS[Campaign.LatePolicy(campaign.late_policy)][0]


def describe_audience(campaign: Campaign) -> str:
    """Whom a campaign is for, by the names of its segments (prefetch them for lists)."""
    included = " or ".join(segment.name for segment in campaign.include_segments.all()) or "Everyone"
    excluded = " or ".join(segment.name for segment in campaign.exclude_segments.all())
    return f"{included}, but not {excluded}" if excluded else included


def describe_ttl(ttl: dt.timedelta) -> str:
    """For how long a push is tried: “1 day”, “6 hours”."""
    return describe_span(ttl) if ttl else "no longer than that moment"
