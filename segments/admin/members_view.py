"""The page that lists who is in a segment, those who entered last first, and says of anybody whether they are in it."""

from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from access.admin import find_own
from access.audit import tell_shown
from segments.admin.explain_view import may_explain
from segments.admin.people import may_see_people
from segments.definitions import describe_segment
from segments.looking.export import EXPORTS
from segments.looking.members import Position, find_members, read_members
from segments.models import Segment

PAGE_SIZE = 50


def show_members(request: HttpRequest, segment_id: int, model_admin: ModelAdmin[Segment]) -> HttpResponse:
    """A page of `PAGE_SIZE` members, `?older=` or `?newer=` than a place in the list; nonsense gives the first page.

    A search for somebody (`who`) says whether they are in it and since when, and leads on to why.
    """
    segment = find_own(request, Segment.objects.select_related("site"), pk=segment_id)
    may_search = may_see_people(request, segment)
    who = request.GET.get("who", "").strip() if may_search else ""
    page = read_members(
        segment,
        size=PAGE_SIZE,
        older_than=Position.read(request.GET.get("older", "")),
        newer_than=Position.read(request.GET.get("newer", "")),
    )
    found = find_members(segment, who)
    tell_shown(request, count=len(page.members) + len(found))
    context = {
        **model_admin.admin_site.each_context(request),
        "title": f"Members of {segment.name}",
        "opts": Segment._meta,
        "segment": segment,
        "sentence": describe_segment(segment),
        "page": page,
        "may_explain": may_explain(request, segment),
        "may_open": may_search,
        "may_export": request.user.has_perms(EXPORTS, segment),
        "who": who,
        "found": found,
    }
    return TemplateResponse(request, "admin/segments/members.html", context)
