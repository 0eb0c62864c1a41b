"""Events in the admin: what sites report, how often, and with which properties."""

from collections import Counter
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import admin
from django.db.models import BigIntegerField, Case, QuerySet, Value, When
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from unfold.admin import ModelAdmin
from unfold.decorators import display

from tracking.models import EventType
from tracking.volume import read_daily_counts
from tracking.wording import describe_event

TYPE_WORDS = {
    "text": "text",
    "number": "number",
    "boolean": "yes or no",
    "time": "date and time",
    "list": "list",
}


@admin.register(EventType)
class EventTypeAdmin(ModelAdmin):
    """Made at first sight, or announced from within the rule builder; nobody adds one here."""

    list_display = ("words", "name", "description", "often", "site")
    list_filter = ("site",)
    list_select_related = ("site",)
    search_fields = ("name", "description")
    ordering = ("name",)
    readonly_fields = ("words", "name", "site", "often", "properties_seen", "first_seen_at")
    fields = ("words", "name", "site", "description", "often", "properties_seen", "first_seen_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: EventType | None = None) -> bool:
        """The log is append-only: with its type, all events of a name would go. What was only announced can go."""
        return obj is not None and obj.first_seen_at is None and super().has_delete_permission(request, obj)

    def get_form(self, request: HttpRequest, obj: EventType | None = None, **kwargs: Any) -> Any:
        help_texts = {"description": "When does it happen? Your colleagues read this."}
        return super().get_form(request, obj, help_texts=help_texts, **kwargs)

    def get_queryset(self, request: HttpRequest) -> QuerySet[EventType]:
        counts: Counter[int] = Counter()
        for day in read_daily_counts(days=30, zone=ZoneInfo("UTC"), now=timezone.now()).values():
            counts.update(day)
        count = Case(
            *(When(pk=pk, then=Value(count)) for pk, count in counts.items()),
            default=Value(0),
            output_field=BigIntegerField(),
        )
        types: QuerySet[EventType] = super().get_queryset(request)
        return types.annotate(count_30_days=count)

    @display(description="What happened")
    def words(self, event_type: EventType) -> str:
        return describe_event(event_type.name).label

    @display(description="In 30 days", ordering="count_30_days")
    def often(self, event_type: Any) -> str:
        return f"{event_type.count_30_days:,}"

    @display(description="Properties seen with it")
    def properties_seen(self, event_type: EventType) -> str:
        if not event_type.properties:
            return "None."
        rows = ((name, TYPE_WORDS.get(kind, kind)) for name, kind in sorted(event_type.properties.items()))
        items = format_html_join("", "<li class='ca-chip'>{} <span>{}</span></li>", rows)
        return format_html('<ul class="ca-chips">{}</ul>', items)
