"""The page of all rules that a segment had: who wrote each, what it changed, and which one members follow."""

from django.contrib.admin import ModelAdmin
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from access.admin import find_own
from segments.editing import explain_state, list_entries
from segments.models import Segment

PAGE_SIZE = 20


def show_versions(request: HttpRequest, segment_id: int, model_admin: ModelAdmin[Segment]) -> HttpResponse:
    """A page of `PAGE_SIZE` versions, the newest first; a page number that makes no sense gives the nearest that does."""
    segment = find_own(request, Segment.objects.select_related("site", "live_version"), pk=segment_id)
    paginator = Paginator(segment.versions.select_related("created_by").order_by("-number"), PAGE_SIZE)
    page = paginator.get_page(request.GET.get("page"))
    context = {
        **model_admin.admin_site.each_context(request),
        "title": f"Versions of {segment.name}",
        "opts": Segment._meta,
        "segment": segment,
        "state": explain_state(segment),
        "page": page,
        "entries": list_entries(segment, list(page.object_list)),
        "may_change": model_admin.has_change_permission(request, segment),
    }
    return TemplateResponse(request, "admin/segments/versions.html", context)
