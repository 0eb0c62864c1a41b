"""Outlines on a flat map, by the even-odd rule."""

from typing import Any

import pytest

from tests.segments.rules.test_evaluator import holds

Corners = list[tuple[float, float]]
SQUARE: Corners = [(0, 0), (0, 10), (10, 10), (10, 0)]
BOW_TIE: Corners = [(0, 0), (10, 10), (0, 10), (10, 0)]
TWICE_ROUND: Corners = [*SQUARE, *SQUARE]


def is_inside(corners: Corners, lat: float | None, lon: float | None) -> bool:
    node: dict[str, Any] = {"type": "location", "polygon": [{"lat": a, "lon": b} for a, b in corners]}
    return holds(node, latitude=lat, longitude=lon)


@pytest.mark.parametrize(
    ("corners", "lat", "lon", "expected"),
    [
        pytest.param(SQUARE, 5.0, 5.0, True, id="inside"),
        pytest.param(SQUARE, 5.0, 11.0, False, id="east-of-it"),
        pytest.param(SQUARE, 5.0, -1.0, False, id="west-of-it"),
        pytest.param(SQUARE, 5.0, 0.0, True, id="on-the-western-edge"),
        pytest.param(SQUARE, 5.0, 10.0, False, id="on-the-eastern-edge"),
        pytest.param(SQUARE, 0.0, 5.0, True, id="on-the-southern-edge"),
        pytest.param(SQUARE, 10.0, 5.0, False, id="on-the-northern-edge"),
        pytest.param(SQUARE, None, 5.0, False, id="half-known"),
        pytest.param(BOW_TIE, 2.0, 5.0, False, id="below-the-knot"),
        pytest.param(BOW_TIE, 8.0, 5.0, False, id="above-the-knot"),
        pytest.param(BOW_TIE, 5.0, 2.0, True, id="in-a-wing"),
        pytest.param(TWICE_ROUND, 5.0, 5.0, False, id="twice-inside-is-outside"),
        pytest.param([(5, 0), (5, 5), (5, 10)], 5.0, 5.0, False, id="a-level-line-holds-nobody"),
        pytest.param([(5, 5)] * 3, 5.0, 5.0, False, id="a-spot-holds-nobody"),
        pytest.param([(0, 5), (10, 5), (0, 5)], 5.0, 5.0, False, id="a-line-there-and-back-holds-nobody"),
        pytest.param([(-10, 170), (-10, -170), (10, -170), (10, 170)], 0.0, 0.0, True, id="not-over-the-date-line"),
    ],
)  # fmt: skip
def test_inside_an_outline(corners: Corners, lat: float | None, lon: float | None, expected: bool) -> None:
    assert is_inside(corners, lat, lon) is expected
    assert is_inside(corners[::-1], lat, lon) is expected


def test_outlines_that_touch_hold_everybody_once() -> None:
    west: Corners = [(0, 0), (0, 5), (10, 5), (10, 0)]
    east: Corners = [(0, 5), (0, 10), (10, 10), (10, 5)]

    assert [is_inside(outline, 5.0, 5.0) for outline in (west, east)] == [False, True]
