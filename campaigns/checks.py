"""What stands in the way of a campaign's launch, in sentences for marketers."""

import datetime as dt
from collections.abc import Iterator
from itertools import islice
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError

from campaigns.assignment import list_versions
from campaigns.goals import check_goal
from campaigns.models import Campaign, Message
from campaigns.recurrence import list_days
from campaigns.rendering import (
    MAX_ACTIONS,
    PROFILE_FIELDS,
    check_message,
    list_buttons,
    list_variables,
)
from campaigns.schedule import resolve_local_time
from segments.models import Segment
from subscribers.models import Attribute

_LAST_ZONE = ZoneInfo("Etc/GMT+12")  # where every local time comes last
_FARTHEST = dt.timedelta(days=2 * 366)
_LONGEST_TTL = dt.timedelta(days=28)
_LONGEST_SPAN = dt.timedelta(days=366)
_BOUNDED = (
    "holdout_percent", "throttle_per_minute", "cap_limit", "test_percent", "test_sample", "month_day", "weekdays",
    "topic",
)  # fmt: skip


def check_campaign(campaign: Campaign, *, now: dt.datetime) -> list[str]:
    """What stands in the way of a launch; empty if nothing does."""
    return [
        *filter(None, [campaign.site.push_key_problem]),
        *_check_messages(campaign),
        *check_schedule(campaign, now=now),
        *_check_segments(campaign),
        *_check_winner(campaign),
        *check_goal(campaign),
        *_check_bounds(campaign),
    ]


def list_unknown_variables(campaign: Campaign) -> list[str]:
    """The keys in the texts of any version that are no attribute of its site, in order: misspelt, as a rule."""
    known = Attribute.objects.filter(site=campaign.site_id).values_list("key", flat=True)
    used = set().union(*(list_variables(version.message) for version in list_versions(campaign)))
    return sorted(used - set(known) - set(PROFILE_FIELDS))


def _check_messages(campaign: Campaign) -> Iterator[str]:
    versions = list_versions(campaign)
    for version in versions:
        where = f"Version {version.letter}: " if versions[1:] else ""
        yield from (f"{where}{problem}" for problem in _check_message(version.message))


def _check_message(message: Message) -> Iterator[str]:
    if not message.title.strip():
        yield "The message needs a title."
    yield from list(_check_buttons(message)) or check_message(message)


def _check_buttons(message: Message) -> Iterator[str]:
    if not isinstance(message.actions, list) or len(message.actions) > MAX_ACTIONS:
        yield f"A push has at most {MAX_ACTIONS} buttons."
        return
    if len(list_buttons(message)) < len(message.actions):
        yield 'Each button is {"title": …, "link": …}.'
    for number, (title, _) in enumerate(list_buttons(message), start=1):
        if not title.strip():
            yield f"Button {number} needs a text."


def check_schedule(campaign: Campaign, *, now: dt.datetime) -> Iterator[str]:
    """What is wrong with when it is to be sent."""
    if not dt.timedelta(0) <= campaign.ttl <= _LONGEST_TTL:
        yield "“Try for” is between no time at all and 28 days."
    if campaign.schedule == Campaign.Schedule.INSTANT:
        yield from _check_instant(campaign.send_at, now=now)
    elif campaign.schedule == Campaign.Schedule.LOCAL:
        yield from _check_local_time(campaign.local_date, campaign.local_time, now=now)
    elif campaign.schedule == Campaign.Schedule.RECURRING:
        yield from _check_repeats(campaign, now=now)


def _check_instant(send_at: dt.datetime | None, *, now: dt.datetime) -> Iterator[str]:
    if send_at is None:
        yield "Choose the moment at which it is sent."
    elif send_at < now:
        yield "The moment at which it is sent has passed."
    elif send_at - now > _FARTHEST:
        yield "The moment at which it is sent is more than two years away."


def _check_local_time(day: dt.date | None, time: dt.time | None, *, now: dt.datetime) -> Iterator[str]:
    if day is None or time is None:
        yield "Choose the date and the time of day at which it is sent."
    elif day > (now + _FARTHEST).date():
        yield "The date on which it is sent is more than two years away."
    elif resolve_local_time(day, time, _LAST_ZONE) < now:
        yield "That date and time have passed everywhere on earth."


def _check_repeats(campaign: Campaign, *, now: dt.datetime) -> Iterator[str]:
    first, time = campaign.local_date, campaign.local_time
    if first is None or time is None:
        yield "Choose the first day and the time of day at which it is sent."
    elif first > (now + _FARTHEST).date():
        yield "The first day on which it is sent is more than two years away."
    elif campaign.repeats == Campaign.Repeats.WEEKLY and not campaign.weekdays:
        yield "Choose at least one day of the week on which it is sent."
    elif campaign.repeat_until and campaign.repeat_until < first:
        yield "The last day on which it is sent comes before the first."
    elif not any(
        resolve_local_time(day, time, _LAST_ZONE) >= now for day in _list_coming_days(campaign, now=now)
    ):
        yield "It would never be sent: no such day comes before the last day."


def _list_coming_days(campaign: Campaign, *, now: dt.datetime) -> Iterator[dt.date]:
    earlier = now.date() - dt.timedelta(days=3)  # whose hour has passed everywhere
    start = max(earlier, campaign.local_date - dt.timedelta(days=1)) if campaign.local_date else earlier
    return islice(list_days(campaign, start, start + _FARTHEST), 5)


def _check_segments(campaign: Campaign) -> Iterator[str]:
    if campaign._state.adding:
        return
    include, exclude = set(campaign.include_segments.all()), set(campaign.exclude_segments.all())
    for segment in sorted(include | exclude, key=str):
        if segment.site_id != campaign.site_id:
            yield f"The segment “{segment}” belongs to another site."
        elif segment.status == Segment.Status.FAILED:
            yield f"The segment “{segment}” could not be built: {segment.failure}"
    for segment in sorted(include & exclude, key=str):
        yield f"The segment “{segment}” is both sent to and left out."


def _check_winner(campaign: Campaign) -> Iterator[str]:
    if not campaign.winner_by:
        return
    if not list_versions(campaign)[1:]:
        yield "To find a winner, write at least two versions of the message."
    if campaign.winner_by == Campaign.WinnerBy.CONVERSIONS and campaign.goal is None:
        yield "To find the winner by conversions, choose a goal: which event counts as a conversion."
    if not dt.timedelta(0) < campaign.test_duration <= _LONGEST_SPAN:
        yield "The versions are tested for some time, at most a year."


def _check_bounds(campaign: Campaign) -> Iterator[str]:
    """What the form would not have let through, but somebody's script may have saved."""
    if campaign.cap_by == Campaign.CapBy.OWN and not dt.timedelta(0) < campaign.cap_window <= _LONGEST_SPAN:
        yield "The limit of its own holds for some time, at most a year."
    for name in _BOUNDED:
        field = Campaign._meta.get_field(name)
        try:
            field.clean(getattr(campaign, name), campaign)  # type: ignore[union-attr]
        except ValidationError as error:
            label = str(field.verbose_name)  # type: ignore[union-attr]
            yield f"{label[:1].upper()}{label[1:]}: {' '.join(error.messages)}"
