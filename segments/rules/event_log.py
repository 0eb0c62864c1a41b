"""What the compiler must know of a site's event log, told by whoever can ask the database."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from segments.rules.windows import Bounds


def find_no_column(event: str, name: str) -> str | None:
    """A log without columns for single properties."""
    return None


@dataclass(frozen=True)
class EventLog:
    """`types`: the ids of event types by name. `newest`: when each happened last, to anybody, as summaries have it.

    `find_hot_column(event, property)` names the column that repeats a property: `value` as a number, the others as
    the id of an interned value. `begins_at`: the log has forgotten what happened before; None: nothing.
    """

    types: Mapping[str, int]
    newest: Mapping[str, dt.datetime] = field(default_factory=dict)
    find_hot_column: Callable[[str, str], str | None] = find_no_column
    begins_at: dt.datetime | None = None

    def clip(self, bounds: Bounds) -> Bounds:
        """Without what the log has forgotten, though a row of it may still lie there."""
        if self.begins_at is None or (bounds.lower is not None and bounds.lower >= self.begins_at):
            return bounds
        return replace(bounds, lower=self.begins_at, lower_in=True)
