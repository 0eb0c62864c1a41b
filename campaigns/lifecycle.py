"""Launching, pausing, resuming, cancelling and finishing: every change of a campaign's status but planning's own."""

import datetime as dt
import logging

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from campaigns.approvals import find_launch_problem
from campaigns.audience import explain_uploads, list_uploads
from campaigns.checks import check_campaign
from campaigns.contents import describe_changes, read_campaign
from campaigns.models import Batch, Campaign, Delivery, Occurrence
from campaigns.recurrence import find_next_run
from subscribers.contents import Change
from subscribers.seen import Content

__all__ = [
    "ChangedError",
    "LaunchError",
    "LifecycleError",
    "begin_campaigns",
    "cancel_campaign",
    "check_campaign",
    "finish_campaigns",
    "launch_campaign",
    "pause_campaign",
    "resume_campaign",
    "settle_cancelled",
    "stop_campaign",
]

_log = logging.getLogger(__name__)

Status = Campaign.Status
OPEN = (Delivery.Status.PLANNED, Delivery.Status.SENDING)
_BATCHES_AT_ONCE = 20  # are skipped in one statement, some ten thousand people
_SLICES = 5  # in one go; the rest is for the next tick


class LifecycleError(ValueError):
    """A campaign in this state cannot do that; says which one can."""


class ChangedError(LifecycleError):
    """A draft that is another one now than the one that somebody decided about; `changes` says what is new."""

    def __init__(self, changes: list[Change]) -> None:
        what = ", ".join(change.label for change in changes[:5])
        super().__init__(f"It was changed while you looked at it ({what}). Look at it again.")
        self.changes = changes


class LaunchError(LifecycleError):
    """A campaign that cannot be launched as it is. `problems` says what to do about it."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = problems


@transaction.atomic
def launch_campaign(
    campaign: Campaign, *, now: dt.datetime, by: User | None = None, seen: Content | None = None
) -> Campaign:
    """Make a draft wait for its planning; LaunchError if something stands in the way, such as a missing approval.

    `by`: who launches it, which must not be who alone approved it. `seen` (contents.py) is what whoever launches it looked at: ChangedError if it is another one by now.
    """
    campaign = _lock(campaign)
    if campaign.status != Status.DRAFT:
        raise LaunchError([f"Only a draft can be launched; this campaign is {_describe(campaign)}."])
    if seen is not None and (changes := describe_changes(seen, read_campaign(campaign))):
        raise ChangedError(changes)
    if problems := check_campaign(campaign, now=now):
        raise LaunchError(problems)
    if problem := find_launch_problem(campaign, by=by):
        raise LaunchError([problem])
    _set_status(campaign, Status.SCHEDULED, launched_at=now)
    if uploads := list_uploads(campaign):  # planning waits for them, and says so from the beginning
        campaign.status_reason = explain_uploads(uploads)[:300]
        campaign.save(update_fields=["status_reason"])
    return campaign


def begin_campaigns(*, now: dt.datetime) -> int:
    """Set those campaigns running whose first message is due; until then a planned one is scheduled. How many."""
    planned = Occurrence.objects.filter(campaign=OuterRef("pk"), planned_at__isnull=False)
    due = Batch.objects.filter(campaign=OuterRef("pk"), due_at__lte=now)
    return Campaign.objects.filter(Exists(planned), Exists(due), status=Status.SCHEDULED).update(
        status=Status.RUNNING
    )


@transaction.atomic
def pause_campaign(campaign: Campaign, *, now: dt.datetime) -> Campaign:
    """Stop sending until it is resumed; what is being sent at this moment still goes out."""
    del now  # all changes of status are called alike
    campaign = _demand(campaign, (Status.SCHEDULED, Status.RUNNING), "paused")
    return _set_status(campaign, Status.PAUSED)


@transaction.atomic
def resume_campaign(campaign: Campaign, *, now: dt.datetime) -> Campaign:
    """Go on where it was paused. What became too old meanwhile expires; what is still to be planned, is planned for now."""
    campaign = _demand(campaign, (Status.PAUSED,), "resumed")
    campaign.occurrences.filter(planned_at=None).update(as_of=now)
    _set_status(campaign, Status.SCHEDULED)
    begin_campaigns(now=now)
    campaign.refresh_from_db(fields=["status"])
    return campaign


def cancel_campaign(campaign: Campaign, *, now: dt.datetime) -> Campaign:
    """Stop for good: whoever still waits is skipped, the rest of very many by `settle_cancelled`.

    What is being sent at this moment still goes out. Of a run that was being planned, those planned so far count.
    """
    with transaction.atomic():
        campaign = _demand(campaign, (Status.SCHEDULED, Status.RUNNING, Status.PAUSED), "cancelled")
        campaign.occurrences.filter(planned_at=None).update(planned_at=now)
        _set_status(campaign, Status.CANCELLED, finished_at=now)
    batches = campaign.batches.filter(done_at=None)
    _skip_waiting(batches, (Delivery.Status.PLANNED,), now=now)
    return campaign


def stop_campaign(campaign: Campaign, *, reason: str) -> None:
    """Pause a running campaign for a reason that its marketer must read."""
    _log.warning("Campaign %s is paused: %s", campaign.pk, reason)
    running = Campaign.objects.filter(pk=campaign.pk, status=Status.RUNNING)
    running.update(status=Status.PAUSED, status_reason=reason[:300])


def finish_campaigns(*, now: dt.datetime) -> int:
    """Mark those runs finished in which nobody waits any more, and the campaigns that have no other; how many of these."""
    open_runs = Occurrence.objects.filter(finished_at=None)
    open_runs.filter(planned_at__isnull=False, waiting=0).update(finished_at=now)
    repeats = Q(schedule=Campaign.Schedule.RECURRING)
    begun = Exists(Occurrence.objects.filter(campaign=OuterRef("pk")))
    under_way = Campaign.objects.filter(
        Q(status=Status.RUNNING) | Q(status=Status.SCHEDULED) & (repeats | begun)
    )
    idle = under_way.exclude(Exists(open_runs.filter(campaign=OuterRef("pk"))))
    done = [campaign.pk for campaign in idle if find_next_run(campaign, now=now) is None]
    return under_way.filter(pk__in=done).update(status=Status.FINISHED, finished_at=now)


def settle_cancelled(*, now: dt.datetime) -> int:
    """Skip what a worker put back, or left behind when it died, after its campaign was cancelled; how many people."""
    batches = Batch.objects.filter(_is_free(now), campaign__status=Status.CANCELLED, done_at=None)
    return _skip_waiting(batches, OPEN, now=now)


def _skip_waiting(
    batches: QuerySet[Batch], statuses: tuple[Delivery.Status, ...], *, now: dt.datetime
) -> int:
    """Skip those in these batches who wait, slice by slice: each is a transaction of its own where the caller has none."""
    total, last = 0, 0
    for _ in range(_SLICES):
        ids = list(batches.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:_BATCHES_AT_ONCE])
        if not ids:
            break
        last = ids[-1]
        waiting = Delivery.objects.filter(batch__in=ids, status__in=statuses)
        total += waiting.update(status=Delivery.Status.SKIPPED, reason=Delivery.Reason.CANCELLED)
        left = Delivery.objects.filter(batch=OuterRef("pk"), status__in=OPEN)
        Batch.objects.filter(_is_free(now), ~Exists(left), pk__in=ids).update(done_at=now)
    return total


def _is_free(now: dt.datetime) -> Q:
    return Q(lease_expires_at=None) | Q(lease_expires_at__lt=now)


def _lock(campaign: Campaign) -> Campaign:
    """No key: rows that are being written to point at the campaign must not keep anybody from stopping it."""
    return (
        Campaign.objects.select_for_update(of=("self",), no_key=True)
        .select_related("site")
        .get(pk=campaign.pk)
    )


def _demand(campaign: Campaign, allowed: tuple[Status, ...], done: str) -> Campaign:
    locked = _lock(campaign)
    if locked.status not in allowed:
        names = " or ".join(status.label.lower() for status in allowed)
        raise LifecycleError(f"Only a {names} campaign can be {done}; this campaign is {_describe(locked)}.")
    return locked


def _describe(campaign: Campaign) -> str:
    return "a draft" if campaign.status == Status.DRAFT else campaign.get_status_display().lower()


def _set_status(campaign: Campaign, status: Status, **times: dt.datetime) -> Campaign:
    values = {"status": status, "status_reason": "", **times}
    for field, value in values.items():
        setattr(campaign, field, value)
    campaign.save(update_fields=[*values, "updated_at"])
    return campaign
