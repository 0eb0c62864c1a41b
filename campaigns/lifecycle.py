"""Launching, pausing, resuming, cancelling and finishing: every change of a campaign's status but planning's own."""

import datetime as dt
import logging

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from campaigns.checks import check_campaign
from campaigns.models import Campaign, Delivery

__all__ = [
    "LaunchError",
    "LifecycleError",
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


class LifecycleError(ValueError):
    """A campaign in this state cannot do that; says which one can."""


class LaunchError(LifecycleError):
    """A campaign that cannot be launched as it is. `problems` says what to do about it."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = problems


@transaction.atomic
def launch_campaign(campaign: Campaign, *, now: dt.datetime) -> Campaign:
    """Make a draft wait for its planning; LaunchError if something stands in the way."""
    campaign = _lock(campaign)
    if campaign.status != Status.DRAFT:
        raise LaunchError([f"Only a draft can be launched; this campaign is {_describe(campaign)}."])
    if problems := check_campaign(campaign, now=now):
        raise LaunchError(problems)
    return _set_status(campaign, Status.SCHEDULED, launched_at=now)


@transaction.atomic
def pause_campaign(campaign: Campaign, *, now: dt.datetime) -> Campaign:
    """Stop sending until it is resumed; what is being sent at this moment still goes out."""
    del now  # all changes of status are called alike
    campaign = _demand(campaign, (Status.SCHEDULED, Status.RUNNING), "paused")
    return _set_status(campaign, Status.PAUSED)


@transaction.atomic
def resume_campaign(campaign: Campaign, *, now: dt.datetime) -> Campaign:
    """Go on where it was paused. What became too old meanwhile expires."""
    del now
    campaign = _demand(campaign, (Status.PAUSED,), "resumed")
    planned = campaign.batches.exists()
    return _set_status(campaign, Status.RUNNING if planned else Status.SCHEDULED)


@transaction.atomic
def cancel_campaign(campaign: Campaign, *, now: dt.datetime) -> Campaign:
    """Stop for good: whoever still waits is skipped. What is being sent at this moment still goes out."""
    campaign = _demand(campaign, (Status.SCHEDULED, Status.RUNNING, Status.PAUSED), "cancelled")
    _skip(Q(campaign=campaign, status=Delivery.Status.PLANNED))
    return _set_status(campaign, Status.CANCELLED, finished_at=now)


def stop_campaign(campaign: Campaign, *, reason: str) -> None:
    """Pause a running campaign for a reason that its marketer must read."""
    _log.warning("Campaign %s is paused: %s", campaign.pk, reason)
    running = Campaign.objects.filter(pk=campaign.pk, status=Status.RUNNING)
    running.update(status=Status.PAUSED, status_reason=reason[:300])


def finish_campaigns(*, now: dt.datetime) -> int:
    """Mark those running campaigns finished in which nobody waits any more."""
    waiting = Delivery.objects.filter(campaign=OuterRef("pk"), status__in=OPEN)
    done = Campaign.objects.filter(~Exists(waiting), status=Status.RUNNING)
    return done.update(status=Status.FINISHED, finished_at=now)


def settle_cancelled(*, now: dt.datetime) -> int:
    """Skip what a worker put back, or left behind when it died, after its campaign was cancelled."""
    abandoned = Q(batch__lease_expires_at=None) | Q(batch__lease_expires_at__lt=now)
    return _skip(Q(campaign__status=Status.CANCELLED) & Q(status__in=OPEN) & abandoned)


def _skip(which: Q) -> int:
    return Delivery.objects.filter(which).update(
        status=Delivery.Status.SKIPPED, reason=Delivery.Reason.CANCELLED
    )


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
