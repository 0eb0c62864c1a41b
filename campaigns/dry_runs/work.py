"""Working a dry run out: the whole audience, chunk by chunk, with its progress on the row."""

import datetime as dt
import logging
from collections import Counter, defaultdict

from django.db import DatabaseError

from campaigns.audience import explain_broken, list_audience, refresh_segments
from campaigns.checks import check_campaign
from campaigns.dry_runs.charts import count_hours, count_instants, count_zones, write_instant
from campaigns.dry_runs.clock_changes import find_clock_changes
from campaigns.dry_runs.fallbacks import count_missing
from campaigns.dry_runs.remarks import list_remarks
from campaigns.dry_runs.summary import MissingAttribute, Summary, Tally
from campaigns.dry_runs.supposing import suppose_run
from campaigns.dry_runs.unwritten import Unwritten
from campaigns.models import Campaign, DryRun
from campaigns.planning.chunks import decide_audience
from campaigns.planning.decisions import Decision
from campaigns.planning.locking import try_lock
from campaigns.planning.terms import Terms
from campaigns.rendering import list_bare_keys

_LOCK_SPACE = 0xD4B  # any number, as long as no other advisory lock of ours has it
_OPEN = (DryRun.Status.WAITING, DryRun.Status.RUNNING)

_log = logging.getLogger(__name__)


class _SupersededError(Exception):
    """Somebody asked anew, for a later instant, or the campaign is gone."""


def work_out_waiting(*, now: dt.datetime) -> int:
    """Work out every dry run that was asked for, or left behind by a worker that died; how many."""
    waiting = DryRun.objects.filter(status__in=_OPEN).select_related("campaign__site").order_by("as_of")
    return sum(work_out(dry_run.campaign, now=now) is not None for dry_run in waiting)


def work_out(campaign: Campaign, *, now: dt.datetime) -> DryRun | None:
    """Work out the dry run that was asked for; None if there is none, or another worker is at it.

    Its segments are brought up to date first, as a launch would. What cannot be worked out says why.
    """
    with try_lock(_LOCK_SPACE, campaign.pk) as is_mine:
        dry_run = DryRun.objects.filter(campaign=campaign, status__in=_OPEN).first() if is_mine else None
        if dry_run is None:
            return None
        try:
            if broken := refresh_segments(campaign, now=now):
                _note(dry_run, status=DryRun.Status.FAILED, failure=explain_broken(broken)[:300])
            else:
                summary = _summarize(campaign, dry_run)
                _note(dry_run, status=DryRun.Status.READY, summary=summary, finished_at=now)
        except DatabaseError:
            _log.exception("The dry run of campaign %s failed", campaign.pk)
            failure = "Something went wrong while it was worked out. Try again in a minute."
            DryRun.objects.filter(pk=dry_run.pk).update(status=DryRun.Status.FAILED, failure=failure)
        except _SupersededError:
            return None
    return DryRun.objects.filter(pk=dry_run.pk).first()


def _note(dry_run: DryRun, **values: object) -> None:
    if not DryRun.objects.filter(pk=dry_run.pk, as_of=dry_run.as_of).update(**values):
        raise _SupersededError


def _summarize(campaign: Campaign, dry_run: DryRun) -> Summary:
    _note(dry_run, status=DryRun.Status.RUNNING, looked_at=0, total=list_audience(campaign).count())
    terms = suppose_run(campaign, as_of=dry_run.as_of)
    tally = Tally(terms.test_ends_at if terms.is_test else None)
    missing, unwritten = _MissingCount(terms), Unwritten(terms)
    for chunk in decide_audience(terms):
        decisions = unwritten.leave_out(chunk)
        tally.count(decisions)
        missing.count(decisions)
        _note(dry_run, looked_at=tally.audience)
    return Summary(
        as_of=write_instant(terms.as_of),
        day=terms.day.isoformat() if terms.day else None,
        test_ends_at=write_instant(terms.test_ends_at) if terms.test_ends_at else None,
        audience=tally.audience,
        planned=tally.planned,
        deferred=tally.deferred,
        late=tally.late,
        awaiting_winner=tally.awaiting_winner,
        tested=tally.tested,
        tested_in_time=tally.in_time.total() if tally.tested else 0,
        site_zone_count=tally.site_zone_count,
        by_reason=dict(sorted(tally.reasons.items())),
        by_variant=dict(sorted(tally.variants.items())),
        by_hour=count_hours(tally.due),
        by_zone=count_zones(tally.due),
        by_due=count_instants(tally.due),
        missing=missing.to_list(),
        clock_changes=find_clock_changes(campaign, tally.due),
        problems=check_campaign(campaign, now=terms.as_of),
        remarks=[*unwritten.list_remarks(), *list_remarks(terms, tally)],
    )


class _MissingCount:
    """Counts, version by version, of how many what the texts say about them is not known."""

    def __init__(self, terms: Terms) -> None:
        self._keys = {version.letter: list_bare_keys(version.message) for version in terms.versions}
        self._people: Counter[str] = Counter()

    def count(self, decisions: list[Decision]) -> None:
        planned: defaultdict[str, list[int]] = defaultdict(list)
        for decision in decisions:
            if decision.is_planned and self._keys[decision.variant]:
                planned[decision.variant].append(decision.subscriber_id)
        for letter, people in planned.items():
            self._people.update(count_missing(self._keys[letter], people))

    def to_list(self) -> list[MissingAttribute]:
        keys = sorted({key for keys in self._keys.values() for key in keys})
        return [MissingAttribute(key=key, people=self._people[key]) for key in keys if self._people[key]]
