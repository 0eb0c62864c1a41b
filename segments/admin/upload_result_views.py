"""How far a confirmed file has come, asked for again and again; and the rows that could not be used, as a CSV."""

import csv
from collections.abc import Iterator

from django.contrib.admin import ModelAdmin
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.views.decorators.http import require_GET

from segments.admin.upload_views import find_upload
from segments.looking.export import BYTE_ORDER_MARK
from segments.models import Segment, SegmentUpload
from segments.uploads.results import HEADER, list_failures


@require_GET
def show_progress(
    request: HttpRequest, segment_id: int, upload_id: int, model_admin: ModelAdmin[Segment]
) -> HttpResponse:
    upload = find_upload(request, segment_id, upload_id)
    html = render_to_string("admin/segments/parts/upload_progress.html", {"upload": upload}, request)
    return JsonResponse({"state": upload.state, "html": html})


@require_GET
def download_failures(
    request: HttpRequest, segment_id: int, upload_id: int, model_admin: ModelAdmin[Segment]
) -> HttpResponseBase:
    upload = find_upload(request, segment_id, upload_id)
    response = StreamingHttpResponse(_write(upload), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="failed-rows-{upload.pk}.csv"'
    return response


class _Line:
    """What a CSV writer writes to: hands each line back."""

    def write(self, line: str) -> str:
        return line


def _write(upload: SegmentUpload) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield BYTE_ORDER_MARK
    yield str(writer.writerow(HEADER))
    for row in list_failures(upload):
        yield str(writer.writerow(row))
