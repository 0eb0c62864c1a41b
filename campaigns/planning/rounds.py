"""A round of planning: from a launched campaign to the deliveries of its run, one row per person of the audience.

Each chunk is a transaction of its own. So a worker that is killed is followed by one that goes on where it stopped, a
pause or a cancellation is heeded before the next chunk, and how far it has come can be watched.
"""

import datetime as dt
import logging
from collections.abc import Sequence

from django.db import DatabaseError, transaction
from django.db.models import Case, Exists, F, OuterRef, Value, When

from campaigns.approvals import hold_back, is_as_approved
from campaigns.audience import explain_broken, explain_uploads, list_uploads, refresh_segments
from campaigns.lifecycle import finish_campaigns
from campaigns.models import Batch, Campaign, Occurrence
from campaigns.planning.chunks import decide_audience, settle_test
from campaigns.planning.decisions import Decision
from campaigns.planning.locking import try_lock
from campaigns.planning.runs import (
    PLANNED_IN,
    has_begun_run,
    has_run_to_plan,
    list_candidates,
    lock_campaign,
    open_run,
)
from campaigns.planning.terms import Terms, read_terms
from campaigns.planning.writer import Writer

_LOCK_SPACE = 0xCA4B  # any number, as long as no other advisory lock of ours has it

_log = logging.getLogger(__name__)


def plan_due_campaigns(*, now: dt.datetime) -> int:
    """Plan every launched campaign whose time for it has come; the number of runs planned.

    A campaign that another worker is planning is passed over. One that cannot be planned is tried again at the
    next tick, and does not keep the others.
    """
    return sum(_plan_surely(campaign, now=now) for campaign in list_candidates())


def _plan_surely(campaign: Campaign, *, now: dt.datetime) -> bool:
    try:
        return plan_campaign(campaign, now=now) is not None
    except DatabaseError:
        _log.exception("Campaign %s could not be planned; it is tried again", campaign.pk)
        Campaign.objects.filter(pk=campaign.pk, status__in=PLANNED_IN).update(
            status_reason="Its audience could not be worked out; this is being tried again."
        )
        return False


def plan_campaign(campaign: Campaign, *, now: dt.datetime) -> Occurrence | None:
    """Write the deliveries of the run that is due, or what is left of it; the campaign runs as soon as one is due.

    None if nothing was planned to its end: it is not time, another worker is at it, somebody paused or cancelled the
    campaign meanwhile, an upload is at work on a list that it uses (it waits, and says so), or one of its segments is
    broken (it is paused then, and says why), or it needs somebody's approval, which it has not (any more: it waits).
    """
    current = list_candidates().filter(pk=campaign.pk).first()
    if current is None or not has_run_to_plan(current, now=now):
        return None
    with try_lock(_LOCK_SPACE, current.pk) as is_mine:
        if not is_mine:
            return None
        if current.lists_are_changing and _must_wait(current):  # type: ignore[attr-defined]
            return None
        if broken := refresh_segments(current, now=now):
            _pause(current, explain_broken(broken))
            return None
        if hold_back(current, now=now):
            return None
        run = open_run(current, now=now)
        if run is None or not _plan_run(run, now=now):
            return None
    finish_campaigns(now=now)  # there may be nobody to send to
    return run


def _pause(campaign: Campaign, reason: str) -> None:
    _log.warning("Campaign %s is paused: %s", campaign.pk, reason)
    stopping = Campaign.objects.filter(pk=campaign.pk, status__in=PLANNED_IN)
    stopping.update(status=Campaign.Status.PAUSED, status_reason=reason[:300])


def _must_wait(campaign: Campaign) -> bool:
    """Whether who is in the audience is not known yet, so that the next tick looks again; the campaign says why."""
    uploads = [] if has_begun_run(campaign) else list_uploads(campaign)
    if uploads:
        waiting = Campaign.objects.filter(pk=campaign.pk, status__in=PLANNED_IN)
        waiting.update(status_reason=explain_uploads(uploads)[:300])
    return bool(uploads)


def _plan_run(run: Occurrence, *, now: dt.datetime) -> bool:
    """Go through the audience from where the run is to its end; False if stopped before."""
    terms = _read_terms(run)
    writer = Writer(run)
    for decisions in decide_audience(terms, after=run.planned_through):
        # What was changed meanwhile waits for the next tick, which asks for approval of it.
        if not is_as_approved(run.campaign) or not _write_chunk(run, decisions, writer):
            return False
    return _close_run(run, now=now)


def _read_terms(run: Occurrence) -> Terms:
    terms = read_terms(
        run.campaign,
        number=run.number,
        day=run.local_date,
        as_of=run.as_of,
        test_ends_at=run.test_ends_at,
    )
    terms = settle_test(terms)
    if run.test_ends_at != terms.test_ends_at:
        run.test_ends_at = terms.test_ends_at
        run.save(update_fields=["test_ends_at"])
    return terms


@transaction.atomic
def _write_chunk(run: Occurrence, decisions: Sequence[Decision], writer: Writer) -> bool:
    """Write one chunk; False, and nothing written, if the campaign was stopped or somebody else has written it."""
    if lock_campaign(run.campaign) is None:
        return False
    last = decisions[-1].subscriber_id
    here = Occurrence.objects.filter(pk=run.pk, planned_at=None, planned_through=run.planned_through)
    if not here.update(planned_through=last, audience=F("audience") + len(decisions)):
        return False
    writer.write(decisions)
    run.planned_through = last
    return True


@transaction.atomic
def _close_run(run: Occurrence, *, now: dt.datetime) -> bool:
    campaign = lock_campaign(run.campaign)
    if campaign is None or not Occurrence.objects.filter(pk=run.pk, planned_at=None).update(planned_at=now):
        return False
    due = Batch.objects.filter(campaign=OuterRef("pk"), due_at__lte=now)
    running = Case(When(Exists(due), then=Value(Campaign.Status.RUNNING)), default=F("status"))
    Campaign.objects.filter(pk=campaign.pk).update(status=running, status_reason="", updated_at=now)
    run.refresh_from_db()
    _log.info("Campaign %s, run %s: %s planned of %s", campaign.pk, run.number, run.waiting, run.audience)
    return True
