"""From the receipts of a chunk to the outcome of each delivery."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Sequence
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
    ReceiptStatus.UNAUTHORIZED: Reason.REJECTED,
    ReceiptStatus.BAD_KEYS: Reason.BAD_KEYS,
    ReceiptStatus.ENDPOINT_REFUSED: Reason.ENDPOINT_REFUSED,
}
# A device that subscribed with somebody else's key is refused just as everybody is when our signature is at fault:
# one or two refused people are taken for the former, this many for the latter.
_MANY = 3
_MAX_UNAUTHORIZED = 3  # attempts of one delivery; after that its device is taken to be at fault


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

    It stops where a push service refuses several people and takes nobody. One or two are tried again by
    themselves until they fail: a stranger's device must not be able to stop a campaign.
    """
    trusting = {attempt.host for attempt in attempts if attempt.receipt.status is ReceiptStatus.ACCEPTED}
    doubtful = [attempt for attempt in attempts if _may_be_our_fault(attempt, trusting)]
    refused = Counter(attempt.host for attempt in doubtful)
    stopping = [attempt for attempt in doubtful if refused[attempt.host] >= _MANY]
    outcomes = []
    for attempt in attempts:
        if attempt in stopping:
            outcomes.append(_conclude(attempt, Status.PLANNED))
        elif attempt in doubtful:
            outcomes.append(_retry(campaign, attempt, now=now, jitter=jitter))
        else:
            outcomes.append(_judge(campaign, attempt, now=now, jitter=jitter))
    return outcomes, _explain_stop(stopping[0]) if stopping else ""


def _may_be_our_fault(attempt: Attempt, trusting: Collection[str]) -> bool:
    """Not authorised, by a push service that took no other push of the chunk, and not for the last time."""
    return (
        attempt.receipt.status is ReceiptStatus.UNAUTHORIZED
        and attempt.host not in trusting
        and attempt.candidate.delivery.attempts < _MAX_UNAUTHORIZED
    )


def _judge(campaign: Campaign, attempt: Attempt, *, now: dt.datetime, jitter: float) -> Outcome:
    """What a receipt makes of its delivery, taken by itself."""
    status = attempt.receipt.status
    if status is ReceiptStatus.ACCEPTED:
        return _conclude(attempt, Status.SENT)
    if status is ReceiptStatus.RETRY:
        return _retry(campaign, attempt, now=now, jitter=jitter)
    return _conclude(attempt, Status.FAILED, _FAILURES[status])


def _retry(campaign: Campaign, attempt: Attempt, *, now: dt.datetime, jitter: float) -> Outcome:
    """Again later, or expired if that would be too late."""
    delivery = attempt.candidate.delivery
    retry_at = decide_retry(
        delivery.attempts,
        attempt.receipt,
        now=now,
        due_at=delivery.due_at or now,
        ttl=campaign.ttl,
        jitter=jitter,
    )
    if retry_at is None:
        return _conclude(attempt, Status.EXPIRED, Reason.TTL)
    return replace(_conclude(attempt, Status.PLANNED), retry_at=retry_at)


def _conclude(attempt: Attempt, status: Delivery.Status, reason: str = "") -> Outcome:
    delivery, person = attempt.candidate.delivery, attempt.candidate.person
    detail = "" if status is Status.SENT else attempt.receipt.detail[:300]
    return Outcome(delivery.subscriber_id, person.pk, status, reason, detail)


def _explain_stop(attempt: Attempt) -> str:
    return (
        f"The push service {attempt.host} does not accept the site’s signature "
        f"({attempt.receipt.detail[:80] or 'no reason given'}). "
        "Check the site’s contact address and the server’s clock, then resume."
    )
