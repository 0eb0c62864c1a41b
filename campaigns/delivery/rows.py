"""The deliveries of a chunk as plain rows, and writing down what became of them: two statements, however many they are."""

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.db import connection

from campaigns.models import Batch, Delivery
from subscribers.arrays import write_array
from subscribers.ids import take_ids

Status = Delivery.Status

# Only the attempt that was claimed: another worker, or feedback from the device, may have been faster. A worker that
# lost its lease has lost its attempts to the one that counted on. By the whole key (ANY), and with a look-up rather than
# a join, since a new campaign is one that statistics know nothing of.
_MINE = """
FROM (SELECT %(outcomes)s::jsonb AS outcomes) AS ended
WHERE delivery.campaign_id = %(campaign)s AND delivery.occurrence = %(occurrence)s
  AND delivery.subscriber_id = ANY(%(subscribers)s::bigint[]) AND delivery.status = 'sending'
  AND ended.outcomes ? (delivery.subscriber_id || '.' || delivery.attempts)
RETURNING delivery.subscriber_id
"""
_OUTCOME = "ended.outcomes -> (delivery.subscriber_id || '.' || delivery.attempts)"
_WRITE_SENT = f"""
UPDATE campaigns_delivery AS delivery
SET status = 'sent', detail = '', sent_at = %(now)s, device_id = ({_OUTCOME} ->> 0)::uuid
{_MINE}
"""  # noqa: S608 - our own words
_WRITE_OTHERS = f"""
UPDATE campaigns_delivery AS delivery
SET status = {_OUTCOME} ->> 0, reason = {_OUTCOME} ->> 1, detail = {_OUTCOME} ->> 2,
    batch_id = COALESCE(({_OUTCOME} ->> 3)::bigint, delivery.batch_id),
    due_at = COALESCE(({_OUTCOME} ->> 4)::timestamptz, delivery.due_at),
    deferred = delivery.deferred OR {_OUTCOME} ->> 6 = 'true',
    attempts = delivery.attempts - ({_OUTCOME} ->> 5)::smallint,
    timezone = COALESCE({_OUTCOME} ->> 7, delivery.timezone),
    timezone_is_site_default = delivery.timezone_is_site_default AND {_OUTCOME} ->> 7 IS NULL
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
    `untried`: nothing was sent, so that the attempt does not count. `deferred`: quiet hours put it off, it is due at
    `retry_at` from now on. `timezone`: so it is, too, by the clock of the zone into which the person moved.
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
    timezone: str = ""

    @property
    def is_moved(self) -> bool:
        """Whether `retry_at` is when it is due from now on, rather than when it is tried again."""
        return self.deferred or bool(self.timezone)


def write_rows(batch: Batch, outcomes: Sequence[Outcome], *, now: dt.datetime) -> set[int]:
    """Write the outcomes of a chunk of a batch; the subscribers whose delivery was still this worker's to write."""
    sent = [outcome for outcome in outcomes if outcome.status is Status.SENT]
    others = [outcome for outcome in outcomes if outcome.status is not Status.SENT]
    written = _write_sent(batch, sent, now=now) | _write_others(batch, others, now=now)
    missed = [outcome for outcome in sent if outcome.subscriber_id not in written]
    if missed:
        with connection.cursor() as cursor:
            cursor.execute(_NAME_DEVICES, _name_run(batch) | _list_sent(missed))
    return written


def _write_sent(batch: Batch, outcomes: Sequence[Outcome], *, now: dt.datetime) -> set[int]:
    written = {_name_attempt(outcome): [outcome.device_id] for outcome in outcomes}
    return _write(_WRITE_SENT, batch, outcomes, written, now=now)


def _write_others(batch: Batch, outcomes: Sequence[Outcome], *, now: dt.datetime) -> set[int]:
    batches = _open_batches(batch, outcomes)
    written = {
        _name_attempt(outcome): [
            outcome.status,
            outcome.reason,
            outcome.detail,
            batches[outcome.retry_at] if outcome.retry_at else None,
            outcome.retry_at.isoformat() if outcome.retry_at and outcome.is_moved else None,
            int(outcome.untried),
            outcome.deferred,
            outcome.timezone or None,
        ]
        for outcome in outcomes
    }
    return _write(_WRITE_OTHERS, batch, outcomes, written, now=now)


def _write(
    sql: str,
    batch: Batch,
    outcomes: Sequence[Outcome],
    written: Mapping[str, list[Any]],
    *,
    now: dt.datetime,
) -> set[int]:
    if not outcomes:
        return set()
    values = {
        "outcomes": json.dumps(written),
        "subscribers": write_array(outcome.subscriber_id for outcome in outcomes),
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql, _name_run(batch) | values)
        return {row[0] for row in cursor.fetchall()}


def _name_attempt(outcome: Outcome) -> str:
    return f"{outcome.subscriber_id}.{outcome.attempt}"


def _open_batches(batch: Batch, outcomes: Iterable[Outcome]) -> dict[dt.datetime, int]:
    """A batch for each instant at which somebody's turn comes again."""
    instants = sorted({outcome.retry_at for outcome in outcomes if outcome.retry_at})
    made = take_ids(
        Batch(campaign_id=batch.campaign_id, occurrence=batch.occurrence, due_at=at) for at in instants
    )
    Batch.objects.bulk_create(made)
    return {each.due_at: each.pk for each in made}


def _list_sent(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    return {
        "subscribers": write_array(outcome.subscriber_id for outcome in outcomes),
        "devices": write_array(outcome.device_id for outcome in outcomes),
    }


def _name_run(batch: Batch) -> dict[str, Any]:
    return {"campaign": batch.campaign_id, "occurrence": batch.occurrence}
