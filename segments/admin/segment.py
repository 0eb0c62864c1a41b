"""The form in which a segment is built, and what lies around it."""

from typing import Any

from django.contrib import admin, messages
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.decorators import display

from segments.admin.builder_views import show_catalogue
from segments.admin.combining import read_combination
from segments.admin.deletion import explain_deletion
from segments.admin.duplication import find_original, read_copy
from segments.admin.edit_views import ask_before_saving, restore
from segments.admin.gallery_view import read_prefill, show_gallery
from segments.admin.list_form import ListForm, is_list
from segments.admin.looking_urls import LOOKING_URLS
from segments.admin.preview_views import show_comparison, show_past, show_preview
from segments.admin.segment_list import SegmentList, has_several_sites, link_to_members
from segments.admin.snapshot_view import save_snapshot
from segments.admin.upload_urls import UPLOAD_URLS
from segments.admin.versions_view import show_versions
from segments.admin.waiting_views import declare, show_waiting
from segments.duplicates import copy_people
from segments.editing import explain_state
from segments.forms import CONFIRMED, SegmentForm
from segments.lists import start_list
from segments.models import Segment
from segments.versions import keep_definition
from subscribers.admin.twins import tell_twin


@admin.register(Segment)
class SegmentAdmin(SegmentList):
    """Whoever may not change a segment sees its sentence and its members instead of the builder."""

    form = SegmentForm
    actions = None
    list_before_template = "admin/segments/list_before.html"
    change_form_outer_before_template = "admin/segments/form_before.html"
    compressed_fields = False
    readonly_fields = ("show_sentence", "show_members", "show_version", "status", "show_freshness", "failure")

    custom_urls = (
        ("gallery/", "segments_segment_gallery", show_gallery),
        ("preview/", "segments_segment_preview", show_preview),
        ("preview/history/", "segments_segment_past", show_past),
        ("preview/comparison/", "segments_segment_comparison", show_comparison),
        ("preview/snapshot/", "segments_segment_snapshot", save_snapshot),
        ("catalogue/<int:site_id>/", "segments_segment_catalogue", show_catalogue),
        ("declare/", "segments_segment_declare", declare),
        ("waiting/", "segments_segment_waiting", show_waiting),
        *LOOKING_URLS,
        *UPLOAD_URLS,
        ("<int:segment_id>/versions/", "segments_segment_versions", show_versions),
        ("<int:segment_id>/versions/<int:number>/restore/", "segments_segment_restore", restore),
    )

    def hold_while_saving(self, request: HttpRequest, object_id: str) -> None:
        """Whoever only asks what a change would do waits for nobody."""
        if CONFIRMED in request.POST:
            super().hold_while_saving(request, object_id)
        elif request.method == "POST" and connection.in_atomic_block and object_id.isdecimal():
            free = Segment.objects.select_for_update(skip_locked=True, no_key=True)
            free.filter(pk=object_id[:18]).first()

    def get_form(self, request: HttpRequest, obj: Segment | None = None, *args: Any, **kwargs: Any) -> Any:
        own = {"form": ListForm} if is_list(request, obj) else {}
        return super().get_form(request, obj, *args, **kwargs, **own)

    def get_fieldsets(self, request: HttpRequest, obj: Segment | None = None) -> list[Any]:
        if is_list(request, obj):
            return [(None, {"fields": ["site", "name", "description"]})]
        if obj is None:
            return [(None, {"fields": ["site", "name", "description", "rule"]})]
        state = ["show_members", "show_version", "status", "failure" if obj.failure else "show_freshness"]
        if self.has_change_permission(request, obj):
            about = ["site", "name", "description", "rule"]
        else:
            site = ["site"] if has_several_sites(request) else []
            about = [*site, "name", "description", "show_sentence"]
        return [(None, {"fields": about}), ("Its members", {"fields": state})]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        given = super().get_changeform_initial_data(request)
        return {**given, **read_prefill(request), **read_combination(request), **read_copy(request)}

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        question = ask_before_saving(request, object_id, self) if object_id else None
        page: HttpResponse = question or super().changeform_view(request, object_id, *args, **kwargs)
        return page

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        segment = self.get_object(request, object_id)
        if segment is None or not segment.is_live:
            page: HttpResponse = super().history_view(request, object_id, extra_context)
            return page
        return redirect("admin:segments_segment_versions", segment.pk)

    def save_model(self, request: HttpRequest, obj: Segment, form: SegmentForm, change: bool) -> None:
        if not change or "name" in form.changed_data:
            tell_twin(request, obj)
        if is_list(request, obj if change else None):
            self._save_list(request, obj, change=change)
            return
        if change:
            # Only what was written here: a build that ends meanwhile keeps its watermark.
            obj.save(update_fields=["name", "description", "rule", "updated_at"])
        else:
            obj.created_by = request.user  # type: ignore[assignment]
            obj.save()
        keep_definition(obj, by=request.user, now=timezone.now())

    def _save_list(self, request: HttpRequest, obj: Segment, *, change: bool) -> None:
        if not change:
            for field, value in {**start_list(timezone.now()), "created_by": request.user}.items():
                setattr(obj, field, value)
        obj.save(update_fields=["name", "description", "updated_at"] if change else None)
        original = None if change else find_original(request)
        if original is None or original.is_live:
            return
        if original.site_id == obj.site_id:
            copy_people(original, obj, now=timezone.now())
        else:
            messages.warning(
                request, f"“{original}” belongs to another site, so nobody of it is on this list."
            )

    def response_add(self, request: HttpRequest, obj: Segment, *args: Any, **kwargs: Any) -> HttpResponse:
        """A new list is shown next, as people are put on it there."""
        page: HttpResponse = super().response_add(request, obj, *args, **kwargs)
        return page if obj.is_live else redirect("admin:segments_segment_change", obj.pk)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[Any, ...]:
        return explain_deletion(objs)

    @display(description="Members")
    def show_members(self, segment: Segment) -> str:
        count = segment.member_count
        if not segment.is_counted:
            return link_to_members(segment, "being counted")
        return link_to_members(segment, f"{count:,} {'person' if count == 1 else 'people'}")

    @display(description="Version")
    def show_version(self, segment: Segment) -> str:
        url = reverse("admin:segments_segment_versions", args=[segment.pk])
        return format_html('{} <a class="text-link" href="{}">All versions</a>', explain_state(segment), url)
