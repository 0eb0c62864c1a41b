"""Indexes on subscribers for what the saved segments ask: made when segments need them, dropped when none does.

Attributes are a site's own, so no migration can know them. An index is built beside the writes (CONCURRENTLY) and
named after what is in it, so that a second run finds it.
"""

import hashlib
import logging
from collections import Counter
from typing import NamedTuple

from django.conf import settings
from django.db import connection
from django.db.backends.utils import CursorWrapper

from segments.models import Segment
from segments.rules import RuleError, parse_rule
from segments.rules.index_keys import IndexKeys, list_index_keys

logger = logging.getLogger(__name__)

TABLE = "subscribers_subscriber"
PREFIX = "segment_index_"
LOCK = 0x1B0C7
FIND = """
SELECT relname, indisvalid FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
WHERE indrelid = %s::regclass AND relname LIKE %s
"""


class IndexChanges(NamedTuple):
    """Names of indexes."""

    made: list[str]
    dropped: list[str]


def prepare_indexes() -> IndexChanges:
    """Make the indexes that most segments would be served by, drop those that none needs any more.

    At most SEGMENT_INDEXES of them, as each costs a little with every change of an attribute, and none below
    SEGMENT_INDEX_FROM subscribers. Must not run in a transaction. While another run is at it, nothing is done.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return IndexChanges([], [])
        try:
            return _change(cursor, _choose(cursor))
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def _choose(cursor: CursorWrapper) -> dict[str, IndexKeys]:
    cursor.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [TABLE])
    if cursor.fetchone()[0] < settings.SEGMENT_INDEX_FROM:
        return {}
    wanted: Counter[IndexKeys] = Counter()
    for document in Segment.objects.order_by("pk").values_list("rule", flat=True):
        try:
            wanted.update(list_index_keys(parse_rule(document)))
        except RuleError:
            continue  # set aside by membership, with the reason
    return {_name(keys): keys for keys, _ in wanted.most_common(settings.SEGMENT_INDEXES)}


def _change(cursor: CursorWrapper, wanted: dict[str, IndexKeys]) -> IndexChanges:
    cursor.execute(FIND, [TABLE, f"{PREFIX}%"])
    found = dict(cursor.fetchall())
    # One that is not valid was broken off half-built.
    dropped = [name for name, valid in found.items() if name not in wanted or not valid]
    made = [name for name in wanted if not found.get(name)]
    for name in dropped:
        cursor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
    for name in made:
        _make(cursor, name, wanted[name])
    if made:
        cursor.execute(f"ANALYZE {TABLE}")  # the planner knows nothing of an expression before
    logger.info("Indexes for segments: %s made, %s dropped", len(made), len(dropped))
    return IndexChanges(made, dropped)


def _make(cursor: CursorWrapper, name: str, keys: IndexKeys) -> None:
    expressions = ", ".join(f"({key.text})" for key in keys.keys)
    includes = f" INCLUDE ({', '.join((*keys.includes, 'id', 'merged_into_id'))})" if keys.includes else ""
    # Not WHERE merged_into_id IS NULL: the planner passes over what ANALYZE learns of an expression in a partial index.
    cursor.execute(
        f"CREATE INDEX CONCURRENTLY {name} ON {TABLE} (site_id, {expressions}){includes}",
        [value for key in keys.keys for value in key.params],
    )


def _name(keys: IndexKeys) -> str:
    digest = hashlib.md5(repr(keys).encode(), usedforsecurity=False).hexdigest()
    return f"{PREFIX}{digest[:16]}"
