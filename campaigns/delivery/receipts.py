"""From the receipts of a chunk to the outcome of each delivery."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Sequence
from typing import NamedTuple

from campaigns.delivery.alarms import Standing, explain_alarm, is_alarming
from campaigns.delivery.candidates import Candidate
from campaigns.delivery.dispatch import Ending
from campaigns.delivery.retry import decide_retry
from campaigns.delivery.rows import Outcome
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
# Of several devices the one that went best speaks for the person; of equals the last one that was tried.
_BEST_FIRST = (ReceiptStatus.ACCEPTED, ReceiptStatus.RETRY, ReceiptStatus.UNAUTHORIZED)
# A device that subscribed with somebody else's key is refused just as everybody is when our signature is at fault:
# one or two refused people are taken for the former, this many for the latter.
_MANY = 3
_MAX_UNAUTHORIZED = 3  # attempts of one delivery; after that its device is taken to be at fault


class Attempt(NamedTuple):
    """One person's message that was sent, and how that ended."""

    candidate: Candidate
    ending: Ending

    @property
    def receipt(self) -> Receipt:
        return self.ending.receipt

    @property
    def host(self) -> str:
        return self.ending.device.host


class Judgement(NamedTuple):
    """Everybody's outcome; and why the campaign must stop, if it must (else empty).

    `alarming` are the outcomes that too many of would fail. Then nobody's failure counts yet, and no device is taken
    for gone.
    """

    outcomes: list[Outcome]
    stop_reason: str = ""
    alarming: Sequence[Outcome] = ()


def choose_ending(endings: Sequence[Ending]) -> Ending:
    """The device that speaks for the person."""
    for status in _BEST_FIRST:
        for ending in endings:
            if ending.receipt.status is status:
                return ending
    return endings[-1]


def judge_attempts(
    campaign: Campaign,
    attempts: Sequence[Attempt],
    standing: Standing,
    *,
    now: dt.datetime,
    jitter: float,
) -> Judgement:
    """Everybody's outcome, and whether the campaign must stop.

    It stops where a push service refuses several people and takes nobody. One or two are tried again by
    themselves until they fail: a stranger's device must not be able to stop a campaign. And it stops where far too
    much fails: then something is wrong that its marketer should know of.
    """
    trusting = {attempt.host for attempt in attempts if attempt.receipt.status is ReceiptStatus.ACCEPTED}
    doubtful = [_may_be_our_fault(attempt, trusting) for attempt in attempts]
    refused = Counter(attempt.host for attempt, doubt in zip(attempts, doubtful, strict=True) if doubt)
    outcomes, stop_reason = [], ""
    for attempt, doubt in zip(attempts, doubtful, strict=True):
        if doubt and refused[attempt.host] >= _MANY:
            outcomes.append(_conclude(attempt, Status.PLANNED))
            stop_reason = stop_reason or _explain_stop(attempt)
        elif doubt:
            outcomes.append(_retry(campaign, attempt, now=now, jitter=jitter))
        else:
            outcomes.append(_judge(campaign, attempt, now=now, jitter=jitter))
    if is_alarming(standing, outcomes):
        return Judgement(
            [_wait(outcome) for outcome in outcomes], explain_alarm(standing, outcomes), outcomes
        )
    return Judgement(outcomes, stop_reason)


def _may_be_our_fault(attempt: Attempt, trusting: Collection[str]) -> bool:
    """Not authorised, by a push service that took no other push of the chunk, and not for the last time."""
    return (
        attempt.receipt.status is ReceiptStatus.UNAUTHORIZED
        and attempt.host not in trusting
        and attempt.candidate.row.attempt < _MAX_UNAUTHORIZED
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
    row = attempt.candidate.row
    retry_at = decide_retry(
        row.attempt, attempt.receipt, now=now, due_at=row.due_at, ttl=campaign.ttl, jitter=jitter
    )
    if retry_at is None:
        return _conclude(attempt, Status.EXPIRED, Reason.TTL)
    return _conclude(attempt, Status.PLANNED, retry_at=retry_at)


def _conclude(
    attempt: Attempt, status: Delivery.Status, reason: str = "", retry_at: dt.datetime | None = None
) -> Outcome:
    row = attempt.candidate.row
    accepted = status is Status.SENT
    return Outcome(
        row.subscriber_id,
        attempt.candidate.person.id,
        row.attempt,
        status,
        reason,
        "" if accepted else attempt.receipt.detail[:300],
        retry_at,
        attempt.ending.device.id if accepted else None,
    )


def _wait(outcome: Outcome) -> Outcome:
    """Nobody is lost to an alarm: who failed goes on waiting until the campaign is resumed."""
    if outcome.status is not Status.FAILED:
        return outcome
    return outcome._replace(status=Status.PLANNED, reason="")


def _explain_stop(attempt: Attempt) -> str:
    return (
        f"The push service {attempt.host} does not accept the site’s signature "
        f"({attempt.receipt.detail[:80] or 'no reason given'}). "
        "Check the site’s contact address and the server’s clock, then resume."
    )
