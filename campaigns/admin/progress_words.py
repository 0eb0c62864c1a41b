"""How far a campaign has come, in words."""

import datetime as dt
from dataclasses import dataclass

from campaigns.admin.wording import describe_day, describe_moment, describe_schedule
from campaigns.models import Campaign
from campaigns.recurrence import find_next_run
from campaigns.reports import Outcomes, Progress
from subscribers.timezones import load_zone

Status = Campaign.Status
OVER = (Status.DRAFT, Status.FINISHED, Status.CANCELLED)


@dataclass(frozen=True)
class Fact:
    """A figure that moves while a campaign goes out; `note` says what it means."""

    label: str
    value: str
    note: str = ""


def say_progress(campaign: Campaign, progress: Progress, *, now: dt.datetime) -> str:
    """One sentence with the figures of this moment."""
    if campaign.status == Status.DRAFT:
        return "This is a draft: nothing is sent until it is launched."
    if progress.planning is not None and campaign.status in (Status.SCHEDULED, Status.RUNNING):
        return (
            f"Planning: {progress.planning:.0%} of the people have been gone through. "
            "Nothing goes out before that is done."
        )
    if campaign.status == Status.SCHEDULED:
        return f"Scheduled. Nothing was sent so far. {_say_start(campaign, progress)}"
    if campaign.status == Status.CANCELLED:
        return f"Cancelled. {_say_cancelled(progress.outcomes)}"
    half_planned = campaign.status == Status.PAUSED and progress.planning is not None
    if half_planned or not progress.outcomes.audience:
        nothing = (
            "Nobody was in its audience."
            if campaign.status == Status.FINISHED
            else "Nothing was sent so far."
        )
        return f"{campaign.get_status_display()}. {nothing}"
    sentence = f"{campaign.get_status_display()}. {_say_done(progress.outcomes)}"
    return f"{sentence} {say_next_run(campaign, now=now)}".strip()


def _say_start(campaign: Campaign, progress: Progress) -> str:
    """Whom it will go to, and when the first of them are due."""
    if progress.run is None or not progress.outcomes.recipients:
        return f"When: {describe_schedule(campaign)}."
    first = progress.everybody.next_due_at
    when = f"; the first are due on {describe_moment(first, campaign.site.clock_name)}" if first else ""
    return f"It goes to {_count(progress.outcomes.recipients)}{when}."


def _say_done(outcomes: Outcomes) -> str:
    """Progress is of those who are sent to: whoever is left out is none."""
    left_out = f" {_count(outcomes.skipped)} left out." if outcomes.skipped else ""
    if not outcomes.recipients:
        return f"Nobody is sent to.{left_out}"
    ended = outcomes.failed + outcomes.expired
    parts = [
        f"{outcomes.sent:,} sent",
        f"{ended:,} failed or expired" if ended else "",
        f"{outcomes.waiting:,} waiting",
    ]
    figures = ", ".join(filter(None, parts))
    return f"{outcomes.settled:,} of {outcomes.recipients:,} done: {figures}.{left_out}"


def _say_cancelled(outcomes: Outcomes) -> str:
    if not outcomes.sent:
        return "Nobody was sent it."
    return f"{_count(outcomes.sent)} had been sent it; nobody else will be."


def _count(people: int) -> str:
    return "1 person" if people == 1 else f"{people:,} people"


def say_next_run(campaign: Campaign, *, now: dt.datetime) -> str:
    """When one that repeats goes out again."""
    run = find_next_run(campaign, now=now) if campaign.status == Status.RUNNING else None
    if run is None or campaign.local_time is None:
        return ""
    return f"The next run is for {run.day:%A}, {describe_day(run.day)}, at {campaign.local_time:%H:%M} local time."


def say_aloud(campaign: Campaign, progress: Progress) -> str:
    """For screen readers, which speak every change: it changes a hundred times at most."""
    if progress.planning is not None and campaign.status in (Status.SCHEDULED, Status.RUNNING):
        return f"{campaign.get_status_display()}. {progress.planning:.0%} planned."
    status, share = campaign.get_status_display(), progress.outcomes.share_settled
    if campaign.status in (Status.RUNNING, Status.PAUSED) and share is not None:
        return f"{status}. {share:.0%} done."
    return f"{status}."


def name_run(campaign: Campaign, progress: Progress) -> str:
    """“Run 3, for 24 Dec 2026”, where there is more than one to tell it from."""
    run = progress.run
    if run is None or (progress.runs < 2 and campaign.schedule != Campaign.Schedule.RECURRING):
        return ""
    return f"Run {run.number}, for {describe_day(run.local_date)}" if run.local_date else f"Run {run.number}"


def list_moving(campaign: Campaign, progress: Progress, *, now: dt.datetime) -> list[Fact]:
    """What changes from moment to moment; nothing where nobody waits."""
    everybody = progress.everybody
    if progress.planning is not None or campaign.status in OVER or not progress.outcomes.waiting:
        return []
    facts = [
        Fact("Due now", f"{everybody.due:,}", "Their time has come"),
        Fact("Being sent", f"{everybody.sending:,}", "On the way to push services"),
        Fact("Later", f"{everybody.later:,}", _say_next(everybody.next_due_at, campaign)),
    ]
    if everybody.awaiting_winner:
        facts.append(Fact("Waiting for the winner", f"{everybody.awaiting_winner:,}", "Of the test"))
    if campaign.status == Status.RUNNING:
        facts.append(Fact("Done a minute", _say_pace(progress), _say_limit(campaign)))
        facts.append(Fact("Time left", *_say_end(progress, campaign, now=now)))
    return facts


def _say_next(next_due_at: dt.datetime | None, campaign: Campaign) -> str:
    if next_due_at is None:
        return "Nobody"
    return f"Next on {next_due_at.astimezone(load_zone(campaign.site.clock_name)):%a at %H:%M}"


def _say_pace(progress: Progress) -> str:
    return "–" if progress.pace is None else f"{progress.pace:,.0f}"


def _say_limit(campaign: Campaign) -> str:
    limit = campaign.throttle_per_minute
    return f"At most {limit:,}, as you chose" if limit else "Over the last five minutes"


def _say_end(progress: Progress, campaign: Campaign, *, now: dt.datetime) -> tuple[str, str]:
    if progress.ends_at is None:
        return "–", "Known once some are out"
    left = describe_left(progress.ends_at - now)
    if progress.is_test_running:
        return left, "If the winner is known by then"
    return left, f"Until {describe_moment(progress.ends_at, campaign.site.clock_name)}"


def describe_left(left: dt.timedelta) -> str:
    """“about 3 hours”, in the unit in which one would say it."""
    minutes = left.total_seconds() / 60
    for unit, size in (("day", 24 * 60), ("hour", 60)):
        if minutes >= 1.5 * size:
            return f"about {round(minutes / size)} {unit}s"
    if minutes < 1.5:
        return "about a minute" if minutes > 0.5 else "less than a minute"
    return f"about {round(minutes)} minutes"
