"""The shapes of the pictures of segments side by side: true to the figures, whatever these are."""

import itertools

import pytest

from segments.admin.flow_chart import GAP, HEIGHT, MOST_NODES, FlowChart, draw_flows
from segments.admin.shares import make_cell, say_share
from segments.admin.upset_chart import MOST_COLUMNS, draw_upset, say_compactly
from segments.looking.drift import Drift, Found
from segments.looking.overlap import Overlap
from segments.looking.sampling import Figure
from segments.models import Segment
from tests.factories import NOW

SEGMENTS = tuple(Segment(pk=number, name=f"Set {number}") for number in range(1, 7))


def make_overlap(found: dict[int, int], exact: bool = True) -> Overlap:
    return Overlap(SEGMENTS, NOW, exact, found, living=sum(found.values()))


def make_drift(found: dict[tuple[int, int], int]) -> Drift:
    rows = tuple(Found(before, after, people, (0,) * 6) for (before, after), people in found.items())
    return Drift(SEGMENTS, NOW, NOW, NOW, exact=True, found=rows, remarks=())


def draw(found: dict[tuple[int, int], int]) -> FlowChart:
    chart = draw_flows(make_drift(found))
    assert chart is not None
    return chart


# --- UpSet ----------------------------------------------------------------------


def test_a_column_is_as_high_as_its_share_of_the_largest_and_nobody_vanishes() -> None:
    chart = draw_upset(make_overlap({1: 1000, 2: 500, 4: 1}))

    heights = [column.bar for column in chart.columns]
    assert heights[1] == pytest.approx(heights[0] / 2)
    assert heights[2] == 2.0


def test_dots_are_filled_where_the_people_are_in_and_joined_from_first_to_last() -> None:
    (column,) = draw_upset(make_overlap({0b10010: 3})).columns

    assert [dot.is_in for dot in column.dots] == [False, True, False, False, True, False]
    assert (column.first_y, column.last_y) == (column.dots[1].y, column.dots[4].y)


def test_what_there_is_no_room_for_is_counted() -> None:
    chart = draw_upset(make_overlap({mask: 64 - mask for mask in range(1, 64)}))

    assert (len(chart.columns), chart.left_out) == (MOST_COLUMNS, 63 - MOST_COLUMNS)


def test_segments_of_nobody_have_rows_and_no_columns() -> None:
    chart = draw_upset(make_overlap({}))

    assert ([row.bar for row in chart.rows], chart.columns) == ([0.0] * 6, [])


@pytest.mark.parametrize(
    ("figure", "text"),
    [
        (Figure(999), "999"),
        (Figure(12_345), "12.3k"),
        (Figure(999_999), "1M"),
        (Figure(1_234_567), "1.23M"),
        (Figure(64, 300), "<400"),
        (Figure(64_000, 3_000), "64k"),
    ],
)
def test_numbers_in_the_picture_are_short(figure: Figure, text: str) -> None:
    assert say_compactly(figure) == text


# --- Flows ----------------------------------------------------------------------


def test_a_side_is_as_high_as_the_picture_and_nodes_do_not_touch() -> None:
    chart = draw({(1, 1): 50, (1, 2): 30, (2, 0): 20, (0, 1): 10})

    for is_left in (True, False):
        side = [node for node in chart.nodes if node.is_left is is_left]
        assert sum(node.height for node in side) + GAP * (len(side) - 1) == pytest.approx(HEIGHT, abs=1)
        for upper, lower in itertools.pairwise(side):
            assert lower.y - (upper.y + upper.height) == pytest.approx(GAP, abs=0.2)


def test_bands_are_told_apart_by_what_people_did() -> None:
    chart = draw({(1, 1): 4, (1, 2): 3, (2, 0): 2, (0, 1): 1})

    assert {(band.words, band.kind) for band in chart.bands} == {
        ("From A to A: 4", "stayed"),
        ("From A to B: 3", "moved"),
        ("From B to none: 2", "left"),
        ("From none to A: 1", "joined"),
    }


def test_small_combinations_are_drawn_as_one() -> None:
    found = {(mask, mask): 100 - mask for mask in range(1, 20)} | {(19, 18): 1}
    chart = draw(found)

    left = [node.label for node in chart.nodes if node.is_left]
    assert (len(left), left[-1]) == (MOST_NODES + 1, "others")
    stayed, moved = (
        [band for band in chart.bands if band.words.startswith("From others to others") and band.kind == kind]
        for kind in ("stayed", "moved")
    )
    assert (len(stayed), len(moved)) == (1, 1)


def test_nobody_in_any_of_them_is_no_picture() -> None:
    assert draw_flows(make_drift({(0, 0): 5})) is None


# --- Shares ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("share", "level", "text"),
    [
        (None, 0, "–"),
        (0.0, 0, "0 %"),
        (0.001, 1, "< 1 %"),
        (0.1, 1, "10 %"),
        (0.3, 3, "30 %"),
        (0.999, 5, "> 99 %"),
        (1.0, 5, "100 %"),
    ],
)
def test_a_share_has_a_colour_and_a_text_that_claims_neither_none_nor_all_wrongly(
    share: float | None, level: int, text: str
) -> None:
    assert (make_cell(Figure(1), share, words="").level, say_share(share)) == (level, text)
