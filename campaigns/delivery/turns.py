"""A worker's turn: claim a chunk of what is due, send it, write down what came of it, give the rest back.

Between two turns a pause or a cancellation is heeded, and another worker may take over the rest.
"""

import datetime as dt
import logging
import random
from time import monotonic

from django.conf import settings
from django.db import OperationalError

from campaigns.audience import explain_broken
from campaigns.delivery.candidates import Candidate, look_again, refresh_audience
from campaigns.delivery.claims import Claim, claim_chunk, renew_claim
from campaigns.delivery.dispatch import Letter, send_letters, write_letter
from campaigns.delivery.outcomes import Outcome, write_outcomes
from campaigns.delivery.receipts import Attempt, judge_attempts
from campaigns.lifecycle import finish_campaigns, settle_cancelled, stop_campaign
from campaigns.models import Campaign, Delivery
from campaigns.rendering import RenderingError
from campaigns.transports.base import Transport

_WRITES = 3  # tries; what a push service took must not be forgotten for a passing fault of the database

_log = logging.getLogger(__name__)


def deliver_next(*, now: dt.datetime, transport: Transport) -> int | None:
    """One turn: the number of deliveries handled, or None if nothing was due.

    A chunk is as large as the number of pushes in flight (SEND_CONCURRENCY).
    """
    claim = claim_chunk(now=now, size=settings.SEND_CONCURRENCY)
    if claim is None or _deliver(claim, now=now, transport=transport):
        settle_cancelled(now=now)
        finish_campaigns(now=now)
    return None if claim is None else len(claim.deliveries)


def _deliver(claim: Claim, *, now: dt.datetime, transport: Transport) -> bool:
    """Send a chunk; whether its batch is done now."""
    started = monotonic()
    broken = refresh_audience(claim.campaign, now=now)
    candidates, outcomes = look_again(claim, now=now)
    letters, failures = _write_letters(claim.campaign, candidates, now=now)
    # Segments may have taken longer to refresh than the lease lasts: whoever has the chunk now sends it.
    if not renew_claim(claim, now=now + dt.timedelta(seconds=monotonic() - started)):
        _log.warning("Batch %s was taken over while its audience was worked out", claim.batch.pk)
        return False
    if broken:
        return _put_back(claim, explain_broken(broken), now=now)
    endings = send_letters(claim.campaign, [letter for _, letter in letters], now=now, transport=transport)
    attempts = [Attempt(candidate, ending) for (candidate, _), ending in zip(letters, endings, strict=True)]
    judged, stop_reason = judge_attempts(claim.campaign, attempts, now=now, jitter=random.random())  # noqa: S311
    if stop_reason:
        stop_campaign(claim.campaign, reason=stop_reason)
    return _write_surely(claim, [*outcomes, *failures, *judged], now=now)


def _put_back(claim: Claim, stop_reason: str, *, now: dt.datetime) -> bool:
    """Send nothing: everybody goes on waiting until the campaign is resumed."""
    stop_campaign(claim.campaign, reason=stop_reason)
    waiting = [
        Outcome(delivery.subscriber_id, delivery.subscriber_id, Delivery.Status.PLANNED)
        for delivery in claim.deliveries
    ]
    return _write_surely(claim, waiting, now=now)


def _write_letters(
    campaign: Campaign, candidates: list[Candidate], *, now: dt.datetime
) -> tuple[list[tuple[Candidate, Letter]], list[Outcome]]:
    letters, failures = [], []
    for candidate in candidates:
        try:
            letters.append((candidate, write_letter(campaign, candidate, now=now)))
        except RenderingError as error:
            failures.append(
                Outcome(
                    candidate.delivery.subscriber_id,
                    candidate.person.pk,
                    Delivery.Status.FAILED,
                    Delivery.Reason.RENDERING,
                    str(error)[:300],
                )
            )
    return letters, failures


def _write_surely(claim: Claim, outcomes: list[Outcome], *, now: dt.datetime) -> bool:
    for _ in range(_WRITES - 1):
        try:
            return write_outcomes(claim, outcomes, now=now)
        except OperationalError:
            _log.warning("The outcomes of a chunk could not be written; trying again", exc_info=True)
    return write_outcomes(claim, outcomes, now=now)
