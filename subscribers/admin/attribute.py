"""Attributes: what is known about subscribers besides their profile, how it is read, and what could not be."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.decorators import action, display

from access.admin import OwnSitesAdmin
from access.audit import record
from access.scoping import scope
from subscribers.admin.attribute_form import AttributeForm, changes_type
from subscribers.admin.attribute_words import say_progress, say_refused, say_settled
from subscribers.admin.seen import HeedsOthers
from subscribers.admin.standing import STANDING_HELP, OrdersNames
from subscribers.attribute_moves import MoveError, delete_attributes, merge_attributes
from subscribers.attribute_values import Shape
from subscribers.conversion import change_type
from subscribers.kept_aside import count_refused
from subscribers.models import Attribute
from subscribers.name_users import list_usages
from subscribers.sampling import sample_values, show_value


@admin.register(Attribute)
class AttributeAdmin(OrdersNames, HeedsOthers, OwnSitesAdmin):
    """Made at first sight, so nobody adds one here."""

    form = AttributeForm
    list_display = ("key", "how_it_stands", "type", "description", "first_seen_at", "site")
    list_filter = ("site", "standing", "hidden", "type")
    list_select_related = ("site",)
    search_fields = ("key", "description")
    ordering = ("key",)
    actions = (*OrdersNames.actions, "merge_names")
    readonly_fields = (
        "how_it_stands",
        "key",
        "site",
        "how_sure",
        "conversion_so_far",
        "values_seen",
        "refused",
        "created_at",
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: Attribute | None = None) -> tuple[str, ...]:
        asked = ("go_on",) if request.method == "POST" and obj and changes_type(request.POST, obj) else ()
        converting = ("conversion_so_far",) if obj and hasattr(obj, "conversion") else ()
        first = ("key", "site", "type", "element_type", *asked, "how_sure", *converting)
        return (
            *first,
            "description",
            "personal",
            "how_it_stands",
            "hidden",
            "values_seen",
            "refused",
            "created_at",
        )

    def get_form(self, request: HttpRequest, obj: Any = None, *args: Any, **kwargs: Any) -> Any:
        return super().get_form(request, obj, *args, help_texts=HELP_TEXTS, **kwargs)

    def save_model(self, request: HttpRequest, obj: Attribute, form: Any, change: bool) -> None:
        shape = Shape(obj.type, obj.element_type)
        if {"type", "element_type"} & set(form.changed_data) and change_type(obj, shape, now=timezone.now()):
            messages.info(
                request, "The values that are kept are being converted; its page says how far that is."
            )
        super().save_model(request, obj, form, change)

    def delete_model(self, request: HttpRequest, obj: Attribute) -> None:
        delete_attributes([obj], now=timezone.now())

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Attribute]) -> None:
        delete_attributes(
            list(scope(queryset, request.user, "subscribers.delete_attribute")), now=timezone.now()
        )

    @action(description="Merge into another attribute", permissions=["change"])
    def merge_names(self, request: HttpRequest, queryset: QuerySet[Attribute]) -> HttpResponse | None:
        sources = list(scope(queryset.select_related("site"), request.user, "subscribers.change_attribute"))
        targets = Attribute.objects.filter(site__in={row.site_id for row in sources}, merged_into=None)
        targets = targets.exclude(pk__in=[row.pk for row in sources])
        if not request.POST.get("confirmed"):
            usages = [list_usages(row.site, row.key, of_attribute=True) for row in sources]
            offered = list(scope(targets, request.user).order_by("key"))
            return self.ask_first(request, "Merge", sources, offered, usages)
        chosen = request.POST.get("target", "")
        target = get_object_or_404(
            scope(targets, request.user, "subscribers.change_attribute"),
            pk=chosen if chosen.isdecimal() and len(chosen) < 19 else 0,
        )
        for source in sources:
            try:
                merge_attributes(source, target, now=timezone.now())
            except MoveError as error:
                messages.error(request, str(error))
            else:
                record(request, "merge", source, into=target.key)
                messages.success(request, f"“{source.key}” becomes “{target.key}”; its values follow.")
        return None

    @display(description="How the type is known")
    def how_sure(self, attribute: Attribute) -> str:
        return say_settled(attribute)

    @display(description="Conversion")
    def conversion_so_far(self, attribute: Attribute) -> str:
        return say_progress(attribute.conversion)

    @display(description="Values seen lately")
    def values_seen(self, attribute: Attribute) -> str:
        values = sample_values(attribute)
        return _list_chips(values) if values else "None among the subscribers who were here last."

    @display(description="Values refused")
    def refused(self, attribute: Attribute) -> str:
        reading = count_refused(attribute)
        if not reading.failing:
            return "None: everybody's latest value could be kept."
        chips = _list_chips([show_value(value) for value in reading.examples])
        return format_html("<p>{}</p>{}", say_refused(reading), chips)


def _list_chips(texts: list[str]) -> SafeString:
    chips = format_html_join("", '<li class="ca-chip">{}</li>', ((text,) for text in texts))
    return format_html('<ul class="ca-chips">{}</ul>', chips)


HELP_TEXTS: dict[str, str] = {
    **STANDING_HELP,
    "type": (
        "Decides how rules compare it. When you change it, the values that are kept are converted; those that cannot "
        "be are kept aside, and come back if you change it again."
    ),
    "element_type": "Of a list: whether its items are compared as text or as numbers.",
    "description": "What does it say about a person? Your colleagues read this.",
}
