"""What the rule builder asks for before a rule is built: what is known about a site, and what one may add to that."""

from django.contrib.admin import ModelAdmin
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_GET

from access.scoping import scope
from segments.catalogue import read_catalogue
from segments.models import Segment
from subscribers.models import Site

# Whoever may say what such a thing means may announce one.
PERMISSIONS = {
    "attribute": ("subscribers.add_attribute", "subscribers.change_attribute"),
    "event": ("tracking.add_eventtype", "tracking.change_eventtype"),
    "property": ("tracking.add_eventtype", "tracking.change_eventtype"),
}


BUILDING = ("segments.add_segment", "segments.change_segment")


def list_declarable(user: User | AnonymousUser, site: Site) -> list[str]:
    """Which of attribute, event and property somebody may announce for a site."""
    return [what for what, named in PERMISSIONS.items() if any(user.has_perm(each, site) for each in named)]


@require_GET
def show_catalogue(request: HttpRequest, site_id: int, model_admin: ModelAdmin[Segment]) -> HttpResponse:
    """Attributes, events, places and so on that conditions can name, and the zone in which times are given."""
    require_builder(request, model_admin)
    site = get_object_or_404(list_building_sites(request), pk=site_id)
    known = read_catalogue(site, now=timezone.now())
    return JsonResponse(
        {"timezone": site.clock_name, "may_declare": list_declarable(request.user, site), **known}
    )


def list_building_sites(request: HttpRequest) -> QuerySet[Site]:
    """For which somebody may build segments."""
    return scope(Site.objects.all(), request.user, *BUILDING)


def require_builder(request: HttpRequest, model_admin: ModelAdmin[Segment]) -> None:
    """Building needs more than seeing: who may not save a segment has no use for counts of unsaved ones."""
    builds = model_admin.has_add_permission(request) or model_admin.has_change_permission(request)
    if not (builds and model_admin.has_view_permission(request)):
        raise PermissionDenied
