"""Indexes on subscribers for what the saved segments ask: made when segments need them, dropped when none does.

Attributes are a site's own, so no migration can know them. For conditions on a subscriber's own values that must all
hold, an index holds just those who meet them, in the order of their ids: PostgreSQL then reads no row to test it, and
joins with what they did without sorting. It is built beside the writes (CONCURRENTLY) and named after what is in it.
"""

import hashlib
import logging
from collections import Counter
from typing import NamedTuple

from django.conf import settings
from django.db import OperationalError
from django.db.backends.utils import CursorWrapper

from segments.models import Segment
from segments.rules import RuleError, parse_rule
from segments.rules.own_conditions import OwnConditions, list_own_conditions
from subscribers.ddl import is_in_the_way, limit_waits

logger = logging.getLogger(__name__)

TABLE = "subscribers_subscriber"
INDEX, STATISTICS = "segment_index_", "segment_values_"
LOCK = 0x1B0C7
# An index that is built beside the writes waits for whoever began before it, as a dump did. It keeps nobody from reading
# or writing meanwhile, but vacuum from the table, and the next weeks of the log from being made.
PATIENCE_MS = 60_000
FIND_INDEXES = """
SELECT relname, indisvalid FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
WHERE indrelid = %s::regclass AND relname LIKE %s
"""
FIND_STATISTICS = (
    "SELECT stxname, TRUE FROM pg_statistic_ext WHERE stxrelid = %s::regclass AND stxname LIKE %s"
)


class IndexChanges(NamedTuple):
    """Names of indexes."""

    made: list[str]
    dropped: list[str]


def prepare_indexes() -> IndexChanges:
    """Make the indexes that most segments would be served by, drop those that none needs any more.

    At most SEGMENT_INDEXES of them, as each costs a little with every change of an attribute, and none below
    SEGMENT_INDEX_FROM subscribers. Must not run in a transaction. While another run is at it, nothing is done; while a
    dump is, the next run goes on.
    """
    with limit_waits(PATIENCE_MS) as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return IndexChanges([], [])
        try:
            return _change(cursor, _choose(cursor))
        except OperationalError as error:
            if not is_in_the_way(error):
                raise
            logger.warning("Indexes for segments wait for the next time: others hold the table")
            return IndexChanges([], [])
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def _choose(cursor: CursorWrapper) -> list[OwnConditions]:
    cursor.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [TABLE])
    if cursor.fetchone()[0] < settings.SEGMENT_INDEX_FROM:
        return []
    wanted: Counter[OwnConditions] = Counter()
    live = Segment.objects.filter(kind=Segment.Kind.LIVE)
    for document in live.order_by("pk").values_list("rule", flat=True):
        try:
            wanted.update(list_own_conditions(parse_rule(document)))
        except RuleError:
            continue  # set aside by membership, with the reason
    return [each for each, _ in wanted.most_common(settings.SEGMENT_INDEXES)]


def _change(cursor: CursorWrapper, wanted: list[OwnConditions]) -> IndexChanges:
    indexes = {_name(INDEX, each.predicate): each for each in wanted}
    statistics = {_name(STATISTICS, each.values): each for each in wanted if each.values}
    found = _find(cursor, FIND_INDEXES, INDEX)
    # One that is not valid was broken off half-built.
    dropped = [name for name, valid in found.items() if name not in indexes or not valid]
    made = [name for name in indexes if not found.get(name)]
    for name in dropped:
        cursor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
    for name in made:
        _make_index(cursor, name, indexes[name])
    known = _find(cursor, FIND_STATISTICS, STATISTICS)
    for name in known.keys() - statistics.keys():
        cursor.execute(f"DROP STATISTICS {name}")
    for name in statistics.keys() - known.keys():
        _make_statistics(cursor, name, statistics[name])
    if made:
        cursor.execute(f"ANALYZE {TABLE}")
    logger.info("Indexes for segments: %s made, %s dropped", len(made), len(dropped))
    return IndexChanges(made, dropped)


def _make_index(cursor: CursorWrapper, name: str, own: OwnConditions) -> None:
    cursor.execute(
        f"CREATE INDEX CONCURRENTLY {name} ON {TABLE} (site_id, id)"
        f" WHERE merged_into_id IS NULL AND {own.predicate.text}",
        own.predicate.params,
    )


def _make_statistics(cursor: CursorWrapper, name: str, own: OwnConditions) -> None:
    """Without them the planner takes every value inside JSON for rare."""
    values = ", ".join(f"({value.text})" for value in own.values[:8])  # PostgreSQL's own bound
    cursor.execute(
        f"CREATE STATISTICS {name} ON {values} FROM {TABLE}",
        [param for value in own.values[:8] for param in value.params],
    )


def _find(cursor: CursorWrapper, query: str, prefix: str) -> dict[str, bool]:
    cursor.execute(query, [TABLE, f"{prefix}%"])
    return dict(cursor.fetchall())


def _name(prefix: str, content: object) -> str:
    return prefix + hashlib.md5(repr(content).encode(), usedforsecurity=False).hexdigest()[:16]
