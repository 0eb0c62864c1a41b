"""The list of segments: who is in each, how many, how that went lately, and how fresh it is. As many queries for all as for one."""

from typing import ClassVar

from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from access.admin import OwnSitesAdmin
from access.scoping import name_seeing, scope
from segments.admin.duplication import address_copy
from segments.admin.size_chart import draw_sparkline
from segments.admin.wording import say_freshness
from segments.definitions import describe_segment, read_names, say_segment
from segments.looking.freshness import find_watermark, read_waiting
from segments.looking.history import DaySize, read_sizes
from segments.models import Segment
from subscribers.admin.seen import HeedsOthers
from subscribers.models import Site

STATUS_COLOURS = {
    Segment.Status.BUILDING: "info",
    Segment.Status.READY: "success",
    Segment.Status.FAILED: "danger",
}
SPARK_DAYS = 30


class SegmentList(HeedsOthers, OwnSitesAdmin):
    """Columns of the list. Whoever may not change a segment is led from its name to how it is doing."""

    list_display = (
        "name", "site", "show_sentence", "show_count", "show_trend", "show_status", "show_freshness", "show_copy",
    )  # fmt: skip
    list_filter = ("kind", "status", "site")
    list_select_related = ("site",)
    search_fields = ("name",)
    search_help_text = "Search by name"
    ordering = ("name",)

    class Media:
        css: ClassVar = {"all": ["segments/list.css"]}

    def get_list_display(self, request: HttpRequest) -> list[str]:
        hidden = set() if has_several_sites(request) else {"site"}
        hidden |= set() if self.has_add_permission(request) else {"show_copy"}
        return [column for column in self.list_display if column not in hidden]

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        changelist: ChangeList = super().get_changelist_instance(request)
        changelist.result_list = _read_rows(list(changelist.result_list))
        if not self.has_change_permission(request):
            changelist.url_for_result = _find_overview  # type: ignore[method-assign, assignment]
        return changelist

    @display(description="Who is in it")
    def show_sentence(self, segment: Segment) -> str:
        return getattr(segment, "sentence", None) or describe_segment(segment)

    @display(description="Members")
    def show_count(self, segment: Segment) -> SafeString:
        return link_to_members(
            segment, f"{segment.member_count:,}" if segment.is_counted else "being counted"
        )

    @display(description=f"Last {SPARK_DAYS} days")
    def show_trend(self, segment: Segment) -> SafeString:
        days: list[DaySize] = getattr(segment, "days_shown", [])
        count = f"{segment.member_count:,} member{'' if segment.member_count == 1 else 's'}"
        count = count if segment.is_counted else "members are being counted"
        then = f", {days[0].size:,} {len(days) - 1} days ago" if len(days) > 1 else ""
        return format_html(
            '<a class="segment-trend" href="{}" aria-label="How {} is doing: {}{}">{}</a>',
            _find_overview(segment), segment.name, count, then,
            draw_sparkline(days) if len(days) > 1 else "How it is doing",
        )  # fmt: skip

    @display(description="Status", label=STATUS_COLOURS)
    def show_status(self, segment: Segment) -> tuple[str, str]:
        return segment.status, segment.get_status_display()

    @display(description="Freshness")
    def show_freshness(self, segment: Segment) -> str:
        now = timezone.now()
        if not hasattr(segment, "waits_since"):
            segment = _read_rows([segment])[0]
        waits_since = segment.waits_since  # type: ignore[attr-defined]
        return say_freshness(segment, find_watermark(segment, waits_since, now=now), now=now)

    @display(description="Copy")
    def show_copy(self, segment: Segment) -> SafeString:
        link = '<a class="text-link" href="{}" aria-label="Duplicate {}">Duplicate</a>'
        return format_html(link, address_copy(segment), segment.name)


def link_to_members(segment: Segment, text: str) -> SafeString:
    url = reverse("admin:segments_segment_members", args=[segment.pk])
    return format_html('<a class="text-link" href="{}">{}</a>', url, text)


def has_several_sites(request: HttpRequest) -> bool:
    return scope(Site.objects.all(), request.user, *name_seeing(Segment)).count() > 1


def _find_overview(segment: Segment) -> str:
    return reverse("admin:segments_segment_overview", args=[segment.pk])


def _read_rows(segments: list[Segment]) -> list[Segment]:
    """What the columns show of each, read for all of them at once."""
    names = {site: read_names(site) for site in {segment.site for segment in segments}}
    waiting = read_waiting({segment.site_id for segment in segments})
    sizes = read_sizes(segments, days=SPARK_DAYS, now=timezone.now())
    for segment in segments:
        segment.sentence = say_segment(segment, names[segment.site])  # type: ignore[attr-defined]
        segment.waits_since = waiting.get(segment.site_id)  # type: ignore[attr-defined]
        segment.days_shown = sizes.get(segment.pk, [])  # type: ignore[attr-defined]
    return segments
