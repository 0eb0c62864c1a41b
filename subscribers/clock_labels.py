"""Days and hours as people read them beside a chart: with the year where there are several, the repeated hour told apart."""

import datetime as dt
from collections.abc import Iterable


def span_years(days: Iterable[dt.date]) -> bool:
    """Whether a day alone, like 1 Jan, would not say which one is meant."""
    return len({day.year for day in days}) > 1


def name_day(day: dt.date, *, with_year: bool) -> str:
    """1 Jan, or 1 Jan 2027."""
    return f"{day.day} {day:%b %Y}" if with_year else f"{day.day} {day:%b}"


def name_hour(local: dt.datetime) -> str:
    """02:00, and 02:00 CEST where clocks are set back and there is another 02:00 an hour later."""
    twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return f"{local:%H:%M %Z}" if twice else f"{local:%H:%M}"
