"""Claiming work: a worker takes one batch by lease, and of it as many deliveries as it sends at a time.

Only batches are claimed with SKIP LOCKED, never deliveries. A worker that dies leaves its lease to run out; the
deliveries it was sending are the only ones that may be sent twice, under the same tag and Topic.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from campaigns.caps import list_caps, lock_slots
from campaigns.delivery.limits import keep_limits
from campaigns.delivery.moves import follow_moves
from campaigns.delivery.pacing import Pace, find_latest_pause, lock_pace
from campaigns.delivery.retry import find_deadline
from campaigns.delivery.rows import ClaimedRow, write_rows
from campaigns.lifecycle import begin_campaigns
from campaigns.models import Batch, Campaign
from subscribers.arrays import write_array
from subscribers.clocks import find_latest

LEASE = dt.timedelta(minutes=3)  # longer than sending to all devices of a chunk can take, time-outs included

# Those in `sending` were left behind by a worker that died: they go first.
_CHOOSE = """
SELECT subscriber_id FROM campaigns_delivery
WHERE batch_id = %(batch)s AND status IN ('planned', 'sending')
ORDER BY status DESC, subscriber_id LIMIT %(size)s
"""
# The status is looked at once more when the row is locked: whoever was skipped by a cancellation just now is not sent to.
# By the whole key, since a new campaign is one that statistics know nothing of.
_CLAIM = """
UPDATE campaigns_delivery AS delivery
SET status = 'sending', attempts = delivery.attempts + 1,
    variant = CASE WHEN %(winner)s = '' THEN delivery.variant ELSE %(winner)s END
WHERE delivery.campaign_id = %(campaign)s AND delivery.occurrence = %(occurrence)s
  AND delivery.subscriber_id = ANY(%(subscribers)s::bigint[])
  AND delivery.batch_id = %(batch)s AND delivery.status IN ('planned', 'sending')
RETURNING delivery.subscriber_id, delivery.attempts, delivery.variant, delivery.due_at::text, delivery.timezone
"""
# Batches that are due and nobody's, of runs that are planned, of campaigns that run and know whom to send what.
_CLAIMABLE = """
FROM campaigns_batch AS batch
JOIN campaigns_campaign AS campaign ON campaign.id = batch.campaign_id
JOIN campaigns_occurrence AS run ON run.campaign_id = batch.campaign_id AND run.number = batch.occurrence
LEFT JOIN campaigns_sendingpolicy AS policy ON policy.site_id = campaign.site_id
WHERE batch.due_at <= %(now)s AND batch.done_at IS NULL
  AND (batch.lease_expires_at IS NULL OR batch.lease_expires_at < %(now)s
       OR batch.lease_expires_at > %(latest_lease)s)
  AND campaign.status = 'running' AND run.planned_at IS NOT NULL
  AND (NOT batch.awaits_winner OR campaign.winner <> '')
"""
_OPENS_AT = """COALESCE(GREATEST(
    CASE WHEN campaign.paced_until <= %(latest_pause)s THEN campaign.paced_until END,
    CASE WHEN policy.paced_until <= %(latest_pause)s THEN policy.paced_until END
), '-infinity')"""
_LOCK_BATCH = f"""
SELECT batch.* {_CLAIMABLE} AND {_OPENS_AT} <= %(now)s
ORDER BY campaign.priority DESC, batch.due_at, batch.id
LIMIT 1 FOR NO KEY UPDATE OF batch SKIP LOCKED
"""
_FIND_OPENING = f"SELECT min({_OPENS_AT}) {_CLAIMABLE} AND {_OPENS_AT} > %(now)s"
_RELEASE = """
WITH open AS (
    SELECT count(*) AS waiting FROM (
        SELECT FROM campaigns_delivery
        WHERE batch_id = %(batch)s AND status IN ('planned', 'sending') LIMIT 1) AS one
), mine AS (
    UPDATE campaigns_batch SET lease_expires_at = NULL, done_at = CASE WHEN open.waiting = 0 THEN %(now)s END
    FROM open WHERE id = %(batch)s AND lease_expires_at = %(lease)s
)
SELECT waiting = 0 FROM open
"""
_IS_OVER = "SELECT FROM campaigns_occurrence WHERE campaign_id = %s AND number = %s AND waiting = 0"
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


def claim_chunk(*, now: dt.datetime, size: int) -> Claim | None:
    """Take up to `size` deliveries of a batch that is due; with the first of a campaign, it is under way."""
    begin_campaigns(now=now)
    return _claim_chunk(now=now, size=size)


@transaction.atomic
def _claim_chunk(*, now: dt.datetime, size: int) -> Claim | None:
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
    there, moved = follow_moves(batch, taken, now=now)
    rows, settled = keep_limits(batch, there, caps, now=now)
    write_rows(batch, [*moved, *settled], now=now)
    ttl = batch.campaign.ttl
    pace.charge(sum(find_deadline(row.due_at, ttl) >= now for row in rows), now=now)
    return Claim(batch, rows, len(taken))


def find_opening(*, now: dt.datetime) -> dt.datetime | None:
    """When the next batch may go that is due already and waits for its pace alone; None: there is none."""
    with connection.cursor() as cursor:
        cursor.execute(_FIND_OPENING, _read_clock(now))
        (opens_at,) = cursor.fetchone()
    return opens_at  # type: ignore[no-any-return]


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
    lease = claim.batch.lease_expires_at
    with connection.cursor() as cursor:
        cursor.execute(_RELEASE, {"batch": claim.batch.pk, "lease": lease, "now": now})
        (done,) = cursor.fetchone()
    return bool(done)


def is_run_over(batch: Batch) -> bool:
    """Whether nobody waits any more in the run that a batch belongs to."""
    with connection.cursor() as cursor:
        cursor.execute(_IS_OVER, [batch.campaign_id, batch.occurrence])
        return cursor.fetchone() is not None


def _lock_batch(*, now: dt.datetime, size: int) -> tuple[Batch | None, Pace, int]:
    """A batch that is due and whose pace lets something through, with the pace and how many that is.

    What is found is looked at again once the pace is locked: another worker may have used it up meanwhile, and then
    the next look passes over it.
    """
    while found := list(Batch.objects.raw(_LOCK_BATCH, _read_clock(now))):
        batch = found[0]
        campaigns = Campaign.objects.select_related("site__sending_policy")
        batch.campaign = campaigns.get(pk=batch.campaign_id)
        pace = lock_pace(batch.campaign)
        if allowed := pace.allow(size, now=now):
            return batch, pace, allowed
    return None, Pace(()), 0


def _read_clock(now: dt.datetime) -> dict[str, dt.datetime]:
    """Now, and up to when leases and pauses are believed: those beyond are of a clock that was ahead."""
    return {"now": now, "latest_lease": find_latest(now) + LEASE, "latest_pause": find_latest_pause(now)}


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
        cursor.execute(_CHOOSE, values)
        chosen = write_array(pk for (pk,) in cursor.fetchall())
        cursor.execute(_CLAIM, values | {"subscribers": chosen})
        rows = sorted(cursor.fetchall())
    # Most are due together: their instant is read once.
    instants = {text: dt.datetime.fromisoformat(text) for text in {row[3] for row in rows}}
    return [ClaimedRow(pk, attempt, letter, instants[due], zone) for pk, attempt, letter, due, zone in rows]
