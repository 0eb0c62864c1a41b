"""People put on a list from a file: choose it, look at what would happen, confirm, watch."""

import itertools
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from access.admin import find_own
from access.audit import tell_shown
from segments.admin.people import may_see_people
from segments.admin.upload_form import FileForm, MeaningForm
from segments.models import Segment, SegmentUpload
from segments.uploads.columns import list_columns
from segments.uploads.drafts import ChosenFile, confirm_upload, discard_upload, read_sheet, start_upload
from segments.uploads.previewing import SHOWN, preview_upload
from segments.uploads.reading import FileRefused
from segments.uploads.results import has_failures_kept

Admin = ModelAdmin[Segment]


def choose_file(request: HttpRequest, segment_id: int, model_admin: Admin) -> HttpResponse:
    """The file for a list, and what to do with the people in it."""
    segment = find_list(request, segment_id)
    form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
    if form.is_valid():
        file = form.cleaned_data["file"]
        chosen = ChosenFile(file.name, file.read())
        try:
            upload = start_upload(
                segment, chosen, mode=form.cleaned_data["mode"], by=request.user, now=timezone.now()
            )
        except FileRefused as error:
            form.add_error("file", str(error))
        else:
            return _open(upload)
    return _render(request, model_admin, segment, "upload_file", form=form)


def show_upload(request: HttpRequest, segment_id: int, upload_id: int, model_admin: Admin) -> HttpResponse:
    """What a file would do; once it is confirmed, how far it has come, and what it did."""
    upload = find_upload(request, segment_id, upload_id)
    if upload.state != SegmentUpload.State.DRAFT:
        kept = has_failures_kept(upload)
        tell_shown(request, count=upload.done_count)
        return _render(
            request, model_admin, upload.segment, "upload_result", upload=upload, has_failures=kept
        )
    sheet = read_sheet(upload)
    columns = list_columns(next(sheet.rows()), has_header=upload.has_header)
    posted = request.POST if request.method == "POST" else None
    form = MeaningForm(posted, instance=upload, columns=columns)
    if form.is_valid():
        form.save()
        return _open(upload)
    upload.refresh_from_db(fields=form.Meta.fields)  # not as somebody filled it in wrongly
    looked, problem = None, ""
    try:
        looked = preview_upload(upload, sheet, now=timezone.now()) if upload.by else None
    except FileRefused as error:
        problem = str(error)
    tell_shown(request, count=looked.enter + looked.leave + looked.stay if looked else 0)
    return _render(
        request, model_admin, upload.segment, "upload_preview",
        upload=upload, form=form, problem=problem, preview=looked, sheet=sheet,
        rows=[] if looked else [row.cells for row in itertools.islice(sheet.rows(), SHOWN)],
        may_see=may_see_people(request, upload.segment),
    )  # fmt: skip


@require_POST
def confirm(request: HttpRequest, segment_id: int, upload_id: int, model_admin: Admin) -> HttpResponse:
    upload = find_upload(request, segment_id, upload_id)
    try:
        confirm_upload(upload)
    except FileRefused as error:
        messages.error(request, str(error))
    return _open(upload)


@require_POST
def discard(request: HttpRequest, segment_id: int, upload_id: int, model_admin: Admin) -> HttpResponse:
    upload = find_upload(request, segment_id, upload_id)
    discard_upload(upload)
    messages.info(request, f"“{upload}” was put aside. Nothing on the list has changed.")
    return redirect("admin:segments_segment_change", segment_id)


def find_list(request: HttpRequest, segment_id: int) -> Segment:
    """A list that this person may change; 404 for a live segment, which follows its rule alone."""
    segment = find_own(
        request, Segment.objects.select_related("site"), "segments.change_segment", pk=segment_id
    )
    if segment.is_live:
        raise Http404("A live segment follows its rule: nobody can be put on it.")
    return segment


def find_upload(request: HttpRequest, segment_id: int, upload_id: int) -> SegmentUpload:
    segment = find_list(request, segment_id)
    upload = get_object_or_404(
        SegmentUpload.objects.select_related("created_by"), pk=upload_id, segment=segment
    )
    upload.segment = segment
    return upload


def _open(upload: SegmentUpload) -> HttpResponse:
    return redirect("admin:segments_segment_uploaded", upload.segment_id, upload.pk)


def _render(
    request: HttpRequest, model_admin: Admin, segment: Segment, page: str, **context: Any
) -> HttpResponse:
    return TemplateResponse(
        request,
        f"admin/segments/{page}.html",
        {
            **model_admin.admin_site.each_context(request),
            "title": f"Upload people to {segment.name}",
            "opts": Segment._meta,
            "segment": segment,
            **context,
        },
    )
