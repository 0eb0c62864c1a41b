"""From the receipts of a chunk to the outcome of each delivery."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from campaigns.delivery.alarms import Standing, explain_alarm, is_alarming
from campaigns.delivery.candidates import Candidate
from campaigns.delivery.dispatch import Ending
from campaigns.delivery.people import Device
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
    """One person's message that was sent: how that ended on each device that was tried, and on the one that counts."""

    candidate: Candidate
    tried: Sequence[Ending]
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
    for gone. `refused` are devices at whose fault it is that they are refused.
    """

    outcomes: list[Outcome]
    stop_reason: str = ""
    alarming: Sequence[Outcome] = ()
    refused: Sequence[Device] = ()


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
    standings = _read_hosts(attempts)
    outcomes, stop_reason = [], ""
    for attempt in attempts:
        doubt = _may_be_our_fault(attempt, standings)
        if doubt and standings[attempt.host].refused_us >= _MANY:
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
    return Judgement(outcomes, stop_reason, refused=_list_refused(attempts, standings))


class _HostStanding(NamedTuple):
    """What a push service said to a chunk: of how many people it took a push, refused our signature, or the push."""

    taken: int
    refused_us: int
    rejected: int


def _read_hosts(attempts: Sequence[Attempt]) -> dict[str, _HostStanding]:
    # However many devices a stranger has, they count as one.
    counts = Counter(
        said
        for attempt in attempts
        for said in {(ending.device.host, ending.receipt.status) for ending in attempt.tried}
    )
    statuses = (ReceiptStatus.ACCEPTED, ReceiptStatus.UNAUTHORIZED, ReceiptStatus.REJECTED)
    return {host: _HostStanding(*(counts[host, status] for status in statuses)) for host, _ in counts}


def _list_refused(attempts: Sequence[Attempt], standings: Mapping[str, _HostStanding]) -> list[Device]:
    """Devices that are refused by themselves: their push service takes others, or is not known to refuse many.

    A signature that it does not accept is the device's fault only where it accepts the same one of others, or where it
    was tried often enough.
    """
    refused = []
    for attempt in attempts:
        is_last = attempt.candidate.row.attempt >= _MAX_UNAUTHORIZED
        for ending in attempt.tried:
            host, status = standings[ending.device.host], ending.receipt.status
            status_code = ending.receipt.http_status or 0
            if status is ReceiptStatus.REJECTED and 400 <= status_code < 500:
                is_own = host.taken > 0 or host.rejected < _MANY
            else:
                is_own = status is ReceiptStatus.UNAUTHORIZED and (
                    host.taken > 0 or (is_last and host.refused_us < _MANY)
                )
            if is_own:
                refused.append(ending.device)
    return refused


def _may_be_our_fault(attempt: Attempt, standings: Mapping[str, _HostStanding]) -> bool:
    """Not authorised, by a push service that took no other push of the chunk, and not for the last time."""
    return (
        attempt.receipt.status is ReceiptStatus.UNAUTHORIZED
        and not standings[attempt.host].taken
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
