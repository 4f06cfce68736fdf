"""Adjusted p-values against R's p.adjust; several arms against a control."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests

from crmlib.analysis.means import moments
from crmlib.analysis.multiplicity import (
    _largest_above,
    adjust_pvalues,
    bonferroni_means,
    bonferroni_proportions,
    dunnett,
)
from crmlib.analysis.proportions import proportions
from tests.analysis.helpers import refused

PVALUES = [0.118, 0.0211, 0.0213, 0.00218]


def test_published_adjustments() -> None:
    # R p.adjust(p, "BH") and p.adjust(p, "holm").
    assert adjust_pvalues(PVALUES, method="benjamini_hochberg").round(5).tolist() == [0.118, 0.0284, 0.0284, 0.00872]
    assert adjust_pvalues(PVALUES, method="holm").round(5).tolist() == [0.118, 0.0633, 0.0633, 0.00872]


@pytest.mark.parametrize("seed", range(5))
def test_adjustments_agree_with_statsmodels(seed: int) -> None:
    pvalues = np.random.default_rng(seed).beta(0.5, 2, size=seed * 7 + 1).round(2)  # rounded, so that some are tied

    for ours, theirs in (("holm", "holm"), ("benjamini_hochberg", "fdr_bh")):
        expected = multipletests(pvalues, method=theirs)[1]
        np.testing.assert_allclose(adjust_pvalues(pvalues, method=ours), expected, rtol=1e-10)


@given(st.permutations(PVALUES))
def test_the_order_of_tests_changes_nothing(pvalues: list[float]) -> None:
    adjusted = dict(zip(pvalues, adjust_pvalues(pvalues).tolist(), strict=True))

    assert [adjusted[p] for p in PVALUES] == adjust_pvalues(PVALUES).tolist()


def test_unknown_pvalues_stay_unknown_and_do_not_count() -> None:
    np.testing.assert_array_equal(adjust_pvalues([0.01, np.nan, 0.04]), [0.02, np.nan, 0.04])
    assert np.isnan(adjust_pvalues([np.nan])).all()
    assert adjust_pvalues([]).tolist() == []


def test_impossible_pvalues_and_methods_are_refused() -> None:
    with refused("pvalue == 1.5, must be between 0 and 1."):
        adjust_pvalues([0.5, 1.5])
    with refused("method == 'bonferroni', must be one of holm, benjamini_hochberg."):
        adjust_pvalues([0.5], method="bonferroni")


@pytest.mark.parametrize("method", ["holm", "benjamini_hochberg"])
def test_one_test_needs_no_adjustment(method: str) -> None:
    assert adjust_pvalues([0.03], method=method).tolist() == [0.03]


def test_several_arms_against_a_control_by_hand() -> None:
    table = bonferroni_proportions((120, 1000), {"b": (150, 1000), "c": (120, 1000)}).table

    one = proportions(120, 1000, 150, 1000, confidence_level=0.975)
    assert table["label"].tolist() == ["b", "c"]
    assert table["difference_low"].iloc[0] == one.difference_interval.low
    assert table["pvalue_adjusted"].tolist() == [pytest.approx(2 * one.pvalue), 1.0]
    assert table["pvalue_holm"].tolist() == [pytest.approx(2 * one.pvalue), 1.0]
    assert table["pvalue_benjamini_hochberg"].tolist() == [pytest.approx(2 * one.pvalue), 1.0]


def arms(seed: int) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    return [rng.normal(rng.normal(0, 0.3), 1, rng.integers(4, 60)) for _ in range(rng.integers(2, 6))]


@pytest.mark.parametrize("seed", range(9))
def test_p_is_below_alpha_exactly_when_the_interval_excludes_zero(seed: int) -> None:
    values = arms(seed)
    level = (0.5, 0.8, 0.95)[seed % 3]
    control, treatments = moments(values[0]), {str(i): moments(arm) for i, arm in enumerate(values[1:])}
    counts = [(int((arm > 0).sum()), arm.size) for arm in values]
    for result in (
        dunnett(control, treatments, confidence_level=level),
        bonferroni_means(control, treatments, confidence_level=level),
        bonferroni_proportions(counts[0], dict(zip(treatments, counts[1:], strict=True)), confidence_level=level),
    ):
        excludes = (result.table["difference_low"] > 0) | (result.table["difference_high"] < 0)
        assert (result.table["pvalue_adjusted"] < 1 - level).tolist() == excludes.tolist()
        assert (result.table["pvalue_adjusted"] >= result.table["pvalue"] - 1e-9).all()


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 30))])
def test_dunnett_agrees_with_scipy(seed: int) -> None:
    values = arms(seed + 100)
    ours = dunnett(moments(values[0]), {str(i): moments(arm) for i, arm in enumerate(values[1:])}).table

    theirs = stats.dunnett(*values[1:], control=values[0], rng=np.random.default_rng(1))
    ends = theirs.confidence_interval()
    # Theirs is drawn (quasi-Monte Carlo), ours is not.
    np.testing.assert_allclose(ours["pvalue_adjusted"], theirs.pvalue, atol=5e-4)
    np.testing.assert_allclose(ours["difference_low"], ends.low, atol=5e-3)
    np.testing.assert_allclose(ours["difference_high"], ends.high, atol=5e-3)


def test_dunnett_with_one_arm_is_students_test() -> None:
    a, b = arms(7)[:2]
    ours = dunnett(moments(a), {"b": moments(b)}).table

    theirs = stats.ttest_ind(b, a)
    assert ours["pvalue_adjusted"].iloc[0] == pytest.approx(theirs.pvalue, rel=1e-10)
    assert ours["difference_low"].iloc[0] == pytest.approx(theirs.confidence_interval().low, rel=1e-9)


def test_dunnetts_published_critical_values() -> None:
    # Dunnett (1964), Biometrics 20, 482-491: two-sided, 5 %, three treatments, as many units in each arm.
    for degrees, published in ((10, 2.76), (16, 2.59), (20, 2.54), (60, 2.41)):
        assert _largest_above(published, np.full(3, math.sqrt(0.5)), degrees) == pytest.approx(0.05, abs=0.001)


def test_nothing_to_compare_and_no_spread() -> None:
    arm, same = moments([1.0, 2.0, 4.0]), moments([5.0, 5.0])

    assert dunnett(arm, {}).table.empty
    assert bonferroni_means(arm, {}).table.empty
    assert dunnett(same, {"b": same}).table["pvalue_adjusted"].isna().all()
    assert bonferroni_proportions((0, 0), {"b": (1, 2)}).table["pvalue_adjusted"].isna().all()


def family_errors(seeds: range) -> tuple[float, float, float]:
    """Shares of experiments with four equal arms in which at least one is called different."""
    calls = []
    for seed in seeds:
        rng = np.random.default_rng(seed)
        values = [rng.gamma(2, 100, 60) for _ in range(4)]
        treatments = {str(i): moments(arm) for i, arm in enumerate(values[1:])}
        welch = bonferroni_means(moments(values[0]), treatments).table["pvalue_adjusted"]
        rates = bonferroni_proportions((int(rng.binomial(200, 0.3)), 200), {
            str(i): (int(rng.binomial(200, 0.3)), 200) for i in range(3)}).table["pvalue_adjusted"]  # fmt: skip
        calls.append((welch.min() < 0.05, rates.min() < 0.05))
    shares = np.mean(calls, axis=0)
    return float(shares[0]), float(shares[1]), 3 * math.sqrt(0.05 * 0.95 / len(seeds))


def test_equal_arms_are_hardly_ever_called_different() -> None:
    means_called, rates_called, noise = family_errors(range(20))
    assert max(means_called, rates_called) <= 0.05 + noise


@pytest.mark.slow
def test_equal_arms_are_hardly_ever_called_different_over_many_experiments() -> None:
    means_called, rates_called, _ = family_errors(range(1000, 11_000))
    assert max(means_called, rates_called) <= 0.055
