"""A small world for attribution: people with deliveries, who see, click, buy and turn out to be each other."""

import datetime as dt
import uuid
from typing import Any

from django.db import transaction

from campaigns.feedback import record_feedback
from campaigns.models import Campaign, Conversion, Delivery, Occurrence
from campaigns.tokens import DeliveryKey, sign_token
from subscribers.merging import identify_subscriber
from subscribers.models import Identity, Site, Subscriber
from tests import factories
from tests.factories import NOW
from tracking.log import NewEvent, move_events, record_events

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
PURCHASE = {"type": "event", "event": "purchase", "where": []}
Status = Delivery.Status


def make_counting(site: Site, **values: Any) -> Campaign:
    """A campaign that counts purchases, with one planned run that was due at NOW."""
    campaign = factories.make_campaign(
        site, **{"goal": PURCHASE, "revenue_property": "price", "status": Campaign.Status.RUNNING, **values}
    )
    factories.make_occurrence(campaign)
    return campaign


def make_recipient(campaign: Campaign, **values: Any) -> Subscriber:
    """Somebody who was sent the campaign at NOW; with `held_out`, who was not."""
    person = factories.make_subscriber(campaign.site)
    deliver(campaign, person, **values)
    return person


def deliver(campaign: Campaign, person: Subscriber, *, held_out: bool = False, **values: Any) -> Delivery:
    outcome: dict[str, Any] = {"status": Status.SENT, "sent_at": NOW}
    if held_out:
        outcome = {"status": Status.SKIPPED, "reason": Delivery.Reason.HOLDOUT}
    return factories.make_delivery(campaign, person, **{"due_at": NOW, **outcome, **values})


def close_planning(campaign: Campaign) -> None:
    """Planning is over: from now on the sum of each run's outcomes must be its audience."""
    for run in campaign.occurrences.all():
        run.audience = campaign.deliveries.filter(occurrence=run.number).count()
        Occurrence.objects.filter(pk=run.pk).update(audience=run.audience, planned_at=NOW)


def buy(
    person: Subscriber, at: dt.datetime, *, received_at: dt.datetime | None = None, **properties: Any
) -> uuid.UUID:
    event = NewEvent(uuid.uuid4(), person.pk, "purchase", at, properties)
    record_events(person.site, [event], received_at=received_at or at)
    return event.id


def react(campaign: Campaign, person: Subscriber, kind: str, at: dt.datetime, **values: Any) -> None:
    token = sign_token(DeliveryKey(campaign.pk, values.pop("occurrence", 1), person.pk))
    record_feedback(token, kind, at=at, now=values.pop("now", at))


@transaction.atomic
def merge(shell: Subscriber, into: Subscriber, *, now: dt.datetime) -> None:
    """An anonymous visitor logs in, and is known already."""
    name = f"customer-{into.pk}"
    shell.refresh_from_db()
    if Identity.objects.filter(site=into.site, value=name).first() is None:
        into.refresh_from_db()
        identify_subscriber(into, external_id=name, browser_uuid=into.uuid, now=now)
    known = identify_subscriber(shell, external_id=name, browser_uuid=shell.uuid, now=now)
    move_events(giver=shell, taker=known)


def find_conversions(campaign: Campaign) -> set[tuple[Any, ...]]:
    columns = ("occurrence", "subscriber_id", "event_id", "converted_at", "credit", "revenue")
    return set(Conversion.objects.filter(campaign=campaign).values_list(*columns))


def find_credits(campaign: Campaign) -> list[str]:
    rows = Conversion.objects.filter(campaign=campaign).order_by("converted_at", "subscriber_id")
    return list(rows.values_list("credit", flat=True))
