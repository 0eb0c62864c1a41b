"""Small charts of one number per day: their geometry, so that the template only writes it down."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

WIDTH, HEIGHT = 280, 64
GAP = 4


@dataclass(frozen=True)
class Bar:
    day: dt.date
    value: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Trend:
    """`explanation` says in words what is counted."""

    key: str
    title: str
    explanation: str
    total: int
    bars: list[Bar]
    width: int = WIDTH
    height: int = HEIGHT


def draw_trend(key: str, title: str, explanation: str, by_day: Mapping[dt.date, int]) -> Trend:
    """Bars as high as the largest day allows; a day with anything at all is never invisible."""
    largest = max(by_day.values(), default=0)
    step = WIDTH / max(len(by_day), 1)
    bars = []
    for index, (day, value) in enumerate(sorted(by_day.items())):
        height = max(2.0, round(HEIGHT * value / largest, 1)) if value else 0.0
        x, width = round(index * step + GAP / 2, 1), round(step - GAP, 1)
        bars.append(Bar(day, value, x, HEIGHT - height, width, height))
    return Trend(key, title, explanation, sum(by_day.values()), bars)
