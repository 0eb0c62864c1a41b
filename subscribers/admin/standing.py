"""Names of attributes and events, put in order by the dozen: accepted, offered or not."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.decorators import action, display

from access.audit import record
from access.scoping import name_permission, scope
from subscribers.models import Standing

STANDING_HELP = {
    "hidden": "The rule builder does not offer it. Rules that use it go on.",
}


class OrdersNames:
    """Beside ModelAdmin: what can be done with the chosen names."""

    actions: tuple[str, ...] = ("accept_names", "hide_names", "offer_names")

    @display(description="Standing", label={"New": "warning", "Not offered": "info"})
    def how_it_stands(self, row: Any) -> str:
        if row.hidden:
            return "Not offered"
        return "New" if row.standing == Standing.NEW else "Accepted"

    @action(description="Accept", permissions=["change"])
    def accept_names(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._change(request, queryset, "accept", "{} accepted.", standing=Standing.ACCEPTED)

    @action(description="Do not offer", permissions=["change"])
    def hide_names(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._change(
            request, queryset, "hide", "{} no longer offered; rules that use them go on.", hidden=True
        )

    @action(description="Offer again", permissions=["change"])
    def offer_names(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._change(request, queryset, "offer", "{} offered again.", hidden=False)

    def ask_first(
        self, request: HttpRequest, verb: str, chosen: list[Any], targets: list[Any], usages: list[list[str]]
    ) -> HttpResponse:
        """A page that says what follows, and whose button does it."""
        meta = self.model._meta  # type: ignore[attr-defined]
        context = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "title": f"{verb} {len(chosen):,} {meta.verbose_name if len(chosen) == 1 else meta.verbose_name_plural}?",
            "opts": meta,
            "verb": verb,
            "action": request.POST["action"],
            "chosen": list(zip(chosen, usages, strict=True)),
            "targets": targets,
            "back": reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist"),
        }
        return TemplateResponse(request, "admin/subscribers/order_names.html", context)

    def _change(
        self, request: HttpRequest, queryset: QuerySet[Any], verb: str, done: str, **values: Any
    ) -> None:
        rows = list(scope(queryset, request.user, name_permission(queryset.model, "change")))
        queryset.model.objects.filter(pk__in=[row.pk for row in rows]).update(**values)
        for row in rows:
            record(request, verb, row)
        self.message_user(request, done.format(f"{len(rows):,}"))  # type: ignore[attr-defined]
