"""What has not come yet: announced from within the rule builder, and shown as a list for developers."""

from collections.abc import Callable
from typing import Any

from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_GET, require_POST

from access.scoping import name_seeing, scope
from segments.admin.builder_views import list_declarable, require_builder
from segments.admin.preview_views import Question, read_question, refuse
from segments.models import Segment
from segments.rules import Problem, RuleError
from segments.waiting import list_awaited
from subscribers.declaring import DeclarationError, declare_attribute
from subscribers.models import Attribute, Site
from tracking.declaring import declare_event, declare_property


@require_POST
def declare(request: HttpRequest, model_admin: ModelAdmin[Segment]) -> HttpResponse:
    """Announce an attribute, an event or a property, under the name that comes back; 400: `problems` in words."""
    require_builder(request, model_admin)
    try:
        asked, site = read_question(request)
        what = _read_text(asked, "what")
        if what not in DECLARE:
            raise DeclarationError("Say what it is: attribute, event or property.")
        if what not in list_declarable(request.user, site):
            raise PermissionDenied
        DECLARE[what](site, asked)
    except RuleError as error:
        return refuse(400, *error.problems)
    except DeclarationError as error:
        return refuse(400, Problem("", str(error)))
    return JsonResponse({"name": _read_text(asked, "name")}, status=201)


@require_GET
def show_waiting(request: HttpRequest, model_admin: ModelAdmin[Segment]) -> HttpResponse:
    """What developers are to send, with the line of the SDK for each; for the site of `?site=` or else all of them."""
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    sites = list(scope(Site.objects.order_by("name"), request.user, *name_seeing(Segment)))
    chosen = [site for site in sites if str(site.pk) == request.GET.get("site")] or sites
    context = {
        **model_admin.admin_site.each_context(request),
        "title": "What we are waiting for",
        "opts": Segment._meta,
        "sites": [(site, awaited) for site in chosen if (awaited := list_awaited(site))],
        "names_sites": len(sites) > 1,
    }
    return TemplateResponse(request, "admin/segments/waiting.html", context)


def _declare_attribute(site: Site, asked: Question) -> Any:
    return declare_attribute(
        site,
        _read_text(asked, "name"),
        type_=_read_text(asked, "type"),
        element_type=_read_text(asked, "element_type") or Attribute.ElementType.TEXT,
        description=_read_text(asked, "meaning"),
    )


def _declare_event(site: Site, asked: Question) -> Any:
    return declare_event(site, _read_text(asked, "name"), description=_read_text(asked, "meaning"))


def _declare_property(site: Site, asked: Question) -> Any:
    return declare_property(
        site,
        _read_text(asked, "event"),
        _read_text(asked, "name"),
        type_=_read_text(asked, "type"),
        description=_read_text(asked, "meaning"),
    )


DECLARE: dict[str, Callable[[Site, Question], Any]] = {
    "attribute": _declare_attribute,
    "event": _declare_event,
    "property": _declare_property,
}


def _read_text(asked: Question, name: str) -> str:
    """Raises DeclarationError for what the database cannot hold."""
    text = asked.get(name, "")
    if not isinstance(text, str) or "\x00" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
        raise DeclarationError(f"“{name}” must be text.")
    return text.strip()
