"""Questions about a subscriber's rows in other tables, as EXISTS, which PostgreSQL turns into joins where it can."""

from dataclasses import dataclass
from typing import NamedTuple

from segments.rules.samples import in_sample_sql
from segments.rules.sql import SUBSCRIBER, TRUE, Fragment, join_all


class Table(NamedTuple):
    """A table with a subscriber in each row, and what a row of it is called in conditions.

    `kind` says which rows are meant where a few people have few of those: they are found by it alone, and tested for all
    else one by one.
    """

    name: str
    alias: str
    kind: Fragment = TRUE


@dataclass(frozen=True)
class Subqueries:
    """With `sampled`, rows of the sample of people alone are read, for which the largest tables have own indexes.
    With `few`, other conditions leave so few people that it pays to look them up one by one. With `people`, only these
    are asked about, and only their rows are read: their ids, as PostgreSQL writes an array.
    """

    sampled: bool = False
    few: bool = False
    people: str | None = None

    def exists(self, table: Table, where: Fragment) -> Fragment:
        """Some row of the subscriber holds; for tables that have few rows for each."""
        alias = table.alias
        rows = self.narrow(where, alias)
        return Fragment(
            f"EXISTS (SELECT 1 FROM {table.name} AS {alias}"
            f" WHERE {alias}.subscriber_id = {SUBSCRIBER}.id AND {rows.text})",
            rows.params,
        )

    def exists_grouped(  # noqa: PLR0913 - the parts of a query
        self,
        table: Table,
        where: Fragment,
        having: Fragment = TRUE,
        *,
        read: Fragment | None = None,
        by_read: bool = False,
        elements: Fragment | None = None,
    ) -> Fragment:
        """Rows grouped by subscriber, of which some group holds. `read` is what `having` finds as `alias.read`; with
        `by_read`, each of its values makes a group of its own. `elements` stand beside each row, as another table.

        Rows are put in order first. So they are grouped without a hash table, and joined in the order of an index: with
        millions of people, following rows in order is several times as fast as looking each of them up somewhere.
        """
        alias = table.alias
        source, rows = self._find(table, where)
        value = Fragment(f", ({read.text}) AS read", read.params) if read else Fragment("")
        beside = (
            Fragment(f" CROSS JOIN LATERAL {elements.text}", elements.params) if elements else Fragment("")
        )
        order, keys = (
            ("1, 2", f"{alias}.subscriber_id, {alias}.read") if by_read else ("1", f"{alias}.subscriber_id")
        )
        ids = Fragment(
            f"SELECT {alias}.subscriber_id AS id FROM"
            f" (SELECT {alias}.subscriber_id{value.text} FROM {source.text} AS {alias}{beside.text}"
            f" WHERE {rows.text} ORDER BY {order}) AS {alias} GROUP BY {keys} HAVING {having.text}",
            (*value.params, *source.params, *beside.params, *rows.params, *having.params),
        )
        found = f"EXISTS (SELECT 1 FROM ({ids.text}) AS counted WHERE counted.id = {SUBSCRIBER}.id)"
        return Fragment(found, ids.params, ids=None if by_read else ids)

    def apart(self, condition: Fragment) -> Fragment:
        """A condition on the subscriber's own row, asked of all rows at once: there may be an index of those who meet it."""
        alive = join_all([Fragment(f"{SUBSCRIBER}.merged_into_id IS NULL"), condition])
        if self.sampled:
            alive = join_all([alive, Fragment(in_sample_sql(f"{SUBSCRIBER}.id"))])
        return Fragment(
            f"EXISTS (SELECT 1 FROM (SELECT {SUBSCRIBER}.id FROM {SUBSCRIBER} WHERE {alive.text}) AS own"
            f" WHERE own.id = {SUBSCRIBER}.id)",
            alive.params,
        )

    def probe(self, table: Table, where: Fragment, least: int, *, newest: str) -> Fragment:
        """At least so many rows, looked up for one subscriber after the other: for where few are left to ask about.

        The rows with the latest `newest` are read first. Who is asked about as something happened is mostly answered by
        just that, whatever else there is of them in older parts of the table.
        """
        rows = Fragment(
            f"SELECT 1 FROM {table.name} AS {table.alias} WHERE {table.alias}.subscriber_id = {SUBSCRIBER}.id"
            f" AND {where.text} ORDER BY {table.alias}.{newest} DESC OFFSET %s LIMIT 1",
            (*where.params, least - 1),
        )
        ids = None
        if self.people is not None:
            ids = Fragment(
                f"SELECT {SUBSCRIBER}.id FROM unnest(%s::bigint[]) AS {SUBSCRIBER} (id) WHERE EXISTS ({rows.text})",
                (self.people, *rows.params),
            )
        return Fragment(f"EXISTS ({rows.text})", rows.params, ids=ids)

    def _find(self, table: Table, where: Fragment) -> tuple[Fragment, Fragment]:
        """What to read from, and which rows of it.

        Of what happened just now statistics know nothing, so an index by time seems to lead to next to nobody, and would
        be gone through for each question anew. OFFSET 0 makes PostgreSQL look for the people's rows first.
        """
        if self.people is None or table.kind == TRUE:
            return Fragment(table.name), self.narrow(join_all([table.kind, where]), table.alias)
        known = self.narrow(table.kind, table.alias)
        rows = f"(SELECT * FROM {table.name} AS {table.alias} WHERE {known.text} OFFSET 0)"
        return Fragment(rows, known.params), where

    def narrow(self, where: Fragment, alias: str) -> Fragment:
        column = f"{alias}.subscriber_id"
        if self.people is not None:
            return join_all([Fragment(f"{column} = ANY(%s::bigint[])", (self.people,)), where])
        return join_all([where, Fragment(in_sample_sql(column))]) if self.sampled else where
