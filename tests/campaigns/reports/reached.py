"""People of whom something came, as the engine would leave them."""

import datetime as dt
from typing import Any

from campaigns.models import Campaign, Conversion, Delivery
from subscribers.models import Subscriber
from tests import factories
from tests.factories import NOW

Status = Delivery.Status
SEEN = (Status.DISPLAYED, Status.CLICKED)
HANDED_OVER = (Status.SENT, *SEEN)


def reach(
    campaign: Campaign, status: str = Status.SENT, *, kind: str = "", country: str = "", **values: Any
) -> Delivery:
    """Somebody new in a run of the campaign, with a device of this kind that took it."""
    person = values.pop("person", None) or factories.make_subscriber(campaign.site, country=country)
    device = factories.make_push_subscription(person, kind=kind) if kind else None
    sent_at = values.pop("sent_at", NOW if status in HANDED_OVER else None)
    defaults: dict[str, Any] = {
        "status": status,
        "due_at": NOW,
        "sent_at": sent_at,
        "displayed_at": sent_at if status in SEEN else None,
        "clicked_at": sent_at if status == Status.CLICKED else None,
        "device_id": device.id if device else None,
        "timezone": "Europe/Berlin",
    }
    return factories.make_delivery(campaign, person, **{**defaults, **values})


def convert(
    delivery: Delivery, credit: str = Conversion.Credit.CLICK, *, revenue: float = 10.0, times: int = 1
) -> None:
    for _ in range(times):
        event = factories.make_event(Subscriber.objects.get(pk=delivery.subscriber_id), "purchase")
        Conversion.objects.create(
            campaign_id=delivery.campaign_id,
            occurrence=delivery.occurrence,
            subscriber_id=delivery.subscriber_id,
            event_id=event.id,
            converted_at=NOW + dt.timedelta(hours=1),
            credit=credit,
            revenue=revenue,
        )
