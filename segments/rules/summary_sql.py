"""What the summary of a subscriber's events can answer, instead of the events themselves: ever, never, last time.

The summary knows all events up to now and nothing between the first and the last. So it answers where nothing has
happened after the instants asked for, and the question is about the first, the last, or all of them.
"""

from dataclasses import dataclass

from segments.rules.event_log import EventLog
from segments.rules.sql import Fragment, join_all
from segments.rules.subqueries import Subqueries
from segments.rules.windows import Bounds

SUMMARY = "tracking_eventsummary"


@dataclass(frozen=True)
class SummaryCompiler:
    log: EventLog
    rows: Subqueries

    def count_sql(self, name: str, bounds: Bounds, least: int, most: int | None) -> Fragment | None:
        """`least` (1 or more) to `most` events within the bounds; None: the summary cannot tell."""
        if not self._knows(name, bounds):
            return None
        if bounds.lower is None:
            return self._exists(name, _count_sql(least, most))
        if (least, most) == (1, None):
            sign = ">=" if bounds.lower_in else ">"
            return self._exists(name, Fragment(f"done.last_at {sign} %s", (bounds.lower,)))
        return None

    def recency_sql(self, name: str, bounds: Bounds, test: Fragment) -> Fragment | None:
        """Whether `test` holds of `done.first_at` and `done.last_at`; None: the summary cannot tell."""
        return self._exists(name, test) if self._knows(name, bounds) else None

    def _knows(self, name: str, bounds: Bounds) -> bool:
        newest = self.log.newest.get(name)
        return newest is not None and bounds.reaches(newest)

    def _exists(self, name: str, test: Fragment) -> Fragment:
        is_type = Fragment("done.event_type_id = %s", (self.log.types[name],))
        return self.rows.exists(SUMMARY, "done", join_all([is_type, test]))


def _count_sql(least: int, most: int | None) -> Fragment:
    if most is not None:
        return Fragment("done.count BETWEEN %s AND %s", (least, most))
    # Whoever has a summary has done it once: the condition would only mislead the planner.
    return Fragment("done.count >= %s", (least,)) if least > 1 else Fragment("TRUE")
