"""CUPED: against tea-tasting, by hand, and a planted effect."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import tea_tasting as tt

from crmlib.analysis.cuped import cuped
from tests.analysis.helpers import refused
from tests.analysis.seeds import in_200_cases


def units(seed: int, n_c: int, n_t: int, lift: float = 0.1, keep: float = 0.7) -> list[np.ndarray]:
    """Amounts and those of the time before, of both arms; the treatment's are larger by `lift`."""
    rng = np.random.default_rng(seed)
    taste = rng.gamma(2, 1500, n_c + n_t)
    before = taste * rng.gamma(4, 0.25, n_c + n_t)
    after = keep * taste * rng.gamma(4, 0.25, n_c + n_t) + (1 - keep) * rng.gamma(2, 1500, n_c + n_t)
    after[n_c:] *= 1 + lift
    return [after[:n_c], before[:n_c], after[n_c:], before[n_c:]]


@in_200_cases
def test_200_random_cases_agree_with_tea_tasting(seeds: range) -> None:
    for seed in seeds:
        rng = np.random.default_rng(seed)
        y_c, x_c, y_t, x_t = units(seed, *rng.integers(5, 300, 2), lift=rng.normal(0, 0.3))
        level = float(rng.uniform(0.8, 0.99))
        ours = cuped(y_c, x_c, y_t, x_t, confidence_level=level).adjusted

        arms = [
            tt.aggr.Aggregates(
                count_=len(y),
                mean_={"y": float(y.mean()), "x": float(x.mean())},
                var_={"y": float(y.var(ddof=1)), "x": float(x.var(ddof=1))},
                cov_={("x", "y"): float(np.cov(x, y)[0, 1])},
            )
            for y, x in ((y_c, x_c), (y_t, x_t))
        ]
        theirs = tt.Mean("y", "x", confidence_level=level).analyze_aggregates(*arms)
        np.testing.assert_allclose(
            [
                ours.mean_control, ours.mean_treatment, ours.difference_interval.low, ours.difference_interval.high,
                ours.relative, ours.relative_interval.low, ours.relative_interval.high, ours.pvalue, ours.statistic,
            ],
            [
                theirs.control, theirs.treatment, theirs.effect_size_ci_lower, theirs.effect_size_ci_upper,
                theirs.rel_effect_size, theirs.rel_effect_size_ci_lower, theirs.rel_effect_size_ci_upper, theirs.pvalue,
                theirs.statistic,
            ],
            rtol=1e-10, atol=1e-12,
        )  # fmt: skip


def test_tea_tastings_documented_example() -> None:
    # Its user guide, orders per user with CUPED: 0.523, 0.581, 11 % [2.9 %, 20 %], p 0.00733.
    users = tt.make_users_data(rng=42, covariates=True).to_pandas()
    arms = [users[users["variant"] == arm][["orders", "orders_covariate"]] for arm in (0, 1)]

    found = cuped(*(arm[name] for arm in arms for name in ("orders", "orders_covariate"))).adjusted

    assert (round(found.mean_control, 3), round(found.mean_treatment, 3)) == (0.523, 0.581)
    assert (round(found.relative, 2), round(found.relative_interval.low, 3)) == (0.11, 0.029)
    assert round(found.relative_interval.high, 2) == 0.20
    assert round(found.pvalue, 5) == 0.00733


def test_by_hand() -> None:
    # The covariate explains everything within the arms: theta is not 1, as the arms' covariate means differ.
    result = cuped([1, 2, 3, 4], [1, 2, 3, 4], [3, 4, 5, 7], [2, 3, 4, 5])

    y, x = np.array([1, 2, 3, 4, 3, 4, 5, 7]), np.array([1, 2, 3, 4, 2, 3, 4, 5])
    theta = np.cov(y, x)[0, 1] / x.var(ddof=1)
    assert result.theta == pytest.approx(theta)
    assert result.correlation == pytest.approx(np.corrcoef(y, x)[0, 1])
    assert result.adjusted.difference == pytest.approx(2.25 - theta * 1)
    assert result.covariate.difference == 1


def test_an_unrelated_covariate_costs_nothing() -> None:
    y_c, _, y_t, _ = units(1, 400, 400)
    constant = cuped(y_c, np.ones(400), y_t, np.ones(400))

    assert (constant.theta, constant.variance_reduction) == (0.0, 0.0)
    assert constant.adjusted == constant.plain
    assert math.isnan(constant.correlation)


def test_the_reduction_is_about_the_squared_correlation() -> None:
    result = cuped(*units(3, 20_000, 20_000, lift=0))

    assert result.variance_reduction == pytest.approx(result.correlation**2, abs=0.01)


def test_arms_too_small_are_unknown() -> None:
    assert math.isnan(cuped([1], [2], [3], [4]).adjusted.pvalue)
    assert math.isnan(cuped([], [], [3, 4], [4, 3]).adjusted.difference)


def test_wrong_lengths_and_missing_values_are_refused() -> None:
    with refused("2 values and 1 of the covariate, must be as many."):
        cuped([1, 2], [1], [1, 2], [1, 2])
    with refused("1 of 2 values are missing, must be none."):
        cuped([1, 2], [1, np.nan], [1, 2], [1, 2])


def planted(seeds: range, lift: float) -> pd.DataFrame:
    rows = []
    for seed in seeds:
        result = cuped(*units(seed, 300, 200, lift=lift))
        ends = result.adjusted.relative_interval
        covered = ends.low <= lift <= ends.high
        rows.append((result.adjusted.relative, result.plain.relative, covered, result.adjusted.pvalue < 0.05))
    return pd.DataFrame(rows, columns=["adjusted", "plain", "covered", "called"])


def check(found: pd.DataFrame, lift: float) -> None:
    error = found["adjusted"].std() / math.sqrt(len(found))
    assert abs(found["adjusted"].mean() - lift) < 4 * error + 0.005  # a ratio's mean is a little above the ratio
    assert found["adjusted"].std() < 0.9 * found["plain"].std()
    assert found["covered"].mean() > 0.95 - 4 * math.sqrt(0.05 * 0.95 / len(found))


def test_a_planted_lift_is_recovered() -> None:
    check(planted(range(200), 0.15), 0.15)


@pytest.mark.slow
@pytest.mark.parametrize("lift", [0.0, 0.05, 0.15, -0.1])
def test_a_planted_lift_is_recovered_over_many_experiments(lift: float) -> None:
    found = planted(range(1000, 11_000), lift)

    check(found, lift)
    assert abs(found["covered"].mean() - 0.95) < 0.01
    if lift == 0:
        assert found["called"].mean() < 0.055
