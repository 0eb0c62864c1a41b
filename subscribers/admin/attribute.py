"""Attributes: what is known about subscribers besides their profile, and how it is read."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from unfold.admin import ModelAdmin
from unfold.decorators import display

from subscribers.changes import name_attribute, note_for_everyone
from subscribers.models import Attribute
from subscribers.sampling import sample_values


@admin.register(Attribute)
class AttributeAdmin(ModelAdmin):
    """Made at first sight, so nobody adds one here."""

    list_display = ("key", "type", "description", "site")
    list_filter = ("site", "type")
    list_select_related = ("site",)
    search_fields = ("key", "description")
    ordering = ("key",)
    readonly_fields = ("key", "site", "values_seen", "created_at")
    fields = ("key", "site", "type", "description", "values_seen", "created_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_form(self, request: HttpRequest, obj: Attribute | None = None, **kwargs: Any) -> Any:
        return super().get_form(request, obj, help_texts=HELP_TEXTS, **kwargs)

    def save_model(self, request: HttpRequest, obj: Attribute, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if "type" in form.changed_data:
            note_for_everyone(obj.site_id, [name_attribute(obj.key)], now=timezone.now())

    def delete_model(self, request: HttpRequest, obj: Attribute) -> None:
        super().delete_model(request, obj)
        note_for_everyone(obj.site_id, [name_attribute(obj.key)], now=timezone.now())

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Attribute]) -> None:
        gone = list(queryset)
        super().delete_queryset(request, queryset)
        for attribute in gone:
            note_for_everyone(attribute.site_id, [name_attribute(attribute.key)], now=timezone.now())

    @display(description="Values seen lately")
    def values_seen(self, attribute: Attribute) -> str:
        values = sample_values(attribute)
        if not values:
            return "None among the subscribers who were here last."
        chips = format_html_join("", '<li class="ca-chip">{}</li>', ((value,) for value in values))
        return format_html('<ul class="ca-chips">{}</ul>', chips)


HELP_TEXTS: dict[str, str] = {
    "type": (
        "Decides how rules compare it. Values that come in from now on are read as this type, those that cannot "
        "be are refused; values kept already stay as they are and no longer match until they are reported anew."
    ),
    "description": "What does it say about a person? Your colleagues read this.",
}
