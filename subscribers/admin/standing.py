"""Names of attributes and events, put in order by the dozen: accepted, offered or not."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.decorators import action, display

from access.audit import record
from access.scoping import name_permission, scope
from subscribers.models import Standing
from subscribers.name_users import Usage

STANDING_HELP = {
    "hidden": "The rule builder does not offer it. Rules that use it go on.",
}


@dataclass(frozen=True)
class Question:
    """What is asked before names go or become others. `usages`: of each of the chosen, what names it."""

    verb: str
    title: str
    chosen: list[Any]
    targets: list[Any]
    usages: list[list[Usage]]
    back: str


def ask_before(request: HttpRequest, admin_site: Any, meta: Any, question: Question) -> HttpResponse:
    """A page that says what follows, and whose button does it."""
    context = {
        **admin_site.each_context(request),
        "title": question.title,
        "opts": meta,
        "verb": question.verb,
        "action": request.POST["action"],
        "chosen": [
            (row, link_usages(usages)) for row, usages in zip(question.chosen, question.usages, strict=True)
        ],
        "targets": question.targets,
        "back": question.back,
    }
    return TemplateResponse(request, "admin/subscribers/order_names.html", context)


def link_usages(usages: list[Usage]) -> list[tuple[str, str]]:
    """Each with the address of its page."""
    return [
        (usage.text, reverse(f"admin:{usage.model.replace('.', '_')}_change", args=[usage.pk]))
        for usage in usages
    ]


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
        self,
        request: HttpRequest,
        verb: str,
        chosen: list[Any],
        targets: list[Any],
        usages: list[list[Usage]],
    ) -> HttpResponse:
        meta = self.model._meta  # type: ignore[attr-defined]
        kind = meta.verbose_name if len(chosen) == 1 else meta.verbose_name_plural
        back = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
        question = Question(verb, f"{verb} {len(chosen):,} {kind}?", chosen, targets, usages, back)
        return ask_before(request, self.admin_site, meta, question)  # type: ignore[attr-defined]

    def _change(
        self, request: HttpRequest, queryset: QuerySet[Any], verb: str, done: str, **values: Any
    ) -> None:
        rows = list(scope(queryset, request.user, name_permission(queryset.model, "change")))
        queryset.model.objects.filter(pk__in=[row.pk for row in rows]).update(**values)
        for row in rows:
            record(request, verb, row)
        self.message_user(request, done.format(f"{len(rows):,}"))  # type: ignore[attr-defined]
