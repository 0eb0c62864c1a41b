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
from subscribers.attribute_room import accept_beyond
from subscribers.kept_aside import list_beyond
from subscribers.models import Attribute, Site, Standing
from subscribers.name_users import Name, NameUseError, Usage, list_usages
from tracking import vocabulary
from tracking.models import EventType
from tracking.properties_admin import order_properties
from tracking.vocabulary_changes import show_changes

CHANGE = "tracking.change_eventtype"


class OrdersEvents(OrdersNames):
    """Beside ModelAdmin of event types."""

    actions = (*OrdersNames.actions, "merge_names", "delete_names")
    list_before_template = "admin/tracking/list_before.html"

    def has_delete_names_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("tracking.delete_eventtype")

    def get_urls(self) -> list[URLPattern]:
        pages = (
            ("unlisted/", "unlisted", show_unlisted),
            ("changes/", "changes", show_changes),
            ("<int:object_id>/properties/", "properties", order_properties),
        )
        view = self.admin_site.admin_view  # type: ignore[attr-defined]
        own = [path(address, view(page), name=f"tracking_eventtype_{name}") for address, name, page in pages]
        return [*own, *super().get_urls()]  # type: ignore[misc]

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
            except (vocabulary.VocabularyError, NameUseError) as error:
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


def _list_usages(chosen: list[EventType]) -> list[list[Usage]]:
    return [list_usages(row.site, Name(row.name)) for row in chosen]


def show_unlisted(request: HttpRequest) -> HttpResponse:
    """Names for which there was no room, by how many people sent them lately; who may change such names accepts them."""
    if find_sites(request.user, "tracking.view_eventtype") == frozenset():
        raise PermissionDenied
    if request.method == "POST":
        return _accept_unlisted(request)
    now = timezone.now()
    context: dict[str, Any] = {
        **admin_site.each_context(request),
        "title": "Names that are not listed",
        "opts": EventType._meta,
        "sites": [
            (site, vocabulary.list_unlisted(site, now=now), list(list_beyond(site, most=50).items()))
            for site in scope(Site.objects.order_by("name"), request.user, "tracking.view_eventtype")
        ],
    }
    return TemplateResponse(request, "admin/tracking/unlisted.html", context)


def _accept_unlisted(request: HttpRequest) -> HttpResponse:
    of_attribute = request.POST.get("kind") == "attribute"
    needed = "subscribers.change_attribute" if of_attribute else CHANGE
    sites = scope(Site.objects.all(), request.user, needed)
    pk = request.POST.get("site", "")
    site = sites.filter(pk=pk).first() if pk.isdecimal() and len(pk) < 19 else None
    name = request.POST.get("name", "")
    if site is None:
        raise PermissionDenied
    if of_attribute:
        _accept_attribute(request, site, name)
    elif name not in dict(vocabulary.list_unlisted(site, now=timezone.now())):
        messages.error(request, "Nobody sent an event of that name lately.")
    else:
        try:
            record(request, "accept", vocabulary.accept_unlisted(site, name))
            messages.success(request, f"“{name}” is listed now; what was kept of it follows.")
        except vocabulary.VocabularyError as error:
            messages.error(request, str(error))
    return HttpResponseRedirect(reverse("admin:tracking_eventtype_unlisted"))


def _accept_attribute(request: HttpRequest, site: Site, key: str) -> None:
    accept_beyond(site, [key])
    row = Attribute.objects.filter(site=site, key=key, standing=Standing.ACCEPTED).first()
    if row is None:
        messages.error(request, f"“{key}” does not wait for room, or there is none. Delete attributes first.")
        return
    record(request, "accept", row)
    messages.success(request, f"“{key}” is listed now; what was kept of it follows.")
