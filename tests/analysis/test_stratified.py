"""Differences pooled over strata: by hand, against regression with strata, and where the crude one misleads."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

from crmlib.analysis.means import Moments, means
from crmlib.analysis.proportions import proportions
from crmlib.analysis.stratified import mantel_haenszel, stratified_means, stratify_means, stratify_rates
from tests.analysis.helpers import refused


def units(seed: int, n: int, *, effect: float = 0.0) -> pd.DataFrame:
    """Units of which the better are treated more often; their orders and amounts grow with f and r."""
    rng = np.random.default_rng(seed)
    f, r = rng.integers(1, 4, n), rng.integers(1, 3, n)
    treated = rng.random(n) < 0.25 * f - 0.1
    value = rng.random(n) < 0.16 * f + 0.1 * r - 0.05 + effect * treated
    amount = rng.gamma(2, 500 * f) + 1000 * effect * treated
    arm = np.where(treated, "treatment", "control")
    return pd.DataFrame({"f": f, "r": r, "arm": arm, "value": value.astype("int64"), "amount": amount})


def test_by_hand() -> None:
    # Strata of 10 + 10 (2 of 10, 4 of 10) and of 20 + 5 (10 of 20, 4 of 5): weights 5 and 4.
    table = pd.DataFrame(
        {
            "stratum": ["a", "b"],
            "n_control": [10, 20],
            "x_control": [2, 10],
            "n_treatment": [10, 5],
            "x_treatment": [4, 4],
        }
    )

    result = mantel_haenszel(table)

    assert result.difference == pytest.approx((5 * 0.2 + 4 * 0.3) / 9)
    variance = (25 * (0.24 / 10 + 0.16 / 10) + 16 * (0.16 / 5 + 0.25 / 20)) / 81
    assert result.difference_interval.high - result.difference == pytest.approx(1.959963985 * math.sqrt(variance))
    assert result.table["weight"].tolist() == pytest.approx([5 / 9, 4 / 9])
    assert result.crude == pytest.approx(8 / 15 - 12 / 30)


def test_one_stratum_is_the_plain_comparison() -> None:
    row = {"stratum": ["all"], "n_control": [80], "x_control": [48], "n_treatment": [70], "x_treatment": [56]}
    rates, plain = mantel_haenszel(pd.DataFrame(row)), proportions(48, 80, 56, 70, method="wald")
    assert rates.difference_interval.low == pytest.approx(plain.difference_interval.low)
    assert rates.pvalue == pytest.approx(plain.pvalue)

    arms = Moments(n=12, mean=4.0, variance=2.0), Moments(n=30, mean=5.0, variance=9.0)
    row = {f"{name}_{side}": [getattr(arm, name)] for side, arm in zip(("control", "treatment"), arms, strict=True)
           for name in ("n", "mean", "variance")}  # fmt: skip
    amounts, plain_means = stratified_means(pd.DataFrame({"stratum": ["all"], **row})), means(*arms)
    assert amounts.pvalue == pytest.approx(plain_means.pvalue)
    assert amounts.difference_interval.high == pytest.approx(plain_means.difference_interval.high)
    assert amounts.crude == pytest.approx(amounts.difference)


@pytest.mark.parametrize("seed", range(6))
def test_the_estimate_is_that_of_regression_on_strata(seed: int) -> None:
    table = units(seed, 300).assign(treated=lambda frame: (frame["arm"] == "treatment").astype(int))
    for result, name in (
        (mantel_haenszel(stratify_rates(table, strata=["f", "r"])), "value"),
        (stratified_means(stratify_means(table, strata=["f", "r"], value="amount")), "amount"),
    ):
        assert result.n_strata == 6
        theirs = smf.ols(f"{name} ~ treated + C(f) * C(r)", table).fit().params["treated"]
        assert result.difference == pytest.approx(theirs, rel=1e-8)


def test_counts_and_moments_by_stratum() -> None:
    rows = [("1", "control", 0), ("1", "control", 1), ("1", "treatment", 1), ("2", "control", 1)]
    frame = pd.DataFrame(rows, columns=["f", "arm", "value"])

    assert stratify_rates(frame, strata=["f"]).to_numpy().tolist() == [["1", 2, 1, 1, 1], ["2", 1, 1, 0, 0]]
    found = stratify_means(frame, strata=["f"])
    assert found["n_treatment"].tolist() == [1, 0]
    assert found["mean_control"].tolist() == [0.5, 1.0]
    assert found["variance_control"].iloc[0] == 0.5
    assert stratify_rates(frame.iloc[:2], strata=["f"])["n_treatment"].tolist() == [0]


def test_strata_without_both_arms_are_left_and_counted() -> None:
    frame = pd.concat([units(2, 60), pd.DataFrame({"f": [9] * 4, "r": 9, "arm": "treatment", "value": 1, "amount": 5})])

    rates = mantel_haenszel(stratify_rates(frame, strata=["f", "r"]))
    assert (rates.n_strata_left, rates.n_units_left) == (1, 4)
    assert rates.n_control + rates.n_treatment == 60
    single = pd.DataFrame({"f": [1, 1, 1], "arm": ["control", "control", "treatment"], "value": [1.0, 2.0, 3.0]})
    amounts = stratified_means(stratify_means(single, strata=["f"]))
    assert (amounts.n_strata, amounts.n_strata_left, amounts.n_units_left) == (0, 1, 3)
    assert math.isnan(amounts.pvalue)


def test_nothing_in_common_is_unknown() -> None:
    empty = units(1, 5).iloc[:0]

    assert math.isnan(mantel_haenszel(stratify_rates(empty, strata=["f"])).difference)
    assert math.isnan(stratified_means(stratify_means(empty, strata=["f"], value="amount")).difference)


@pytest.mark.parametrize("seed", range(20))
def test_p_is_below_alpha_exactly_when_the_interval_excludes_zero(seed: int) -> None:
    table, level = units(seed, 150, effect=0.1), (0.5, 0.8, 0.95)[seed % 3]
    for result in (
        mantel_haenszel(stratify_rates(table, strata=["f"]), confidence_level=level),
        stratified_means(stratify_means(table, strata=["f"], value="amount"), confidence_level=level),
    ):
        assert (result.pvalue < 1 - level) == (0 not in result.difference_interval)
        assert result.difference in result.difference_interval


def called(seeds: range) -> tuple[float, float, float, float]:
    """Shares of seeds without an effect in which each method finds one: crude rates, strata, crude means, strata."""
    found = []
    for seed in seeds:
        table = units(seed, 400)
        counts, amounts = stratify_rates(table, strata=["f"]), stratify_means(table, strata=["f"], value="amount")
        sums = counts[["x_control", "n_control", "x_treatment", "n_treatment"]].sum()
        crude = proportions(*(int(count) for count in sums)).pvalue
        within = mantel_haenszel(counts).pvalue, stratified_means(amounts).pvalue
        sides = stratify_means(table.assign(all="all"), strata=["all"], value="amount")
        found.append((crude, within[0], stratified_means(sides).pvalue, within[1]))
    rates = (np.array(found) < 0.05).mean(axis=0)
    return tuple(float(rate) for rate in rates)  # type: ignore[return-value]


def check_calls(seeds: range) -> None:
    crude_rates, rates, crude_means, amounts = called(seeds)
    noise = 3 * math.sqrt(0.05 * 0.95 / len(seeds))
    assert crude_rates > 0.3
    assert crude_means > 0.9
    assert rates < 0.05 + noise
    assert amounts < 0.05 + noise


def test_a_hand_picked_group_looks_better_and_the_strata_take_it_back() -> None:
    check_calls(range(15))


@pytest.mark.slow
def test_the_strata_take_back_hand_picking_over_many_experiments() -> None:
    check_calls(range(10_000, 10_500))


def test_a_missing_column_is_refused() -> None:
    with refused("table has no column 'n_control'; its columns are stratum."):
        mantel_haenszel(pd.DataFrame({"stratum": []}))
