"""Fisher's exact test and the interval that inverts it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from crmlib.analysis.beta_difference import Beta, difference_below, ratio_below
from crmlib.analysis.exact import exact, fisher
from crmlib.analysis.intervals import clopper_pearson
from tests.analysis.helpers import refused
from tests.analysis.seeds import in_200_cases

SMALL = st.integers(1, 40).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
LEVEL = st.sampled_from([0.8, 0.9, 0.95, 0.99])


def test_fisher_by_hand() -> None:
    # 3 of 4 against 1 of 4 (Fisher's tea): P(3) = 16/70, P(4) = 1/70.
    result = fisher(1, 4, 3, 4)

    assert result.greater == pytest.approx(17 / 70)
    assert result.less == pytest.approx(69 / 70)
    assert result.two_sided == pytest.approx(34 / 70)
    assert result.central == pytest.approx(34 / 70)


def test_the_example_of_exact2x2() -> None:
    # Its vignette, the table 6, 12, 12, 5 by columns: fisher.test p = 0.04371, and 0.06059 of the central test.
    result = fisher(6, 18, 12, 17)

    assert round(result.two_sided, 5) == 0.04371
    assert round(result.central, 5) == 0.06059
    assert exact(6, 18, 12, 17).pvalue == result.central
    assert 0 in exact(6, 18, 12, 17).difference_interval


def random_case(seed: int) -> tuple[int, int, int, int]:
    rng = np.random.default_rng(seed)
    n_c, n_t = (int(n) for n in rng.integers(1, 120, 2))
    return int(rng.integers(0, n_c + 1)), n_c, int(rng.integers(0, n_t + 1)), n_t


@in_200_cases
def test_200_random_tables_agree_with_scipy(seeds: range) -> None:
    for seed in seeds:
        x_c, n_c, x_t, n_t = random_case(seed)
        ours = fisher(x_c, n_c, x_t, n_t)

        table = [[x_t, n_t - x_t], [x_c, n_c - x_c]]
        for name, word in (("two_sided", "two-sided"), ("less", "less"), ("greater", "greater")):
            theirs = stats.fisher_exact(table, alternative=word).pvalue
            assert getattr(ours, name) == pytest.approx(theirs, rel=1e-10), (seed, name)


def test_the_melded_ends_are_quantiles_of_beta_differences() -> None:
    ends = exact(1, 10, 8, 10).difference_interval

    rng = np.random.default_rng(1)
    low = rng.beta(8, 3, 300_000) - rng.beta(2, 9, 300_000)
    high = rng.beta(9, 2, 300_000) - rng.beta(1, 10, 300_000)
    assert ends.low == pytest.approx(np.quantile(low, 0.025), abs=3e-3)
    assert ends.high == pytest.approx(np.quantile(high, 0.975), abs=3e-3)


def test_an_arm_without_success_gives_clopper_pearsons_end() -> None:
    # 0 of n in both: the difference is as far below 0 as the control's share may be above it.
    result = exact(0, 20, 0, 30)

    assert result.difference_interval.low == pytest.approx(-clopper_pearson(0, 20).high)
    assert result.difference_interval.high == pytest.approx(clopper_pearson(0, 30).high)
    assert (result.pvalue, result.relative_interval.high) == (1.0, math.inf)


@settings(max_examples=25, deadline=None)
@given(SMALL, SMALL, LEVEL)
def test_p_is_below_alpha_exactly_when_the_intervals_exclude_zero(
    control: tuple[int, int], treatment: tuple[int, int], level: float
) -> None:
    result = exact(*control, *treatment, confidence_level=level)

    assert (result.pvalue < 1 - level) == (0 not in result.difference_interval) == (0 not in result.relative_interval)
    assert result.difference in result.difference_interval
    assert -1 <= result.difference_interval.low <= result.difference_interval.high <= 1


@settings(max_examples=40, deadline=None)
@given(SMALL, SMALL)
def test_the_distribution_at_zero_is_fishers_one_sided_p(control: tuple[int, int], treatment: tuple[int, int]) -> None:
    (x_c, n_c), (x_t, n_t) = control, treatment
    t, c = Beta(x_t, n_t - x_t + 1), Beta(x_c + 1, n_c - x_c)

    expected = fisher(x_c, n_c, x_t, n_t).greater
    assert difference_below(0.0, t, c) == pytest.approx(expected, abs=1e-12)
    assert ratio_below(1.0, t, c) == pytest.approx(expected, abs=1e-12)


@settings(max_examples=10, deadline=None)
@given(SMALL, SMALL)
def test_exchanging_the_arms_turns_the_sign(control: tuple[int, int], treatment: tuple[int, int]) -> None:
    one, other = exact(*control, *treatment), exact(*treatment, *control)

    assert other.pvalue == pytest.approx(one.pvalue, rel=1e-9)
    assert other.difference_interval.low == pytest.approx(-one.difference_interval.high, abs=1e-9)


def test_an_empty_arm_is_unknown() -> None:
    result = exact(0, 0, 3, 10)

    assert math.isnan(result.pvalue)
    assert math.isnan(result.difference_interval.low)
    assert math.isnan(fisher(0, 0, 3, 10).two_sided)
    assert (result.rate_treatment, result.n_control) == (0.3, 0)


def test_impossible_counts_are_refused() -> None:
    with refused("successes_control == 11, must be between 0 and n_control == 10."):
        exact(11, 10, 1, 10)
