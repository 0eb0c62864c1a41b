"""The page that lists who was in a segment at a moment of the past."""

import datetime as dt

from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from access.admin import find_own
from access.audit import tell_shown
from segments.admin.explain_view import read_local
from segments.admin.people import may_see_people
from segments.looking.past_members import (
    PastMember,
    count_past_members,
    read_past_members,
    refuse_past,
)
from segments.models import Segment
from subscribers.models import Subscriber

PAGE_SIZE = 50


@require_GET
def show_past_members(
    request: HttpRequest, segment_id: int, model_admin: ModelAdmin[Segment]
) -> HttpResponse:
    """Who was in it `at` a time on the site's clock; `below`: where the page before ended."""
    segment = find_own(request, Segment.objects.select_related("site"), pk=segment_id)
    asked = request.GET.get("at", "")
    context = {
        **model_admin.admin_site.each_context(request),
        "title": f"Who was in {segment.name}",
        "opts": Segment._meta,
        "segment": segment,
        "asked": asked,
        "may_open": may_see_people(request, segment),
    }
    try:
        at = _read_asked(segment, asked, now=timezone.now()) if asked else None
    except ValueError as error:
        context["problem"] = str(error)
        at = None
    tell_shown(request, count=0)
    if at:
        page = read_past_members(segment, at=at, size=PAGE_SIZE, below=_read_below(request))
        context |= {"at": at, "count": count_past_members(segment, at=at)}
        tell_shown(request, count=context["count"])
        context |= {"rows": _name_people(page.members), "page": page, "is_first": "below" not in request.GET}
    return TemplateResponse(request, "admin/segments/past_members.html", context)


def _read_asked(segment: Segment, text: str, *, now: dt.datetime) -> dt.datetime:
    """Raises ValueError with a sentence."""
    at = read_local(text, segment.site.zone)
    problem = refuse_past(segment, at, now=now)
    if problem:
        raise ValueError(problem)
    return at


def _read_below(request: HttpRequest) -> int | None:
    text = request.GET.get("below", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _name_people(members: list[PastMember]) -> list[tuple[PastMember, Subscriber | None]]:
    """Each with who that is; None: they have been deleted since."""
    people = Subscriber.objects.in_bulk([member.subscriber_id for member in members])
    return [(member, people.get(member.subscriber_id)) for member in members]
