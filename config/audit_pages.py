"""The audit log in the admin: searched and read, never written."""

import json
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.text import Truncator
from unfold.decorators import display

from access.admin import OwnSitesAdmin
from access.models import AuditEntry
from config.auditing.wording import say_count, say_filter, say_shown


class AuditPage(OwnSitesAdmin):
    """Who did what to what, from where, when."""

    actions = None
    list_display = ("at", "who", "what", "target", "shown", "field_names", "address", "door")
    list_display_links = ("at",)
    list_filter = ("site", "actor", "door")
    search_fields = ("actor_name", "action", "target_type", "target_name", "target_id", "address")
    search_help_text = "Who, what was done, or what to: a name, an id, like launch or campaigns.campaign"
    ordering = ("-id",)
    show_full_result_count = False
    list_per_page = 50
    fields: ClassVar = (
        "at", "who", "address", "door", "what", "target", "site_shown", "count_shown", "filter_shown", "field_names",
        "before_shown", "after_shown", "details_shown",
    )  # fmt: skip
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEntry]:
        rows: QuerySet[AuditEntry] = super().get_queryset(request)
        return rows.select_related("site")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @display(description="Who", ordering="actor_name")
    def who(self, entry: AuditEntry) -> str:
        return f"{entry.get_actor_display()} {entry.actor_name}".strip()

    @display(description="Did", ordering="action")
    def what(self, entry: AuditEntry) -> str:
        tried = entry.details.get("tried")
        return f"tried: {tried} ({entry.details.get('status')})" if tried else entry.action.replace("_", " ")

    @display(description="To")
    def target(self, entry: AuditEntry) -> str:
        kind = entry.target_type.rpartition(".")[2]
        return " ".join(part for part in (kind, entry.target_id, entry.target_name) if part) or "–"

    @display(description="Site")
    def site_shown(self, entry: AuditEntry) -> str:
        if entry.site_id is None:
            return "Every site"
        return str(entry.site) if entry.site else f"Site {entry.site_id}, which is gone"

    @display(description="Shown")
    def shown(self, entry: AuditEntry) -> str:
        return Truncator(say_shown(entry)).chars(120) or "–"

    @display(description="How many")
    def count_shown(self, entry: AuditEntry) -> str:
        return say_count(entry) or "–"

    @display(description="Filter")
    def filter_shown(self, entry: AuditEntry) -> str:
        return say_filter(entry) or "–"

    @display(description="Fields")
    def field_names(self, entry: AuditEntry) -> str:
        return ", ".join(entry.fields) or "–"

    @display(description="Before")
    def before_shown(self, entry: AuditEntry) -> str:
        return _show(entry.before)

    @display(description="After")
    def after_shown(self, entry: AuditEntry) -> str:
        return _show(entry.after)

    @display(description="Details")
    def details_shown(self, entry: AuditEntry) -> str:
        return _show(entry.details)


def _show(values: Any) -> str:
    if not values:
        return "–"
    return format_html(
        '<pre tabindex="0" class="ca-json">{}</pre>', json.dumps(values, indent=2, ensure_ascii=False)
    )
