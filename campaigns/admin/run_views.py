"""When a campaign that repeats runs next, in words, while its schedule is being chosen."""

import datetime as dt
from collections.abc import Callable
from itertools import islice
from typing import TypeGuard, TypeVar

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_time
from django.views.decorators.http import require_GET
from unfold.admin import ModelAdmin

from campaigns.admin.wording import describe_day
from campaigns.models import DAY_VALIDATORS, Campaign
from campaigns.recurrence import list_days

Read = TypeVar("Read", dt.date, dt.time)
SHOWN = 4
_FAR = dt.timedelta(days=2 * 366)


@require_GET
def show_next_runs(request: HttpRequest, model_admin: ModelAdmin) -> HttpResponse:
    """A sentence for the schedule in the query, named as the form's fields are."""
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    sentence = describe_next_runs(_read_schedule(request), now=timezone.now())
    return HttpResponse(sentence, content_type="text/plain; charset=utf-8")


def describe_next_runs(campaign: Campaign, *, now: dt.datetime) -> str:
    """“Next: Mon 23 Nov 2026, Wed 25 Nov 2026 and so on, at 09:00 on each person’s own clock.”"""
    if campaign.schedule != Campaign.Schedule.RECURRING:
        return ""
    if not _is_day(campaign.local_date) or campaign.local_time is None:
        return "Choose the first day and the time to see when it goes out."
    if campaign.repeats == Campaign.Repeats.WEEKLY and not campaign.weekdays:
        return "Choose at least one day of the week."
    start = max(now.date(), campaign.local_date) - dt.timedelta(days=1)
    days = list(islice(list_days(campaign, start, start + _FAR), SHOWN + 1))
    if not days:
        return "It would never go out: no such day comes before the last day."
    shown = ", ".join(f"{day:%a} {describe_day(day)}" for day in days[:SHOWN])
    rest = " and so on" if days[SHOWN:] else ""
    return f"Next: {shown}{rest}, at {campaign.local_time:%H:%M} on each person’s own clock."


def _read_schedule(request: HttpRequest) -> Campaign:
    query = request.GET
    until = _read(parse_date, query.get("repeat_until", ""))
    repeats, month_day = query.get("repeats", ""), query.get("month_day", "")
    return Campaign(
        schedule=Campaign.Schedule.RECURRING,
        repeats=repeats if repeats in Campaign.Repeats else Campaign.Repeats.WEEKLY,
        weekdays=[int(day) for day in query.getlist("weekdays") if day in tuple("1234567")],
        month_day=int(month_day) if month_day in map(str, range(1, 32)) else 1,
        local_date=_read(parse_date, query.get("local_date", "")),
        local_time=_read(parse_time, query.get("local_time", "")),
        repeat_until=until if _is_day(until) else None,
    )


def _read(parse: Callable[[str], Read | None], text: str) -> Read | None:
    """What is typed so far, if it makes sense already."""
    try:
        return parse(text)
    except ValueError:
        return None


def _is_day(value: dt.date | None) -> TypeGuard[dt.date]:
    """Whether it is a day of this world: a form that is shown again holds whatever was typed."""
    try:
        for validate in DAY_VALIDATORS if value else ():
            validate(value)
    except ValidationError:
        return False
    return value is not None
