"""The deliveries of a chunk as plain rows, and writing down what became of them: two statements, however many they are."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.db import connection

from campaigns.models import Batch, Delivery

Status = Delivery.Status

# Only the attempt that was claimed: another worker, or feedback from the device, may have been faster. A worker that
# lost its lease has lost its attempts to the one that counted on. By the whole key (ANY), since a new campaign is one that
# statistics know nothing of.
_MINE = """
WHERE delivery.campaign_id = %(campaign)s AND delivery.occurrence = %(occurrence)s
  AND delivery.subscriber_id = ANY(%(subscribers)s::bigint[]) AND delivery.subscriber_id = ended.subscriber_id
  AND delivery.attempts = ended.attempt AND delivery.status = 'sending'
RETURNING delivery.subscriber_id
"""
_WRITE_SENT = f"""
UPDATE campaigns_delivery AS delivery
SET status = 'sent', detail = '', sent_at = %(now)s, device_id = ended.device_id
FROM unnest(%(subscribers)s::bigint[], %(attempts)s::smallint[], %(devices)s::uuid[])
         AS ended (subscriber_id, attempt, device_id)
{_MINE}
"""  # noqa: S608 - our own words
_WRITE_OTHERS = f"""
UPDATE campaigns_delivery AS delivery
SET status = ended.status, reason = ended.reason, detail = ended.detail,
    batch_id = COALESCE(ended.batch_id, delivery.batch_id),
    due_at = COALESCE(ended.due_at, delivery.due_at),
    deferred = delivery.deferred OR ended.due_at IS NOT NULL,
    attempts = delivery.attempts - ended.untried
FROM unnest(%(subscribers)s::bigint[], %(attempts)s::smallint[], %(statuses)s::text[], %(reasons)s::text[],
            %(details)s::text[], %(batches)s::bigint[], %(dues)s::timestamptz[], %(untried)s::smallint[])
         AS ended (subscriber_id, attempt, status, reason, detail, batch_id, due_at, untried)
{_MINE}
"""  # noqa: S608 - our own words
# Feedback came before the receipt, and could not know which device took it.
_NAME_DEVICES = """
UPDATE campaigns_delivery AS delivery SET device_id = ended.device_id
FROM unnest(%(subscribers)s::bigint[], %(devices)s::uuid[]) AS ended (subscriber_id, device_id)
WHERE delivery.campaign_id = %(campaign)s AND delivery.occurrence = %(occurrence)s
  AND delivery.subscriber_id = ANY(%(subscribers)s::bigint[]) AND delivery.subscriber_id = ended.subscriber_id
  AND delivery.device_id IS NULL AND delivery.status IN ('sent', 'displayed', 'clicked')
"""


class ClaimedRow(NamedTuple):
    """One delivery that a worker claimed. `attempt` counts its claims; it is the worker's as long as nobody counts on."""

    subscriber_id: int
    attempt: int
    variant: str
    due_at: dt.datetime
    timezone: str


class Outcome(NamedTuple):
    """The end of one attempt. `planned` means: again, at `retry_at` or (None) when the campaign is resumed.

    `person_id` is whom the events are about: the survivor, where the subscriber was merged since planning.
    `untried`: nothing was sent, so that the attempt does not count. `deferred`: it is due at `retry_at` from now on.
    """

    subscriber_id: int
    person_id: int
    attempt: int
    status: Delivery.Status
    reason: str = ""
    detail: str = ""
    retry_at: dt.datetime | None = None
    device_id: str | None = None
    untried: bool = False
    deferred: bool = False


def write_rows(batch: Batch, outcomes: Sequence[Outcome], *, now: dt.datetime) -> set[int]:
    """Write the outcomes of a chunk of a batch; the subscribers whose delivery was still this worker's to write."""
    sent = [outcome for outcome in outcomes if outcome.status is Status.SENT]
    others = [outcome for outcome in outcomes if outcome.status is not Status.SENT]
    written = _write_sent(batch, sent, now=now) | _write_others(batch, others)
    missed = [outcome for outcome in sent if outcome.subscriber_id not in written]
    if missed:
        with connection.cursor() as cursor:
            cursor.execute(_NAME_DEVICES, _name_run(batch) | _list_sent(missed))
    return written


def list_literal(values: Iterable[object]) -> str:
    """An array of numbers or uuids as PostgreSQL writes it: read by the database in half the time of a list."""
    return "{" + ",".join(map(str, values)) + "}"


def _write_sent(batch: Batch, outcomes: Sequence[Outcome], *, now: dt.datetime) -> set[int]:
    if not outcomes:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(_WRITE_SENT, _name_run(batch) | _list_sent(outcomes) | {"now": now})
        return {row[0] for row in cursor.fetchall()}


def _write_others(batch: Batch, outcomes: Sequence[Outcome]) -> set[int]:
    if not outcomes:
        return set()
    batches = _open_batches(batch, outcomes)
    values: dict[str, Any] = {
        "subscribers": list_literal(outcome.subscriber_id for outcome in outcomes),
        "attempts": list_literal(outcome.attempt for outcome in outcomes),
        "statuses": [str(outcome.status) for outcome in outcomes],
        "reasons": [str(outcome.reason) for outcome in outcomes],
        "details": [outcome.detail for outcome in outcomes],
        "batches": [batches[outcome.retry_at] if outcome.retry_at else None for outcome in outcomes],
        "dues": [outcome.retry_at if outcome.deferred else None for outcome in outcomes],
        "untried": list_literal(int(outcome.untried) for outcome in outcomes),
    }
    with connection.cursor() as cursor:
        cursor.execute(_WRITE_OTHERS, _name_run(batch) | values)
        return {row[0] for row in cursor.fetchall()}


def _open_batches(batch: Batch, outcomes: Iterable[Outcome]) -> dict[dt.datetime, int]:
    """A batch for each instant at which somebody's turn comes again."""
    instants = sorted({outcome.retry_at for outcome in outcomes if outcome.retry_at})
    made = Batch.objects.bulk_create(
        Batch(campaign_id=batch.campaign_id, occurrence=batch.occurrence, due_at=at) for at in instants
    )
    return {made.due_at: made.pk for made in made}


def _list_sent(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    return {
        "subscribers": list_literal(outcome.subscriber_id for outcome in outcomes),
        "attempts": list_literal(outcome.attempt for outcome in outcomes),
        "devices": list_literal(outcome.device_id or "NULL" for outcome in outcomes),
    }


def _name_run(batch: Batch) -> dict[str, Any]:
    return {"campaign": batch.campaign_id, "occurrence": batch.occurrence}
