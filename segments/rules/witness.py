"""What evidence is taken from, and how its values are shown to people."""

import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from segments.rules.event_evaluation import EventLog
from segments.rules.facts import SubscriberFacts, read_json
from segments.rules.names import Names
from segments.rules.operators import Family
from segments.rules.windows import Bounds, Window, find_bounds, read_instant

NEWEST = 5  # so many of the events, devices or places that were looked at are named
LONGEST = 200
UNKNOWN = "not known"
MASKED = "•••"


@dataclass(frozen=True)
class Evidence:
    """One fact behind an answer, in words: “Last “purchase”” and “20 Nov 2026, 18:05:12”."""

    label: str
    value: str


@dataclass(frozen=True)
class Witness:
    """One subscriber at one instant. `zone` is the site's: times are said on its clock."""

    facts: SubscriberFacts
    as_of: dt.datetime
    zone: ZoneInfo
    names: Names
    entered_at: Mapping[int, dt.datetime] = field(default_factory=dict)  # by segment they are a member of
    hides: Callable[[str, str], bool] = lambda event, path: False  # whose property is not for whoever asks

    @cached_property
    def log(self) -> EventLog:
        return EventLog(self.facts, self.as_of)

    def bounds(self, within: Window | None) -> Bounds:
        return find_bounds(within, as_of=self.as_of, zone=self.zone)

    def show(self, value: Any) -> str:
        """A stored value as people read it; None is not known."""
        match value:
            case None | "":
                return UNKNOWN
            case bool():
                return "yes" if value else "no"
            case dt.datetime():
                return f"{value.astimezone(self.zone):%-d %b %Y, %H:%M:%S}"
            case str():
                return self._show_text(value)
            case Decimal():
                return _shorten(f"{value.normalize():,f}")
            case float() if value.is_integer() and abs(value) < 1e15:
                return f"{int(value):,}"
            case int() | float():
                return _shorten(f"{value:,}")
            case list() if all(isinstance(each, str | int | float) for each in value):
                return _shorten(", ".join(map(self.show, value))) or "an empty list"
        return _shorten(json.dumps(value, ensure_ascii=False))

    def show_property(self, event: str, path: str, value: Any) -> str:
        return MASKED if self.hides(event, path) else self.show_json(value)

    def show_json(self, value: Any) -> str:
        """The same of an attribute's or a property's value, of which empty text is one."""
        return "empty text" if value == "" else self.show(value)

    def _show_text(self, text: str) -> str:
        if read_json(text, Family.TIME):
            try:
                return self.show(read_instant(text))
            except ValueError:  # written like a moment, but on the 45th of a month
                pass
        return f"“{_shorten(text)}”"


def _shorten(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
