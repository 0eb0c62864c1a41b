"""The shapes of the report's pictures. Templates draw them as SVG; every picture has a table beside it."""

import datetime as dt
import zoneinfo
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from campaigns.reports import Outcomes
from subscribers.clock_labels import name_day, name_hour, span_years
from subscribers.timezones import load_zone

WIDTH, HEIGHT = 720, 200  # of the plot, in the units of the viewBox
MOST_HOURS = 72  # a longer campaign is drawn by day
OUTCOMES = (
    ("sent", "Sent"),
    ("waiting", "Waiting"),
    ("failed", "Failed"),
    ("expired", "Expired"),
    ("skipped", "Skipped"),
    ("erased", "Deleted since"),
)


@dataclass(frozen=True)
class Share:
    """One piece of the bar that is the audience; `x` and `width` in per cent."""

    key: str
    label: str
    count: int
    x: float
    width: float


@dataclass(frozen=True)
class Bar:
    """What happened in one hour or day: two bars beside each other."""

    label: str  # short, for the axis
    when: str  # in full, for the table
    sent: int
    clicked: int
    x: float
    width: float
    sent_height: float
    clicked_height: float
    is_labelled: bool


@dataclass(frozen=True)
class HoursChart:
    """Sends and clicks over time. `unit` is “hour” or “day”; `top` is what the full height stands for."""

    bars: list[Bar]
    unit: str
    top: int
    width: int = WIDTH
    height: int = HEIGHT


def draw_shares(report: Outcomes) -> list[Share]:
    """The audience as one bar: its pieces add up to it, as the numbers do."""
    shares, x = [], 0.0
    for key, label in OUTCOMES:
        count: int = getattr(report, key)
        width = 100 * count / report.audience if report.audience else 0.0
        shares.append(Share(key, label, count, round(x, 3), round(width, 3)))
        x += width
    return shares


def draw_hours(by_hour: Sequence[tuple[dt.datetime, int, int]], timezone: str) -> HoursChart | None:
    """Bars for every hour (or day, if there are many) from the first send to the last click."""
    if not by_hour:
        return None
    zone = load_zone(timezone)
    hours = [hour for hour, _, _ in by_hour]
    by_day = (max(hours) - min(hours)) > dt.timedelta(hours=MOST_HOURS)
    totals = _sum_up(by_hour, zone, by_day=by_day)
    starts = _fill_gaps(min(totals), max(totals), by_day=by_day)
    top = max(1, *(max(sent, clicked) for sent, clicked in totals.values()))
    labelled = range(0, len(starts), -(-len(starts) // 8))  # there is room for about eight labels
    with_year = span_years(start.astimezone(zone) for start in starts)
    bars = []
    for index, start in enumerate(starts):
        sent, clicked = totals.get(start, (0, 0))
        local = start.astimezone(zone)
        day = name_day(local, with_year=with_year)
        bars.append(
            Bar(
                label=day if by_day else name_hour(local),
                when=day if by_day else f"{day}, {name_hour(local)}",
                sent=sent,
                clicked=clicked,
                x=round(index * WIDTH / len(starts), 2),
                width=round(min(0.4 * WIDTH / len(starts), 24), 2),
                sent_height=round(HEIGHT * sent / top, 2),
                clicked_height=round(HEIGHT * clicked / top, 2),
                is_labelled=index in labelled,
            )
        )
    return HoursChart(bars, "day" if by_day else "hour", top)


def _sum_up(
    by_hour: Sequence[tuple[dt.datetime, int, int]], zone: zoneinfo.ZoneInfo, *, by_day: bool
) -> dict[dt.datetime, tuple[int, int]]:
    totals: dict[dt.datetime, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for hour, sent, clicked in by_hour:
        start = _start_of_day(hour, zone) if by_day else hour.astimezone(dt.UTC)
        before = totals[start]
        totals[start] = (before[0] + sent, before[1] + clicked)
    return totals


def _start_of_day(hour: dt.datetime, zone: zoneinfo.ZoneInfo) -> dt.datetime:
    return hour.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)


def _fill_gaps(first: dt.datetime, last: dt.datetime, *, by_day: bool) -> list[dt.datetime]:
    # Wall-clock arithmetic for days (midnight to midnight, whatever the clocks do), elapsed time for hours.
    step = dt.timedelta(days=1) if by_day else dt.timedelta(hours=1)
    starts = [first]
    while starts[-1] < last:
        starts.append(starts[-1] + step)
    return starts
