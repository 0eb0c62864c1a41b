"""What holds something about people: each table that does says so here, how it is read for them, and how it forgets them.

Each app lists its own (`HOLDINGS` in its personal_data.py, named by the setting PERSONAL_DATA in the order in which they
forget). A test goes through all tables: each stands in one of these lists, or in that of those that hold nobody.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, models
from django.utils.module_loading import import_string

from subscribers.arrays import write_array

Row = dict[str, Any]


@dataclass(frozen=True)
class People:
    """Some people of one site, with the shells that were merged into them (`ids`), and all names they are known by."""

    site_id: int
    ids: tuple[int, ...]
    names: tuple[tuple[str, str], ...] = ()  # kind and value of each Identity
    emails: tuple[str, ...] = ()

    @property
    def texts(self) -> frozenset[str]:
        """What a file may call them: customer ids and e-mail addresses."""
        external = {value for kind, value in self.names if kind == "external"}
        return frozenset(external | set(self.emails))


def _stand_still() -> None:
    pass


@dataclass(frozen=True)
class Holding:
    """One table. `what` it holds of people, and what becomes of that when somebody is erased (`goes`), in plain words."""

    table: str  # app and model, like "tracking.Event"
    what: str
    goes: str
    read: Callable[[People], Iterator[Row]]
    erase: Callable[[People, dt.datetime], int]
    # What must not go on meanwhile is kept from it until the transaction ends.
    stand_still: Callable[[], None] = _stand_still
    # Of a table that keeps its rows: those columns that stay, all others are emptied.
    stays: frozenset[str] = frozenset()

    @property
    def model(self) -> type[models.Model]:
        return apps.get_model(self.table)


def list_holdings() -> list[Holding]:
    """In the order in which they forget: what others refer to comes last."""
    return [holding for name in settings.PERSONAL_DATA for holding in import_string(name)]


def hold_rows(table: str, what: str, *, by: str = "subscriber_id") -> Holding:
    """A table with rows of single people, named by a column: all of theirs are read, and deleted."""
    return Holding(
        table,
        what,
        "deleted",
        read=lambda people: read_rows(apps.get_model(table), **{f"{by}__in": people.ids}),
        erase=lambda people, now: delete_rows(apps.get_model(table), by, people.ids),
    )


def read_rows(model: type[models.Model], **wanted: Any) -> Iterator[Row]:
    """All columns as they are, but for secrets of devices, which help nobody but a thief."""
    names = [field.attname for field in model._meta.concrete_fields]
    rows = model._default_manager.filter(**wanted).order_by(*_list_key(model))
    yield from rows.values(*names).iterator(chunk_size=2000)


def delete_rows(model: type[models.Model], column: str, ids: tuple[int, ...]) -> int:
    """By hand: the ORM would read every row first, to see what hangs on it."""
    table, name = connection.ops.quote_name(model._meta.db_table), connection.ops.quote_name(column)
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE {name} = ANY(%s::bigint[])", [write_array(ids)])  # noqa: S608
        return int(cursor.rowcount)


def _list_key(model: type[models.Model]) -> list[str]:
    return [field.attname for field in model._meta.pk_fields]
