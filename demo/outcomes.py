"""What would have come of a planned campaign if its people had got it: sent, displayed, clicked, and what went wrong.

The rows are written as delivery and feedback would have written them, without a push service and at past times.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable, Iterator
from dataclasses import replace
from random import Random
from uuid import UUID

from campaigns.assignment import OWN_LETTER, list_versions
from campaigns.events import make_push_event
from campaigns.models import Batch, Campaign, Delivery, Message, Occurrence
from campaigns.rendering import list_buttons
from campaigns.tokens import DeliveryKey
from demo.aftermath import follow_up
from demo.people import SEED
from subscribers.models import PushSubscription
from tracking.log import NewEvent, record_events

Status = Delivery.Status
Reason = Delivery.Reason

ENDINGS = (  # of a hundred people
    ((Status.SENT, "", ""), 24.0),
    ((Status.DISPLAYED, "", ""), 63.0),
    ((Status.CLICKED, "", ""), 8.6),
    ((Status.FAILED, Reason.GONE, "410 Gone"), 2.2),
    ((Status.FAILED, Reason.REJECTED, "400 Bad Request"), 0.8),
    ((Status.EXPIRED, Reason.TTL, ""), 1.4),
)
WRITTEN = (
    *("status", "reason", "detail", "attempts"),
    *("device_id", "sent_at", "displayed_at", "clicked_at", "dismissed_at", "clicked_action"),
)


def play_campaign(campaign: Campaign) -> Campaign:
    """Give everybody who is planned an ending, and finish the campaign."""
    finished_at = play_run(campaign)
    campaign.status, campaign.finished_at = Campaign.Status.FINISHED, finished_at
    campaign.save(update_fields=["status", "finished_at", "updated_at"])
    return campaign


def play_run(campaign: Campaign) -> dt.datetime:
    """Give everybody who is planned an ending, and finish the run; when it did."""
    run = campaign.occurrences.latest("number")
    random = Random(f"{SEED} {campaign.name} {run.number}")  # noqa: S311 - a demo, no secret
    deliveries = list(campaign.deliveries.filter(status=Status.PLANNED).order_by("subscriber__uuid"))
    devices = _find_devices(deliveries)
    events: list[NewEvent] = []
    finished_at = run.as_of
    for delivery in deliveries:
        ended_at = _end(delivery, random, campaign)
        if delivery.sent_at:
            delivery.device_id = devices.get(delivery.subscriber_id)
        events += _tell(campaign, delivery, ended_at)
        events += follow_up(delivery, random)
        finished_at = max(ended_at, finished_at)
    Delivery.objects.bulk_create(
        deliveries,
        update_conflicts=True,
        unique_fields=["campaign_id", "occurrence", "subscriber_id"],
        update_fields=WRITTEN,
    )
    _end_devices(delivery for delivery in deliveries if delivery.reason == Reason.GONE)
    record_events(campaign.site, events, received_at=finished_at)
    Batch.objects.filter(campaign=campaign, occurrence=run.number).update(done_at=finished_at)
    Occurrence.objects.filter(pk=run.pk).update(finished_at=finished_at)
    return finished_at


def _find_devices(deliveries: Iterable[Delivery]) -> dict[int, UUID]:
    """The device that each person used last."""
    people = [delivery.subscriber_id for delivery in deliveries]
    devices = PushSubscription.objects.active().filter(subscriber__in=people).order_by("last_seen_at")
    return dict(devices.values_list("subscriber_id", "id"))


def _end(delivery: Delivery, random: Random, campaign: Campaign) -> dt.datetime:
    """Decide on one person's ending; the instant at which sending was over for them."""
    endings, weights = zip(*ENDINGS, strict=True)
    delivery.status, delivery.reason, delivery.detail = random.choices(endings, weights)[0]
    if delivery.variant != OWN_LETTER and delivery.status == Status.DISPLAYED and random.random() < 0.04:
        delivery.status = Status.CLICKED  # the other version is the better one
    due_at = _read_due(delivery)
    if delivery.status == Status.EXPIRED:
        delivery.attempts = 12
        return due_at + campaign.ttl
    delivery.attempts = 1
    sent_at = due_at + dt.timedelta(seconds=random.uniform(0.5, 40))
    if delivery.status == Status.FAILED:
        return sent_at
    delivery.sent_at = sent_at
    if delivery.status in (Status.DISPLAYED, Status.CLICKED):
        delivery.displayed_at = sent_at + _wait(random, minutes=20)
        _react(delivery, delivery.displayed_at, random, campaign)
    return sent_at


def _react(delivery: Delivery, displayed_at: dt.datetime, random: Random, campaign: Campaign) -> None:
    """What somebody does about the notification on their screen: click it, close it or let it be."""
    reacted_at = displayed_at + _wait(random, minutes=12)
    if delivery.status == Status.CLICKED:
        message = _list_messages(campaign)[delivery.variant]
        buttons = [f"a{number}" for number, _ in enumerate(list_buttons(message), start=1)]
        delivery.clicked_at = reacted_at
        delivery.clicked_action = random.choice(["", "", *buttons])
    elif random.random() < 0.4:
        delivery.dismissed_at = reacted_at


@functools.cache
def _list_messages(campaign: Campaign) -> dict[str, Message]:
    return {version.letter: version.message for version in list_versions(campaign)}


def _tell(campaign: Campaign, delivery: Delivery, ended_at: dt.datetime) -> Iterator[NewEvent]:
    """The events of one person's ending, each received when it happened."""
    times = {
        "sent": delivery.sent_at,
        "displayed": delivery.displayed_at,
        "clicked": delivery.clicked_at,
        "dismissed": delivery.dismissed_at,
        "failed": ended_at if delivery.status == Status.FAILED else None,
    }
    key = DeliveryKey(campaign.pk, delivery.occurrence, delivery.subscriber_id)
    for kind, at in times.items():
        if at:
            action = delivery.clicked_action if kind == "clicked" else ""
            event = make_push_event(campaign, key, kind, person_id=key.subscriber_id, at=at, action=action)
            yield replace(event, received_at=at)


def _end_devices(gone: Iterable[Delivery]) -> None:
    """The push service said that they are gone, so nothing is sent to them any more."""
    for delivery in gone:
        devices = PushSubscription.objects.active().filter(subscriber=delivery.subscriber_id)
        devices.update(ended_at=_read_due(delivery), end_reason=PushSubscription.EndReason.GONE)


def _read_due(delivery: Delivery) -> dt.datetime:
    if delivery.due_at is None:
        raise ValueError("Only who is planned can be given an ending.")
    return delivery.due_at


def _wait(random: Random, *, minutes: float) -> dt.timedelta:
    """Mostly a short while, sometimes hours: phones lie face down."""
    return dt.timedelta(minutes=min(random.expovariate(1 / minutes), 600))
