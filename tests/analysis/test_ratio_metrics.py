"""Ratios of sums, against tea-tasting and by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
import tea_tasting as tt

from crmlib.analysis.means import moments
from crmlib.analysis.ratio_metrics import ratio_moments, ratio_of_sums
from tests.analysis.helpers import refused
from tests.analysis.seeds import in_200_cases


def units(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    orders = rng.poisson(1.2, n)
    orders[0] += 1
    return rng.gamma(2, 2000, n) * orders, orders


def test_by_hand() -> None:
    # Sales 3000, 8000, 0 of 1, 2, 0 orders: 11000 / 3; the deviations from it are -2000/3, 2000/3 and 0.
    result = ratio_moments([3000, 8000, 0], [1, 2, 0], all_units=True)

    assert result.mean == pytest.approx(11000 / 3)
    assert result.variance == pytest.approx((2 * (2000 / 3) ** 2 / 2) / 1**2)


def test_with_one_order_each_it_is_the_mean() -> None:
    values = [100.0, 250.0, 90.0, 400.0]

    result = ratio_moments(values, [1, 1, 1, 1])

    assert result.mean == moments(values).mean
    assert result.variance == pytest.approx(moments(values).variance)


@in_200_cases
def test_200_random_cases_agree_with_tea_tasting(seeds: range) -> None:
    for seed in seeds:
        rng = np.random.default_rng(seed)
        c, t = units(rng, int(rng.integers(5, 300))), units(rng, int(rng.integers(5, 300)))
        level = float(rng.uniform(0.8, 0.99))
        ours = ratio_of_sums(*c, *t, all_units=True, confidence_level=level)

        arms = [
            tt.aggr.Aggregates(
                count_=len(y),
                mean_={"y": float(y.mean()), "x": float(x.mean())},
                var_={"y": float(y.var(ddof=1)), "x": float(x.var(ddof=1))},
                cov_={("x", "y"): float(np.cov(x, y)[0, 1])},
            )
            for y, x in (c, t)
        ]
        theirs = tt.RatioOfMeans("y", "x", confidence_level=level).analyze_aggregates(*arms)
        np.testing.assert_allclose(
            [
                ours.mean_control, ours.mean_treatment, ours.difference_interval.low, ours.difference_interval.high,
                ours.relative_interval.low, ours.relative_interval.high, ours.pvalue, ours.statistic,
            ],
            [
                theirs.control, theirs.treatment, theirs.effect_size_ci_lower, theirs.effect_size_ci_upper,
                theirs.rel_effect_size_ci_lower, theirs.rel_effect_size_ci_upper, theirs.pvalue, theirs.statistic,
            ],
            rtol=1e-10, atol=1e-12,
        )  # fmt: skip


def test_tea_tastings_documented_example() -> None:
    # Its documentation, orders per session: 0.266, 0.289, 8.8 % [-0.89 %, 19 %], p 0.0762.
    users = tt.make_users_data(rng=42).to_pandas()
    arms = [users[users["variant"] == arm] for arm in (0, 1)]

    found = ratio_of_sums(*(arm[name] for arm in arms for name in ("orders", "sessions")), all_units=True)

    assert (round(found.mean_control, 3), round(found.mean_treatment, 3)) == (0.266, 0.289)
    assert (round(found.relative, 3), round(found.relative_interval.low, 4)) == (0.088, -0.0089)
    assert round(found.pvalue, 4) == 0.0762


@pytest.mark.parametrize("seed", range(30))
def test_p_is_below_alpha_exactly_when_the_interval_excludes_zero(seed: int) -> None:
    rng = np.random.default_rng(seed)
    level = (0.5, 0.8, 0.95)[seed % 3]
    result = ratio_of_sums(*units(rng, 40), *units(rng, 30), confidence_level=level)

    assert (result.pvalue < 1 - level) == (0 not in result.difference_interval)


def test_who_has_nothing_adds_nothing() -> None:
    # The two with orders: deviations from 11000 / 3 an order are -2000/3 and 2000/3; mean orders 1.5.
    one, other = ratio_moments([3000, 8000, 0, 0, 0], [1, 2, 0, 0, 0]), ratio_moments([3000, 8000], [1, 2])

    assert one == other
    assert one.variance == pytest.approx(2 * (2000 / 3) ** 2 / 1.5**2)
    found = ratio_of_sums([3000, 8000, 0], [1, 2, 0], [4000, 9000, 7000, 0], [1, 2, 2, 0])
    assert (found.n_control, found.n_treatment) == (3, 4)
    dense = ratio_of_sums([3000, 8000], [1, 2], [4000, 9000, 7000], [1, 2, 2])
    assert dense.pvalue == found.pvalue


def covered(draws: int, *, all_units: bool) -> float:
    """How often the interval holds 0 where equal arms of 60 units have about 19 buyers each."""
    rng, inside = np.random.default_rng(2), 0
    for _ in range(draws):
        arms = []
        for _arm in range(2):
            orders = rng.poisson(1.0, 60) * (rng.random(60) < 0.5)
            arms += [rng.gamma(2 * np.maximum(orders, 1e-9), 3000) * (orders > 0), orders]
        inside += 0 in ratio_of_sums(*arms, all_units=all_units).difference_interval
    return inside / draws


@pytest.mark.slow
def test_to_count_all_units_holds_too_little() -> None:
    ours, theirs = covered(10_000, all_units=False), covered(10_000, all_units=True)

    assert ours > 0.94
    assert theirs < ours - 0.004


def test_without_an_order_the_ratio_is_unknown() -> None:
    result = ratio_of_sums([0, 0], [0, 0], [3, 4], [1, 1])

    assert math.isnan(result.mean_control)
    assert math.isnan(result.pvalue)
    assert math.isnan(ratio_moments([], []).mean)
    assert math.isnan(ratio_moments([5], [1]).variance)


def test_wrong_columns_are_refused() -> None:
    with refused("2 numerators and 1 denominators, must be as many."):
        ratio_moments([1, 2], [1])
    with refused("1 of 4 values are missing, must be none."):
        ratio_moments([1, np.nan], [1, 2])
