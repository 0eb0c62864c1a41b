"""Windows of time: which instants count, seen from `as_of`."""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    model_validator,
)

EARLIEST = dt.datetime(1900, 1, 1, tzinfo=dt.UTC)
LATEST = dt.datetime(2200, 1, 1, tzinfo=dt.UTC)
SHORTEST, LONGEST = dt.timedelta(seconds=1), dt.timedelta(days=36_525)

UNITS = ("minutes", "hours", "days", "weeks")


def read_instant(text: Any) -> dt.datetime:
    """An ISO 8601 moment with its offset, as UTC. Raises ValueError with a sentence when it is none."""
    try:
        instant = dt.datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise ValueError("This must be a moment, like 2026-11-21T10:00:00Z.") from None
    if instant.tzinfo is None:
        raise ValueError("A moment needs its offset, like 2026-11-21T10:00:00Z.")
    if not EARLIEST <= instant <= LATEST:
        raise ValueError("A moment must lie between the years 1900 and 2200.")
    return instant.astimezone(dt.UTC)


Instant = Annotated[dt.datetime, BeforeValidator(read_instant)]
Amount = Annotated[float, Field(strict=True)]


class Node(BaseModel):
    """Every part of a rule: immutable, and nothing in it is ignored."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", serialize_by_alias=True, allow_inf_nan=False, str_strip_whitespace=False
    )


class Duration(Node):
    """A length of time in one unit, like {"days": 14}. A day is 24 hours, a week seven of them."""

    minutes: Amount | None = None
    hours: Amount | None = None
    days: Amount | None = None
    weeks: Amount | None = None

    @model_validator(mode="after")
    def check_length(self) -> Self:
        given = [unit for unit in UNITS if getattr(self, unit) is not None]
        if len(given) != 1:
            raise ValueError("A length of time has one unit: minutes, hours, days or weeks.")
        unit = dt.timedelta(**{given[0]: 1})
        if not SHORTEST / unit <= getattr(self, given[0]) <= LONGEST / unit:
            raise ValueError("A length of time is at least a second and at most 100 years.")
        return self

    @property
    def unit(self) -> str:
        return next(unit for unit in UNITS if getattr(self, unit) is not None)

    @property
    def amount(self) -> float:
        amount: float = getattr(self, self.unit)
        return amount

    @cached_property
    def delta(self) -> dt.timedelta:
        return dt.timedelta(**{self.unit: self.amount})


class LastWindow(Node):
    last: Duration


class AgoWindow(Node):
    """From the longer time ago to the shorter: [{"days": 14}, {"days": 7}] is the week before last."""

    between_ago: tuple[Duration, Duration]

    @model_validator(mode="after")
    def check_order(self) -> Self:
        if self.between_ago[0].delta <= self.between_ago[1].delta:
            raise ValueError("The first of the two must be the longer time ago.")
        return self


class SinceWindow(Node):
    since: Instant


class BetweenWindow(Node):
    between: tuple[Instant, Instant]

    @model_validator(mode="after")
    def check_order(self) -> Self:
        if self.between[0] > self.between[1]:
            raise ValueError("The first of the two moments must be the earlier one.")
        return self


class CalendarWindow(Node):
    """A span of the calendar in the site's time zone; a week begins on Monday."""

    calendar: Literal["today", "yesterday", "this_week", "this_month"]


def _find_window_kind(window: Any) -> str | None:
    if isinstance(window, dict):
        kinds = [
            f"window:{key}"
            for key in window
            if key in {"last", "between_ago", "since", "between", "calendar"}
        ]
        return kinds[0] if kinds else None
    return f"window:{next(iter(type(window).model_fields))}" if isinstance(window, Node) else None


Window = Annotated[
    Annotated[LastWindow, Tag("window:last")]
    | Annotated[AgoWindow, Tag("window:between_ago")]
    | Annotated[SinceWindow, Tag("window:since")]
    | Annotated[BetweenWindow, Tag("window:between")]
    | Annotated[CalendarWindow, Tag("window:calendar")],
    Discriminator(
        _find_window_kind,
        custom_error_type="window",
        custom_error_message="A window has one of “last”, “between_ago”, “since”, “between” or “calendar”.",
    ),
]


@dataclass(frozen=True)
class Bounds:
    """The instants from `lower` (None: the beginning) to `upper`, each end in or out."""

    lower: dt.datetime | None
    upper: dt.datetime
    lower_in: bool = False
    upper_in: bool = True

    def holds(self, instant: dt.datetime) -> bool:
        if instant > self.upper or (instant == self.upper and not self.upper_in):
            return False
        return self.lower is None or instant > self.lower or (instant == self.lower and self.lower_in)

    def reaches(self, instant: dt.datetime) -> bool:
        """Whether nothing at or before this instant lies after the upper end."""
        return instant < self.upper or (instant == self.upper and self.upper_in)


def find_bounds(window: Window | None, *, as_of: dt.datetime, zone: ZoneInfo) -> Bounds:
    """The instants a window holds; nothing after `as_of` ever counts. Rolling windows are (as_of − d, as_of]."""
    match window:
        case None:
            return Bounds(None, as_of)
        case LastWindow(last=last):
            return Bounds(as_of - last.delta, as_of)
        case AgoWindow(between_ago=(longer, shorter)):
            return Bounds(as_of - longer.delta, as_of - shorter.delta)
        case SinceWindow(since=since):
            return Bounds(since, as_of, lower_in=True)
        case BetweenWindow(between=(start, end)):
            return Bounds(start, min(end, as_of), lower_in=True)
        case CalendarWindow(calendar=calendar):
            return _find_calendar_bounds(calendar, as_of, zone)


def _find_calendar_bounds(calendar: str, as_of: dt.datetime, zone: ZoneInfo) -> Bounds:
    today = as_of.astimezone(zone).date()
    match calendar:
        case "yesterday":
            yesterday = today - dt.timedelta(days=1)
            return Bounds(
                find_midnight(yesterday, zone), find_midnight(today, zone), lower_in=True, upper_in=False
            )
        case "this_week":
            first = today - dt.timedelta(days=today.weekday())
        case "this_month":
            first = today.replace(day=1)
        case _:
            first = today
    return Bounds(find_midnight(first, zone), as_of, lower_in=True)


def find_midnight(day: dt.date, zone: ZoneInfo) -> dt.datetime:
    """The first instant of a day. Where the clock skips midnight, zoneinfo's answer is the instant of the skip."""
    return dt.datetime.combine(day, dt.time(), zone).astimezone(dt.UTC)
