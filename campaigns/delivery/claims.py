"""Claiming work: a worker takes one batch by lease, and of it as many deliveries as it sends at a time.

Only batches are claimed with SKIP LOCKED, never deliveries. A worker that dies leaves its lease to run out; the
deliveries it was sending are the only ones that may be sent twice, under the same tag and Topic.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Greatest

from campaigns.caps import list_caps, lock_slots
from campaigns.delivery.limits import keep_limits
from campaigns.delivery.pacing import Pace, lock_pace
from campaigns.delivery.retry import find_deadline
from campaigns.delivery.rows import ClaimedRow, write_rows
from campaigns.models import Batch, Campaign, Delivery, Occurrence

LEASE = dt.timedelta(minutes=3)  # longer than sending to all devices of a chunk can take, time-outs included
_OPEN = (Delivery.Status.PLANNED, Delivery.Status.SENDING)

# Those in `sending` were left behind by a worker that died: they go first. The outer status is looked at once more
# when the row is locked: whoever was skipped by a cancellation just now is not sent to.
_CLAIM = """
UPDATE campaigns_delivery AS delivery
SET status = 'sending', attempts = delivery.attempts + 1,
    variant = CASE WHEN %(winner)s = '' THEN delivery.variant ELSE %(winner)s END
FROM (SELECT subscriber_id FROM campaigns_delivery
      WHERE batch_id = %(batch)s AND status IN ('planned', 'sending')
      ORDER BY status DESC, subscriber_id LIMIT %(size)s) AS chosen
WHERE delivery.campaign_id = %(campaign)s AND delivery.occurrence = %(occurrence)s
  AND delivery.subscriber_id = chosen.subscriber_id
  AND delivery.batch_id = %(batch)s AND delivery.status IN ('planned', 'sending')
RETURNING delivery.subscriber_id, delivery.attempts, delivery.variant, delivery.due_at, delivery.timezone
"""
_RENEW = """
UPDATE campaigns_batch AS batch SET lease_expires_at = %(expires_at)s
FROM campaigns_campaign AS campaign
WHERE batch.id = %(batch)s AND batch.lease_expires_at = %(lease)s AND campaign.id = batch.campaign_id
RETURNING campaign.status
"""


@dataclass(slots=True)
class Claim:
    """Deliveries that are this worker's to send, until its lease runs out. `taken` is how many it looked at."""

    batch: Batch
    rows: list[ClaimedRow]
    taken: int

    @property
    def campaign(self) -> Campaign:
        return self.batch.campaign


@transaction.atomic
def claim_chunk(*, now: dt.datetime, size: int) -> Claim | None:
    """Take up to `size` deliveries of a batch that is due, and mark them as being sent; None if nothing is due.

    Where a pace is to be kept, at most what it allows now. Those whom quiet hours or a frequency cap stop are settled
    here, so that no two workers use the same slot.
    """
    batch, pace, allowed = _lock_batch(now=now, size=size)
    if batch is None:
        return None
    batch.lease_expires_at = now + LEASE
    batch.save(update_fields=["lease_expires_at"])
    caps = list_caps(batch.campaign)
    if caps:
        lock_slots(batch.campaign.site_id)
    taken = _take_rows(batch, allowed)
    rows, settled = keep_limits(batch, taken, caps, now=now)
    write_rows(batch, settled, now=now)
    ttl = batch.campaign.ttl
    pace.charge(sum(find_deadline(row.due_at, ttl) >= now for row in rows), now=now)
    return Claim(batch, rows, len(taken))


def find_opening(*, now: dt.datetime) -> dt.datetime | None:
    """When the next batch may go that is due already and waits for its pace alone; None: there is none."""
    paced_until = Greatest("campaign__paced_until", "campaign__site__sending_policy__paced_until")
    waiting = _list_claimable(now=now).annotate(opens_at=paced_until).filter(opens_at__gt=now)
    return waiting.order_by("opens_at").values_list("opens_at", flat=True).first()


def renew_claim(claim: Claim, *, now: dt.datetime) -> Campaign.Status | None:
    """Let the lease begin anew at `now`; the campaign's status, or None if another worker has taken the batch over."""
    expires_at = now + LEASE
    lease = claim.batch.lease_expires_at
    with connection.cursor() as cursor:
        cursor.execute(_RENEW, {"expires_at": expires_at, "batch": claim.batch.pk, "lease": lease})
        found = cursor.fetchone()
    if found is None:
        return None
    claim.batch.lease_expires_at = expires_at
    return Campaign.Status(found[0])


def release_claim(claim: Claim, *, now: dt.datetime) -> bool:
    """Give the batch back, unless the lease was lost meanwhile; whether nobody in it waits any more."""
    done = not claim.batch.deliveries.filter(status__in=_OPEN).exists()
    mine = Batch.objects.filter(pk=claim.batch.pk, lease_expires_at=claim.batch.lease_expires_at)
    mine.update(lease_expires_at=None, done_at=now if done else None)
    return done


def _lock_batch(*, now: dt.datetime, size: int) -> tuple[Batch | None, Pace, int]:
    """A batch that is due and whose pace lets something through, with the pace and how many that is.

    What is found is looked at again once the pace is locked: another worker may have used it up meanwhile, and then
    the next look passes over it.
    """
    paced = Q(campaign__paced_until__gt=now) | Q(campaign__site__sending_policy__paced_until__gt=now)
    free = _list_claimable(now=now).exclude(paced).order_by("-campaign__priority", "due_at", "pk")
    found = free.select_related("campaign__site__sending_policy")
    while batch := found.select_for_update(skip_locked=True, of=("self",), no_key=True).first():
        pace = lock_pace(batch.campaign)
        if allowed := pace.allow(size, now=now):
            return batch, pace, allowed
    return None, Pace(()), 0


def _list_claimable(*, now: dt.datetime) -> QuerySet[Batch]:
    """Batches that are due and nobody's, of runs that are planned, of campaigns that run."""
    planned = Occurrence.objects.filter(
        campaign=OuterRef("campaign"), number=OuterRef("occurrence"), planned_at__isnull=False
    )
    return Batch.objects.filter(
        Exists(planned),
        Q(lease_expires_at=None) | Q(lease_expires_at__lt=now),
        Q(awaits_winner=False) | ~Q(campaign__winner=""),
        due_at__lte=now,
        done_at=None,
        campaign__status=Campaign.Status.RUNNING,
    )


def _take_rows(batch: Batch, size: int) -> list[ClaimedRow]:
    winner = batch.campaign.winner if batch.awaits_winner else ""
    values: dict[str, Any] = {
        "winner": winner,
        "batch": batch.pk,
        "campaign": batch.campaign_id,
        "occurrence": batch.occurrence,
        "size": size,
    }
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, values)
        return [ClaimedRow(*row) for row in cursor.fetchall()]
