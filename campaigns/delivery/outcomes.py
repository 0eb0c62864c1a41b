"""What became of a chunk, written down: deliveries, devices, events; all in one transaction, or none."""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from campaigns.delivery.claims import Claim, release_claim
from campaigns.delivery.device_news import NO_NEWS, DeviceNews, note_devices
from campaigns.delivery.rows import Outcome, write_rows
from campaigns.events import describe_push, name_push_event
from campaigns.models import Delivery
from campaigns.tokens import DeliveryKey
from tracking.alike import record_alike

Status = Delivery.Status
_EVENTS = {Status.SENT: "sent", Status.FAILED: "failed"}


@transaction.atomic
def write_outcomes(
    claim: Claim, outcomes: Sequence[Outcome], devices: DeviceNews = NO_NEWS, *, now: dt.datetime
) -> bool:
    """Write all outcomes of a chunk with their events, and what was learnt of devices; give its batch back.

    Whether that is done now.
    """
    written = write_rows(claim.batch, outcomes, now=now)
    note_devices(claim.campaign.site_id, devices, now=now)
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
