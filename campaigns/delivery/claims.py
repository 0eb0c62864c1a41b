"""Claiming work: a worker takes one batch by lease, and of it as many deliveries as it sends at a time.

Only batches are claimed with SKIP LOCKED, never deliveries. A worker that dies leaves its lease to run out; the
deliveries it was sending are the only ones that may be sent twice, under the same tag and Topic.
"""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, Q, QuerySet

from campaigns.models import Batch, Campaign, Delivery

LEASE = dt.timedelta(minutes=3)  # longer than sending to all devices of a chunk can take, time-outs included
_OPEN = (Delivery.Status.PLANNED, Delivery.Status.SENDING)


@dataclass(frozen=True, slots=True)
class Claim:
    """Deliveries that are this worker's to send, until its lease runs out."""

    batch: Batch
    campaign: Campaign
    deliveries: list[Delivery]


@transaction.atomic
def claim_chunk(*, now: dt.datetime, size: int) -> Claim | None:
    """Take up to `size` deliveries of a batch that is due, and mark them as being sent; None if nothing is due."""
    batch = _lock_batch(now=now)
    if batch is None:
        return None
    batch.lease_expires_at = now + LEASE
    batch.save(update_fields=["lease_expires_at"])
    # Those in `sending` were left behind by a worker that died: they go first.
    waiting = batch.deliveries.filter(status__in=_OPEN).order_by("-status", "subscriber_id")
    ids = list(waiting.values_list("subscriber_id", flat=True)[:size])
    chosen = batch.deliveries.filter(subscriber__in=ids)
    chosen.filter(status__in=_OPEN).update(status=Delivery.Status.SENDING, attempts=F("attempts") + 1)
    # Read again: whoever was skipped by a cancellation just now is not sent to.
    return Claim(batch, batch.campaign, list(chosen.filter(status=Delivery.Status.SENDING)))


def renew_claim(claim: Claim, *, now: dt.datetime) -> bool:
    """Let the lease begin anew at `now`; False if another worker has taken the batch over meanwhile."""
    expires_at = now + LEASE
    renewed = bool(_find_mine(claim).update(lease_expires_at=expires_at))
    if renewed:
        claim.batch.lease_expires_at = expires_at
    return renewed


def release_claim(claim: Claim, *, now: dt.datetime) -> bool:
    """Give the batch back, unless the lease was lost meanwhile; whether nobody in it waits any more."""
    done = not claim.batch.deliveries.filter(status__in=_OPEN).exists()
    _find_mine(claim).update(lease_expires_at=None, done_at=now if done else None)
    return done


def _find_mine(claim: Claim) -> QuerySet[Batch]:
    """The batch of a claim, as long as the lease on it is still this worker's."""
    return Batch.objects.filter(pk=claim.batch.pk, lease_expires_at=claim.batch.lease_expires_at)


def _lock_batch(*, now: dt.datetime) -> Batch | None:
    free = Q(lease_expires_at=None) | Q(lease_expires_at__lt=now)
    due = Batch.objects.filter(
        free, due_at__lte=now, done_at=None, campaign__status=Campaign.Status.RUNNING
    ).select_related("campaign__site")
    return due.order_by("due_at", "pk").select_for_update(skip_locked=True, of=("self",)).first()
