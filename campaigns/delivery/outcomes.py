"""What became of a chunk, written down: deliveries, devices that are gone, events; all in one transaction, or none."""

import datetime as dt
from collections.abc import Iterable, Sequence

from django.db import transaction

from campaigns.delivery.claims import Claim, release_claim
from campaigns.delivery.dispatch import Ending
from campaigns.delivery.rows import Outcome, write_rows
from campaigns.events import describe_push, name_push_event
from campaigns.models import Delivery
from campaigns.tokens import DeliveryKey
from campaigns.transports.base import ReceiptStatus
from subscribers.models import PushSubscription
from subscribers.subscriptions import end_subscriptions
from tracking.alike import record_alike

Status = Delivery.Status
_EVENTS = {Status.SENT: "sent", Status.FAILED: "failed"}


@transaction.atomic
def write_outcomes(
    claim: Claim, outcomes: Sequence[Outcome], endings: Iterable[Ending] = (), *, now: dt.datetime
) -> bool:
    """Write all outcomes of a chunk with their events, and give its batch back; whether that is done now.

    Devices that turned out to be gone (`endings`) are ended.
    """
    written = write_rows(claim.batch, outcomes, now=now)
    end_gone(claim.campaign.site_id, endings, now=now)
    for status, kind in _EVENTS.items():
        _record(
            claim,
            kind,
            [
                outcome
                for outcome in outcomes
                if outcome.status is status and outcome.subscriber_id in written
            ],
            now=now,
        )
    return release_claim(claim, now=now)


def end_gone(site_id: int, endings: Iterable[Ending], *, now: dt.datetime) -> None:
    """Devices that their push service knows no more are reached no more."""
    gone = {
        (ending.device.subscriber_id, ending.device.id)
        for ending in endings
        if ending.receipt.status is ReceiptStatus.GONE
    }
    if gone:
        end_subscriptions(site_id, gone, reason=PushSubscription.EndReason.GONE, now=now)


def _record(claim: Claim, kind: str, outcomes: Sequence[Outcome], *, now: dt.datetime) -> None:
    campaign, occurrence = claim.campaign, claim.batch.occurrence
    people = [
        (
            outcome.person_id,
            name_push_event(DeliveryKey(campaign.pk, occurrence, outcome.subscriber_id), kind),
        )
        for outcome in outcomes
    ]
    record_alike(campaign.site, f"$push_{kind}", people, properties=describe_push(campaign), at=now)
