"""Where to look: which events can reach a run's goal, and whom something has happened to that may change what counts."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection

from campaigns.goals import compile_goal, find_longest_window, read_goal
from campaigns.models import Campaign, Conversion, Occurrence
from campaigns.quiet import read_policy
from segments.definitions import read_log
from segments.rules.comparisons import PropertyComparison
from segments.rules.event_nodes import EventCondition
from segments.rules.event_sql import EventCompiler
from segments.rules.sql import Fragment, join_all, join_any
from segments.rules.subqueries import Subqueries
from segments.rules.windows import Bounds
from subscribers.models import Subscriber

# A local time may be that long past when planning decides that it was too late for somebody.
_EARLIER = dt.timedelta(days=2)
# How long after its last window events of a run are waited for: phones lie in drawers.
LATENESS = dt.timedelta(days=7)
_REACTIONS = ("$push_displayed", "$push_clicked")


@dataclass(frozen=True)
class Scope:
    """One run, its goal, and the span of time in which events can reach it."""

    run: Occurrence
    goal: EventCondition
    bounds: Bounds

    @property
    def campaign(self) -> Campaign:
        return self.run.campaign

    def compile_goal(self, alias: str = "event") -> Fragment | None:
        return compile_goal(self.campaign.site, self.goal, self.bounds, alias=alias)


def find_scope(run: Occurrence, *, now: dt.datetime) -> Scope:
    """GoalError if the campaign's goal cannot be read."""
    until = find_close(run)
    bounds = Bounds(run.as_of - _EARLIER, min(now, until) if until else now)
    return Scope(run, read_goal(run.campaign.goal), bounds)


def find_close(run: Occurrence) -> dt.datetime | None:
    """When a run's conversions are final; None: not before its last push has its outcome."""
    finished_at = run.finished_at or run.campaign.finished_at
    if finished_at is None:
        return None
    return finished_at + run.campaign.ttl + find_longest_window(run.campaign) + LATENESS


def list_concerned(scope: Scope, *, since: dt.datetime | None) -> list[int]:
    """People, or those they were before a merge, for whom other conversions may count than before.

    Since an instant: whose event, reaction to the push or merge came after it. None: everybody for whom any may count.
    """
    goal = scope.compile_goal()
    found = set(_select(goal, since)) if goal else set()
    if since is None:
        found.update(_list_counted(scope.run))
    else:
        found.update(_list_reacted(scope, since))
        merged = Subscriber.objects.filter(site=scope.campaign.site_id, merged_at__gt=since)
        found.update(merged.values_list("pk", flat=True))
    return sorted(found)


def _list_counted(run: Occurrence) -> Iterator[int]:
    rows = Conversion.objects.filter(campaign=run.campaign_id, occurrence=run.number)
    yield from rows.values_list("subscriber_id", flat=True).distinct()


def _list_reacted(scope: Scope, since: dt.datetime) -> Iterator[int]:
    """Those who saw or clicked it meanwhile, and did what the goal says at any time."""
    # Quiet hours move people who are about to be sent to: with another due time, other events may count.
    names = (*_REACTIONS, "$push_sent") if read_policy(scope.campaign) else _REACTIONS
    compiler = EventCompiler(scope.bounds.upper, read_log(scope.campaign.site, names), Subqueries())
    of_campaign = PropertyComparison(property="campaign", operator="equals", value=scope.campaign.pk)
    kinds = [compiler.select(name, scope.bounds, [of_campaign]) for name in names]
    goal = scope.compile_goal("goal")
    reacted = [kind for kind in kinds if kind is not None]
    if goal is None or not reacted:
        return
    text = (
        "EXISTS (SELECT 1 FROM tracking_event AS goal WHERE goal.subscriber_id = event.subscriber_id AND {v})"
    )
    yield from _select(join_all([join_any(reacted), Fragment(text).place(goal)]), since)


def _select(condition: Fragment, since: dt.datetime | None) -> Iterator[int]:
    received = Fragment("TRUE") if since is None else Fragment("event.received_at > %s", (since,))
    wanted = join_all([condition, received])
    text = f"SELECT DISTINCT event.subscriber_id FROM tracking_event AS event WHERE {wanted.text}"  # noqa: S608  # values are bound
    with connection.cursor() as cursor:
        cursor.execute(text, wanted.params)
        yield from (pk for (pk,) in cursor.fetchall())
