"""The arithmetic of samples gives what the literature prints, and what its definitions demand."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from campaigns.statistics import (
    Estimate,
    Interval,
    Sample,
    adjust_holm,
    check_split,
    compare_means,
    compare_proportions,
    divide,
    find_chi_square_tail,
    find_mean,
    find_smallest_effect,
    find_wilson,
    subtract,
)
from tests.chance import draw_chance

SHARES = st.tuples(st.integers(0, 400), st.integers(1, 400)).map(lambda pair: (min(pair), max(pair)))
P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=8)


def make_sample(*values: float) -> Sample:
    return Sample(
        len(values), sum(values), sum(value**2 for value in values), sum(value**3 for value in values)
    )


@pytest.mark.parametrize(
    ("successes", "size", "low", "high"),
    # Newcombe 1998, Two-sided confidence intervals for the single proportion, table I, method 3.
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_a_share_has_the_interval_that_is_printed_for_wilson(
    successes: int, size: int, low: float, high: float
) -> None:
    assert find_wilson(successes, size).interval == pytest.approx((low, high), abs=5e-5)


def test_of_nobody_nothing_is_known() -> None:
    assert find_wilson(0, 0) == (0.0, (0.0, 1.0))
    assert find_mean(Sample(0, 0, 0)).interval == (-math.inf, math.inf)


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    # Newcombe 1998, Interval estimation for the difference between independent proportions, table II, method 10.
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0000),
        ((10, 10), (0, 10), 0.6075, 1.0000),
    ],
)
def test_a_difference_of_shares_has_the_interval_that_is_printed_for_newcombe(
    first: tuple[int, int], second: tuple[int, int], low: float, high: float
) -> None:
    interval = subtract(find_wilson(*first), find_wilson(*second)).interval
    assert interval == pytest.approx((low, high), abs=6e-5)


def test_a_ratio_of_shares_is_that_of_the_physicians_health_study() -> None:
    # Agresti, Categorical Data Analysis, 3.1: relative risk 1.82, interval (1.43, 2.31), z = 5.0.
    ratio = divide(find_wilson(189, 11_034), find_wilson(104, 11_037))
    assert ratio is not None
    assert ratio.value == pytest.approx(1.82, abs=0.005)
    assert ratio.interval == pytest.approx((1.43, 2.31), abs=0.01)
    assert compare_proportions((189, 104), (11_034, 11_037)) == pytest.approx(5.7e-7, rel=0.05)


@given(first=SHARES, second=SHARES)
def test_a_ratio_may_be_one_just_when_the_difference_may_be_nothing(
    first: tuple[int, int], second: tuple[int, int]
) -> None:
    one, other = find_wilson(*first), find_wilson(*second)
    ratio, difference = divide(one, other), subtract(one, other)
    assume(min(abs(difference.interval.low), abs(difference.interval.high)) > 1e-9)
    if ratio is None:
        assert second[0] == 0
    else:
        assert ratio.interval.low <= ratio.value <= ratio.interval.high
        assert ratio.interval.holds(1) == difference.interval.holds(0)


@given(
    mean=st.floats(0.1, 100), other=st.floats(0.1, 100), margin=st.floats(0, 50), width=st.floats(0.01, 0.9)
)
def test_a_ratio_of_means_has_fiellers_interval(
    mean: float, other: float, margin: float, width: float
) -> None:
    half = other * width
    one = Estimate(mean, Interval(mean - margin, mean + margin))
    two = Estimate(other, Interval(other - half, other + half))
    ratio = divide(one, two)
    assert ratio is not None
    # Fieller: all r for which (a - r b)² is at most the square of the half width of a - r b.
    for end in ratio.interval:
        assert (mean - end * other) ** 2 == pytest.approx(margin**2 + (end * half) ** 2, rel=1e-6, abs=1e-6)


def test_nothing_is_compared_with_what_may_be_nothing() -> None:
    assert divide(find_wilson(5, 100), find_wilson(0, 100)) is None
    assert divide(find_mean(make_sample(1, 2)), find_mean(make_sample(-1, 2))) is None


@pytest.mark.parametrize(
    ("successes", "sizes", "p"),
    [
        ((50, 50), (100, 100), 1.0),
        ((0, 0), (100, 100), 1.0),
        ((1, 0), (1, 0), 1.0),
        # z = 1.96 by hand: pooled 0.5, error 0.0707 (n = 100 each), difference 0.1386.
        ((57, 43), (100, 100), 0.0477),
    ],
)
def test_two_shares_are_tested_against_their_pooled_share(
    successes: tuple[int, int], sizes: tuple[int, int], p: float
) -> None:
    assert compare_proportions(successes, sizes) == pytest.approx(p, abs=5e-5)


@given(first=SHARES, second=SHARES)
def test_the_squared_z_of_two_shares_is_pearsons_chi_square(
    first: tuple[int, int], second: tuple[int, int]
) -> None:
    (x, m), (y, n) = first, second
    assume(0 < x + y < m + n)
    table = [x, m - x, y, n - y]
    rows, columns = [m, n], [x + y, m + n - x - y]
    expected = [row * column / (m + n) for row in rows for column in columns]
    statistic = sum((count - mean) ** 2 / mean for count, mean in zip(table, expected, strict=True))
    assert compare_proportions((x, y), (m, n)) == pytest.approx(find_chi_square_tail(statistic, 1), abs=1e-9)


def test_holms_adjustment_is_the_one_that_is_printed() -> None:
    # Four hypotheses with p = 0.01, 0.04, 0.03 and 0.005: the first and the fourth are rejected at 5 %.
    assert adjust_holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


@given(p_values=P_VALUES)
def test_holm_keeps_the_order_and_lies_between_no_adjustment_and_bonferronis(p_values: list[float]) -> None:
    adjusted = adjust_holm(p_values)
    for p, holm in zip(p_values, adjusted, strict=True):
        assert p <= holm <= min(1, p * len(p_values)) + 1e-12
    in_order = [holm for _, holm in sorted(zip(p_values, adjusted, strict=True))]
    assert in_order == sorted(in_order)


@pytest.mark.parametrize(
    ("freedom", "critical"), [(1, 3.841), (2, 5.991), (3, 7.815), (4, 9.488), (7, 14.067), (9, 16.919)]
)
def test_the_chi_square_tail_is_five_per_cent_at_the_printed_values(freedom: int, critical: float) -> None:
    assert find_chi_square_tail(critical, freedom) == pytest.approx(0.05, abs=2e-5)


def test_a_split_that_is_off_is_found() -> None:
    # Kohavi, Tang, Xu, Trustworthy Online Controlled Experiments, chapter 21: p = 1.8E-6.
    assert check_split([821_588, 815_482], [1, 1]) == pytest.approx(1.8e-6, rel=0.03)
    assert check_split([900, 100], [9, 1]) == 1.0
    assert check_split([90, 10, 10], [8, 1, 1]) > 0.5


def test_a_split_of_nobody_is_as_good_as_any() -> None:
    assert check_split([0, 0], [1, 1]) == 1.0


def test_a_sample_knows_mean_variance_and_skewness() -> None:
    sample = make_sample(2, 4, 4, 4, 5, 5, 7, 9)
    assert sample.mean == 5
    assert sample.variance == pytest.approx(32 / 7)
    assert sample.skewness == pytest.approx(0.65625)
    assert make_sample(1, 2, 3).skewness == pytest.approx(0)


def test_means_are_compared_by_welch() -> None:
    first, second = make_sample(*range(1, 31)), make_sample(*range(4, 34))
    error = math.sqrt(2 * 77.5 / 30)
    assert subtract(find_mean(second), find_mean(first)).interval == pytest.approx(
        (3 - 1.96 * error, 3 + 1.96 * error), abs=1e-3
    )
    assert compare_means(first, second) == pytest.approx(math.erfc(3 / error / math.sqrt(2)))
    assert compare_means(first, make_sample(5)) == 1.0


def test_the_smallest_difference_that_shows_is_the_one_that_is_printed() -> None:
    # Fleiss 1981, table A.3 without its correction for continuity: 356 in each group tell 0.6 from 0.7.
    assert find_smallest_effect(0.65, 356, 356) == pytest.approx(0.1, abs=2e-4)
    assert find_smallest_effect(0.5, 0, 100) == 1.0


def test_intervals_of_a_lift_hold_the_truth_in_95_of_100_cases() -> None:
    chance, true, base = draw_chance("lifts"), 0.06, 0.05

    def draw(share: float, size: int) -> Estimate:
        return find_wilson(sum(chance.random() < share for _ in range(size)), size)

    held = [
        ratio.interval.holds(true / base)
        for _ in range(1600)
        if (ratio := divide(draw(true, 1500), draw(base, 500)))
    ]
    assert 0.92 < sum(held) / len(held) < 0.98  # five standard errors to either side
