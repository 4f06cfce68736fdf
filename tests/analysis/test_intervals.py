"""Intervals of a proportion against published figures and statsmodels."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from crmlib.analysis.intervals import (
    Interval,
    clopper_pearson,
    log_log_bounds,
    normal_quantile,
    product_bounds,
    wilson,
    wilson_bounds,
)
from tests.analysis.helpers import refused


def rounded(interval: Interval, digits: int = 6) -> tuple[float, float]:
    return round(interval.low, digits), round(interval.high, digits)


def test_published_intervals_of_50_in_500() -> None:
    # values.md; the same as R's prop.test(correct = FALSE) and binom.test.
    assert rounded(wilson(50, 500)) == (0.076678, 0.129422)
    assert rounded(clopper_pearson(50, 500)) == (0.075136, 0.129709)


def test_zero_and_full_successes_end_exactly_at_zero_and_one() -> None:
    assert rounded(wilson(0, 20)) == (0, 0.161125)
    assert wilson(0, 20).low == clopper_pearson(0, 20).low == 0
    assert wilson(20, 20).high == clopper_pearson(20, 20).high == 1
    assert rounded(clopper_pearson(0, 20)) == (0, round(1 - 0.025 ** (1 / 20), 6))


def test_without_trials_nothing_is_known() -> None:
    assert math.isnan(wilson(0, 0).low)
    assert math.isnan(wilson(0, 0).high)
    assert math.isnan(clopper_pearson(0, 0).low)


@given(st.integers(1, 5_000), st.floats(0, 1), st.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_both_intervals_agree_with_statsmodels(n: int, p: float, level: float) -> None:
    k = round(n * p)

    for ours, method in (
        (wilson(k, n, confidence_level=level), "wilson"),
        (clopper_pearson(k, n, confidence_level=level), "beta"),
    ):
        low, high = proportion_confint(k, n, alpha=1 - level, method=method)
        assert ours.low == pytest.approx(low, abs=1e-10)
        assert ours.high == pytest.approx(high, abs=1e-10)
        assert 0 <= ours.low <= k / n <= ours.high <= 1


def test_many_proportions_at_once_are_the_same_as_one_by_one() -> None:
    low, high = wilson_bounds([0, 3, 7, 0], [5, 7, 7, 0], confidence_level=0.9)

    expected = [wilson(k, n, confidence_level=0.9) for k, n in ((0, 5), (3, 7), (7, 7), (0, 0))]
    np.testing.assert_array_equal(low, [one.low for one in expected])
    np.testing.assert_array_equal(high, [one.high for one in expected])


def test_the_log_log_interval_is_undefined_at_its_ends() -> None:
    low, high = log_log_bounds([1, 0.5, 0], [0, 0.01, math.inf])

    assert np.isnan(low).tolist() == np.isnan(high).tolist() == [True, False, True]
    assert 0 < low[1] < 0.5 < high[1] < 1


def test_at_its_ends_a_product_of_rates_has_wilsons_interval_for_the_effective_number() -> None:
    # All of 5, then all of 50 who came in later: only the five say anything of the whole. Then none of 50.
    low, high = product_bounds([1, 1, 0], [0, 0, math.inf], [5, 50, 50])

    assert low.tolist() == [wilson(5, 5).low, wilson(5, 5).low, 0]
    assert high.tolist() == [1, 1, wilson(0, 5).high]
    assert np.isnan(product_bounds([math.nan, math.nan], [0, 0], [math.nan, 3])).all()


def test_an_interval_contains_its_ends() -> None:
    assert 0.1 in Interval(0.1, 0.2)
    assert 0.21 not in Interval(0.1, 0.2)


@pytest.mark.parametrize("level", [0, 1, 95, math.nan])
def test_a_level_outside_0_to_1_is_refused(level: float) -> None:
    message = f"confidence_level == {level}, must be between 0 and 1."
    with refused(message):
        normal_quantile(level)
    with refused(message):
        clopper_pearson(1, 2, confidence_level=level)


@pytest.mark.parametrize(
    ("k", "n", "message"),
    [
        (5, 4, "successes == 5, must be between 0 and n == 4."),
        (-1, 4, "successes == -1, must be between 0 and n == 4."),
        (0, -1, "n == -1, must be at least 0."),
    ],
)
def test_impossible_counts_are_refused(k: int, n: int, message: str) -> None:
    for interval in (wilson, clopper_pearson):
        with refused(message):
            interval(k, n)
