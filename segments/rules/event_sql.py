"""What somebody did, as SQL over the event log: the same questions as in event_evaluation, for everybody at once.

A condition on events is an EXISTS over a grouped subquery, which PostgreSQL runs once as a semi-join where it can and
per subscriber by index where it must; no NOT IN and no set algebra, which do not push down on distributed PostgreSQL.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from segments.rules.comparing import READ_JSON, form_sql, json_sql, positive_sql
from segments.rules.comparisons import Count, EventTests, PropertyComparison, UrlComparison
from segments.rules.event_log import EventLog
from segments.rules.event_nodes import (
    EventAggregateCondition,
    EventCondition,
    EventRecencyCondition,
    EventRepeatCondition,
)
from segments.rules.hot_sql import HotProperty
from segments.rules.operators import Family
from segments.rules.paths import read_path, value_sql, values_sql
from segments.rules.sql import FALSE, TRUE, Fragment, join_all
from segments.rules.subqueries import Subqueries, Table
from segments.rules.summary_sql import SummaryCompiler
from segments.rules.windows import Bounds

PROPERTIES = "event.properties"
EVENT = Table("tracking_event", "event")


@dataclass(frozen=True)
class EventCompiler:
    as_of: dt.datetime
    log: EventLog
    rows: Subqueries

    @property
    def summary(self) -> SummaryCompiler:
        return SummaryCompiler(self.log, self.rows)

    def select(self, name: str, bounds: Bounds, where: EventTests, alias: str = "event") -> Fragment | None:
        """Which rows of the log are meant, as a condition on `alias`; None: the site has no such events."""
        event_type = self.log.types.get(name)
        if event_type is None:
            return None
        is_type = Fragment(f"{alias}.event_type_id = %s", (event_type,))
        bounds = self.log.clip(bounds)
        tests = [self._test_sql(name, test, alias) for test in where]
        return join_all([is_type, within_sql(f"{alias}.occurred_at", bounds), *tests])

    def _test_sql(self, event: str, test: PropertyComparison | UrlComparison, alias: str) -> Fragment:
        hot = self.find_hot(event, test.property, alias)
        # Of a few people the rows themselves are read: there the value stands beside the id of it.
        if hot and (hot.is_number or self.rows.people is None):
            return hot.test_sql(test, self.as_of)
        return json_sql(test, f"{alias}.properties", test.property, self.as_of)

    def find_hot(self, event: str, name: str, alias: str = "event") -> HotProperty | None:
        column = self.log.find_hot_column(event, name)
        return HotProperty(self.log.types[event], name, column, alias) if column else None

    def count_sql(self, name: str, bounds: Bounds, where: EventTests, count: Count | None) -> Fragment:
        least, most = count.span if count else (1, None)
        if most is not None and most < least:
            return FALSE
        if name not in self.log.types:
            return TRUE if least == 0 else FALSE
        if least == 0:
            # Those with no event at all are not in the log: count the complement.
            return TRUE if most is None else self._occurs(name, bounds, where, most + 1, None).negate()
        return self._occurs(name, bounds, where, least, most)

    def _occurs(self, name: str, bounds: Bounds, where: EventTests, least: int, most: int | None) -> Fragment:
        summed = None if where else self.summary.count_sql(name, bounds, least, most)
        if summed:
            return summed
        rows = self.select(name, bounds, where) or FALSE
        if most is None and (self.rows.few or self.rows.people is not None):
            return self.rows.probe(EVENT, rows, least, newest="occurred_at")
        if (least, most) == (1, None):
            return self.rows.exists_grouped(EVENT, rows)
        span = (
            Fragment("count(*) >= %s", (least,))
            if most is None
            else Fragment("count(*) BETWEEN %s AND %s", (least, most))
        )
        return self.rows.exists_grouped(EVENT, rows, span)

    def at_least_sql(
        self, nodes: Sequence[EventCondition], bounds: Sequence[Bounds], n: int
    ) -> Fragment | None:
        """At least `n` of several different events; None: there is no shorter way than to ask for each of them."""
        tests: dict[str, Fragment] = {}
        for node, span in zip(nodes, bounds, strict=True):
            least, most = node.count.span if node.count else (1, None)
            if node.event not in self.log.types and least:
                continue  # nobody did
            test = None if node.where or not least else self.summary.test_count(node.event, span, least, most)
            if test is None or node.event in tests:
                return None
            tests[node.event] = test
        return self.summary.at_least_sql(tests, n) if 0 < n <= len(tests) else None

    def aggregate_sql(self, node: EventAggregateCondition, bounds: Bounds) -> Fragment:
        rows = self.select(node.event, bounds, node.where)
        if rows is None:
            return TRUE if node.takes_nothing != node.negated else FALSE
        value = Fragment(AGGREGATES[node.function]).place(Fragment("event.read"))
        holds = positive_sql(node, Family.NUMBER, value, self.as_of)
        read, elements = self._read_value(node)
        # Who has no rows is in no group: where nothing is enough, those are looked for who have too much, or too little.
        having = holds.negate() if node.takes_nothing else holds
        found = self.rows.exists_grouped(EVENT, rows, having, read=read, elements=elements)
        return found.negate() if node.takes_nothing != node.negated else found

    def _read_value(self, node: EventAggregateCondition) -> tuple[Fragment, Fragment | None]:
        """What is added up or counted: numbers, or whatever there is; and the elements it is read from, if any."""
        hot = self.find_hot(node.event, node.property)
        distinct = node.function == "distinct"
        if hot and hot.is_number is not distinct:
            return hot.sql, None
        if distinct:
            return _read_forms(node.property)
        raw, elements = _read_raw(node.property)
        return Fragment(READ_JSON[Family.NUMBER]).place(raw), elements

    def recency_sql(self, node: EventRecencyCondition) -> Fragment:
        bounds = Bounds(None, self.as_of)
        rows = self.select(node.event, bounds, ())
        if rows is None:
            return TRUE if node.negated else FALSE
        end = self.summary.read(node.event, "first_at" if node.occurrence == "first" else "last_at", bounds)
        if end:
            found = self.summary.exists(node.event, positive_sql(node, Family.TIME, end, self.as_of))
            return found.negate() if node.negated else found
        function = "min" if node.occurrence == "first" else "max"
        having = positive_sql(node, Family.TIME, Fragment(f"{function}(event.read)"), self.as_of)
        found = self.rows.exists_grouped(EVENT, rows, having, read=Fragment("event.occurred_at"))
        return found.negate() if node.negated else found

    def repeat_sql(self, node: EventRepeatCondition, bounds: Bounds) -> Fragment:
        rows = self.select(node.event, bounds, node.where)
        if rows is None:
            return FALSE
        value, elements = _read_forms(node.property)
        raw, _ = _read_raw(node.property)
        known = Fragment(f"jsonb_typeof({raw.text}) <> 'null'", raw.params)
        hot = self.find_hot(node.event, node.property)
        if hot and not hot.is_number:
            value, known = hot.sql, Fragment(f"{hot.sql.text} IS NOT NULL")
        times = Fragment("count(*) >= %s", (node.times,))
        return self.rows.exists_grouped(
            EVENT, join_all([rows, known]), times, read=value, by_read=True, elements=elements
        )


def _read_raw(name: str) -> tuple[Fragment, Fragment | None]:
    """What a property holds; of one that may lead to several values, each element of a list of them."""
    if not read_path(name).is_many:
        return value_sql(PROPERTIES, name), None
    return _read_elements(values_sql(PROPERTIES, name), Fragment("one"))


def _read_forms(name: str) -> tuple[Fragment, Fragment | None]:
    """The form of what a property holds; of several values, each form once."""
    if not read_path(name).is_many:
        return form_sql(name, value_sql(PROPERTIES, name)), None
    return _read_elements(
        values_sql(PROPERTIES, name), Fragment("DISTINCT {v}").place(form_sql(name, Fragment("one")))
    )


def _read_elements(values: Fragment, shown: Fragment) -> tuple[Fragment, Fragment]:
    elements = f"SELECT {shown.text} AS one FROM jsonb_array_elements({values.text}) AS each (one)"
    return Fragment("of_many.one"), Fragment(f"({elements}) AS of_many", (*shown.params, *values.params))


_SUM, _COUNT = "sum({v})", "count({v})"
AGGREGATES = {
    "sum": f"COALESCE({_SUM}, 0)",
    # Half up at the tenth decimal by whole numbers alone: `/` would have rounded once before, at a place of its own.
    "average": f"sign({_SUM}) * div(abs({_SUM}) * 20000000000 + {_COUNT}, 2 * {_COUNT}) * 0.0000000001",
    "minimum": "min({v})",
    "maximum": "max({v})",
    "distinct": "count(DISTINCT {v})",
}


def within_sql(column: str, bounds: Bounds) -> Fragment:
    upper = Fragment(f"{column} {'<=' if bounds.upper_in else '<'} %s", (bounds.upper,))
    if bounds.lower is None:
        return upper
    lower = Fragment(f"{column} {'>=' if bounds.lower_in else '>'} %s", (bounds.lower,))
    return join_all([lower, upper])
