"""Every single delivery of a campaign, a page at a time: each goes on after the last one shown, however many there are."""

import re
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from campaigns.models import Campaign, Delivery

PAGE_SIZE = 50
_PLACE = re.compile(r"([0-9]{1,9})-([0-9]{1,18})")


@dataclass(frozen=True)
class DeliveryPage:
    """`after` is the place that this page goes on from, `next` that of the page that follows; empty: there is none."""

    rows: list[Delivery]
    status: str
    reason: str
    after: str
    next: str


def list_deliveries(request: HttpRequest, campaign: Campaign, *, occurrence: int | None) -> DeliveryPage:
    """In the order of runs and ids, those of the status and reason that the query names; nonsense names all."""
    status, reason = request.GET.get("status", ""), request.GET.get("reason", "")
    rows: QuerySet[Delivery] = Delivery.objects.filter(campaign=campaign).select_related("subscriber")
    if occurrence is not None:
        rows = rows.filter(occurrence=occurrence)
    if status in Delivery.Status:
        rows = rows.filter(status=status)
    if reason in Delivery.Reason:
        rows = rows.filter(reason=reason)
    place = _PLACE.fullmatch(request.GET.get("after", ""))
    if place:
        run, person = int(place[1]), int(place[2])
        rows = rows.filter(Q(occurrence__gt=run) | Q(occurrence=run, subscriber__gt=person))
    found = list(rows.order_by("occurrence", "subscriber_id")[: PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    last = f"{shown[-1].occurrence}-{shown[-1].subscriber_id}" if len(found) > PAGE_SIZE else ""
    return DeliveryPage(shown, status, reason, place[0] if place else "", last)
