"""Adjusted p-values against R's p.adjust, and how often they call equal arms different."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from crmlib.analysis.means import means, moments
from crmlib.analysis.multiplicity import adjust_pvalues
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


def family_errors(seeds: range) -> tuple[float, float, float]:
    """Shares of experiments with four equal arms in which at least one is called different."""
    calls = []
    for seed in seeds:
        rng = np.random.default_rng(seed)
        control, *arms = (moments(rng.gamma(2, 100, 60)) for _ in range(4))
        sales = adjust_pvalues([means(control, arm).pvalue for arm in arms])
        x, *others = (int(rng.binomial(200, 0.3)) for _ in range(4))
        rates = adjust_pvalues([proportions(x, 200, other, 200).pvalue for other in others])
        calls.append((sales.min() < 0.05, rates.min() < 0.05))
    shares = np.mean(calls, axis=0)
    return float(shares[0]), float(shares[1]), 3 * math.sqrt(0.05 * 0.95 / len(seeds))


def test_equal_arms_are_hardly_ever_called_different() -> None:
    means_called, rates_called, noise = family_errors(range(20))
    assert max(means_called, rates_called) <= 0.05 + noise


@pytest.mark.slow
def test_equal_arms_are_hardly_ever_called_different_over_many_experiments() -> None:
    means_called, rates_called, _ = family_errors(range(1000, 11_000))
    assert max(means_called, rates_called) <= 0.055
