"""Steps one after the other as SQL: one pass over the log for each step, whatever the number of events.

An EXISTS inside the other for each step would try every combination of a subscriber's events. Window functions need
not: of all times at which the step before can have happened, the latest one serves best, as in event_evaluation.
"""

import datetime as dt

from segments.rules.event_nodes import EventSequenceCondition
from segments.rules.event_sql import EVENT, EventCompiler, within_sql
from segments.rules.sql import FALSE, SUBSCRIBER, Fragment, join_all, join_any
from segments.rules.windows import Bounds

# Strictly earlier and strictly later rows: events of the same instant are one group.
EARLIER = (
    "(PARTITION BY subscriber_id ORDER BY occurred_at GROUPS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)"
)
LATER = "(PARTITION BY subscriber_id ORDER BY occurred_at DESC GROUPS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)"


def sequence_sql(node: EventSequenceCondition, bounds: Bounds, events: EventCompiler) -> Fragment:
    """`hit_i` is the i-th step that happened, `missed_i` what must be absent before it (and, last, after all)."""
    abandoned = _abandoned_sql(node, bounds, events)
    if abandoned:
        return abandoned
    hits: list[Fragment] = []
    missed: list[list[Fragment]] = [[]]
    for step in node.steps:
        rows = events.select(step.event, Bounds(None, events.as_of) if step.absent else bounds, step.where)
        if step.absent:
            missed[-1] += [rows] if rows else []
        elif rows is None:
            return FALSE
        else:
            hits.append(rows)
            missed.append([])
    gap = node.gap.delta if node.gap else None
    table = _select_events(node, bounds, events, hits, [join_any(each) for each in missed])
    for index in range(len(hits)):
        table = _look_back(table, index, gap)
    found = join_all([_is_reached(len(hits) - 1, gap), _is_missed_after(gap)])
    last = f"min(occurred_at) FILTER (WHERE missed_{len(hits)}) OVER {LATER} AS missed_next"
    return Fragment(
        f"EXISTS (SELECT 1 FROM (SELECT *, {last} FROM ({table.text}) AS steps) AS followed"
        f" WHERE followed.subscriber_id = {SUBSCRIBER}.id AND {found.text})",
        (*table.params, *found.params),
    )


def _abandoned_sql(node: EventSequenceCondition, bounds: Bounds, events: EventCompiler) -> Fragment | None:
    """The most frequent sequence, one thing and then not another, is about the last time of each."""
    match node.steps:
        case (first, then) if (
            not first.absent and then.absent and not (first.where or then.where or node.gap)
        ):
            known = {first.event, then.event} <= events.log.types.keys()
            return events.summary.not_since_sql(first.event, then.event, bounds) if known else None
        case _:
            return None


def _select_events(
    node: EventSequenceCondition,
    bounds: Bounds,
    events: EventCompiler,
    hits: list[Fragment],
    missed: list[Fragment],
) -> Fragment:
    """Every event that can matter, with what it is to each step."""
    lower = bounds.lower
    if lower is not None and node.steps[0].absent:
        lower = lower - node.gap.delta if node.gap else None
    types = [events.log.types[step.event] for step in node.steps if step.event in events.log.types]
    is_near = within_sql("event.occurred_at", Bounds(lower, events.as_of, lower_in=True))
    columns = [
        Fragment(f"({each.text}) AS {name}_{index}", each.params)
        for name, conditions in (("hit", hits), ("missed", missed))
        for index, each in enumerate(conditions)
    ]
    where = events.rows.narrow(
        join_all([Fragment("event.event_type_id = ANY(%s)", (types,)), is_near]), "event"
    )
    return Fragment(
        f"SELECT event.subscriber_id, event.occurred_at, {', '.join(each.text for each in columns)}"
        f" FROM {EVENT.name} AS event WHERE {where.text}",
        (*(value for each in columns for value in each.params), *where.params),
    )


def _look_back(table: Fragment, index: int, gap: dt.timedelta | None) -> Fragment:
    """At each event: when the step before can have happened last, and when what must be absent did happen last."""
    before = _is_reached(index - 1, gap) if index else FALSE
    return Fragment(
        f"SELECT *, max(occurred_at) FILTER (WHERE {before.text}) OVER earlier AS last_{index},"
        f" max(occurred_at) FILTER (WHERE missed_{index}) OVER earlier AS missed_at_{index}"
        f" FROM ({table.text}) AS steps_{index} WINDOW earlier AS {EARLIER}",
        (*before.params, *table.params),
    )


def _is_reached(index: int, gap: dt.timedelta | None) -> Fragment:
    """Whether an event is the step `index` with all those before it."""
    hit, last, missed = f"hit_{index}", f"last_{index}", f"missed_at_{index}"
    if index == 0:
        far = Fragment(f"{missed} < occurred_at - %s", (gap,)) if gap else FALSE
        return join_all([Fragment(hit), join_any([Fragment(f"{missed} IS NULL"), far])])
    near = [Fragment(f"occurred_at <= {last} + %s", (gap,))] if gap else []
    is_missed = Fragment(f"{missed} IS NULL OR {missed} <= {last}")
    return join_all([Fragment(hit), Fragment(f"{last} IS NOT NULL"), *near, is_missed])


def _is_missed_after(gap: dt.timedelta | None) -> Fragment:
    far = Fragment("missed_next > occurred_at + %s", (gap,)) if gap else FALSE
    return join_any([Fragment("missed_next IS NULL"), far])
