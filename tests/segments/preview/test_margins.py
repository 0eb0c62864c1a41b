"""From a sample to everybody: what is said of them holds as often as it claims to."""

import pytest

from segments.preview.margins import Size, estimate_count, round_figure, round_up
from tests.chance import draw_chance

MILLION = Size(total=1_000_000, sample=101_562)


@pytest.mark.parametrize(
    ("found", "count", "margin"),
    [
        pytest.param(101_562, 1_000_000, 26, id="everybody"),
        pytest.param(50_781, 500_000, 2_915, id="half"),
        pytest.param(11_781, 115_998, 1_868, id="a-tenth"),
        pytest.param(508, 5_002, 413, id="the-smallest-that-is-shown"),
    ],
)
def test_the_share_of_the_sample_is_that_of_all(found: int, count: int, margin: int) -> None:
    estimate = estimate_count(found, MILLION)

    assert estimate.count == count
    assert estimate.margin == pytest.approx(margin, abs=1)


def test_who_was_all_asked_is_known_exactly() -> None:
    estimate = estimate_count(3, Size(total=10, sample=10))

    assert (estimate.count, estimate.margin) == (3, 0)


@pytest.mark.parametrize(("found", "ceiling"), [(0, 50), (1, 70), (40, 600), (500, 6_000)])
def test_of_too_few_only_what_they_do_not_exceed_is_known(found: int, ceiling: int) -> None:
    assert estimate_count(found, MILLION).ceiling == ceiling


def test_a_sample_of_nobody_knows_nothing_but_how_many_there_are() -> None:
    estimate = estimate_count(0, Size(total=7, sample=0))

    assert (estimate.margin, estimate.ceiling) == (7, 7)


def test_more_than_the_whole_sample_are_found_only_if_its_size_is_older() -> None:
    assert estimate_count(11, Size(total=100, sample=10)).count == 100


@pytest.mark.parametrize("members", [0, 20, 1_000, 12_000, 20_000])
def test_the_margin_holds_in_95_of_100_samples(members: int) -> None:
    """Of 300 draws, which may stray by five standard errors of that."""
    draw = draw_chance("margins")
    everybody = range(20_000)
    held = 0
    for _ in range(300):
        sample = [person for person in draw.sample(everybody, 2_000) if person < members]
        estimate = estimate_count(len(sample), Size(20_000, 2_000))
        held += abs(estimate.count - members) <= estimate.margin
    assert held / 300 >= 0.95 - 5 * (0.95 * 0.05 / 300) ** 0.5


def test_figures_are_rounded_to_what_they_can_tell() -> None:
    assert [round_figure(number) for number in (0, 7, 999, 1_004, 116_482, 1_234_567)] == [
        0, 7, 999, 1_000, 116_000, 1_230_000,
    ]  # fmt: skip
    assert [round_up(number) for number in (0, 0.3, 1, 1.2, 38, 5_412, 6_000)] == [
        0,
        1,
        1,
        2,
        40,
        6_000,
        6_000,
    ]
