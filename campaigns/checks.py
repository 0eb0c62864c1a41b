"""What stands in the way of a campaign's launch, in sentences for marketers."""

import datetime as dt
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from campaigns.models import Campaign
from campaigns.rendering import (
    MAX_ACTIONS,
    PROFILE_FIELDS,
    RenderingError,
    check_template,
    list_buttons,
    list_templates,
    list_variables,
    make_topic,
    render_message,
)
from campaigns.schedule import resolve_local_time
from campaigns.tokens import DeliveryKey, sign_token
from segments.models import Segment
from subscribers.models import Attribute, Subscriber

_LAST_ZONE = ZoneInfo("Etc/GMT+12")  # where every local time comes last
_FARTHEST = dt.timedelta(days=2 * 366)
_LONGEST_TTL = dt.timedelta(days=28)


def check_campaign(campaign: Campaign, *, now: dt.datetime) -> list[str]:
    """What stands in the way of a launch; empty if nothing does."""
    return [
        *_check_message(campaign),
        *_check_schedule(campaign, now=now),
        *_check_segments(campaign),
    ]


def list_unknown_variables(campaign: Campaign) -> list[str]:
    """The keys in the campaign's texts that are no attribute of its site, in order: misspelt, as a rule."""
    known = Attribute.objects.filter(site=campaign.site_id).values_list("key", flat=True)
    return sorted(list_variables(campaign) - set(known) - set(PROFILE_FIELDS))


def _check_message(campaign: Campaign) -> Iterator[str]:
    if not campaign.title.strip():
        yield "The message needs a title."
    problems = list(_check_buttons(campaign))
    for text in list_templates(campaign):
        problems += check_template(text)
    yield from problems
    if not problems:
        yield from _check_size(campaign)


def _check_buttons(campaign: Campaign) -> Iterator[str]:
    if not isinstance(campaign.actions, list) or len(campaign.actions) > MAX_ACTIONS:
        yield f"A push has at most {MAX_ACTIONS} buttons."
        return
    if len(list_buttons(campaign)) < len(campaign.actions):
        yield 'Each button is {"title": …, "link": …}.'
    for number, (title, _) in enumerate(list_buttons(campaign), start=1):
        if not title.strip():
            yield f"Button {number} needs a text."


def _check_size(campaign: Campaign) -> Iterator[str]:
    """Render for nobody in particular: what people are called comes on top."""
    key = DeliveryKey(campaign.pk or 0, 1, 10**9)
    nobody = Subscriber(site_id=campaign.site_id)
    try:
        message = render_message(campaign, nobody, token=sign_token(key), tag=make_topic(key.campaign_id, 1))
        message.to_payload()
    except RenderingError as error:
        yield str(error)


def _check_schedule(campaign: Campaign, *, now: dt.datetime) -> Iterator[str]:
    if not dt.timedelta(0) <= campaign.ttl <= _LONGEST_TTL:
        yield "“Try for” is between no time at all and 28 days."
    if campaign.schedule == Campaign.Schedule.INSTANT:
        yield from _check_instant(campaign.send_at, now=now)
    elif campaign.schedule == Campaign.Schedule.LOCAL:
        yield from _check_local_time(campaign.local_date, campaign.local_time, now=now)


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
