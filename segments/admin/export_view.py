"""A segment's members as a file."""

from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_GET

from segments.looking.export import EXPORTS, name_file, write_members
from segments.models import Segment


@require_GET
def export_members(
    request: HttpRequest, segment_id: int, model_admin: ModelAdmin[Segment]
) -> HttpResponseBase:
    segment = get_object_or_404(Segment.objects.select_related("site"), pk=segment_id)
    if not (model_admin.has_view_permission(request, segment) and request.user.has_perms(EXPORTS)):
        raise PermissionDenied
    file = name_file(segment, now=timezone.now())
    return StreamingHttpResponse(
        write_members(segment),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{file}"'},
    )
