"""From when to when an instant lies within a window that moves on with time."""

import datetime as dt
from zoneinfo import ZoneInfo

from segments.rules.flips.spans import NEVER, Span, shift
from segments.rules.windows import (
    AgoWindow,
    BetweenWindow,
    CalendarWindow,
    LastWindow,
    SinceWindow,
    Window,
    find_midnight,
)

DAY = dt.timedelta(days=1)


def find_stay(window: Window | None, instant: dt.datetime, zone: ZoneInfo) -> Span | None:
    """The one span of `as_of` for which `find_bounds` holds this instant; None: there is none.

    `zone` is the site's. That it is one span takes a calendar that never goes back to the day before; the last
    zone in which it did was Newfoundland's, in 2010.
    """
    match window:
        case None:
            return instant, NEVER
        case LastWindow(last=last):
            return instant, shift(instant, last.delta)
        case AgoWindow(between_ago=(longer, shorter)):
            return shift(instant, shorter.delta), shift(instant, longer.delta)
        case SinceWindow(since=since):
            return (instant, NEVER) if since <= instant else None
        case BetweenWindow(between=(start, end)):
            return (instant, NEVER) if start <= instant <= end else None
        case CalendarWindow(calendar=calendar):
            return _find_calendar_stay(calendar, instant, zone)


def _find_calendar_stay(calendar: str, instant: dt.datetime, zone: ZoneInfo) -> Span:
    day = instant.astimezone(zone).date()
    match calendar:
        case "yesterday":
            return find_midnight(day + DAY, zone), find_midnight(day + 2 * DAY, zone)
        case "this_week":
            end = day + (7 - day.weekday()) * DAY
        case "this_month":
            end = (day.replace(day=28) + 4 * DAY).replace(day=1)
        case _:
            end = day + DAY
    return instant, find_midnight(end, zone)
