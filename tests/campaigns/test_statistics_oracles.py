"""Every figure of statistics is the one that statsmodels and scipy give, zeros in any cell of any table included."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from scipy import optimize, stats
from statsmodels.stats import multitest, power, proportion, weightstats

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

# Successes of so many people: nobody, one, all of them and the rare ones between.
SHARES = st.integers(1, 5000).flatmap(lambda size: st.tuples(st.integers(0, size), st.just(size)))
AMOUNTS = st.lists(st.floats(-1e4, 1e4).map(lambda value: round(value, 2)), min_size=2, max_size=30)
CORNERS = [(0, 1), (1, 1), (0, 2), (1, 2), (2, 2), (0, 500), (1, 500), (499, 500), (500, 500)]


def make_sample(values: list[float]) -> Sample:
    return Sample(len(values), *(math.fsum(value**power for value in values) for power in (1, 2, 3)))


@example((0, 1))
@example((1, 1))
@example((0, 5000))
@given(SHARES)
def test_a_share_has_wilsons_interval(share: tuple[int, int]) -> None:
    successes, size = share
    expected = stats.binomtest(successes, size).proportion_ci(method="wilson")
    assert find_wilson(successes, size).interval == pytest.approx((expected.low, expected.high), abs=1e-12)
    assert find_wilson(successes, size).interval == pytest.approx(
        proportion.proportion_confint(successes, size, method="wilson"), abs=1e-12
    )


@example((0, 40), (3, 40))
@example((0, 1), (1, 1))
@given(SHARES, SHARES)
def test_a_difference_of_shares_has_newcombes_interval(
    first: tuple[int, int], second: tuple[int, int]
) -> None:
    expected = proportion.confint_proportions_2indep(*first, *second, method="newcomb", compare="diff")
    found = subtract(find_wilson(*first), find_wilson(*second)).interval
    assert found == pytest.approx(expected, abs=1e-9)


@example((0, 40), (0, 40))
@example((40, 40), (40, 40))
@example((0, 40), (40, 40))
@given(SHARES, SHARES)
def test_two_shares_are_tested_as_statsmodels_tests_them(
    first: tuple[int, int], second: tuple[int, int]
) -> None:
    (x, m), (y, n) = first, second
    found = compare_proportions((x, y), (m, n))
    if 0 < x + y < m + n:
        assert found == pytest.approx(proportion.proportions_ztest([x, y], [m, n])[1], abs=1e-12)
    else:  # nobody did, or everybody: the two are the same, and statsmodels divides 0 by 0
        assert found == 1.0


@example([0.0, 0.0])
@example([7.5, 7.5, 7.5])
@given(AMOUNTS)
def test_a_mean_has_its_large_sample_interval(values: list[float]) -> None:
    expected = weightstats.DescrStatsW(values).zconfint_mean()
    assert find_mean(make_sample(values)).interval == pytest.approx(expected, rel=1e-6, abs=1e-4)


@example([0.0, 0.0], [0.0, 5.0])
@example([3.0, 3.0], [3.0, 3.0])
@given(AMOUNTS, AMOUNTS)
def test_two_means_are_compared_as_statsmodels_compares_them(first: list[float], second: list[float]) -> None:
    one, other = make_sample(first), make_sample(second)
    compared = weightstats.CompareMeans.from_data(first, second)
    expected = compared.zconfint_diff(usevar="unequal")
    assert subtract(find_mean(one), find_mean(other)).interval == pytest.approx(expected, rel=1e-6, abs=1e-4)
    assume(one.variance + other.variance > 1e-3)  # of none statsmodels divides by 0
    assert compare_means(one, other) == pytest.approx(compared.ztest_ind(usevar="unequal")[1], abs=1e-5)


@given(AMOUNTS)
def test_a_sample_has_the_variance_and_skewness_that_scipy_finds(values: list[float]) -> None:
    sample = make_sample(values)
    assert sample.mean == pytest.approx(np.mean(values))
    assert sample.variance == pytest.approx(np.var(values, ddof=1), rel=1e-6, abs=1e-4)
    assume(sample.variance > 1 and sample.variance > sample.mean**2 / 1000)
    assert sample.skewness == pytest.approx(stats.skew(values), rel=1e-3, abs=1e-3)


@settings(max_examples=20)  # the library takes 75 ms for each
@example([0.0, 0.0, 1.0])
@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holms_adjustment_is_that_of_statsmodels(p_values: list[float]) -> None:
    assert adjust_holm(p_values) == pytest.approx(multitest.multipletests(p_values, method="holm")[1])


@example([0, 0], [1, 1])
@example([0, 50], [1, 1])
@given(
    st.lists(st.integers(0, 1000), min_size=2, max_size=6),
    st.lists(st.integers(1, 100), min_size=6, max_size=6),
)
def test_a_split_is_tested_as_scipy_tests_it(counts: list[int], drawn: list[int]) -> None:
    weights = drawn[: len(counts)]
    if not sum(counts):
        assert check_split(counts, weights) == 1.0
        return
    expected = np.array(weights) * sum(counts) / sum(weights)
    assert check_split(counts, weights) == pytest.approx(stats.chisquare(counts, expected).pvalue, abs=1e-9)


@given(st.floats(0, 500), st.integers(1, 12))
def test_the_tail_of_chi_square_is_that_of_scipy(statistic: float, freedom: int) -> None:
    assert find_chi_square_tail(statistic, freedom) == pytest.approx(
        stats.chi2.sf(statistic, freedom), rel=1e-9, abs=1e-15
    )


@given(st.floats(0.01, 0.99), st.integers(20, 5000), st.integers(20, 5000))
def test_the_smallest_difference_that_shows_has_the_power_it_claims(
    share: float, first: int, second: int
) -> None:
    effect = find_smallest_effect(share, first, second)
    assume(effect < 1)
    spread = math.sqrt(share * (1 - share))
    found = power.NormalIndPower().power(effect / spread, first, 0.05, ratio=second / first)
    assert found == pytest.approx(0.8, abs=1e-4)


@pytest.mark.parametrize(("first", "second"), [*itertools.product(CORNERS, CORNERS)])
def test_a_zero_in_any_cell_of_a_table_is_a_case(first: tuple[int, int], second: tuple[int, int]) -> None:
    check_ratio(find_wilson(*first), find_wilson(*second))


@example((0, 40), (3, 40))
@given(SHARES, SHARES)
def test_a_ratio_of_shares_ends_where_a_difference_just_reaches_nothing(
    first: tuple[int, int], second: tuple[int, int]
) -> None:
    check_ratio(find_wilson(*first), find_wilson(*second))


@example([0.0, 0.0], [5.0, 6.0])
@example([-1.0, 1.0], [5.0, 6.0])
@example([-5.0, -5.0], [5.0, 6.0])
@given(AMOUNTS, AMOUNTS)
def test_a_ratio_of_means_ends_where_a_difference_just_reaches_nothing(
    first: list[float], second: list[float]
) -> None:
    check_ratio(find_mean(make_sample(first)), find_mean(make_sample(second)))


# Ends of any shape, within what can be looked for by bisection.
ENDS = st.lists(st.floats(-1e4, 1e4).map(lambda end: round(end, 3)), min_size=3, max_size=3).map(sorted)


@example([0.0, 0.0, 0.0], [1.0, 1.0, 1.0])
@example([-2.0, -1.0, 0.0], [1.0, 2.0, 3.0])
@given(ENDS, ENDS)
def test_a_ratio_of_any_two_figures_is_told_or_said_not_to_be_known(
    first: list[float], second: list[float]
) -> None:
    check_ratio(
        Estimate(first[1], Interval(first[0], first[2])), Estimate(second[1], Interval(second[0], second[2]))
    )


@pytest.mark.parametrize("values", [[], [5.0]])
def test_of_fewer_than_two_people_nothing_is_told_of_a_mean(values: list[float]) -> None:
    few, many = make_sample(values), make_sample([1.0, 2.0, 3.0])
    assert find_mean(few).interval == (-math.inf, math.inf)
    assert compare_means(few, many) == compare_means(many, few) == 1.0
    assert divide(find_mean(few), find_mean(many)) is None
    assert divide(find_mean(many), find_mean(few)) is None


@example([1e-300, 2e-300, 3e-300], [1e-200, 2e-200, 1e12])
@example([0.0, 0.0, 1.0], [5e-324, 1.0, 1e300])
@example([0.0, 0.0, 1e101], [1e-207, 1e-207, 1.0])
@given(*[st.lists(st.floats(-1e150, 1e150), min_size=3, max_size=3).map(sorted)] * 2)
def test_no_figures_are_too_small_or_too_large_for_a_ratio(first: list[float], second: list[float]) -> None:
    ratio = divide(
        Estimate(first[1], Interval(first[0], first[2])), Estimate(second[1], Interval(second[0], second[2]))
    )
    assert ratio is None or ratio.interval.low <= ratio.value <= ratio.interval.high


def check_ratio(first: Estimate, second: Estimate) -> None:
    """Its ends are where the interval of “first less ratio times second” just reaches 0: found again by scipy."""
    ratio = divide(first, second)
    if ratio is None:
        assert second.interval.low <= 0
        return
    assert ratio.interval.low <= ratio.value <= ratio.interval.high
    assert ratio.value == pytest.approx(first.value / second.value)

    def reach(times: float, upper: bool) -> float:
        ends = sorted(times * end for end in second.interval)
        scaled = Estimate(times * second.value, Interval(*ends))
        return subtract(first, scaled).interval[upper]

    farthest = max(map(abs, first.interval)) / second.interval.low * 10 + 1
    low, high = (
        ratio.value
        if end == ratio.value
        else optimize.brentq(reach, ratio.value, away, args=(upper,), xtol=1e-14)
        for end, away, upper in zip(ratio.interval, (-farthest, farthest), (False, True), strict=True)
    )
    assert ratio.interval == pytest.approx((low, high), rel=1e-5, abs=1e-9)
