"""Pictures of a segment's size over time: small shapes, which templates draw as SVG; a table says the same."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.safestring import SafeString

from segments.looking.history import DaySize
from subscribers.clock_labels import name_day, span_years

WIDTH, HEIGHT = 720, 160  # of the plot, in the units of the viewBox
SPARK_WIDTH, SPARK_HEIGHT = 96, 24
MOST_LABELS = 6


@dataclass(frozen=True)
class Label:
    """Something under the plot, at `x`."""

    x: float
    text: str


@dataclass(frozen=True)
class SizeChart:
    """`points` of the line, in order; `area` is the same, closed along the ground. `top`: what the full height stands for."""

    points: str
    area: str
    top: int
    labels: list[Label]
    width: int = WIDTH
    height: int = HEIGHT


@dataclass(frozen=True)
class MoveBar:
    """One day: who entered above the line, who left below it."""

    day: DaySize
    x: float
    width: float
    up: float
    down: float


@dataclass(frozen=True)
class MovesChart:
    """`middle` is the height of the line from which bars rise and hang; both ways have one measure."""

    bars: list[MoveBar]
    middle: float
    most_entered: int
    most_left: int
    labels: list[Label]
    width: int = WIDTH
    height: int = HEIGHT


def draw_sizes(days: Sequence[DaySize]) -> SizeChart:
    """From zero, so that a line that rises steeply stands for many."""
    top = max(1, *(day.size for day in days))
    points = _place_points([day.size for day in days], top, WIDTH, HEIGHT)
    area = f"0,{HEIGHT} {points} {WIDTH if len(days) > 1 else 0},{HEIGHT}"
    return SizeChart(points, area, top, _choose_labels(days, WIDTH / max(len(days) - 1, 1)))


def draw_moves(days: Sequence[DaySize]) -> MovesChart:
    """A day on which anybody moved is never invisible."""
    most_entered, most_left = max(day.entered for day in days), max(day.left for day in days)
    unit = HEIGHT / max(most_entered + most_left, 1)
    middle = round(most_entered * unit, 2) if most_entered + most_left else HEIGHT / 2
    step = WIDTH / len(days)
    bars = [
        MoveBar(
            day,
            x=round(index * step + 0.1 * step, 2),
            width=round(0.8 * step, 2),
            up=_measure(day.entered, unit),
            down=_measure(day.left, unit),
        )
        for index, day in enumerate(days)
    ]
    return MovesChart(bars, middle, most_entered, most_left, _choose_labels(days, step))


def draw_sparkline(days: Sequence[DaySize]) -> SafeString:
    """The line alone, for beside a number; whoever places it says in words what it shows."""
    sizes = [day.size for day in days]
    points = _place_points(sizes, max(1, *sizes), SPARK_WIDTH, SPARK_HEIGHT)
    return format_html(
        '<svg viewBox="-1 -1 {} {}" width="{}" height="{}" aria-hidden="true"><polyline points="{}"/></svg>',
        SPARK_WIDTH + 2, SPARK_HEIGHT + 2, SPARK_WIDTH, SPARK_HEIGHT, points,
    )  # fmt: skip


def _place_points(values: Sequence[int], top: int, width: int, height: int) -> str:
    step = width / max(len(values) - 1, 1)
    places = ((index * step, height - height * value / top) for index, value in enumerate(values))
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in places)


def _measure(count: int, unit: float) -> float:
    return max(1.0, round(count * unit, 2)) if count else 0.0


def _choose_labels(days: Sequence[DaySize], step: float) -> list[Label]:
    every = -(-len(days) // MOST_LABELS)
    with_year = span_years(each.day for each in days)
    return [
        Label(round(index * step, 1), name_day(days[index].day, with_year=with_year))
        for index in range(0, len(days), every)
    ]
