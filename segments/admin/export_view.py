"""A segment's members as a file."""

from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from access.admin import find_own
from segments.looking.export import EXPORTS, name_file, write_members
from segments.models import Segment


@require_GET
def export_members(
    request: HttpRequest, segment_id: int, model_admin: ModelAdmin[Segment]
) -> HttpResponseBase:
    segment = find_own(request, Segment.objects.select_related("site"), *EXPORTS, pk=segment_id)
    file = name_file(segment, now=timezone.now())
    return StreamingHttpResponse(
        write_members(segment),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{file}"'},
    )
