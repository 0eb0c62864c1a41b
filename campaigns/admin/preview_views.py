"""The live preview: a message as one subscriber would see it, while it is being written."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST
from unfold.admin import ModelAdmin

from access.audit import tell_shown
from access.scoping import scope
from campaigns.admin.samples import describe_sample, find_samples
from campaigns.assignment import Version
from campaigns.forms import compose_actions
from campaigns.models import Campaign, Message
from campaigns.rendering import RenderingError, render_message
from subscribers.models import Site, Subscriber

MESSAGE_FIELDS = ("title", "body", "icon_url", "image_url", "link_url")


@require_POST
def show_preview(request: HttpRequest, model_admin: ModelAdmin) -> HttpResponse:
    """Two drawings of the notification, as a piece of HTML; what is wrong with the texts is said in words."""
    site = _find_site(request, request.POST.get("site", ""), model_admin)
    if site is None:
        return HttpResponseBadRequest("Choose a site first.")
    subscriber = _find_subscriber(site, request.POST.get("sample", ""))
    sample = str(subscriber.opaque_id) if subscriber.pk else None
    tell_shown(request, count=1 if sample else 0, site=site.pk, sample=sample)
    context = preview_message(_read_message(request, site), subscriber)
    return TemplateResponse(request, "admin/campaigns/parts/preview.html", context)


@require_GET
def list_samples(request: HttpRequest, model_admin: ModelAdmin) -> HttpResponse:
    """Up to 20 subscribers of a site that match `q`."""
    site = _find_site(request, request.GET.get("site", ""), model_admin)
    people = find_samples(site, request.GET.get("q", ""))[:20] if site else []
    found = [{"id": person.pk, "label": describe_sample(person)} for person in people]
    tell_shown(request, count=len(found))
    return JsonResponse({"results": found})


def preview_message(message: Message, subscriber: Subscriber) -> dict[str, object]:
    """The message as `subscriber` would get it, or why it cannot be put together."""
    try:
        shown = render_message(message, subscriber, token="", now=timezone.now())
        return {"message": shown, "site": subscriber.site}
    except RenderingError as error:
        return {"error": str(error), "site": subscriber.site}


def preview_version(campaign: Campaign, version: Version) -> dict[str, Any]:
    """One of a campaign's versions, as somebody sees it of whom nothing is known."""
    return {**preview_message(version.message, imagine_stranger(campaign.site)), "version": version}


def imagine_stranger(site: Site) -> Subscriber:
    """Somebody of whom nothing is known: every fallback is used."""
    now = timezone.now()
    return Subscriber(site=site, created_at=now, last_seen_at=now)


def _find_site(request: HttpRequest, value: str, model_admin: ModelAdmin) -> Site | None:
    if not (model_admin.has_add_permission(request) or model_admin.has_change_permission(request)):
        raise PermissionDenied
    sites = scope(Site.objects.all(), request.user, "campaigns.add_campaign", "campaigns.change_campaign")
    return sites.filter(pk=int(value)).first() if value.isdecimal() and len(value) < 10 else None


def _find_subscriber(site: Site, value: str) -> Subscriber:
    if value.isdecimal() and len(value) < 19:
        found = Subscriber.objects.living().filter(site=site, pk=int(value)).first()
        if found is not None:
            return found
    return imagine_stranger(site)


def _read_message(request: HttpRequest, site: Site) -> Campaign:
    texts = {name: request.POST.get(name, "") for name in MESSAGE_FIELDS}
    pairs = [
        (request.POST.get(f"button_{number}_text", ""), request.POST.get(f"button_{number}_link", ""))
        for number in (1, 2)
    ]
    return Campaign(site=site, actions=compose_actions(pairs), **texts)
