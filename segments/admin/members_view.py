"""The page that lists who is in a segment, newest first."""

from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse

from segments.admin.explain_view import may_explain
from segments.definitions import describe_segment
from segments.models import Membership, Segment
from subscribers.lookup import find_people

PAGE_SIZE = 50


def show_members(request: HttpRequest, segment_id: int, model_admin: ModelAdmin[Segment]) -> HttpResponse:
    """A page of `PAGE_SIZE` members; a page number that makes no sense gives the nearest that does.

    A search for somebody (`who`) leads on to why they are in it, or not; several of one name are offered.
    """
    segment = get_object_or_404(Segment.objects.select_related("site"), pk=segment_id)
    if not model_admin.has_view_permission(request, segment):
        raise PermissionDenied
    explains = may_explain(request)
    who = request.GET.get("who", "").strip() if explains else ""
    found = find_people(segment.site, who)
    if len(found) == 1:
        return redirect("admin:segments_segment_explain", segment.pk, found[0].pk)
    memberships = Membership.objects.filter(segment=segment).select_related("subscriber")
    paginator = Paginator(memberships.order_by("-entered_at", "subscriber_id"), PAGE_SIZE)
    page = paginator.get_page(request.GET.get("page"))
    context = {
        **model_admin.admin_site.each_context(request),
        "title": f"Members of {segment.name}",
        "opts": Segment._meta,
        "segment": segment,
        "sentence": describe_segment(segment),
        "page": page,
        "may_explain": explains,
        "who": who,
        "found": found,
        "may_open": request.user.has_perm("subscribers.view_subscriber"),
    }
    return TemplateResponse(request, "admin/segments/members.html", context)
