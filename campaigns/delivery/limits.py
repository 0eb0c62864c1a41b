"""Quiet hours and frequency caps, looked at again when a delivery is claimed: pauses, retries and paces move pushes."""

import datetime as dt
from collections.abc import Sequence

from campaigns.caps import Cap, exceeds, find_horizon, read_others
from campaigns.delivery.rows import ClaimedRow, Outcome
from campaigns.models import Batch, Delivery, SendingPolicy
from campaigns.quiet import find_end, read_policy
from campaigns.schedule import choose_zone

Reason = Delivery.Reason
Status = Delivery.Status


def keep_limits(
    batch: Batch, rows: Sequence[ClaimedRow], caps: Sequence[Cap], *, now: dt.datetime
) -> tuple[list[ClaimedRow], list[Outcome]]:
    """Those who may be sent something now, and what becomes of the others.

    With `caps`, the caller holds the site's slots (caps.lock_slots): nobody else uses the last one meanwhile.
    """
    outcomes = _find_quiet(batch, rows, now=now)
    awake = [row for row in rows if row.subscriber_id not in outcomes]
    outcomes |= _find_capped(batch, awake, caps, now=now)
    return [row for row in rows if row.subscriber_id not in outcomes], list(outcomes.values())


def _find_quiet(batch: Batch, rows: Sequence[ClaimedRow], *, now: dt.datetime) -> dict[int, Outcome]:
    policy = read_policy(batch.campaign)
    if policy is None:
        return {}
    site_timezone = batch.campaign.site.timezone
    ends = {
        name: find_end(policy, now, choose_zone(name, site_timezone).zone)
        for name in {row.timezone for row in rows}
    }
    return {
        row.subscriber_id: _hush(row, end, policy) for row in rows if (end := ends[row.timezone]) is not None
    }


def _hush(row: ClaimedRow, end: dt.datetime, policy: SendingPolicy) -> Outcome:
    if policy.quiet_action == SendingPolicy.QuietAction.SKIP:
        return _settle(row, Status.SKIPPED, Reason.QUIET_HOURS)
    return _settle(row, Status.PLANNED, retry_at=end)


def _find_capped(
    batch: Batch, rows: Sequence[ClaimedRow], caps: Sequence[Cap], *, now: dt.datetime
) -> dict[int, Outcome]:
    if not caps or not rows:
        return {}
    ids = [row.subscriber_id for row in rows]
    since = find_horizon(caps, now)
    others = read_others(batch.campaign, batch.occurrence, ids, now=now, since=since)
    return {
        row.subscriber_id: _settle(row, Status.SKIPPED, Reason.FREQUENCY_CAP)
        for row in rows
        if exceeds(caps, now, others.get(row.subscriber_id, ()))
    }


def _settle(
    row: ClaimedRow, status: Delivery.Status, reason: str = "", retry_at: dt.datetime | None = None
) -> Outcome:
    return Outcome(
        row.subscriber_id,
        row.subscriber_id,
        row.attempt,
        status,
        reason,
        retry_at=retry_at,
        untried=True,
        deferred=retry_at is not None,
    )
