"""Those who wait for the winner: when they are due once there is one."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable

from django.db.models import Q

from campaigns.assignment import is_tested
from campaigns.models import Batch, Campaign, Delivery, Occurrence
from campaigns.schedule import choose_zone, find_hour_after, is_by_local_time

# So long before or after its time a winner is on time, and nobody's due time changes.
PUNCTUAL = dt.timedelta(minutes=15)
_AT_ONCE = 200  # batches
_NOT_SENT_TO = (Delivery.Reason.HOLDOUT, Delivery.Reason.CONTROL_GROUP)


def release_waiting(campaign: Campaign, *, now: dt.datetime) -> None:
    """Let people who wait be due as they should now that the winner is known, in the caller's transaction.

    Right away; or, at local times, when their clock shows the hour again that has passed. Those held out are moved
    with them, so that they are followed in the same way. Who is due about now is left alone.
    """
    moves = _plan_moves(campaign, now=now)
    for due_at, batches in moves.items():
        for start in range(0, len(batches), _AT_ONCE):
            _move_batches(batches[start : start + _AT_ONCE], due_at)
    if moves:
        for run in campaign.occurrences.filter(test_ends_at__isnull=False):
            _move_unsent(campaign, run, now=now)


def find_new_due(campaign: Campaign, due_at: dt.datetime, timezone: str, *, now: dt.datetime) -> dt.datetime:
    """When somebody is due who was to wait until `due_at`."""
    if abs(due_at - now) <= PUNCTUAL:
        return due_at
    if not is_by_local_time(campaign):
        return now
    if due_at > now:
        return due_at
    zone = choose_zone(timezone, campaign.site.timezone).zone
    wall = due_at.astimezone(zone)
    return find_hour_after(now, wall.date(), wall.time(), zone)


def _plan_moves(campaign: Campaign, *, now: dt.datetime) -> dict[dt.datetime, list[Batch]]:
    """Batches by the instant at which they are due now; those that were not on time alone.

    Where clocks changed meanwhile, people of one batch may be due at different instants: it is split then.
    """
    moves: defaultdict[dt.datetime, list[Batch]] = defaultdict(list)
    waiting = campaign.batches.filter(awaits_winner=True, done_at=None)
    far = Q(due_at__lt=now - PUNCTUAL)
    if not is_by_local_time(campaign):
        far |= Q(due_at__gt=now + PUNCTUAL)
    for batch in waiting.filter(far).order_by("pk"):
        zones: Iterable[str] = [""]
        if is_by_local_time(campaign):
            zones = batch.deliveries.order_by().values_list("timezone", flat=True).distinct()
        groups: defaultdict[dt.datetime, list[str]] = defaultdict(list)
        for zone in zones:
            groups[find_new_due(campaign, batch.due_at, zone, now=now)].append(zone)
        for number, (due_at, names) in enumerate(sorted(groups.items())):
            moved = batch if number == 0 else _split_off(batch, names, due_at)
            if due_at != batch.due_at:
                moves[due_at].append(moved)
    return moves


def _split_off(batch: Batch, zones: list[str], due_at: dt.datetime) -> Batch:
    other = Batch.objects.create(
        campaign_id=batch.campaign_id, occurrence=batch.occurrence, due_at=due_at, awaits_winner=True
    )
    batch.deliveries.filter(timezone__in=zones).update(batch=other)
    return other


def _move_batches(batches: list[Batch], due_at: dt.datetime) -> None:
    ids = [batch.pk for batch in batches]
    Delivery.objects.filter(batch__in=ids, status=Delivery.Status.PLANNED).update(due_at=due_at)
    Batch.objects.filter(pk__in=ids).update(due_at=due_at)


def _move_unsent(campaign: Campaign, run: Occurrence, *, now: dt.datetime) -> None:
    """The same for those who would have waited, had they not been held out; their conversions are counted anew."""
    rows = Delivery.objects.filter(
        campaign=campaign, occurrence=run.number, reason__in=_NOT_SENT_TO, due_at__gte=run.test_ends_at
    ).values_list("subscriber_id", "subscriber__uuid", "timezone", "due_at")
    moved: defaultdict[dt.datetime, list[int]] = defaultdict(list)
    for subscriber_id, uuid, timezone, due_at in rows.iterator():
        if due_at is not None and not is_tested(campaign, str(uuid)):
            new = find_new_due(campaign, due_at, timezone, now=now)
            if new != due_at:
                moved[new].append(subscriber_id)
    for due_at, ids in moved.items():
        Delivery.objects.filter(campaign=campaign, occurrence=run.number, subscriber__in=ids).update(
            due_at=due_at
        )
    Occurrence.objects.filter(pk=run.pk).update(attributed_through=None)
