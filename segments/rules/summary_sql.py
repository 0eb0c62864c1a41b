"""What the summary of a subscriber's events can answer, instead of the events themselves: ever, never, last time.

The summary knows all events up to now and nothing between the first and the last. So it answers where nothing has
happened after the instants asked for, and the question is about the first, the last, or all of them. Where the log has
forgotten the oldest events, it answers for the past, too: it is read back by what the log still knows.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from segments.rules.event_log import EventLog
from segments.rules.sql import Fragment, join_all, join_any
from segments.rules.subqueries import Subqueries, Table
from segments.rules.windows import EARLIEST, Bounds

SUMMARY = "tracking_eventsummary"
# While events come in, an instant just past is asked for. Few did something since, so it is quicker to read those back
# than to count the whole log; for instants long ago it is not.
RECENT = dt.timedelta(hours=1)
Column = Literal["count", "first_at", "last_at"]

OWN = """
FROM tracking_event AS own
WHERE own.subscriber_id = done.subscriber_id AND own.event_type_id = done.event_type_id AND own.occurred_at"""
# Nearly nobody did something after the instant asked for; for those alone the log is looked at.
COUNT = f"""
CASE WHEN done.last_at <= %s THEN done.count ELSE done.count - (SELECT count(*) {OWN} > %s) END"""
FIRST = "CASE WHEN done.first_at <= %s THEN done.first_at END"
# Where the log holds none before the instant, the last one is forgotten: the first is all that is known of those.
LAST = f"""
CASE WHEN done.last_at <= %s THEN done.last_at
     WHEN done.first_at <= %s
     THEN COALESCE((SELECT max(own.occurred_at) {OWN} BETWEEN %s AND %s), done.first_at) END"""


@dataclass(frozen=True)
class SummaryCompiler:
    log: EventLog
    rows: Subqueries

    def count_sql(self, name: str, bounds: Bounds, least: int, most: int | None) -> Fragment | None:
        """`least` (1 or more) to `most` events within the bounds; None: the summary cannot tell."""
        test = self.test_count(name, bounds, least, most)
        return self.exists(name, test) if test else None

    def test_count(self, name: str, bounds: Bounds, least: int, most: int | None) -> Fragment | None:
        """The same as a test of the row `done` of those who did it at all."""
        if bounds.lower is None:
            count = self.read(name, "count", bounds)
            return _span_sql(count, least, most) if count else None
        if (least, most) == (1, None) and self._knows(name, bounds):
            kept = self.log.clip(bounds)
            sign = ">=" if kept.lower_in else ">"
            return Fragment(f"done.last_at {sign} %s", (kept.lower,))
        return None

    def at_least_sql(self, tests: Mapping[str, Fragment], n: int) -> Fragment:
        """At least `n` (1 or more) of several events, each with its test: in one pass over their summaries."""
        rows = join_any(
            join_all([Fragment("done.event_type_id = %s", (self.log.types[name],)), test])
            for name, test in tests.items()
        )
        is_type = Fragment("done.event_type_id = ANY(%s)", ([self.log.types[name] for name in tests],))
        return self.rows.exists_grouped(_name_table(is_type), rows, Fragment("count(*) >= %s", (n,)))

    def not_since_sql(self, name: str, absent: str, bounds: Bounds) -> Fragment | None:
        """The event within the bounds, and nothing called `absent` after the last one; None: it cannot tell."""
        last = self.test_count(name, bounds, 1, None) if self._knows(absent, bounds) else None
        if last is None or bounds.lower is None:
            return None
        later = Fragment(
            "later.event_type_id = %s AND later.last_at > done.last_at", (self.log.types[absent],)
        )
        if self.rows.people is None:
            # Follows from that, and there is an index for it.
            later = join_all([later, Fragment("later.last_at > %s", (bounds.lower,))])
        none = Fragment(
            f"NOT EXISTS (SELECT 1 FROM {SUMMARY} AS later"
            f" WHERE later.subscriber_id = done.subscriber_id AND {later.text})",
            later.params,
        )
        return self.exists(name, join_all([last, none]))

    def read(self, name: str, column: Column, bounds: Bounds) -> Fragment | None:
        """The column as it was at the upper end, of all that happened ever; None: the summary cannot tell."""
        if self._knows(name, bounds):
            return Fragment(f"done.{column}")
        newest = self.log.newest.get(name)
        is_recent = newest is not None and bounds.upper_in and newest - bounds.upper < RECENT
        if self.log.begins_at is None and not is_recent:
            return None
        return _read_back(column, bounds.upper, self.log.begins_at or EARLIEST)

    def exists(self, name: str, test: Fragment) -> Fragment:
        """Whether `test` holds of the summary `done`. Who never did it has none."""
        is_type = Fragment("done.event_type_id = %s", (self.log.types[name],))
        return self.rows.exists_grouped(_name_table(is_type), test)

    def _knows(self, name: str, bounds: Bounds) -> bool:
        newest = self.log.newest.get(name)
        return newest is not None and bounds.reaches(newest)


def _name_table(kind: Fragment) -> Table:
    return Table(SUMMARY, "done", kind)


def _span_sql(count: Fragment, least: int, most: int | None) -> Fragment:
    if most is not None:
        return Fragment("{v} BETWEEN %s AND %s", (least, most)).place(count)
    if least == 1 and not count.params:
        # Whoever has a summary has done it once: the condition would only mislead the planner.
        return Fragment("TRUE")
    return Fragment("{v} >= %s", (least,)).place(count)


def _read_back(column: Column, as_of: dt.datetime, begins_at: dt.datetime) -> Fragment:
    match column:
        case "count":
            return Fragment(COUNT, (as_of, as_of))
        case "first_at":
            return Fragment(FIRST, (as_of,))
        case "last_at":
            return Fragment(LAST, (as_of, as_of, begins_at, as_of))
