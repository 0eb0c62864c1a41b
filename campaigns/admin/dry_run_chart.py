"""The shape of the picture that shows how many people are due in each hour ahead."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from subscribers.clock_labels import name_day, name_hour, span_years
from subscribers.timezones import load_zone

WIDTH, HEIGHT = 720, 160  # of the plot, in the units of the viewBox
MOST_HOURS = 72  # more are drawn by day
_LABELS = 8  # there is room for about so many
_HOUR, _DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@dataclass(frozen=True)
class Ahead:
    """How many are due in one hour or day, on the site's clock as everything on the page."""

    label: str
    when: str  # in full, for the table
    count: int
    x: float
    width: float
    height: float
    is_labelled: bool


@dataclass(frozen=True)
class HoursAhead:
    """`unit` is “hour” or “day”; `top` is what the full height stands for."""

    bars: list[Ahead]
    unit: str
    top: int
    width: int = WIDTH
    height: int = HEIGHT


def draw_hours_ahead(by_hour: Sequence[dict[str, Any]], timezone: str) -> HoursAhead | None:
    """Bars from the first to the last hour in which somebody is due; None if nobody is."""
    zone = load_zone(timezone)
    counts = Counter({dt.datetime.fromisoformat(row["hour"]): row["people"] for row in by_hour})
    if not counts:
        return None
    by_day = max(counts) - min(counts) > MOST_HOURS * _HOUR
    step = _DAY if by_day else _HOUR
    if by_day:
        counts = _sum_days(counts, zone)
    starts = [min(counts)]
    while starts[-1] < max(counts):
        starts.append(starts[-1] + step)
    top = max(counts.values())
    labelled = range(0, len(starts), -(-len(starts) // _LABELS))
    room = WIDTH / len(starts)
    width = round(max(min(0.8 * room, 40), 1), 2)
    with_year = span_years(starts)
    bars = [
        Ahead(
            *(_name_day if by_day else _name_hour)(start.astimezone(zone), with_year=with_year),
            count=counts[start],
            x=round(index * room, 2),
            width=width,
            height=round(HEIGHT * counts[start] / top, 2),
            is_labelled=index in labelled,
        )
        for index, start in enumerate(starts)
    ]
    return HoursAhead(bars, "day" if by_day else "hour", top)


def _name_day(start: dt.datetime, *, with_year: bool) -> tuple[str, str]:
    day = name_day(start, with_year=with_year)
    return day, day


def _name_hour(start: dt.datetime, *, with_year: bool) -> tuple[str, str]:
    hour = name_hour(start)
    return hour, f"{name_day(start, with_year=with_year)}, {hour}"


def _sum_days(counts: Counter[dt.datetime], zone: ZoneInfo) -> Counter[dt.datetime]:
    """By days of the site: from midnight to midnight, whatever its clocks do between."""
    days: Counter[dt.datetime] = Counter()
    for hour, count in counts.items():
        days[hour.astimezone(zone).replace(hour=0, minute=0)] += count
    return days
