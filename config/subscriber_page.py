"""The page of a subscriber, put together from every app: who they are, what they did, what they were sent."""

import datetime as dt
from typing import Any, ClassVar

from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from unfold.decorators import display

from access.admin import find_own
from campaigns.models import Delivery
from segments.models import Membership
from subscribers.admin.subscriber import SubscriberAdmin
from subscribers.instants import read_instant
from subscribers.models import Subscriber
from tracking.models import EventSummary
from tracking.timeline import read_timeline
from tracking.wording import describe_entry

PAGE = 20
LATEST_DELIVERIES = 10
EVENT_COUNT = Subquery(
    EventSummary.objects.filter(subscriber=OuterRef("pk"))
    .order_by()
    .values("subscriber")
    .annotate(total=Sum("count"))
    .values("total")
)


class SubscriberPage(SubscriberAdmin):
    """The registered admin of subscribers."""

    list_display: ClassVar[Any] = (*SubscriberAdmin.list_display, "events")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Subscriber]:
        return super().get_queryset(request).annotate(event_count=Coalesce(EVENT_COUNT, 0))

    @display(description="Events")
    def events(self, subscriber: Any) -> str:
        return f"{subscriber.event_count:,}"

    def get_urls(self) -> list[URLPattern]:
        timeline = path(
            "<int:subscriber_id>/timeline/",
            self.admin_site.admin_view(self.show_timeline),
            name="subscribers_subscriber_timeline",
        )
        urls: list[URLPattern] = super().get_urls()
        return [timeline, *urls]

    def describe(self, request: HttpRequest, subscriber: Subscriber) -> dict[str, Any]:
        memberships = Membership.objects.filter(subscriber=subscriber).select_related("segment")
        # What was sent to them before they were known stays with the shells.
        themselves = [subscriber.pk, *subscriber.shells.values_list("pk", flat=True)]
        deliveries = Delivery.objects.filter(subscriber__in=themselves).select_related("campaign")
        newest = deliveries.order_by("-campaign_id", "-occurrence")
        return {
            **super().describe(request, subscriber),
            **self._read_rows(subscriber, before=None),
            "memberships": memberships.order_by("segment__name"),
            "deliveries": newest[:LATEST_DELIVERIES],
        }

    def show_timeline(self, request: HttpRequest, subscriber_id: int) -> HttpResponse:
        """A page of the timeline as a fragment: the newest entries, or those `before` an instant."""
        subscriber = find_own(request, Subscriber.objects.all(), "tracking.view_event", pk=subscriber_id)
        context = self._read_rows(subscriber, before=request.GET.get("before"))
        return render(request, "admin/tracking/timeline.html", {**context, "subscriber": subscriber})

    def _read_rows(self, subscriber: Subscriber, *, before: str | None) -> dict[str, Any]:
        entries = read_timeline(subscriber, before=_read_instant(before), limit=PAGE)
        rows = [describe_entry(entry) for entry in entries]
        return {"rows": rows, "older_than": rows[-1].occurred_at if len(rows) >= PAGE else None}


def _read_instant(text: str | None) -> dt.datetime | None:
    try:
        return read_instant(text)
    except ValueError:
        return None
