"""The shapes of an UpSet chart: a column for each intersection, a row for each segment, and dots where they meet.

Lex et al., UpSet: Visualization of Intersecting Sets (2014). The template draws them as SVG; tables say the same.
"""

from dataclasses import dataclass

from segments.admin.combining import address_combination
from segments.admin.comparing import Lettered, letter_segments
from segments.looking.overlap import Intersection, Overlap
from segments.looking.sampling import Figure
from segments.preview.margins import round_figure, round_up

MOST_COLUMNS = 20
# In the units of the viewBox, which are pixels at full width.
NAMES, SIZES, NUMBERS = 156, 56, 36
LEFT = NAMES + SIZES + NUMBERS + 14
COLUMN, ROW, TOP, HEIGHT = 30, 28, 18, 150
LONGEST_NAME = 19


@dataclass(frozen=True)
class Row:
    lettered: Lettered
    name: str
    words: str
    y: float
    bar: float
    number: str
    number_x: float


@dataclass(frozen=True)
class Dot:
    y: float
    is_in: bool


@dataclass(frozen=True)
class Column:
    """`url`: the form that saves these people as a segment."""

    x: float
    y: float
    bar: float
    number: str
    words: str
    url: str
    dots: list[Dot]
    first_y: float
    last_y: float


@dataclass(frozen=True)
class UpsetChart:
    """`left_out`: so many intersections, the smallest ones, stand in the table alone."""

    rows: list[Row]
    columns: list[Column]
    left_out: int
    width: int
    height: int
    base: int = TOP + HEIGHT
    left: int = LEFT
    column_width: int = COLUMN
    row_height: int = ROW
    bar_x: int = NAMES


def draw_upset(overlap: Overlap) -> UpsetChart:
    """As wide as there are intersections, up to MOST_COLUMNS; bars are as high as the largest allows."""
    shown = overlap.intersections[:MOST_COLUMNS]
    largest = max((each.size.count for each in shown), default=0) or 1
    rows = _draw_rows(overlap)
    columns = [_draw_column(place, each, rows, largest) for place, each in enumerate(shown)]
    return UpsetChart(
        rows,
        columns,
        left_out=len(overlap.intersections) - len(shown),
        width=LEFT + COLUMN * max(len(columns), 4) + 4,
        height=TOP + HEIGHT + 12 + ROW * len(rows),
    )


def say_compactly(figure: Figure) -> str:
    """“12.3k”, as there is room for; “<400” where the sample tells no more."""
    if figure.margin and figure.margin >= figure.count:
        return f"<{_shorten(round_up(figure.count + figure.margin))}"
    return _shorten(figure.count)


def say_people(figure: Figure) -> str:
    return f"{figure} {'person' if figure == Figure(1) else 'people'}"


def say_segments(intersection: Intersection) -> str:
    names = [segment.name for segment in intersection.segments]
    if not intersection.others:
        return " and ".join(names)
    return f"only {names[0]}" if len(names) == 1 else f"{' and '.join(names)}, none of the others"


def _draw_rows(overlap: Overlap) -> list[Row]:
    largest = max((size.count for size in overlap.sizes), default=0) or 1
    both = zip(letter_segments(overlap.segments), overlap.sizes, strict=True)
    return [_draw_row(place, lettered, size, largest) for place, (lettered, size) in enumerate(both)]


def _draw_row(place: int, lettered: Lettered, size: Figure, largest: int) -> Row:
    bar = _scale(size.count, largest, SIZES)
    return Row(
        lettered,
        name=_cut(lettered.segment.name),
        words=f"{lettered.letter}: {lettered.segment}, {say_people(size)}",
        y=TOP + HEIGHT + 12 + ROW * place + ROW / 2,
        bar=bar,
        number=say_compactly(size),
        number_x=NAMES + bar + 5,
    )


def _draw_column(place: int, each: Intersection, rows: list[Row], largest: int) -> Column:
    bar = _scale(each.size.count, largest, HEIGHT)
    dots = [Dot(row.y, row.lettered.segment in each.segments) for row in rows]
    joined = [dot.y for dot in dots if dot.is_in]
    return Column(
        x=LEFT + COLUMN * place + COLUMN / 2,
        y=TOP + HEIGHT - bar,
        bar=bar,
        number=say_compactly(each.size),
        words=f"{say_segments(each)}: {say_people(each.size)}",
        url=address_combination(each.segments, each.others),
        dots=dots,
        first_y=min(joined),
        last_y=max(joined),
    )


def _scale(count: int, largest: int, room: int) -> float:
    """Anybody at all is never invisible."""
    return max(2.0, round(room * count / largest, 1)) if count else 0.0


def _shorten(number: int) -> str:
    number = round_figure(number)
    for size, sign in ((1_000_000, "M"), (1_000, "k")):
        if number >= size:
            short = number / size
            return f"{short:.0f}{sign}" if short >= 100 else f"{short:.3g}{sign}"
    return str(number)


def _cut(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
