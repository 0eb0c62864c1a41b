"""A worker's turn: claim a chunk of what is due, send it, write down what came of it, give the rest back.

Between two turns a pause or a cancellation is heeded, and another worker may take over the rest.
"""

import datetime as dt
import logging
import random
from collections.abc import Callable, Sequence
from time import monotonic, sleep

from django.conf import settings
from django.db import OperationalError

from campaigns.audience import explain_broken
from campaigns.delivery.alarms import Standing, note_alarm, note_uncounted, read_standing
from campaigns.delivery.candidates import Candidate, look_again, refresh_audience, settle
from campaigns.delivery.claims import Claim, claim_chunk, find_opening, is_run_over, renew_claim
from campaigns.delivery.device_news import NO_NEWS, DeviceNews, sort_devices
from campaigns.delivery.dispatch import Ending, send_letters
from campaigns.delivery.hosts import Breaker, HostReceipt, find_closed, note_answers, read_breakers
from campaigns.delivery.letters import Desk, Letter, LetterWriter
from campaigns.delivery.outcomes import write_outcomes
from campaigns.delivery.receipts import Attempt, choose_ending, judge_attempts
from campaigns.delivery.rows import Outcome
from campaigns.delivery.trust import note_taking, read_trust
from campaigns.lifecycle import finish_campaigns, settle_cancelled, stop_campaign
from campaigns.models import Campaign, Delivery
from campaigns.rendering import RenderingError
from campaigns.transports.base import ReceiptStatus, Transport

_WRITES = 3  # tries; what a push service took must not be forgotten for a passing fault of the database
_NAP = 1.0  # seconds: something else may come to be due while a pace is waited for

_desk = Desk()  # a worker's own
_log = logging.getLogger(__name__)


def keep_delivering(*, clock: Callable[[], dt.datetime], until: dt.datetime, transport: Transport) -> None:
    """Take turns until nothing is due, or until that instant. What a pace alone holds up is waited for."""
    while (now := clock()) < until:
        if deliver_next(now=now, transport=transport) is not None:
            continue
        opens_at = find_opening(now=now)
        if opens_at is None or opens_at >= until:
            break
        sleep(min((opens_at - now).total_seconds(), _NAP))


def deliver_next(*, now: dt.datetime, transport: Transport) -> int | None:
    """One turn: the number of deliveries handled, or None if nothing was due.

    A chunk is as large as the number of pushes in flight (SEND_CONCURRENCY).
    """
    claim = claim_chunk(now=now, size=settings.SEND_CONCURRENCY)
    if claim is None:
        settle_cancelled(now=now)
        finish_campaigns(now=now)
        return None
    if _deliver(claim, now=now, transport=transport) and is_run_over(claim.batch):
        finish_campaigns(now=now)
    return claim.taken


def _deliver(claim: Claim, *, now: dt.datetime, transport: Transport) -> bool:
    """Send a chunk; whether its batch is done now."""
    started = monotonic()
    broken = refresh_audience(claim.campaign, now=now)
    writer = _desk.find_writer(claim.campaign, claim.batch.occurrence)
    breakers = read_breakers()
    candidates, outcomes = look_again(claim, writer.needs, find_closed(breakers, now=now), now=now)
    letters, failures = _write_letters(writer, candidates, now=now)
    # Segments may have taken longer to refresh than the lease lasts: whoever has the chunk now sends it.
    status = renew_claim(claim, now=now + dt.timedelta(seconds=monotonic() - started))
    if status is None:
        _log.warning("Batch %s was taken over while its audience was worked out", claim.batch.pk)
        return False
    trouble = explain_broken(broken) if broken else claim.campaign.site.push_key_problem
    if trouble:
        stop_campaign(claim.campaign, reason=trouble)
    if trouble or status != Campaign.Status.RUNNING:
        return _put_back(claim, now=now)
    endings = send_letters(claim.campaign, [letter for _, letter in letters], now=now, transport=transport)
    attempts = [
        Attempt(candidate, tried, choose_ending(tried))
        for (candidate, _), tried in zip(letters, endings, strict=True)
    ]
    known = [*outcomes, *failures]
    return _conclude(claim, known, attempts, endings, breakers, now=now)


def _conclude(  # noqa: PLR0913 - all that a turn has found out
    claim: Claim,
    known: list[Outcome],
    attempts: Sequence[Attempt],
    endings: Sequence[Sequence[Ending]],
    breakers: dict[str, Breaker],
    *,
    now: dt.datetime,
) -> bool:
    """Judge what was sent, stop the campaign or leave push services alone if need be, and write it all down."""
    jitter = random.random()  # noqa: S311 - spreads waits
    tried = [ending for device_endings in endings for ending in device_endings]
    standing = read_standing(claim.batch) if _may_alarm(tried) else Standing()
    site_id = claim.campaign.site_id
    trust = read_trust(claim.batch, site_id, tried, sent=standing.sent, now=now)
    judgement = judge_attempts(claim.campaign, attempts, standing, trust, now=now, jitter=jitter)
    note_taking(site_id, tried, now=now)
    note_uncounted(claim.batch, judgement.uncounted)
    if judgement.alarming:
        note_alarm(claim.batch, standing, judgement.alarming)
    if judgement.stop_reason:
        stop_campaign(claim.campaign, reason=judgement.stop_reason)
    answers = [HostReceipt(ending.device.host, ending.receipt) for ending in tried]
    note_answers(answers, breakers, now=now, jitter=jitter)
    devices = NO_NEWS if judgement.alarming else sort_devices(tried, judgement.refused, judgement.set_aside)
    return _write_surely(claim, [*known, *judgement.outcomes], devices, now=now)


def _may_alarm(endings: Sequence[Ending]) -> bool:
    """Whether anything failed that could be too much."""
    return any(ending.receipt.status is not ReceiptStatus.ACCEPTED for ending in endings)


def _put_back(claim: Claim, *, now: dt.datetime) -> bool:
    """Send nothing: everybody goes on waiting until the campaign is resumed."""
    waiting = [
        Outcome(row.subscriber_id, row.subscriber_id, row.attempt, Delivery.Status.PLANNED, untried=True)
        for row in claim.rows
    ]
    return _write_surely(claim, waiting, NO_NEWS, now=now)


def _write_letters(
    writer: LetterWriter, candidates: Sequence[Candidate], *, now: dt.datetime
) -> tuple[list[tuple[Candidate, Letter]], list[Outcome]]:
    letters, failures = [], []
    for candidate in candidates:
        try:
            letters.append((candidate, writer.write(candidate, now=now)))
        except RenderingError as error:
            failures.append(_leave_out(candidate, error))
    return letters, failures


def _leave_out(candidate: Candidate, error: RenderingError) -> Outcome:
    """Nothing was sent to them: what is known of them, or is not, made no message."""
    row, person = candidate.row, candidate.person
    outcome = settle(row, person, Delivery.Status.SKIPPED, Delivery.Reason.RENDERING)
    return outcome._replace(detail=str(error)[:300])


def _write_surely(claim: Claim, outcomes: list[Outcome], devices: DeviceNews, *, now: dt.datetime) -> bool:
    for _ in range(_WRITES - 1):
        try:
            return write_outcomes(claim, outcomes, devices, now=now)
        except OperationalError:
            _log.warning("The outcomes of a chunk could not be written; trying again", exc_info=True)
    return write_outcomes(claim, outcomes, devices, now=now)
