"""How many subscribers a rule chooses, and a few of them: of everybody, or estimated from the fixed sample."""

import datetime as dt
from dataclasses import dataclass

from segments.preview.guard import Budget
from segments.preview.margins import Size, estimate_count
from segments.rules.samples import in_sample_sql
from segments.rules.sql import Fragment
from subscribers.models import PushSubscription, Site, Subscriber
from subscribers.remembering import Remembered

SHOWN = 8
_sizes = Remembered[Size](Size)
# The smallest estimate that is shown as a figure. Of 5,000 people about 508 are in the sample, which tells their number
# to 8 % (at 95 %); of 400 it is 41, and 29 %. So smaller audiences are counted, which is quicker for them, too.
SMALLEST_ESTIMATE = 5_000
# What the planner expects to cost more (its unit: one page read in order) is not even tried for a quick answer: on the
# benchmark's data such counts take 150 ms and more. It errs, so the time-out stays.
DEAR = 60_000
# Reachability is looked up one by one; the share of this many, told to 2.2 %, goes for all.
DRAWN = 2_000
# A site this large is not counted anew at each keystroke; one more or fewer makes no difference there.
LARGE_SITE, REMEMBER_SECONDS = 20_000, 60

REACHABLE = """EXISTS (
    SELECT 1 FROM subscribers_pushsubscription AS device
    WHERE device.subscriber_id = {people}.id AND device.ended_at IS NULL)"""
# One pass over the members, of which only ids are read. Some are drawn in the order of a hash, as ids go by age.
DRAW = """
WITH members AS MATERIALIZED ({members}),
drawn AS MATERIALIZED (SELECT id FROM members ORDER BY hashint8(id) LIMIT {drawn})
SELECT (SELECT count(*) FROM members),
       (SELECT count(*) FROM {asked} WHERE {reachable}),
       ARRAY(SELECT id FROM drawn JOIN subscribers_subscriber USING (id) ORDER BY last_seen_at DESC, id LIMIT {shown})
"""
SIZE = """
SELECT count(*), count(*) FILTER (WHERE {in_sample}) FROM subscribers_subscriber
WHERE site_id = %s AND merged_into_id IS NULL
"""


@dataclass(frozen=True)
class SampleMember:
    id: int
    label: str
    country: str
    last_seen_at: dt.datetime
    reachable: bool


@dataclass(frozen=True)
class Audience:
    """`count` is None where the sample says no more than that they are `fewer_than` so many; so is `reachable`."""

    count: int | None
    reachable: int | None
    some: list[int]  # the ids of a few of them
    exact: bool = True
    margin: int = 0
    fewer_than: int | None = None


def expects_quick(members: Fragment, budget: Budget) -> bool:
    """Whether the planner thinks that counting them is quick."""
    with budget.spend() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {members.text}", members.params)
        ((plan,),) = cursor.fetchone()
    return bool(plan["Plan"]["Total Cost"] < DEAR)


def count_everybody(members: Fragment, budget: Budget, *, most_ms: float | None = None) -> Audience:
    """`members` is a SELECT of ids, as in `estimate_audience`."""
    with budget.spend(most_ms) as cursor:
        cursor.execute(_draw(members, asked="members"), members.params)
        count, reachable, some = cursor.fetchone()
    return Audience(count, reachable, some)


def estimate_audience(sampled: Fragment, size: Size, budget: Budget) -> Audience:
    """From those of the sample whom the rule chooses."""
    with budget.spend() as cursor:
        cursor.execute(_draw(sampled, asked="drawn"), sampled.params)
        found, reached, some = cursor.fetchone()
    estimate = estimate_count(found, size)
    if estimate.count < SMALLEST_ESTIMATE:
        return Audience(None, None, some, exact=False, fewer_than=estimate.ceiling)
    share = reached / min(found, DRAWN)
    return Audience(estimate.count, round(estimate.count * share), some, exact=False, margin=estimate.margin)


def _draw(members: Fragment, *, asked: str) -> str:
    """`asked`: of whom to count those who can be reached."""
    reachable = REACHABLE.format(people=asked)
    return DRAW.format(members=members.text, asked=asked, reachable=reachable, drawn=DRAWN, shown=SHOWN)


def measure_site(site: Site, budget: Budget, *, fresh: bool) -> Size:
    """How many people a site has; unless `fresh`, what was counted some seconds ago will do for a large one."""
    key = f"site-size:{site.pk}"
    remembered = None if fresh else _sizes.recall(key)
    if remembered:
        return remembered
    with budget.spend() as cursor:
        cursor.execute(SIZE.format(in_sample=in_sample_sql("id")), [site.pk])
        size = Size(*cursor.fetchone())
    if size.total >= LARGE_SITE:
        _sizes.keep(key, size, REMEMBER_SECONDS)
    return size


def read_people(ids: list[int]) -> list[SampleMember]:
    """Those subscribers, the last seen first."""
    rows = Subscriber.objects.filter(pk__in=ids).order_by("-last_seen_at", "pk")
    reachable = set(
        PushSubscription.objects.active().filter(subscriber__in=ids).values_list("subscriber_id", flat=True)
    )
    return [
        SampleMember(row.pk, str(row), row.country, row.last_seen_at, row.pk in reachable) for row in rows
    ]
