"""Which run of a campaign is to be planned now: the one that was begun, or the next whose time has come."""

import datetime as dt

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from campaigns.models import Campaign, Occurrence
from campaigns.recurrence import find_next_run
from campaigns.schedule import find_day
from segments.models import SegmentUpload

Schedule = Campaign.Schedule
PLANNED_IN = (Campaign.Status.SCHEDULED, Campaign.Status.RUNNING)


def list_candidates() -> QuerySet[Campaign]:
    """Campaigns that may have a run to plan; the one that was launched first comes first.

    `lists_are_changing`: files are at work on lists of its site.
    """
    begun = Occurrence.objects.filter(campaign=OuterRef("pk"), planned_at=None)
    open_ended = Q(status=Campaign.Status.RUNNING) & (Q(schedule=Schedule.RECURRING) | Exists(begun))
    candidates = Campaign.objects.filter(Q(status=Campaign.Status.SCHEDULED) | open_ended)
    uploads = SegmentUpload.objects.filter(segment__site=OuterRef("site"), state=SegmentUpload.State.RUNNING)
    return (
        candidates.annotate(lists_are_changing=Exists(uploads))
        .select_related("site")
        .order_by("launched_at", "pk")
    )


def has_run_to_plan(campaign: Campaign, *, now: dt.datetime) -> bool:
    """Whether a run was begun, or should be."""
    return _find_begun(campaign) is not None or _is_time(campaign, now=now)


def has_begun_run(campaign: Campaign) -> bool:
    """Whether planning of a run was begun, and not finished."""
    return _find_begun(campaign) is not None


@transaction.atomic
def open_run(campaign: Campaign, *, now: dt.datetime) -> Occurrence | None:
    """The run to plan; None if there is none (any more), because of the clock or of whoever stopped the campaign."""
    locked = lock_campaign(campaign)
    if locked is None:
        return None
    begun = _find_begun(locked)
    if begun is not None or not _is_time(locked, now=now):
        return begun
    due = find_next_run(locked, now=now)
    number, day = (due.number, due.day) if due else (1, find_day(locked))
    return Occurrence.objects.create(campaign=locked, number=number, local_date=day, as_of=now)


def lock_campaign(campaign: Campaign) -> Campaign | None:
    """Keep the campaign's status as it is until this transaction ends; None if nothing of it is to be planned any more.

    Before any row of its run is touched: whoever stops a campaign takes its lock first, too.
    """
    rows = Campaign.objects.select_for_update(of=("self",), no_key=True).select_related("site")
    return rows.filter(pk=campaign.pk, status__in=PLANNED_IN).first()


def _find_begun(campaign: Campaign) -> Occurrence | None:
    return campaign.occurrences.filter(planned_at=None).order_by("number").first()


def _is_time(campaign: Campaign, *, now: dt.datetime) -> bool:
    if campaign.schedule == Schedule.RECURRING:
        due = find_next_run(campaign, now=now)
        return due is not None and due.plans_at <= now
    if campaign.schedule == Schedule.INSTANT and campaign.send_at and campaign.send_at > now:
        return False
    return campaign.status == Campaign.Status.SCHEDULED and not campaign.occurrences.exists()
