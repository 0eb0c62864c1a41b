"""From the receipts of a chunk to the outcome of each delivery."""

import datetime as dt
import enum
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from campaigns.delivery.alarms import Standing, explain_alarm, is_alarming
from campaigns.delivery.candidates import Candidate
from campaigns.delivery.dispatch import Ending
from campaigns.delivery.people import Device
from campaigns.delivery.retry import decide_retry
from campaigns.delivery.rows import Outcome
from campaigns.delivery.trust import Trust
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
    for gone. `refused` are devices at whose fault it is that they are refused, `set_aside` those of them whose push
    service never took anything of this site, `uncounted` the failures that are no reason for an alarm.
    """

    outcomes: list[Outcome]
    stop_reason: str = ""
    alarming: Sequence[Outcome] = ()
    refused: Sequence[Device] = ()
    set_aside: Sequence[Device] = ()
    uncounted: int = 0


def choose_ending(endings: Sequence[Ending]) -> Ending:
    """The device that speaks for the person."""
    for status in _BEST_FIRST:
        for ending in endings:
            if ending.receipt.status is status:
                return ending
    return endings[-1]


def judge_attempts(  # noqa: PLR0913 - what the judgement rests on, by name
    campaign: Campaign,
    attempts: Sequence[Attempt],
    standing: Standing,
    trust: Trust,
    *,
    now: dt.datetime,
    jitter: float,
) -> Judgement:
    """Everybody's outcome, and whether the campaign must stop.

    It stops where a push service refuses several people and takes nobody, though it took pushes of theirs before.
    Others are tried again by themselves until they fail: strangers' devices, however many, must not be able to stop a
    campaign. And it stops where far too much fails: then something is wrong that its marketer should know of.
    """
    if _took_all(attempts):  # as usual, and then nothing is to be weighed
        return Judgement([_judge(campaign, attempt, now=now, jitter=jitter) for attempt in attempts])
    standings = _read_hosts(attempts, trust)
    outcomes, stop_reason = [], ""
    for attempt in attempts:
        match _weigh(attempt, standings[attempt.host], trust):
            case _Verdict.OURS:
                outcomes.append(_conclude(attempt, Status.PLANNED))
                stop_reason = stop_reason or _explain_stop(attempt)
            case _Verdict.OPEN:
                outcomes.append(_retry(campaign, attempt, now=now, jitter=jitter))
            case _Verdict.THEIRS:
                outcomes.append(_judge(campaign, attempt, now=now, jitter=jitter))
    weighed = [
        outcome
        for attempt, outcome in zip(attempts, outcomes, strict=True)
        if outcome.status is not Status.FAILED or trust.counts(attempt.tried)
    ]
    if is_alarming(standing, weighed):
        return Judgement([_wait(outcome) for outcome in outcomes], explain_alarm(standing, weighed), weighed)
    return Judgement(
        outcomes,
        stop_reason,
        refused=_list_refused(attempts, standings, trust),
        set_aside=_list_strange(attempts, standings, trust),
        uncounted=len(outcomes) - len(weighed),
    )


def _took_all(attempts: Sequence[Attempt]) -> bool:
    return all(
        ending.receipt.status is ReceiptStatus.ACCEPTED for attempt in attempts for ending in attempt.tried
    )


class _Verdict(enum.Enum):
    """At whose fault it is that somebody was not sent to."""

    OURS = "ours"
    THEIRS = "theirs"
    OPEN = "open"


class _HostStanding(NamedTuple):
    """What a push service said to a chunk: of how many people it took a push, refused our signature, or the push.

    `refused_familiar`: whose signature it refused on a device on which it was good once.
    """

    taken: int
    refused_us: int
    rejected: int
    refused_familiar: int


def _read_hosts(attempts: Sequence[Attempt], trust: Trust) -> dict[str, _HostStanding]:
    # However many devices a stranger has, they count as one.
    counts = Counter(
        said
        for attempt in attempts
        for said in {(ending.device.host, ending.receipt.status) for ending in attempt.tried}
    )
    familiar = Counter(
        host
        for attempt in attempts
        for host in {
            ending.device.host
            for ending in attempt.tried
            if ending.receipt.status is ReceiptStatus.UNAUTHORIZED and trust.knows(ending.device)
        }
    )
    return {
        host: _HostStanding(
            counts[host, ReceiptStatus.ACCEPTED],
            counts[host, ReceiptStatus.UNAUTHORIZED],
            counts[host, ReceiptStatus.REJECTED],
            familiar[host],
        )
        for host, _ in counts
    }


def _list_refused(
    attempts: Sequence[Attempt], standings: Mapping[str, _HostStanding], trust: Trust
) -> list[Device]:
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
                is_few = host.refused_us < _MANY or (not trust.is_new and not trust.knows(ending.device))
                is_own = status is ReceiptStatus.UNAUTHORIZED and (host.taken > 0 or (is_last and is_few))
            if is_own:
                refused.append(ending.device)
    return refused


def _list_strange(
    attempts: Sequence[Attempt], standings: Mapping[str, _HostStanding], trust: Trust
) -> list[Device]:
    """Devices to be set aside: their push service never took a push of this site, and refuses what others take."""
    return [
        ending.device
        for attempt in attempts
        for ending in attempt.tried
        if ending.receipt.status is ReceiptStatus.UNAUTHORIZED
        and _is_strange(ending.device.host, standings, trust)
        and (
            standings[ending.device.host].refused_us >= _MANY
            or attempt.candidate.row.attempt >= _MAX_UNAUTHORIZED
        )
    ]


def _is_strange(host: str, standings: Mapping[str, _HostStanding], trust: Trust) -> bool:
    return trust.is_signed_well and host not in trust.taking and not standings[host].taken


def _weigh(attempt: Attempt, host: _HostStanding, trust: Trust) -> _Verdict:
    """Ours it may be where a push service does not accept our signature and took no other push of the chunk."""
    if attempt.receipt.status is not ReceiptStatus.UNAUTHORIZED or host.taken:
        return _Verdict.THEIRS
    is_last = attempt.candidate.row.attempt >= _MAX_UNAUTHORIZED
    if trust.is_new and trust.has_untried:
        return _Verdict.OPEN  # whoever comes next may show that our signature is good
    if is_last:
        return _Verdict.THEIRS
    if host.refused_us < _MANY:
        return _Verdict.OPEN
    if trust.is_new or host.refused_familiar:
        return _Verdict.OURS
    is_strange = trust.is_signed_well and attempt.host not in trust.taking
    return _Verdict.THEIRS if is_strange else _Verdict.OPEN


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
