"""From a launched campaign to deliveries: one row per person of the audience, due or skipped, in batches."""

import datetime as dt
import logging
from collections.abc import Iterator

from django.db import DatabaseError, connection, transaction
from django.db.models import Q

from campaigns.audience import Person, explain_broken, read_audience, refresh_segments
from campaigns.checks import check_campaign, list_unknown_variables
from campaigns.models import Batch, Campaign, Delivery, Occurrence
from campaigns.plans import Decision, Plan, Tally
from campaigns.schedule import choose_zone, due_at
from campaigns.windows import remark_on_campaign

__all__ = ["Plan", "dry_run", "plan_campaign", "plan_due_campaigns"]

BATCH = 500
OCCURRENCE = 1  # campaigns that recur will count on
_LOCK_SPACE = 0xCA4B  # any number, as long as no other advisory lock of ours has it

_log = logging.getLogger(__name__)


def plan_due_campaigns(*, now: dt.datetime) -> int:
    """Plan every launched campaign whose time for it has come; the number of campaigns planned.

    A campaign that another worker is planning is passed over. One that cannot be planned is tried again at the
    next tick, and does not keep the others.
    """
    is_due = ~Q(schedule=Campaign.Schedule.INSTANT) | Q(send_at__lte=now)
    due = Campaign.objects.filter(is_due, status=Campaign.Status.SCHEDULED).order_by("launched_at")
    return sum(_plan_surely(campaign, now=now) for campaign in due.select_related("site"))


def _plan_surely(campaign: Campaign, *, now: dt.datetime) -> bool:
    try:
        return plan_campaign(campaign, now=now) is not None
    except DatabaseError:
        _log.exception("Campaign %s could not be planned; it is tried again", campaign.pk)
        Campaign.objects.filter(pk=campaign.pk, status=Campaign.Status.SCHEDULED).update(
            status_reason="Its audience could not be worked out; this is being tried again."
        )
        return False


def plan_campaign(campaign: Campaign, *, now: dt.datetime) -> Plan | None:
    """Write a scheduled campaign's deliveries and set it running, in one transaction.

    None if there is nothing to do: it is not scheduled (or no more, once all is written), another worker is
    planning it, or one of its segments is broken (it is paused then, and says why).
    """
    if _is_being_planned(campaign):  # and takes its time: do not rebuild the segments for nothing
        return None
    broken = refresh_segments(campaign, now=now)
    try:
        with transaction.atomic():
            scheduled = Campaign.objects.filter(pk=campaign.pk, status=Campaign.Status.SCHEDULED)
            current = scheduled.select_related("site").first() if _begin_planning(campaign) else None
            if current is None:
                return None
            if broken:
                _leave_schedule(
                    current, Campaign.Status.PAUSED, now=now, status_reason=explain_broken(broken)[:300]
                )
                return None
            return _write_plan(current, now=now)
    except _StoppedMeanwhileError:
        return None


class _StoppedMeanwhileError(Exception):
    """Somebody paused or cancelled the campaign while it was being planned: nothing of the plan is kept."""


def _is_being_planned(campaign: Campaign) -> bool:
    with transaction.atomic():
        return not _begin_planning(campaign)


def _begin_planning(campaign: Campaign) -> bool:
    """Whether this transaction may plan the campaign. Its row stays free, for whoever wants to pause it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [_LOCK_SPACE, campaign.pk % 2**31])
        (begun,) = cursor.fetchone()
    return bool(begun)


def _write_plan(campaign: Campaign, *, now: dt.datetime) -> Plan:
    tally, writer = Tally(), _Writer(campaign, OCCURRENCE)
    run = Occurrence.objects.create(campaign=campaign, number=OCCURRENCE, as_of=now)
    for decisions in _decide(campaign, now=now):
        writer.write(decisions)
        tally.count(decisions)
    plan = tally.to_plan(campaign)
    Occurrence.objects.filter(pk=run.pk).update(planned_at=now, audience=plan.audience)
    connection.check_constraints()  # now, not while the campaign's row is locked
    if plan.planned:
        _leave_schedule(campaign, Campaign.Status.RUNNING, now=now)
    else:
        _leave_schedule(campaign, Campaign.Status.FINISHED, now=now, finished_at=now)
    _log.info("Campaign %s: %s planned of %s", campaign.pk, plan.planned, plan.audience)
    return plan


def _leave_schedule(
    campaign: Campaign,
    status: Campaign.Status,
    *,
    now: dt.datetime,
    status_reason: str = "",
    finished_at: dt.datetime | None = None,
) -> None:
    scheduled = Campaign.objects.filter(pk=campaign.pk, status=Campaign.Status.SCHEDULED)
    if not scheduled.update(
        status=status, status_reason=status_reason, finished_at=finished_at, updated_at=now
    ):
        raise _StoppedMeanwhileError


def dry_run(campaign: Campaign, *, now: dt.datetime) -> Plan:
    """The plan as it would be made now, with what stands in its way among the remarks. Writes nothing.

    Segments count as they were last refreshed.
    """
    tally = Tally()
    for decisions in _decide(campaign, now=now):
        tally.count(decisions)
    plan = tally.to_plan(campaign)
    plan.remarks[:0] = check_campaign(campaign, now=now)
    plan.remarks.extend(remark_on_campaign(campaign, now=now))
    for key in list_unknown_variables(campaign):
        plan.remarks.append(
            f"Nobody has an attribute called “{key}”: its place stays empty, or gets the default."
        )
    return plan


def _decide(campaign: Campaign, *, now: dt.datetime) -> Iterator[list[Decision]]:
    for people in read_audience(campaign):
        yield [_decide_person(campaign, person, now=now) for person in people]


def _decide_person(campaign: Campaign, person: Person, *, now: dt.datetime) -> Decision:
    if person.excluded:
        return Decision(person.subscriber_id, None, reason=Delivery.Reason.EXCLUDED)
    if not person.reachable:
        ended = person.ever_subscribed
        reason = Delivery.Reason.UNSUBSCRIBED if ended else Delivery.Reason.NEVER_SUBSCRIBED
        return Decision(person.subscriber_id, None, reason=reason)
    chosen = choose_zone(person.timezone, campaign.site.timezone)
    due = due_at(campaign, chosen.zone, now=now)
    if campaign.schedule != Campaign.Schedule.LOCAL:
        return Decision(person.subscriber_id, due.at)
    return Decision(
        person.subscriber_id, due.at, chosen.zone.key, chosen.is_site_default, due.reason, late=due.late
    )


class _Writer:
    """Writes decisions as deliveries, and opens a new batch for an instant whenever the last one is full."""

    def __init__(self, campaign: Campaign, occurrence: int) -> None:
        self._campaign = campaign
        self._occurrence = occurrence
        self._batches: dict[dt.datetime, Batch] = {}
        self._room: dict[dt.datetime, int] = {}

    def write(self, decisions: list[Decision]) -> None:
        Delivery.objects.bulk_create([self._make_delivery(decision) for decision in decisions])

    def _make_delivery(self, decision: Decision) -> Delivery:
        planned = decision.due_at is not None
        return Delivery(
            campaign=self._campaign,
            occurrence=self._occurrence,
            subscriber_id=decision.subscriber_id,
            batch=self._find_batch(decision.due_at) if decision.due_at else None,
            status=Delivery.Status.PLANNED if planned else Delivery.Status.SKIPPED,
            reason=decision.reason,
            timezone=decision.timezone,
            timezone_is_site_default=decision.timezone_is_site_default,
            due_at=decision.due_at,
        )

    def _find_batch(self, at: dt.datetime) -> Batch:
        if not self._room.get(at):
            self._batches[at] = Batch.objects.create(
                campaign=self._campaign, occurrence=self._occurrence, due_at=at
            )
            self._room[at] = BATCH
        self._room[at] -= 1
        return self._batches[at]
