"""Questions about a subscriber's rows in other tables, as EXISTS, which PostgreSQL turns into joins where it can."""

from dataclasses import dataclass

from segments.rules.samples import in_sample_sql
from segments.rules.sql import SUBSCRIBER, Fragment, join_all


@dataclass(frozen=True)
class Subqueries:
    """With `sampled`, rows of the sample of people alone are read, for which the largest tables have own indexes."""

    sampled: bool = False

    def exists(self, table: str, alias: str, where: Fragment) -> Fragment:
        """Some row of the subscriber holds."""
        rows = self.narrow(where, alias)
        return Fragment(
            f"EXISTS (SELECT 1 FROM {table} AS {alias}"
            f" WHERE {alias}.subscriber_id = {SUBSCRIBER}.id AND {rows.text})",
            rows.params,
        )

    def exists_grouped(
        self, table: str, alias: str, where: Fragment, having: Fragment, by: Fragment | None = None
    ) -> Fragment:
        """Rows grouped by subscriber (and `by`), of which some group holds."""
        rows = self.narrow(where, alias)
        more = f", {by.text}" if by else ""
        return Fragment(
            f"EXISTS (SELECT 1 FROM (SELECT {alias}.subscriber_id FROM {table} AS {alias} WHERE {rows.text}"
            f" GROUP BY {alias}.subscriber_id{more} HAVING {having.text}) AS counted"
            f" WHERE counted.subscriber_id = {SUBSCRIBER}.id)",
            (*rows.params, *(by.params if by else ()), *having.params),
        )

    def narrow(self, where: Fragment, alias: str) -> Fragment:
        if not self.sampled:
            return where
        return join_all([where, Fragment(in_sample_sql(f"{alias}.subscriber_id"))])
