"""What lies within what: spans of time, areas, hours of the clock. A yes is certain; a no may be ignorance."""

import datetime as dt

from segments.rules.ast import LocalTimeCondition, LocationCondition
from segments.rules.places import measure_distance
from segments.rules.shares import WEEKDAYS
from segments.rules.values import Spot
from segments.rules.windows import AgoWindow, BetweenWindow, CalendarWindow, LastWindow, SinceWindow, Window

HALF_A_METRE = 0.0005  # in km: more than the arithmetic of distances is ever off
DAY = dt.timedelta(days=1)
# Within how much time a span of the calendar lies for certain, whatever clocks are put back meanwhile.
REACH = {"today": 2 * DAY, "yesterday": 3 * DAY, "this_week": 8 * DAY, "this_month": 32 * DAY}
CALENDAR = {("today", "this_week"), ("today", "this_month")}


def window_contains(outer: Window | None, inner: Window | None) -> bool:
    """Whether, at every instant and in every zone, the one holds every instant that the other does."""
    match outer, inner:
        case None, _:
            return True
        case (LastWindow() | AgoWindow(), LastWindow() | AgoWindow() | CalendarWindow()):
            (far, near), (inner_far, inner_near) = _find_distance(outer), _find_distance(inner)
            return far >= inner_far and near <= inner_near
        case (SinceWindow(since=since), SinceWindow(since=start) | BetweenWindow(between=(start, _))):
            return since <= start
        case (BetweenWindow(between=(start, end)), BetweenWindow(between=(inner_start, inner_end))):
            return start <= inner_start and inner_end <= end
        case (CalendarWindow(calendar=wide), CalendarWindow(calendar=narrow)):
            return wide == narrow or (narrow, wide) in CALENDAR
    return False


def _find_distance(window: LastWindow | AgoWindow | CalendarWindow) -> tuple[dt.timedelta, dt.timedelta]:
    """How far back it reaches at most, and how near it comes."""
    match window:
        case LastWindow(last=last):
            return last.delta, dt.timedelta(0)
        case AgoWindow(between_ago=(longer, shorter)):
            return longer.delta, shorter.delta
        case CalendarWindow(calendar=calendar):
            return REACH[calendar], dt.timedelta(0)


def area_contains(outer: LocationCondition, inner: LocationCondition) -> bool:
    """Whether each circle of the one lies within a circle of the other."""
    if outer.radius is None or inner.radius is None:
        return False
    room = outer.radius.kilometres - inner.radius.kilometres
    return room >= 0 and all(
        any(_is_in_reach(here, there, room) for there in outer.spots) for here in inner.spots
    )


def _is_in_reach(here: Spot, there: Spot, room: float) -> bool:
    same = (here.lat, here.lon) == (there.lat, there.lon)
    return same or measure_distance(here.lat, here.lon, there) + HALF_A_METRE <= room


def clock_contains(outer: LocalTimeCondition, inner: LocalTimeCondition) -> bool:
    days = set(outer.weekdays or WEEKDAYS) >= set(inner.weekdays or WEEKDAYS)
    return days and _list_minutes(outer) >= _list_minutes(inner)


def _list_minutes(node: LocalTimeCondition) -> set[int]:
    """Of the day, those during which it holds; times of day in rules are whole minutes."""
    day = 24 * 60
    if node.times is None:
        return set(range(day))
    start, end = (time.hour * 60 + time.minute for time in node.times)
    return {minute % day for minute in range(start, end if start < end else end + day)}
