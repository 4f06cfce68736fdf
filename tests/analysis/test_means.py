"""Two means: R's sleep, tea-tasting's documented example, and agreement with scipy and tea-tasting."""

from __future__ import annotations

import math

import numpy as np
import pytest
import tea_tasting as tt
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from crmlib.analysis.means import Moments, means, moments
from tests.analysis.helpers import refused

# R datasets::sleep, extra hours of sleep under two drugs (Student 1908).
SLEEP_1 = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
SLEEP_2 = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]


def test_welch_on_r_sleep() -> None:
    # R t.test(extra ~ group, data = sleep): t = -1.8608, df = 17.776, p-value = 0.07939, -3.3654832 to 0.2054832.
    result = means(moments(SLEEP_2), moments(SLEEP_1))

    assert round(result.statistic, 4) == -1.8608
    assert round(result.degrees_of_freedom, 3) == 17.776
    assert round(result.pvalue, 5) == 0.07939
    assert round(result.difference_interval.low, 4) == -3.3655
    assert round(result.difference_interval.high, 4) == 0.2055


def test_tea_tastings_documented_example() -> None:
    # tea-tasting's user guide, "orders per user"; its data set is generated from a seed.
    users = tt.make_users_data(rng=42).to_pandas()
    control, treatment = (moments(users.loc[users["variant"] == arm, "orders"]) for arm in (0, 1))
    result = means(control, treatment)

    assert (control.n, round(control.mean, 9), round(control.variance, 6)) == (2023, 0.530400395, 0.743759)
    assert (treatment.n, round(treatment.mean, 9), round(treatment.variance, 6)) == (1977, 0.573090541, 0.744782)
    assert round(result.difference, 10) == 0.0426901458
    assert round(result.difference_interval.low, 7) == -0.0108002
    assert round(result.difference_interval.high, 7) == 0.0961805
    assert round(result.pvalue, 10) == 0.1177317800
    assert round(result.relative, 10) == 0.0804866402
    assert round(result.relative_interval.low, 10) == -0.0195152940
    assert round(result.relative_interval.high, 10) == 0.1906880061


@pytest.mark.parametrize("seed", range(20))
def test_random_cases_agree_with_scipy_and_tea_tasting(seed: int) -> None:
    rng = np.random.default_rng(seed)
    a, b = rng.gamma(2, 900, rng.integers(2, 300)), rng.gamma(2, 1_000, rng.integers(2, 300))
    ours = means(moments(a), moments(b), confidence_level=0.9)

    test = stats.ttest_ind(b, a, equal_var=False)
    theirs = test.confidence_interval(0.9)
    assert (ours.statistic, ours.pvalue) == (
        pytest.approx(test.statistic, rel=1e-10),
        pytest.approx(test.pvalue, rel=1e-10),
    )
    assert ours.degrees_of_freedom == pytest.approx(test.df, rel=1e-10)
    assert ours.difference_interval.low == pytest.approx(theirs.low, rel=1e-10)
    aggregates = [
        tt.aggr.Aggregates(count_=len(x), mean_={"x": x.mean()}, var_={"x": x.var(ddof=1)}, cov_={}) for x in (a, b)
    ]
    told = tt.Mean("x", confidence_level=0.9).analyze_aggregates(*aggregates)
    assert ours.relative == pytest.approx(told.rel_effect_size, rel=1e-10)
    assert ours.relative_interval.low == pytest.approx(told.rel_effect_size_ci_lower, rel=1e-10)
    assert ours.relative_interval.high == pytest.approx(told.rel_effect_size_ci_upper, rel=1e-10)


@given(
    st.integers(2, 60), st.floats(-50, 50), st.floats(0.1, 90),
    st.integers(2, 60), st.floats(-50, 50), st.floats(0.1, 90), st.sampled_from([0.8, 0.95, 0.99]),
)  # fmt: skip
def test_p_is_below_alpha_exactly_when_the_interval_excludes_zero(
    n_c: int, mean_c: float, var_c: float, n_t: int, mean_t: float, var_t: float, level: float
) -> None:
    control, treatment = Moments(n=n_c, mean=mean_c, variance=var_c), Moments(n=n_t, mean=mean_t, variance=var_t)
    result = means(control, treatment, confidence_level=level)

    assert (result.pvalue < 1 - level) == (0 not in result.difference_interval)
    other = means(treatment, control, confidence_level=level)
    assert other.pvalue == pytest.approx(result.pvalue)
    assert other.difference == -result.difference


def test_each_arm_has_students_interval() -> None:
    interval = means(moments(SLEEP_1), moments(SLEEP_2)).interval_control
    theirs = stats.ttest_1samp(SLEEP_1, 0).confidence_interval(0.95)

    assert (interval.low, interval.high) == (pytest.approx(theirs.low), pytest.approx(theirs.high))


def test_moments_by_hand() -> None:
    assert moments([1, 2, 3, 6]) == Moments(n=4, mean=3.0, variance=14 / 3)


@pytest.mark.parametrize("control", [[], [5.0]])
def test_fewer_than_two_units_give_no_test(control: list[float]) -> None:
    result = means(moments(control), moments([1.0, 2.0]))

    assert result.n_control == len(control)
    assert math.isnan(result.pvalue)
    assert math.isnan(result.difference_interval.low)
    assert math.isnan(result.interval_control.low)


def test_arms_without_variance_give_no_test() -> None:
    result = means(moments([0, 0, 0]), moments([0, 0]))

    assert result.difference == 0
    assert math.isnan(result.pvalue)
    assert math.isnan(result.relative)


def test_a_mean_that_is_not_above_zero_has_no_relative_interval() -> None:
    result = means(moments([1.0, 2.0]), moments([-3.0, 1.0]))

    assert result.relative == pytest.approx(-1 / 1.5 - 1)
    assert math.isnan(result.relative_interval.low)
    assert math.isnan(means(moments([-3.0, 1.0]), moments([1.0, 2.0])).relative)


def test_a_mean_next_to_zero_leaves_the_ratio_open() -> None:
    interval = means(Moments(n=2, mean=1.0, variance=1.0), Moments(n=2, mean=0.001, variance=1.0)).relative_interval

    assert (interval.low, interval.high) == (-1, math.inf)


def test_missing_values_are_refused() -> None:
    with refused("1 of 3 values are missing, must be none."):
        moments([1, math.nan, 2])


def test_impossible_moments_are_refused() -> None:
    with refused("variance == -1, must be at least 0."):
        Moments(n=3, mean=0, variance=-1)
    with refused("n == -3, must be at least 0."):
        Moments(n=-3, mean=0, variance=1)
