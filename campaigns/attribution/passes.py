"""Passes over the runs of campaigns with a goal: who is concerned → what they did → what of it counts → rows.

A pass looks at people to whom something happened since the last one, and works their conversions out anew from all they
did. So it does not matter in which order things arrive, or how often they are looked at, and a whole recount is the
same pass over everybody.
"""

import datetime as dt
import logging
from collections.abc import Iterator, Sequence

from django.db import DatabaseError, connection, transaction
from django.db.models import Exists, Min, OuterRef, Q

from campaigns.attribution.credits import choose_conversions, read_terms
from campaigns.attribution.reading import find_merged, read_candidates
from campaigns.attribution.scope import LATENESS, Scope, find_close, find_scope, list_concerned
from campaigns.attribution.writing import write_conversions
from campaigns.goals import LONGEST_WINDOW, GoalError
from campaigns.models import Campaign, Conversion, Delivery, Occurrence
from subscribers.clocks import find_latest
from tracking.models import InboxItem

CHUNK = 5000
# What was recorded a moment ago may not be committed yet, and clocks of machines differ.
MARGIN = dt.timedelta(minutes=1)
_LONGEST_TTL = dt.timedelta(days=28)
_LOCK_SPACE = 0xCA4D  # any number, as long as no other advisory lock of ours has it

_log = logging.getLogger(__name__)


def attribute_open_runs(*, now: dt.datetime) -> int:
    """Bring the conversions of all runs that can still have new ones up to date; how many rows changed.

    A goal that cannot be read is passed over: the campaign's page says what is wrong with it.
    """
    changed = 0
    for run in _list_open_runs(now=now):
        try:
            changed += attribute_run(run, now=now)
        except GoalError:
            _log.info("The goal of campaign %s cannot be read", run.campaign_id)
        except DatabaseError:
            _log.exception("Conversions of campaign %s could not be counted; tried again", run.campaign_id)
    return changed


def attribute_run(run: Occurrence, *, now: dt.datetime) -> int:
    """Count what was received since the last pass over a run; how many rows changed. GoalError if it has no readable goal.

    The first pass looks at everything. Killed half-way, the next one begins where this one did.
    """
    since = run.attributed_through
    if since is not None and since > find_latest(now):
        since = None  # by a clock that was ahead: what came since is among all
    return _pass(run, since=since, now=now)


def recompute(campaign: Campaign, *, now: dt.datetime) -> int:
    """Count all conversions of a campaign anew, after a change of its goal or windows; how many rows changed.

    Gives what passes would have come to. Without a goal, there are none. GoalError if the goal cannot be read.
    """
    if campaign.goal is None:
        return Conversion.objects.filter(campaign=campaign).delete()[0]
    runs = campaign.occurrences.exclude(planned_at=None).select_related("campaign__site")
    return sum(_pass(run, since=None, now=now) for run in runs.order_by("number"))


def _list_open_runs(*, now: dt.datetime) -> Iterator[Occurrence]:
    longest_ago = now - _LONGEST_TTL - LONGEST_WINDOW - LATENESS
    ended = Q(finished_at__lt=longest_ago) | Q(campaign__finished_at__lt=longest_ago)
    runs = Occurrence.objects.filter(planned_at__isnull=False, campaign__goal__isnull=False).exclude(ended)
    for run in runs.select_related("campaign__site").order_by("campaign", "number"):
        closes_at = find_close(run)
        if closes_at is None or now < closes_at:
            yield run


def _pass(run: Occurrence, *, since: dt.datetime | None, now: dt.datetime) -> int:
    scope = find_scope(run, now=now)
    through = _find_settled(scope, now=now)
    # Those who were erased convert no more, and what they did cannot be worked out again (campaigns/anonymity.py).
    concerned = [pk for pk in list_concerned(scope, since=since) if pk > 0]
    changed = _drop_orphans(run) if run.erased else 0
    for start in range(0, len(concerned), CHUNK):
        changed += _count_chunk(scope, concerned[start : start + CHUNK], now=now)
    Occurrence.objects.filter(pk=run.pk).update(attributed_through=through)
    run.attributed_through = through
    return changed


@transaction.atomic
def _count_chunk(scope: Scope, subscriber_ids: Sequence[int], *, now: dt.datetime) -> int:
    _wait_for_turn(scope.campaign)
    merged = find_merged(subscriber_ids)
    chosen = choose_conversions(read_candidates(scope, merged), read_terms(scope.campaign))
    return write_conversions(scope, merged.ids, chosen, now=now)


def _wait_for_turn(campaign: Campaign) -> None:
    """One at a time writes conversions of a campaign; until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK_SPACE, campaign.pk % 2**31])


def _find_settled(scope: Scope, *, now: dt.datetime) -> dt.datetime:
    """The instant up to which everything received is in the log: before the oldest request that still waits."""
    waiting = InboxItem.objects.filter(site=scope.campaign.site_id, failed_at=None)
    oldest = waiting.aggregate(oldest=Min("received_at"))["oldest"]
    return min(now, oldest or now) - MARGIN


def _drop_orphans(run: Occurrence) -> int:
    """Conversions of people who were deleted since go with their deliveries."""
    delivery = Delivery.objects.filter(
        campaign=OuterRef("campaign"), occurrence=OuterRef("occurrence"), subscriber=OuterRef("subscriber_id")
    )
    rows = Conversion.objects.filter(campaign=run.campaign_id, occurrence=run.number)
    return rows.filter(~Exists(delivery)).delete()[0]
