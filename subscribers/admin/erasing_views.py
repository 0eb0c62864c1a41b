"""The pages on which somebody is erased for good, and all that is held of them is taken along."""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods
from unfold.admin import ModelAdmin

from access.audit import record
from subscribers.erasing import count_held, erase_people
from subscribers.models import Subscriber
from subscribers.rights import may_erase, may_export, write_export


@require_http_methods(["GET", "POST"])
def erase_subscriber(request: HttpRequest, subscriber_id: int, model_admin: ModelAdmin) -> HttpResponse:
    """What will go, table by table; after a word, it is gone."""
    subscriber = _find(request, subscriber_id, model_admin)
    if not may_erase(request.user, subscriber):
        raise PermissionDenied
    if request.method == "POST":
        with transaction.atomic():
            record(request, "erase", subscriber)
            erase_people(subscriber.site_id, [subscriber.pk], now=timezone.now())
        model_admin.message_user(
            request, "Erased. Whatever comes from the same browser from now on is somebody new."
        )
        return redirect("admin:subscribers_subscriber_changelist")
    held = [each for each in count_held(subscriber) if each.rows]
    context = {
        **model_admin.admin_site.each_context(request),
        "title": f"Erase {subscriber}?", "subscriber": subscriber, "held": held, "opts": Subscriber._meta,
        "may_export": may_export(request.user, subscriber),
    }  # fmt: skip
    return render(request, "admin/subscribers/erase.html", context)


@require_GET
def export_subscriber(request: HttpRequest, subscriber_id: int, model_admin: ModelAdmin) -> HttpResponse:
    """As JSON for machines, or (`?format=html`) as a page to read, print and send."""
    subscriber = _find(request, subscriber_id, model_admin)
    if not may_export(request.user, subscriber):
        raise PermissionDenied
    is_page = request.GET.get("format") == "html"
    record(request, "export", subscriber, format="html" if is_page else "json")
    return write_export(subscriber, as_page=is_page)


def _find(request: HttpRequest, subscriber_id: int, model_admin: ModelAdmin) -> Subscriber:
    """Of those whom they may see at all."""
    people = model_admin.get_queryset(request).select_related("site")
    subscriber: Subscriber = get_object_or_404(people, pk=subscriber_id)
    if not model_admin.has_view_permission(request, subscriber):
        raise PermissionDenied
    return subscriber
