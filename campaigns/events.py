"""The events that campaigns add to a person's log: `$push_sent`, `$push_displayed` and the like."""

import datetime as dt
import uuid
from typing import Any

from campaigns.models import Campaign
from campaigns.tokens import DeliveryKey
from tracking.log import NewEvent

_NAMESPACE = uuid.UUID("5f6b1c1e-3c52-5d0f-9d2e-8f1f6a3c7b10")


def make_push_event(  # noqa: PLR0913 - what an event says, by name
    campaign: Campaign, key: DeliveryKey, kind: str, *, person_id: int, at: dt.datetime, action: str = ""
) -> NewEvent:
    """The event `$push_{kind}` of one delivery, always with the same id, so that the log counts it once.

    `person_id` is whom it is about today: the survivor, where the delivery's subscriber was merged since.
    """
    properties = describe_push(campaign)
    if action:
        properties["action"] = action
    return NewEvent(
        id=name_push_event(key, kind),
        subscriber_id=person_id,
        name=f"$push_{kind}",
        occurred_at=at,
        properties=properties,
    )


def describe_push(campaign: Campaign) -> dict[str, Any]:
    """The properties that all events of a campaign's pushes have."""
    return {"campaign": campaign.pk, "campaign_name": campaign.name}


def name_push_event(key: DeliveryKey, kind: str) -> uuid.UUID:
    """The id of the event `$push_{kind}` of one delivery."""
    return uuid.uuid5(_NAMESPACE, f"{key.campaign_id}.{key.occurrence}.{key.subscriber_id}.{kind}")


def make_conversion_event(  # noqa: PLR0913 - what an event says, by name
    campaign: Campaign,
    event_id: uuid.UUID,
    *,
    goal: str,
    credit: str,
    revenue: float | None,
    person_id: int,
    at: dt.datetime,
) -> NewEvent:
    """The event `$converted` of what somebody did after a campaign's push; one for each event that reached its goal.

    `credit`: to what it is owed, a click or a view. Worked out again it has the same id, so that the log counts it once.
    """
    properties: dict[str, Any] = {
        "campaign": campaign.pk,
        "campaign_name": campaign.name,
        "event": goal,
        "credit": str(credit),
    }
    if revenue is not None:
        properties["revenue"] = revenue
    return NewEvent(
        id=uuid.uuid5(_NAMESPACE, f"{campaign.pk}.{event_id}.converted"),
        subscriber_id=person_id,
        name="$converted",
        occurred_at=at,
        properties=properties,
    )
