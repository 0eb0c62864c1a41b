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
from access.audit import record, tell_shown
from access.scoping import scope
from subscribers.admin.attribute_form import AttributeForm, changes_type
from subscribers.admin.attribute_words import say_progress, say_refused, say_settled
from subscribers.admin.seen import HeedsOthers
from subscribers.admin.standing import STANDING_HELP, OrdersNames, link_usages
from subscribers.attribute_moves import MoveError, delete_attributes, merge_attributes
from subscribers.attribute_values import Shape
from subscribers.conversion import change_type
from subscribers.kept_aside import Reading, count_refused
from subscribers.models import Attribute
from subscribers.name_users import Name, Usage, list_usages
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
    actions = (*OrdersNames.actions, "merge_names", "delete_names")
    list_before_template = "admin/subscribers/attributes_before.html"
    delete_confirmation_template = "admin/subscribers/delete_attribute.html"
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

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Says before what uses it."""
        row = self.get_object(request, object_id)
        usages = link_usages(_list_usages([row])[0]) if row is not None else []
        shown: HttpResponse = super().delete_view(
            request, object_id, {**(extra_context or {}), "usages": usages}
        )
        return shown

    def get_actions(self, request: HttpRequest) -> Any:
        """Django's own deletion would do the same as “delete_names”, and not say what uses them."""
        return {
            name: each for name, each in super().get_actions(request).items() if name != "delete_selected"
        }

    @action(description="Delete with everybody's values", permissions=["delete"])
    def delete_names(self, request: HttpRequest, queryset: QuerySet[Attribute]) -> HttpResponse | None:
        chosen = list(scope(queryset.select_related("site"), request.user, "subscribers.delete_attribute"))
        if not request.POST.get("confirmed"):
            return self.ask_first(request, "Delete", chosen, [], _list_usages(chosen))
        for row in chosen:
            record(request, "delete", row)
        number = delete_attributes(chosen, now=timezone.now())
        messages.success(request, f"{number:,} go, with everybody's values, in the background.")
        return None

    @action(description="Merge into another attribute", permissions=["change"])
    def merge_names(self, request: HttpRequest, queryset: QuerySet[Attribute]) -> HttpResponse | None:
        sources = list(scope(queryset.select_related("site"), request.user, "subscribers.change_attribute"))
        targets = Attribute.objects.filter(site__in={row.site_id for row in sources}, merged_into=None)
        targets = targets.exclude(pk__in=[row.pk for row in sources])
        if not request.POST.get("confirmed"):
            offered = list(scope(targets, request.user).order_by("key"))
            return self.ask_first(request, "Merge", sources, offered, _list_usages(sources))
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

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Values of people are read once, for the page and for the audit log."""
        shown: Attribute | None = kwargs.get("obj")
        if shown is not None:
            shown.values_shown = sample_values(shown)  # type: ignore[attr-defined]
            shown.values_refused = count_refused(shown)  # type: ignore[attr-defined]
            people = len(shown.values_shown) + shown.values_refused.failing  # type: ignore[attr-defined]
            tell_shown(request, count=people, site=shown.site_id)
        response: HttpResponse = super().render_change_form(request, context, *args, **kwargs)
        return response

    @display(description="How the type is known")
    def how_sure(self, attribute: Attribute) -> str:
        return say_settled(attribute)

    @display(description="Conversion")
    def conversion_so_far(self, attribute: Attribute) -> str:
        return say_progress(attribute.conversion)

    @display(description="Values seen lately")
    def values_seen(self, attribute: Attribute) -> str:
        values: list[str] = attribute.values_shown  # type: ignore[attr-defined]
        return _list_chips(values) if values else "None among the subscribers who were here last."

    @display(description="Values refused")
    def refused(self, attribute: Attribute) -> str:
        reading: Reading = attribute.values_refused  # type: ignore[attr-defined]
        if not reading.failing:
            return "None: everybody's latest value could be kept."
        chips = _list_chips([show_value(value) for value in reading.examples])
        return format_html("<p>{}</p>{}", say_refused(reading), chips)


def _list_usages(chosen: list[Attribute]) -> list[list[Usage]]:
    return [list_usages(row.site, Name(row.key, of_attribute=True)) for row in chosen]


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
