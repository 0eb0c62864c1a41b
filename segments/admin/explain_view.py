"""The page that says why somebody is, or is not, in a segment."""

import datetime as dt
from zoneinfo import ZoneInfo

from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone

from access.admin import find_own
from segments.definitions import refuse_instant
from segments.explanation import TELLS_OF, explain_membership
from segments.models import Segment
from segments.rules import RuleError
from segments.rules.windows import read_instant
from subscribers.models import Subscriber


def show_explanation(
    request: HttpRequest, segment_id: int, subscriber_id: int, model_admin: ModelAdmin[Segment]
) -> HttpResponse:
    """The rule's tree for one subscriber, now or `at` a time on the site's clock."""
    segment = find_own(request, Segment.objects.select_related("site"), *TELLS_OF, pk=segment_id)
    people = Subscriber.objects.living().filter(site=segment.site_id)
    subscriber = get_object_or_404(people, pk=subscriber_id)
    asked = request.GET.get("at", "")
    problem, explanation = "", None
    try:
        as_of = read_local(asked, segment.site.zone) if asked else timezone.now()
        explanation = explain_membership(segment, subscriber, as_of=as_of)
    except RuleError as error:
        problem = f"The rule of this segment cannot be read: {error.problems[0].message}"
    except ValueError as error:
        problem = str(error)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": f"Is {subscriber} in {segment.name}?",
        "opts": Segment._meta,
        "segment": segment,
        "subscriber": subscriber,
        "explanation": explanation,
        "problem": problem,
        "asked": asked,
    }
    return TemplateResponse(request, "admin/segments/explanation.html", context)


def may_explain(request: HttpRequest, segment: Segment) -> bool:
    return request.user.has_perms(TELLS_OF, segment)


def read_local(text: str, zone: ZoneInfo) -> dt.datetime:
    """What a date and time field gives, on the site's clock. Raises ValueError with a sentence."""
    try:
        local = dt.datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("This must be a date and a time, like 2026-11-21T10:00.") from None
    instant = read_instant(local.replace(tzinfo=zone).isoformat())
    problem = refuse_instant(instant)
    if problem:
        raise ValueError(problem)
    return instant
