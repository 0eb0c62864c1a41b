"""The page of ready-made segments, and the form that one of them fills in."""

from typing import Any

from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from access.scoping import scope
from segments.gallery import find_ready_made
from segments.models import Segment
from segments.offers import list_offers, prefill_rule
from subscribers.models import Site


def show_gallery(request: HttpRequest, model_admin: ModelAdmin[Segment]) -> HttpResponse:
    """Every entry, for the site of `?site=` or else the first one."""
    if not model_admin.has_add_permission(request):
        raise PermissionDenied
    sites = _list_sites(request)
    site = _choose(sites, request.GET.get("site"))
    context = {
        **model_admin.admin_site.each_context(request),
        "title": "Ready-made segments",
        "opts": Segment._meta,
        "sites": sites if len(sites) > 1 else [],
        "site": site,
        "groups": list_offers(site) if site else {},
    }
    return TemplateResponse(request, "admin/segments/gallery.html", context)


def read_prefill(request: HttpRequest) -> dict[str, Any]:
    """What `?gallery=<key>&site=<id>` puts into the form for a new segment; nothing for a key that is none."""
    entry = find_ready_made(request.GET.get("gallery", ""))
    if entry is None:
        return {}
    site = _choose(_list_sites(request), request.GET.get("site"))
    if site is None:
        return {}
    rule = prefill_rule(entry, site)
    return {"site": site.pk, "name": entry.name, "description": entry.description, "rule": rule}


def _list_sites(request: HttpRequest) -> list[Site]:
    return list(scope(Site.objects.order_by("pk"), request.user, "segments.add_segment"))


def _choose(sites: list[Site], asked: str | None) -> Site | None:
    chosen = [site for site in sites if str(site.pk) == asked]
    return next(iter(chosen or sites), None)
