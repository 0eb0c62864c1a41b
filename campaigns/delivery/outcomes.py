"""What became of the deliveries of a chunk, and writing it down: all of it in one transaction, or none."""

import datetime as dt
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from django.db import transaction

from campaigns.delivery.claims import Claim, release_claim
from campaigns.events import make_push_event
from campaigns.models import Batch, Campaign, Delivery
from campaigns.tokens import DeliveryKey
from tracking.log import NewEvent, record_events

Status = Delivery.Status
_EVENTS = {Status.SENT: "sent", Status.FAILED: "failed"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of one attempt. `planned` means: again, at `retry_at` or (None) when the campaign is resumed.

    `person_id` is whom the events are about: the survivor, where the subscriber was merged since planning.
    """

    subscriber_id: int
    person_id: int
    status: Delivery.Status
    reason: str = ""
    detail: str = ""
    retry_at: dt.datetime | None = None


@transaction.atomic
def write_outcomes(claim: Claim, outcomes: Sequence[Outcome], *, now: dt.datetime) -> bool:
    """Write all outcomes of a chunk with their events, and give its batch back; whether that is done now."""
    for (status, reason, detail, retry_at), group in _group(outcomes):
        subscriber_ids = [outcome.subscriber_id for outcome in group]
        values: dict[str, Any] = {"status": status, "reason": reason, "detail": detail}
        if status == Status.SENT:
            values["sent_at"] = now
        if retry_at is not None:
            values["batch"] = _open_batch(claim.batch, retry_at)
        # Only what is still being sent: another worker, or feedback from the device, may have been faster.
        still = claim.batch.deliveries.filter(subscriber__in=subscriber_ids, status=Status.SENDING)
        still.update(**values)
    record_events(
        claim.campaign.site, _make_events(claim.campaign, claim.batch, outcomes, now), received_at=now
    )
    return release_claim(claim, now=now)


def _group(
    outcomes: Iterable[Outcome],
) -> Iterable[tuple[tuple[Delivery.Status, str, str, dt.datetime | None], list[Outcome]]]:
    """Those that end alike, together: one UPDATE each."""

    def read_key(outcome: Outcome) -> tuple[str, str, str, float]:
        retry_at = outcome.retry_at.timestamp() if outcome.retry_at else 0.0
        return (outcome.status, outcome.reason, outcome.detail, retry_at)

    for _, group in itertools.groupby(sorted(outcomes, key=read_key), key=read_key):
        alike = list(group)
        yield attrgetter("status", "reason", "detail", "retry_at")(alike[0]), alike


def _open_batch(batch: Batch, due_at: dt.datetime) -> Batch:
    return Batch.objects.create(campaign_id=batch.campaign_id, occurrence=batch.occurrence, due_at=due_at)


def _make_events(
    campaign: Campaign, batch: Batch, outcomes: Iterable[Outcome], now: dt.datetime
) -> list[NewEvent]:
    return [
        make_push_event(
            campaign,
            DeliveryKey(campaign.pk, batch.occurrence, outcome.subscriber_id),
            _EVENTS[outcome.status],
            person_id=outcome.person_id,
            at=now,
        )
        for outcome in outcomes
        if outcome.status in _EVENTS
    ]
