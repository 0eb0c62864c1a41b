"""From the receipts of a chunk to the outcome of each delivery."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from campaigns.delivery.candidates import Candidate
from campaigns.delivery.dispatch import Ending
from campaigns.delivery.outcomes import Outcome
from campaigns.delivery.retry import decide_retry
from campaigns.models import Campaign, Delivery
from campaigns.transports.base import Receipt, ReceiptStatus

Reason = Delivery.Reason
Status = Delivery.Status

_FAILURES = {
    ReceiptStatus.GONE: Reason.GONE,
    ReceiptStatus.TOO_LARGE: Reason.TOO_LARGE,
    ReceiptStatus.REJECTED: Reason.REJECTED,
    ReceiptStatus.BAD_KEYS: Reason.BAD_KEYS,
    ReceiptStatus.ENDPOINT_REFUSED: Reason.ENDPOINT_REFUSED,
}
# A device's own fault, not ours, after so many attempts that were refused (it subscribed with another key).
_MAX_UNAUTHORIZED = 3


@dataclass(frozen=True, slots=True)
class Attempt:
    """One person's message that was sent, and how that ended."""

    candidate: Candidate
    ending: Ending

    @property
    def receipt(self) -> Receipt:
        return self.ending.receipt

    @property
    def host(self) -> str:
        return urlsplit(self.ending.device.endpoint).netloc


def judge_attempts(
    campaign: Campaign, attempts: Sequence[Attempt], *, now: dt.datetime, jitter: float
) -> tuple[list[Outcome], str]:
    """Everybody's outcome; and why the campaign must stop, if its pushes are not authorised (else empty).

    Where a push service took others of the same chunk, our signature is fine and the device is at fault.
    """
    trusting = {attempt.host for attempt in attempts if attempt.receipt.status is ReceiptStatus.ACCEPTED}
    outcomes, stop_reason = [], ""
    for attempt in attempts:
        outcome = _judge(campaign, attempt, now=now, jitter=jitter)
        if attempt.receipt.status is ReceiptStatus.UNAUTHORIZED:
            if attempt.host in trusting or attempt.candidate.delivery.attempts >= _MAX_UNAUTHORIZED:
                outcome = replace(outcome, status=Status.FAILED, reason=Reason.REJECTED)
            else:
                stop_reason = _explain_stop(attempt)
        outcomes.append(outcome)
    return outcomes, stop_reason


def _judge(campaign: Campaign, attempt: Attempt, *, now: dt.datetime, jitter: float) -> Outcome:
    """What a receipt makes of its delivery, taken by itself. One not authorised goes back to waiting."""
    delivery, receipt = attempt.candidate.delivery, attempt.receipt
    outcome = Outcome(delivery.subscriber_id, attempt.candidate.person.pk, Status.SENT)
    if receipt.status is ReceiptStatus.ACCEPTED:
        return outcome
    outcome = replace(outcome, status=Status.PLANNED, detail=receipt.detail[:300])
    if receipt.status is ReceiptStatus.UNAUTHORIZED:
        return outcome
    if receipt.status is not ReceiptStatus.RETRY:
        return replace(outcome, status=Status.FAILED, reason=_FAILURES[receipt.status])
    retry_at = decide_retry(
        delivery.attempts,
        receipt,
        now=now,
        due_at=delivery.due_at or now,
        ttl=campaign.ttl,
        jitter=jitter,
    )
    if retry_at is None:
        return replace(outcome, status=Status.EXPIRED, reason=Reason.TTL)
    return replace(outcome, retry_at=retry_at)


def _explain_stop(attempt: Attempt) -> str:
    return (
        f"The push service {attempt.host} does not accept the site’s signature "
        f"({attempt.receipt.detail[:80] or 'no reason given'}). "
        "Check the site’s contact address and the server’s clock, then resume."
    )
