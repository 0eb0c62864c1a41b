"""What somebody did, as SQL over the event log: the same questions as in event_evaluation, for everybody at once.

A condition on events is an EXISTS over a grouped subquery, which PostgreSQL runs once as a semi-join where it can and
per subscriber by index where it must; no NOT IN and no set algebra, which do not push down on distributed PostgreSQL.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from segments.rules.comparing import READ_JSON, json_sql, value_sql
from segments.rules.comparisons import Comparison, Count, EventTests
from segments.rules.event_nodes import (
    EventAggregateCondition,
    EventRecencyCondition,
    EventRepeatCondition,
)
from segments.rules.operators import Family
from segments.rules.sql import FALSE, SUBSCRIBER, TRUE, Fragment, join_all
from segments.rules.windows import Bounds

EVENT = "tracking_event"


@dataclass(frozen=True)
class EventCompiler:
    as_of: dt.datetime
    event_types: Mapping[str, int]

    def select(self, name: str, bounds: Bounds, where: EventTests, alias: str = "event") -> Fragment | None:
        """Which rows of the log are meant, as a condition on `alias`; None: the site has no such events."""
        event_type = self.event_types.get(name)
        if event_type is None:
            return None
        is_type = Fragment(f"{alias}.event_type_id = %s", (event_type,))
        tests = [self.property_sql(test, test.property, alias) for test in where]
        return join_all([is_type, within_sql(f"{alias}.occurred_at", bounds), *tests])

    def property_sql(self, test: Comparison, name: str, alias: str = "event") -> Fragment:
        return json_sql(test, Fragment(f"{alias}.properties -> %s", (name,)), self.as_of)

    def count_sql(self, rows: Fragment | None, count: Count | None) -> Fragment:
        least, most = count.span if count else (1, None)
        if most is not None and most < least:
            return FALSE
        if rows is None:
            return TRUE if least == 0 else FALSE
        if least == 0:
            # Those with no event at all are not in the log: count the complement.
            return TRUE if most is None else self._occurs(rows, most + 1, None).negate()
        return self._occurs(rows, least, most)

    def _occurs(self, rows: Fragment, least: int, most: int | None) -> Fragment:
        if (least, most) == (1, None):
            return exists_sql(EVENT, "event", rows)
        if most is None:
            return exists_grouped_sql(EVENT, "event", rows, Fragment("count(*) >= %s", (least,)))
        return exists_grouped_sql(EVENT, "event", rows, Fragment("count(*) BETWEEN %s AND %s", (least, most)))

    def aggregate_sql(self, node: EventAggregateCondition, bounds: Bounds) -> Fragment:
        rows = self.select(node.event, bounds, node.where)
        value = Fragment(AGGREGATES[node.function]).place(
            Fragment("event.properties -> %s", (node.property,))
        )
        return self._compare_group(node, Family.NUMBER, rows, value)

    def recency_sql(self, node: EventRecencyCondition) -> Fragment:
        rows = self.select(node.event, Bounds(None, self.as_of), ())
        function = "min" if node.occurrence == "first" else "max"
        return self._compare_group(node, Family.TIME, rows, Fragment(f"{function}(event.occurred_at)"))

    def _compare_group(
        self,
        node: EventAggregateCondition | EventRecencyCondition,
        family: Family,
        rows: Fragment | None,
        value: Fragment,
    ) -> Fragment:
        """Whether the one value of a subscriber's rows holds. Who has no rows is missed by the positive operator."""
        positive = FALSE
        if rows is not None:
            tested = value_sql(node, family, value, self.as_of)
            # The complement is taken of the whole, so that it holds for who has no rows, too.
            having = tested.negate() if node.negated else tested
            positive = exists_grouped_sql(EVENT, "event", rows, having)
        return positive.negate() if node.negated else positive

    def repeat_sql(self, node: EventRepeatCondition, bounds: Bounds) -> Fragment:
        rows = self.select(node.event, bounds, node.where)
        if rows is None:
            return FALSE
        known = Fragment("COALESCE(jsonb_typeof(event.properties -> %s) <> 'null', FALSE)", (node.property,))
        return exists_grouped_sql(
            EVENT,
            "event",
            join_all([rows, known]),
            Fragment("count(*) >= %s", (node.times,)),
            by=Fragment("event.properties -> %s", (node.property,)),
        )


_NUMBER = READ_JSON[Family.NUMBER]
_SUM, _COUNT = f"sum({_NUMBER})", f"count({_NUMBER})"
AGGREGATES = {
    "sum": _SUM,
    # Half up at the tenth decimal by whole numbers alone: `/` would have rounded once before, at a place of its own.
    "average": f"sign({_SUM}) * div(abs({_SUM}) * 20000000000 + {_COUNT}, 2 * {_COUNT}) * 0.0000000001",
    "minimum": f"min({_NUMBER})",
    "maximum": f"max({_NUMBER})",
    "distinct": "NULLIF(count(DISTINCT CASE WHEN jsonb_typeof({v}) <> 'null' THEN {v} END), 0)",
}


def exists_sql(table: str, alias: str, where: Fragment) -> Fragment:
    return Fragment(
        f"EXISTS (SELECT 1 FROM {table} AS {alias} WHERE {alias}.subscriber_id = {SUBSCRIBER}.id AND {where.text})",
        where.params,
    )


def exists_grouped_sql(
    table: str, alias: str, where: Fragment, having: Fragment, by: Fragment | None = None
) -> Fragment:
    """Rows grouped by subscriber (and `by`), of which some group holds."""
    more = f", {by.text}" if by else ""
    return Fragment(
        f"EXISTS (SELECT 1 FROM (SELECT {alias}.subscriber_id FROM {table} AS {alias} WHERE {where.text}"
        f" GROUP BY {alias}.subscriber_id{more} HAVING {having.text}) AS counted"
        f" WHERE counted.subscriber_id = {SUBSCRIBER}.id)",
        (*where.params, *(by.params if by else ()), *having.params),
    )


def within_sql(column: str, bounds: Bounds) -> Fragment:
    upper = Fragment(f"{column} {'<=' if bounds.upper_in else '<'} %s", (bounds.upper,))
    if bounds.lower is None:
        return upper
    lower = Fragment(f"{column} {'>=' if bounds.lower_in else '>'} %s", (bounds.lower,))
    return join_all([lower, upper])
