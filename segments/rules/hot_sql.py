"""Tests of hot properties: those that have a column of their own in the event log."""

import datetime as dt
from dataclasses import dataclass

from segments.rules.comparing import compare_sql, json_sql, positive_sql, raw_sql
from segments.rules.comparisons import Comparison
from segments.rules.operators import Family
from segments.rules.sql import Fragment

VALUES = "tracking_propertyvalue"
NUMBER_COLUMN = "value"


@dataclass(frozen=True)
class HotProperty:
    """Property `name` of an event type, in `column` of the row `alias` of the log."""

    event_type: int
    name: str
    column: str
    alias: str

    @property
    def sql(self) -> Fragment:
        return Fragment(f"{self.alias}.{self.column}")

    @property
    def is_number(self) -> bool:
        """Whether the column holds the number itself; else it holds the id of an interned value."""
        return self.column == NUMBER_COLUMN

    def test_sql(self, test: Comparison, as_of: dt.datetime) -> Fragment:
        """The test on the column, or on `properties` where the column does not tell."""
        if not self.is_number:
            return self._interned_sql(test, as_of)
        if test.families == (Family.NUMBER,):
            return compare_sql(test, Family.NUMBER, self.sql, as_of)
        return json_sql(test, f"{self.alias}.properties", self.name, as_of)

    def _interned_sql(self, test: Comparison, as_of: dt.datetime) -> Fragment:
        """Which of the distinct values hold, and whether the event has one of them."""
        if test.families == (Family.TIME,):
            # Whether a text is a moment may depend on how it is written: not all that have one form are.
            return json_sql(test, f"{self.alias}.properties", self.name, as_of)
        if test.families == (Family.TEXT,):
            positive = positive_sql(test, Family.TEXT, Fragment("interned.folded"), as_of)
        else:
            positive = raw_sql(test, Fragment("interned.value"), as_of)
        found = Fragment(
            f"{self.sql.text} IN (SELECT interned.id FROM {VALUES} AS interned"
            f" WHERE interned.event_type_id = %s AND interned.property = %s AND ({positive.text}))",
            (self.event_type, self.name, *positive.params),
            nullable=True,
        )
        return found.negate() if test.negated else found
