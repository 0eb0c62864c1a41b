"""Keep the rows that say who is in a segment equal to what its rule gives."""

import datetime as dt
import logging
from collections.abc import Collection
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from django.db import DatabaseError, connection, transaction
from django.db.models import Count

from segments.definitions import read_dependencies, read_rule, select_ids
from segments.models import Membership, MembershipChange, Segment
from segments.refusals import explain_refusal
from segments.rules import RuleError
from segments.rules.validation import reach_segments
from subscribers.models import Site

logger = logging.getLogger(__name__)

# One statement: whoever is new enters, whoever is there no longer leaves, and both are logged. Modifying parts of a
# WITH all see the table as it was before.
APPLY = """
WITH members AS MATERIALIZED ({members}),
entered AS (
    INSERT INTO segments_membership (segment_id, subscriber_id, entered_at)
    SELECT %(segment)s, id, %(as_of)s FROM members
    WHERE NOT EXISTS (SELECT 1 FROM segments_membership AS known
                      WHERE known.segment_id = %(segment)s AND known.subscriber_id = members.id)
    RETURNING subscriber_id
),
gone AS (
    DELETE FROM segments_membership AS known
    WHERE known.segment_id = %(segment)s
      AND NOT EXISTS (SELECT 1 FROM members WHERE members.id = known.subscriber_id)
    RETURNING subscriber_id
),
changes AS (
    SELECT subscriber_id, 'entered' AS kind FROM entered UNION ALL SELECT subscriber_id, 'left' FROM gone
),
logged AS (
    INSERT INTO segments_membershipchange (segment_id, subscriber_id, kind, cause, changed_at)
    SELECT %(segment)s, subscriber_id, kind, %(cause)s, %(as_of)s FROM changes
    ON CONFLICT (subscriber_id, segment_id, changed_at) DO UPDATE SET kind = excluded.kind
)
SELECT count(*) FILTER (WHERE kind = 'entered'), count(*) FILTER (WHERE kind = 'left') FROM changes
"""


@dataclass(frozen=True)
class MembershipCounts:
    entered: int
    left: int


def refresh_membership(segment: Segment, *, as_of: dt.datetime, cause: str) -> MembershipCounts:
    """Make the members of one segment those its rule gives at `as_of`.

    A rule that cannot be applied sets the segment aside as failed, its members untouched, with the reason stored.
    What is not the rule's fault is raised: a database that is busy or full says nothing about a segment.
    """
    with transaction.atomic():
        rows = Segment.objects.select_for_update(of=("self",)).select_related("site")
        found = rows.filter(pk=segment.pk).first()
        if found is None or (found.refreshed_at and found.refreshed_at > as_of):
            return MembershipCounts(0, 0)
        try:
            with transaction.atomic():
                counts = _apply_rule(found, as_of, cause)
        except RuleError as error:
            return _set_aside(found, str(error))
        except DatabaseError as error:
            reason = explain_refusal(error)
            if reason is None:
                raise
            logger.exception("The database refuses the rule of segment %s", found.pk)
            return _set_aside(found, reason)
        Segment.objects.filter(pk=found.pk).update(
            status=Segment.Status.READY, failure="", refreshed_at=as_of
        )
    return counts


def refresh_all(*, as_of: dt.datetime) -> int:
    """Refresh every segment of every site, those that others are built on first. Returns how many went through.

    One that raises is left for the next time and keeps no other from its turn.
    """
    segments = Segment.objects.in_bulk()
    ordered = [segments[pk] for site in Site.objects.all() for pk in order_segments(site) if pk in segments]
    done = 0
    for segment in ordered:
        try:
            refresh_membership(segment, as_of=as_of, cause=MembershipChange.Cause.REFRESH)
            done += 1
        except Exception:
            logger.exception("Segment %s was not refreshed", segment.pk)
    return done


def order_segments(site: Site, wanted: Collection[int] | None = None) -> list[int]:
    """The site's segments, each after all that it is built on; only `wanted` ones and what those need, if given."""
    needs = read_dependencies(site)
    if wanted is not None:
        needs = {pk: needs.get(pk, frozenset()) for pk in reach_segments(wanted, needs)}
    try:
        return list(TopologicalSorter(needs).static_order())
    except CycleError:
        # Saving refuses circles; should two edits have raced one in, stored membership still gives each an answer.
        return sorted(needs)


def count_members(segments: Collection[Segment]) -> dict[int, int]:
    """How many members each segment has, from the rows, in one query."""
    rows = Membership.objects.filter(segment__in=[segment.pk for segment in segments])
    counts = dict(rows.values_list("segment").annotate(Count("subscriber_id")))
    return {segment.pk: counts.get(segment.pk, 0) for segment in segments}


def _apply_rule(segment: Segment, as_of: dt.datetime, cause: str) -> MembershipCounts:
    rule = read_rule(segment.site, segment.rule, segment=segment)
    members = select_ids(segment.site, rule, as_of=as_of)
    with connection.cursor() as cursor:
        # Two styles of placeholders do not mix: the rule's become named ones, in order.
        named = {f"rule_{index}": value for index, value in enumerate(members.params)}
        cursor.execute(
            APPLY.format(members=members.text % tuple(f"%({name})s" for name in named)),
            {**named, "segment": segment.pk, "as_of": as_of, "cause": cause},
        )
        entered, left = cursor.fetchone()
    return MembershipCounts(entered, left)


def _set_aside(segment: Segment, reason: str) -> MembershipCounts:
    logger.warning("Segment %s could not be built: %s", segment.pk, reason)
    Segment.objects.filter(pk=segment.pk).update(status=Segment.Status.FAILED, failure=reason[:2000])
    return MembershipCounts(0, 0)
