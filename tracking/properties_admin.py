"""What staff do with the properties of one event: offer them or not, mark them personal, merge and delete them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.admin import site as admin_site
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from access.admin import find_own
from access.audit import record_change
from access.row_values import read_values
from subscribers.admin.standing import Question, ask_before
from subscribers.models import Site
from subscribers.name_users import Name, NameUseError, Usage, list_usages
from tracking.models import EventType
from tracking.nesting import is_nested
from tracking.property_moves import (
    PropertyError,
    delete_property,
    list_properties,
    mark_properties,
    merge_property,
)

CHANGE, DELETE = "tracking.change_eventtype", "tracking.delete_eventtype"
# What can be done at once: which list of the event it concerns, whether the chosen are put on it, and what is said then.
MARKS = {
    "hide": ("hidden_properties", True, "{} no longer offered; rules that use them go on."),
    "offer": ("hidden_properties", False, "{} offered again."),
    "personal": ("personal_properties", True, "{} shown to those alone who may see personal data."),
    "not_personal": ("personal_properties", False, "{} shown to everybody who may see people."),
}


@dataclass(frozen=True)
class Property:
    """One of an event, as the pages list it."""

    pk: str
    site: Site
    kind: str = ""
    description: str = ""
    is_hidden: bool = False
    is_personal: bool = False

    def __str__(self) -> str:
        return self.pk

    @property
    def can_move(self) -> bool:
        return not is_nested(self.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def order_properties(request: HttpRequest, object_id: int) -> HttpResponse:
    """All of an event's; POST does one thing to the chosen ones, and asks first where something goes."""
    needed = (CHANGE,) if request.method == "POST" else ()
    row = find_own(request, EventType.objects.select_related("site"), *needed, pk=object_id)
    if request.method == "POST":
        return _act(request, row) or HttpResponseRedirect(request.path)
    context: dict[str, Any] = {
        **admin_site.each_context(request),
        "title": f"Properties of {row.name}",
        "opts": EventType._meta,
        "event_type": row,
        "properties": _describe(row),
        "aliases": sorted(row.property_aliases.items()),
        "may_change": request.user.has_perm(CHANGE, row),
        "may_move": not row.name.startswith("$"),
        "may_delete": request.user.has_perm(DELETE, row),
    }
    return TemplateResponse(request, "admin/tracking/properties.html", context)


def _describe(row: EventType) -> list[Property]:
    told = row.declared
    return [
        Property(
            key,
            row.site,
            kind=row.properties.get(key, "") or told.get(key, {}).get("type", ""),
            description=told.get(key, {}).get("description", ""),
            is_hidden=key in row.hidden_properties,
            is_personal=key in row.personal_properties,
        )
        for key in list_properties(row)
    ]


def _act(request: HttpRequest, row: EventType) -> HttpResponse | None:
    known = set(list_properties(row))
    chosen = [key for key in dict.fromkeys(request.POST.getlist("_selected_action")) if key in known]
    action = request.POST.get("action", "")
    if not chosen:
        messages.error(request, "Choose the properties first.")
    elif action in MARKS:
        field, on, said = MARKS[action]
        _write(request, row, action, lambda: mark_properties(row.pk, chosen, field, on=on))
        messages.success(request, said.format(f"{len(chosen):,}"))
    elif action == "merge":
        return _merge(request, row, chosen)
    elif action == "delete" and request.user.has_perm(DELETE, row):
        return _delete(request, row, chosen)
    else:
        messages.error(request, "Choose what to do with them.")
    return None


def _merge(request: HttpRequest, row: EventType, chosen: list[str]) -> HttpResponse | None:
    others = [each for each in _describe(row) if each.pk not in chosen and each.can_move]
    if not request.POST.get("confirmed"):
        return _ask(request, row, "Merge", chosen, others)
    into, now = request.POST.get("target", ""), timezone.now()
    for key in chosen:
        _try(
            request,
            row,
            "merge_property",
            lambda key=key: merge_property(row.pk, key, into, now=now),  # type: ignore[misc]
            f"“{key}” becomes “{into}”; what was kept of it follows.",
        )
    return None


def _delete(request: HttpRequest, row: EventType, chosen: list[str]) -> HttpResponse | None:
    if not request.POST.get("confirmed"):
        return _ask(request, row, "Delete", chosen, [])
    for key in chosen:
        _try(
            request,
            row,
            "delete_property",
            lambda key=key: delete_property(row.pk, key),  # type: ignore[misc]
            f"“{key}” goes, with its values, in the background.",
        )
    return None


def _ask(
    request: HttpRequest, row: EventType, verb: str, chosen: list[str], targets: list[Property]
) -> HttpResponse:
    usages: list[list[Usage]] = [list_usages(row.site, Name(key, of=row.name)) for key in chosen]
    kind = "property" if len(chosen) == 1 else "properties"
    title = f"{verb} {len(chosen):,} {kind} of {row.name}?"
    rows = [Property(key, row.site) for key in chosen]
    back = reverse("admin:tracking_eventtype_properties", args=[row.pk])
    question = Question(verb, title, rows, targets, usages, back)
    return ask_before(request, admin_site, EventType._meta, question)


def _try(request: HttpRequest, row: EventType, action: str, change: Callable[[], object], said: str) -> None:
    try:
        _write(request, row, action, change)
    except (PropertyError, NameUseError) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, said)


def _write(request: HttpRequest, row: EventType, action: str, change: Callable[[], object]) -> None:
    """With an entry of its own that says what is another now; both or neither."""
    with transaction.atomic():
        before = read_values(EventType.objects.get(pk=row.pk))
        change()
        record_change(request, action, EventType.objects.get(pk=row.pk), before=before)
