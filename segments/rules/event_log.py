"""What the compiler must know of a site's event log, told by whoever can ask the database."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


def find_no_column(event: str, name: str) -> str | None:
    """A log without columns for single properties."""
    return None


@dataclass(frozen=True)
class EventLog:
    """`types`: the ids of event types by name. `newest`: when each happened last, to anybody, as summaries have it.

    `find_hot_column(event, property)` names the column that repeats a property: `value` as a number, the others as
    the id of an interned value.
    """

    types: Mapping[str, int]
    newest: Mapping[str, dt.datetime] = field(default_factory=dict)
    find_hot_column: Callable[[str, str], str | None] = find_no_column
