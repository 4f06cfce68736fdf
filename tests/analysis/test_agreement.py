"""The tests of experiments against tea-tasting, statsmodels and scipy on 200 random cases each, to ten digits."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import tea_tasting as tt
from scipy import stats
from statsmodels.stats.contingency_tables import Table2x2
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import (
    confint_proportions_2indep,
    proportion_confint,
    test_proportions_2indep,
)

from crmlib.analysis.allocation import sample_ratio
from crmlib.analysis.intervals import clopper_pearson, wilson
from crmlib.analysis.means import means, moments
from crmlib.analysis.multiplicity import adjust_pvalues
from crmlib.analysis.proportions import proportions
from tests.analysis.seeds import in_200_cases

test_proportions_2indep.__test__ = False
CLOSE = 1e-10


def counts(seeds: range) -> Iterator[tuple[int, int, int, int]]:
    """Successes and trials of the control and the treatment, neither none nor all."""
    for seed in seeds:
        rng = np.random.default_rng(seed)
        n_c, n_t = (int(n) for n in np.exp(rng.uniform(np.log(5), np.log(20_000), 2)))
        yield int(rng.integers(1, n_c)), n_c, int(rng.integers(1, n_t)), n_t


@in_200_cases
def test_the_score_test(seeds: range) -> None:
    for x_c, n_c, x_t, n_t in counts(seeds):
        ours = proportions(x_c, n_c, x_t, n_t)

        theirs = test_proportions_2indep(x_t, n_t, x_c, n_c, method="score", correction=False)
        assert ours.statistic == pytest.approx(theirs.statistic, rel=CLOSE, abs=1e-12)
        arms = [tt.aggr.Aggregates(count_=n, mean_={"y": x / n}) for x, n in ((x_c, n_c), (x_t, n_t))]
        tea = tt.Proportion("y", method="norm", correction=False).analyze_aggregates(*arms)
        assert ours.pvalue == pytest.approx(tea.pvalue, rel=CLOSE, abs=1e-300)
        assert ours.difference == pytest.approx(tea.effect_size, rel=CLOSE, abs=1e-15)
        pearson = stats.chi2_contingency([[x_c, n_c - x_c], [x_t, n_t - x_t]], correction=False)
        assert ours.statistic**2 == pytest.approx(pearson.statistic, rel=CLOSE, abs=1e-12)
        assert ours.pvalue == pytest.approx(pearson.pvalue, rel=1e-9, abs=1e-300)
        table = Table2x2([[x_c, n_c - x_c], [x_t, n_t - x_t]])
        assert ours.statistic**2 == pytest.approx(table.test_nominal_association().statistic, rel=CLOSE, abs=1e-12)


@in_200_cases
@pytest.mark.parametrize(("method", "name"), [("wald", "wald"), ("newcombe", "newcomb")])
def test_wald_and_newcombe(method: str, name: str, seeds: range) -> None:
    for x_c, n_c, x_t, n_t in counts(seeds):
        ours = proportions(x_c, n_c, x_t, n_t, method=method).difference_interval

        low, high = confint_proportions_2indep(x_t, n_t, x_c, n_c, method=name)
        assert (ours.low, ours.high) == (pytest.approx(low, abs=1e-12), pytest.approx(high, abs=1e-12))


@in_200_cases
def test_one_proportion(seeds: range) -> None:
    for x, n, _, _ in counts(seeds):
        for ours, name in ((wilson(x, n), "wilson"), (clopper_pearson(x, n), "beta")):
            low, high = proportion_confint(x, n, method=name)
            assert (ours.low, ours.high) == (pytest.approx(low, rel=CLOSE), pytest.approx(high, rel=CLOSE))


@in_200_cases
def test_welch(seeds: range) -> None:
    for seed in seeds:
        rng = np.random.default_rng(seed)
        a, b = (rng.gamma(2, scale, rng.integers(3, 400)) for scale in (900, rng.uniform(700, 1200)))
        level = float(rng.uniform(0.8, 0.99))
        ours = means(moments(a), moments(b), confidence_level=level)

        theirs = stats.ttest_ind(b, a, equal_var=False)
        ends = theirs.confidence_interval(level)
        assert ours.statistic == pytest.approx(theirs.statistic, rel=CLOSE)
        assert ours.pvalue == pytest.approx(theirs.pvalue, rel=CLOSE)
        assert ours.degrees_of_freedom == pytest.approx(theirs.df, rel=CLOSE)
        np.testing.assert_allclose(
            [ours.difference_interval.low, ours.difference_interval.high], [ends.low, ends.high], rtol=CLOSE, atol=1e-9
        )
        arms = [
            tt.aggr.Aggregates(count_=v.size, mean_={"y": float(v.mean())}, var_={"y": float(v.var(ddof=1))})
            for v in (a, b)
        ]
        tea = tt.Mean("y", confidence_level=level).analyze_aggregates(*arms)
        assert ours.pvalue == pytest.approx(tea.pvalue, rel=CLOSE)
        np.testing.assert_allclose(
            [ours.relative, ours.relative_interval.low, ours.relative_interval.high],
            [tea.rel_effect_size, tea.rel_effect_size_ci_lower, tea.rel_effect_size_ci_upper], rtol=CLOSE, atol=1e-12,
        )  # fmt: skip


@in_200_cases
def test_the_sample_ratio(seeds: range) -> None:
    for seed in seeds:
        rng = np.random.default_rng(seed)
        n = int(np.exp(rng.uniform(np.log(5), np.log(50_000))))
        share = float(rng.choice([0.2, 0.5, 0.9]))
        n_t = int(rng.binomial(n, share))
        ours = sample_ratio(n - n_t, n_t, treatment_share=share)

        arms = {0: tt.aggr.Aggregates(count_=n - n_t), 1: tt.aggr.Aggregates(count_=n_t)}
        theirs = tt.SampleRatio({0: 1 - share, 1: share}).analyze(arms, control=0, treatment=1)
        assert ours.pvalue == pytest.approx(theirs.pvalue, rel=1e-9)


@pytest.mark.slow  # statsmodels takes its time
@in_200_cases
def test_adjusted_pvalues(seeds: range) -> None:
    for seed in seeds:
        rng = np.random.default_rng(seed)
        pvalues = rng.beta(0.4, 2, rng.integers(1, 40)).round(3)
        for ours, theirs in (("holm", "holm"), ("benjamini_hochberg", "fdr_bh")):
            expected = multipletests(pvalues, method=theirs)[1]
            np.testing.assert_allclose(adjust_pvalues(pvalues, method=ours), expected, rtol=CLOSE)
