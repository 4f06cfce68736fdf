"""Intervals for those who look early: they hold at every look, and cost what is said."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, optimize, stats

from crmlib.analysis.always_valid import (
    FEWEST,
    always_valid_means,
    always_valid_proportions,
    price_of_looking,
)
from crmlib.analysis.means import Moments
from tests.analysis.helpers import refused

ARM = st.integers(FEWEST, 3_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
DAYS = 60


def test_the_p_value_is_one_over_the_mixture_of_likelihood_ratios() -> None:
    # difference ~ N(delta, v): the ratio of likelihoods at delta and at 0, averaged over delta ~ N(0, tau^2).
    control, treatment = Moments(n=900, mean=10.0, variance=40.0), Moments(n=1100, mean=10.9, variance=55.0)
    result = always_valid_means(control, treatment, n_planned=3000)

    v = max(40 / 900 + 55 / 1100, (899 * 40 + 1099 * 55) / 1998 * (1 / 900 + 1 / 1100))
    best = optimize.minimize_scalar(
        lambda r: (1 + r) / r * math.log((1 + r) / 0.05**2), bounds=(1, 50), method="bounded", options={"xatol": 1e-12}
    ).x
    tau = math.sqrt(best * v * 2000 / 3000)

    def weighted(delta: float) -> float:
        ratio = stats.norm.pdf(0.9, delta, math.sqrt(v)) / stats.norm.pdf(0.9, 0, math.sqrt(v))
        return ratio * stats.norm.pdf(delta, 0, tau)

    mixture = integrate.quad(weighted, -8, 8, epsabs=1e-13, limit=500)[0]
    assert result.pvalue == pytest.approx(1 / mixture, rel=1e-6)


def test_the_interval_is_that_of_waudby_smith() -> None:
    # sqrt(2 (t rho^2 + 1) / (t^2 rho^2) log(sqrt(t rho^2 + 1) / alpha)) sd, with t rho^2 = r and sd^2 / t = error^2.
    arm = Moments(n=1000, mean=0.0, variance=1.0)
    result = always_valid_means(arm, arm, n_planned=4000)

    t = 1000.0
    best = optimize.minimize_scalar(
        lambda r: (1 + r) / r * math.log((1 + r) / 0.05**2), bounds=(1, 50), method="bounded", options={"xatol": 1e-12}
    ).x
    rho2 = best / 2 / t
    half = math.sqrt(2 * (t * rho2 + 1) / (t**2 * rho2) * math.log(math.sqrt(t * rho2 + 1) / 0.05)) * math.sqrt(2)
    assert result.difference_interval.high == pytest.approx(half, rel=1e-8)


def test_the_price_of_looking() -> None:
    arm = Moments(n=1000, mean=0.0, variance=1.0)
    at_plan = always_valid_means(arm, arm, n_planned=2000)

    assert at_plan.price == price_of_looking() == pytest.approx(at_plan.wider)
    assert at_plan.difference_interval.high == pytest.approx(at_plan.price * 1.959963985 * math.sqrt(2 / 1000))
    assert round(at_plan.price, 3) == 1.549
    for planned in (500, 1500, 2500, 20_000):
        assert always_valid_means(arm, arm, n_planned=planned).wider > at_plan.wider


@given(ARM, ARM, st.sampled_from([0.8, 0.95, 0.99]), st.integers(100, 10_000))
def test_p_is_below_alpha_exactly_when_the_interval_excludes_zero(
    control: tuple[int, int], treatment: tuple[int, int], level: float, planned: int
) -> None:
    result = always_valid_proportions(*control, *treatment, n_planned=planned, confidence_level=level)
    arms = (Moments(n=n, mean=x / 7, variance=1.0 + x) for x, n in (control, treatment))
    other = always_valid_means(*arms, n_planned=planned, confidence_level=level)

    for found in (result, other):
        assert (found.pvalue < 1 - level) == (0 not in found.difference_interval)
        assert found.wider >= found.price - 1e-9
    assert -1 <= result.difference_interval.low <= result.difference_interval.high <= 1


def test_too_few_units_say_nothing() -> None:
    for found in (
        always_valid_proportions(0, 29, 20, 40, n_planned=100),
        always_valid_means(
            Moments(n=0, mean=math.nan, variance=math.nan), Moments(n=50, mean=1, variance=1), n_planned=9
        ),
        always_valid_means(Moments(n=50, mean=1, variance=0), Moments(n=50, mean=1, variance=0), n_planned=9),
    ):
        assert math.isnan(found.pvalue)
        assert math.isnan(found.difference_interval.low)


def test_wrong_arguments_are_refused() -> None:
    with refused("n_planned == 1, must be at least 2."):
        always_valid_proportions(1, 40, 1, 40, n_planned=1)


# A/A: both arms alike, looked at on each of 60 days.


def rates_called(seed: int, experiments: int, *, per_day: tuple[int, int], rate: float) -> float:
    rng, called = np.random.default_rng(seed), 0
    n_c, n_t = (np.arange(1, DAYS + 1) * n for n in per_day)
    for _ in range(experiments):
        x_c, x_t = (rng.binomial(n, rate, DAYS).cumsum() for n in per_day)
        days = zip(x_c, n_c, x_t, n_t, strict=True)
        called += any(always_valid_proportions(*day, n_planned=int(n_c[-1] + n_t[-1])).pvalue < 0.05 for day in days)
    return called / experiments


def money(rng: np.random.Generator, n: int) -> np.ndarray:
    """Sales of a window: most units buy nothing, few buy much."""
    return np.where(rng.random(n) < 0.15, rng.lognormal(8.5, 0.7, n), 0.0)


def amounts_called(seed: int, experiments: int, *, per_day: tuple[int, int]) -> float:
    rng, called = np.random.default_rng(seed), 0
    for _ in range(experiments):
        arms = [cumulative(money(rng, n * DAYS), n) for n in per_day]
        planned = DAYS * sum(per_day)
        called += any(always_valid_means(c, t, n_planned=planned).pvalue < 0.05 for c, t in zip(*arms, strict=True))
    return called / experiments


def cumulative(values: np.ndarray, per_day: int) -> list[Moments]:
    ends = np.arange(per_day, len(values) + 1, per_day)
    first, second = values.cumsum()[ends - 1], (values**2).cumsum()[ends - 1]
    variance = (second - first**2 / ends) / np.maximum(ends - 1, 1)
    return [
        Moments(n=int(n), mean=float(total / n), variance=max(float(v), 0.0))
        for n, total, v in zip(ends, first, variance, strict=True)
    ]


def test_looking_daily_for_60_days_calls_hardly_any_equal_arms() -> None:
    assert rates_called(1, 50, per_day=(20, 20), rate=0.1) <= 0.05
    assert amounts_called(1, 30, per_day=(20, 20)) <= 0.05


def most_slow(cells: list[Any]) -> list[Any]:
    return [pytest.param(cell, marks=pytest.mark.slow) for cell in cells]


@pytest.mark.parametrize("cell", most_slow([((10, 10), 0.1), ((50, 50), 0.02), ((20, 180), 0.1), ((90, 10), 0.5)]))
def test_10_000_experiments_looked_at_daily(cell: tuple[tuple[int, int], float]) -> None:
    per_day, rate = cell
    assert rates_called(7, 10_000, per_day=per_day, rate=rate) <= 0.05


@pytest.mark.parametrize("per_day", most_slow([(10, 10), (50, 50), (20, 180), (180, 20)]))
def test_10_000_experiments_with_money_looked_at_daily(per_day: tuple[int, int]) -> None:
    assert amounts_called(7, 10_000, per_day=per_day) <= 0.05
