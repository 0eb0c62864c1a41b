"""From a launched campaign to deliveries: one row per person of the audience, due or skipped, in batches."""

import datetime as dt
import logging
from collections.abc import Iterator

from django.db import DatabaseError, transaction
from django.db.models import Q

from campaigns.audience import Person, explain_broken, read_audience, refresh_segments
from campaigns.checks import check_campaign, list_unknown_variables
from campaigns.models import Batch, Campaign, Delivery
from campaigns.plans import Decision, Plan, Tally
from campaigns.schedule import choose_zone, due_at

__all__ = ["Plan", "dry_run", "plan_campaign", "plan_due_campaigns"]

BATCH = 500
OCCURRENCE = 1  # campaigns that recur will count on

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

    None if there is nothing to do: it is not scheduled, another worker is planning it, or one of its segments is
    broken (it is paused then, and says why).
    """
    broken = refresh_segments(campaign, now=now)
    with transaction.atomic():
        free = Campaign.objects.select_for_update(skip_locked=True, of=("self",)).select_related("site")
        locked = free.filter(pk=campaign.pk, status=Campaign.Status.SCHEDULED).first()
        if locked is None:
            return None
        if broken:
            _save(locked, Campaign.Status.PAUSED, status_reason=explain_broken(broken)[:300])
            return None
        return _write_plan(locked, now=now)


def _write_plan(campaign: Campaign, *, now: dt.datetime) -> Plan:
    tally, writer = Tally(), _Writer(campaign, OCCURRENCE)
    for decisions in _decide(campaign, now=now):
        writer.write(decisions)
        tally.count(decisions)
    plan = tally.to_plan(campaign)
    if plan.planned:
        _save(campaign, Campaign.Status.RUNNING)
    else:
        _save(campaign, Campaign.Status.FINISHED, finished_at=now)
    _log.info("Campaign %s: %s planned of %s", campaign.pk, plan.planned, plan.audience)
    return plan


def _save(
    campaign: Campaign,
    status: Campaign.Status,
    *,
    status_reason: str = "",
    finished_at: dt.datetime | None = None,
) -> None:
    campaign.status, campaign.status_reason, campaign.finished_at = status, status_reason, finished_at
    campaign.save(update_fields=["status", "status_reason", "finished_at", "updated_at"])


def dry_run(campaign: Campaign, *, now: dt.datetime) -> Plan:
    """The plan as it would be made now, with what stands in its way among the remarks. Writes nothing.

    Segments count as they were last refreshed.
    """
    tally = Tally()
    for decisions in _decide(campaign, now=now):
        tally.count(decisions)
    plan = tally.to_plan(campaign)
    plan.remarks[:0] = check_campaign(campaign, now=now)
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
