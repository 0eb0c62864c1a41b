"""Whom another rule would add to a segment's stored members, and whom it would remove."""

import datetime as dt
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from segments.definitions import read_rule, select_ids
from segments.models import Segment
from segments.preview.counting import SampleMember, measure_site, read_people
from segments.preview.guard import Budget, PreviewTooSlow, guard_database
from segments.preview.margins import Size, estimate_count
from segments.rules.samples import in_sample_sql
from segments.rules.sql import Fragment

SHOWN = 5
# Of the time of a preview; the rest is for an estimate, should the exact count not be ready by then.
EXACT_SHARE = 0.7

# Everybody who is in the segment now or would be, once; those who move and those who stay are told apart in one pass.
COMPARE = """
WITH people AS MATERIALIZED (
    SELECT COALESCE(members.id, held.id) AS id, members.id IS NOT NULL AS after, held.id IS NOT NULL AS before
    FROM ({members}) AS members
    FULL JOIN (SELECT subscriber_id AS id FROM segments_membership WHERE segment_id = %s {here}) AS held
        ON held.id = members.id
)
SELECT count(*) FILTER (WHERE NOT before), count(*) FILTER (WHERE NOT after), count(*) FILTER (WHERE before AND after),
       {some_joining}, {some_leaving}, {some_staying},
       (SELECT member_count FROM segments_segment WHERE id = %s)
FROM people
"""
# In the order of a hash: ids go by age, and the oldest are not typical.
SOME = "ARRAY(SELECT id FROM people WHERE {whom} ORDER BY hashint8(id), id LIMIT {shown})"


@dataclass(frozen=True)
class Comparison:
    """Against the members as they are stored now. Where not `exact`, each figure is right within `margin`, at 95 %.

    `joining`, `leaving` and `staying` are a few of them.
    """

    joins: int
    leaves: int
    stays: int
    exact: bool
    margin: int
    joining: Sequence[SampleMember]
    leaving: Sequence[SampleMember]
    staying: Sequence[SampleMember]
    took_ms: int


@dataclass(frozen=True)
class _Found:
    """What the statement gave, of everybody or of the sample; `size` is that of the segment, of everybody."""

    joins: int
    leaves: int
    stays: int
    some: tuple[list[int], list[int], list[int]]
    size: int


def compare_rule(segment: Segment, document: Any, *, as_of: dt.datetime) -> Comparison:
    """What saving this rule would change. Exact where that can be counted in time, else from the fixed sample of people.

    Raises RuleError, or what `segments.preview.guard` raises: PreviewTooSlow past PREVIEW_TIMEOUT_MS, PreviewBusy,
    PreviewImpossible.
    """
    began = time.monotonic()
    rule = read_rule(segment.site, document, segment=segment)
    with guard_database(settings.PREVIEW_TIMEOUT_MS, quick=False) as budget:
        try:
            members = select_ids(segment.site, rule, as_of=as_of)
            found = _find(segment, members, budget, most_ms=EXACT_SHARE * settings.PREVIEW_TIMEOUT_MS)
            sample = None
        except PreviewTooSlow:
            members = select_ids(segment.site, rule, as_of=as_of, sampled=True)
            found = _find(segment, members, budget, sampled=True)
            sample = measure_site(segment.site, budget, fresh=False)
    joins, leaves, stays, margin = _extrapolate(found, sample)
    joining, leaving, staying = map(read_people, found.some)
    return Comparison(
        joins=joins,
        leaves=leaves,
        stays=stays,
        exact=sample is None,
        margin=margin,
        joining=joining,
        leaving=leaving,
        staying=staying,
        took_ms=round((time.monotonic() - began) * 1000),
    )


def _find(
    segment: Segment,
    members: Fragment,
    budget: Budget,
    *,
    sampled: bool = False,
    most_ms: float | None = None,
) -> _Found:
    statement = _write(segment, members, sampled=sampled)
    with budget.spend(most_ms) as cursor:
        cursor.execute(statement.text, statement.params)
        joins, leaves, stays, joining, leaving, staying, size = cursor.fetchone()
    return _Found(joins, leaves, stays, (joining, leaving, staying), size)


def _write(segment: Segment, members: Fragment, *, sampled: bool) -> Fragment:
    text = COMPARE.format(
        members=members.text,
        here=f"AND {in_sample_sql('subscriber_id')}" if sampled else "",
        some_joining=SOME.format(whom="NOT before", shown=SHOWN),
        some_leaving=SOME.format(whom="NOT after", shown=SHOWN),
        some_staying=SOME.format(whom="before AND after", shown=SHOWN),
    )
    return Fragment(text, (*members.params, segment.pk, segment.pk))


def _extrapolate(found: _Found, sample: Size | None) -> tuple[int, int, int, int]:
    """Joins, leaves, stays and how far they may be off.

    How many are members now is known, so who stays is known as well as who leaves, and whoever joins is one of the others.
    """
    if sample is None:
        return found.joins, found.leaves, found.stays, 0
    inside = Size(found.size, found.leaves + found.stays)
    outside = Size(max(sample.total - inside.total, 0), max(sample.sample - inside.sample, 0))
    joins, leaves = estimate_count(found.joins, outside), estimate_count(found.leaves, inside)
    return joins.count, leaves.count, found.size - leaves.count, max(joins.margin, leaves.margin)
