"""What staff do with the names of events: merge them, delete them with all their events, list what found no room."""

from typing import Any

from django.contrib import messages
from django.contrib.admin import site as admin_site
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from unfold.decorators import action

from access.audit import record
from access.scoping import find_sites, scope
from subscribers.admin.standing import OrdersNames
from subscribers.models import Site
from subscribers.name_users import list_usages
from tracking import vocabulary
from tracking.models import EventType

CHANGE = "tracking.change_eventtype"


class OrdersEvents(OrdersNames):
    """Beside ModelAdmin of event types."""

    actions = (*OrdersNames.actions, "merge_names", "delete_names")
    list_before_template = "admin/tracking/list_before.html"

    def has_delete_names_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("tracking.delete_eventtype")

    def get_urls(self) -> list[URLPattern]:
        own = path(
            "unlisted/",
            self.admin_site.admin_view(show_unlisted),  # type: ignore[attr-defined]
            name="tracking_eventtype_unlisted",
        )
        return [own, *super().get_urls()]  # type: ignore[misc]

    @action(description="Merge into another event", permissions=["change"])
    def merge_names(self, request: HttpRequest, queryset: QuerySet[EventType]) -> HttpResponse | None:
        sources = list(scope(queryset.select_related("site"), request.user, CHANGE))
        targets = EventType.objects.filter(site__in={row.site_id for row in sources}, merged_into=None)
        targets = targets.exclude(pk__in=[row.pk for row in sources]).exclude(name__startswith="$")
        if not request.POST.get("confirmed"):
            offered = list(scope(targets, request.user).order_by("name"))
            return self.ask_first(request, "Merge", sources, offered, _list_usages(sources))
        chosen = request.POST.get("target", "")
        pk = chosen if chosen.isdecimal() and len(chosen) < 19 else 0
        target = get_object_or_404(scope(targets, request.user, CHANGE), pk=pk)
        for source in sources:
            try:
                vocabulary.merge_events(source, target, now=timezone.now())
            except vocabulary.VocabularyError as error:
                messages.error(request, str(error))
            else:
                record(request, "merge", source, into=target.name)
                messages.success(request, f"“{source.name}” becomes “{target.name}”; its events follow.")
        return None

    @action(description="Delete with all their events", permissions=["delete_names"])
    def delete_names(self, request: HttpRequest, queryset: QuerySet[EventType]) -> HttpResponse | None:
        chosen = list(scope(queryset.select_related("site"), request.user, "tracking.delete_eventtype"))
        if not request.POST.get("confirmed"):
            return self.ask_first(request, "Delete", chosen, [], _list_usages(chosen))
        number = vocabulary.delete_events(chosen)
        for row in chosen:
            record(request, "delete", row)
        messages.success(request, f"{number:,} go, with their events, in the background.")
        return None


def _list_usages(chosen: list[EventType]) -> list[list[str]]:
    return [list_usages(row.site, row.name) for row in chosen]


def show_unlisted(request: HttpRequest) -> HttpResponse:
    """Names for which there was no room, by how many people sent them lately; who may change events accepts them."""
    if find_sites(request.user, "tracking.view_eventtype") == frozenset():
        raise PermissionDenied
    if request.method == "POST":
        return _accept_unlisted(request)
    now = timezone.now()
    context: dict[str, Any] = {
        **admin_site.each_context(request),
        "title": "Events that are not listed",
        "opts": EventType._meta,
        "sites": [
            (site, vocabulary.list_unlisted(site, now=now))
            for site in scope(Site.objects.order_by("name"), request.user, "tracking.view_eventtype")
        ],
    }
    return TemplateResponse(request, "admin/tracking/unlisted.html", context)


def _accept_unlisted(request: HttpRequest) -> HttpResponse:
    sites = scope(Site.objects.all(), request.user, CHANGE)
    pk = request.POST.get("site", "")
    site = sites.filter(pk=pk).first() if pk.isdecimal() and len(pk) < 19 else None
    name = request.POST.get("name", "")
    if site is None:
        raise PermissionDenied
    if name not in dict(vocabulary.list_unlisted(site, now=timezone.now())):
        messages.error(request, "Nobody sent an event of that name lately.")
    else:
        try:
            record(request, "accept", vocabulary.accept_unlisted(site, name))
            messages.success(request, f"“{name}” is listed now; what was kept of it follows.")
        except vocabulary.VocabularyError as error:
            messages.error(request, str(error))
    return HttpResponseRedirect(reverse("admin:tracking_eventtype_unlisted"))
