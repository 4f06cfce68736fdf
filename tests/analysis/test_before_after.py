"""Before and after without a control: paired tests against scipy and statsmodels."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import brentq, minimize_scalar
from scipy.special import xlogy
from statsmodels.stats.contingency_tables import mcnemar

from crmlib.analysis.before_after import before_after_means, before_after_rates
from tests.analysis.helpers import refused
from tests.analysis.seeds import in_200_cases
from tests.analysis.test_means import SLEEP_1, SLEEP_2


def rates(both: int, gained: int, lost: int, neither: int) -> tuple[list[int], list[int]]:
    before = [1] * both + [0] * gained + [1] * lost + [0] * neither
    return before, [1] * both + [1] * gained + [0] * lost + [0] * neither


def test_sleep_as_published() -> None:
    # R t.test(Pair(extra_1, extra_2) ~ 1, sleep): t = -4.0621, p = 0.002833, -2.4598858 to -0.7001142.
    result = before_after_means(SLEEP_2, SLEEP_1)

    assert (round(result.statistic, 4), round(result.pvalue, 6)) == (-4.0621, 0.002833)
    assert round(result.difference_interval.low, 7) == -2.4598858
    assert round(result.difference_interval.high, 7) == -0.7001142
    assert (result.evidence, result.n, result.n_changed) == ("weak", 10, 9)


@in_200_cases
def test_200_random_pairs_agree_with_scipy(seeds: range) -> None:
    for seed in seeds:
        rng = np.random.default_rng(seed)
        before = rng.gamma(2, 900, rng.integers(3, 80)).round(-2)
        after = (before * rng.gamma(8, 0.13, before.size)).round(-2)
        level = float(rng.uniform(0.7, 0.99))
        ours = before_after_means(before, after, confidence_level=level)

        theirs = stats.ttest_rel(after, before)
        ends = theirs.confidence_interval(level)
        assert ours.pvalue == pytest.approx(theirs.pvalue, rel=1e-10)
        assert ours.difference_interval.low == pytest.approx(ends.low, rel=1e-10, abs=1e-9)
        assert (ours.pvalue < 1 - level) == (0 not in ours.difference_interval)
        signed = stats.wilcoxon(after, before, method="asymptotic", correction=False)
        assert ours.pvalue_other == pytest.approx(signed.pvalue, rel=1e-10)


@in_200_cases
def test_200_random_tables_agree_with_statsmodels(seeds: range) -> None:
    for seed in seeds:
        rng = np.random.default_rng(seed)
        both, gained, lost, neither = (int(n) for n in rng.integers(0, 40, 4) + 1)
        level = float(rng.uniform(0.7, 0.99))
        ours = before_after_rates(*rates(both, gained, lost, neither), confidence_level=level)

        table = [[both, lost], [gained, neither]]
        assert ours.pvalue == pytest.approx(mcnemar(table, exact=False, correction=False).pvalue, rel=1e-10)
        assert ours.pvalue_other == pytest.approx(mcnemar(table, exact=True).pvalue, rel=1e-10)
        assert (ours.pvalue < 1 - level) == (0 not in ours.difference_interval)
        assert ours.difference in ours.difference_interval


def likelihood_end(gained: int, lost: int, n: int, side: int) -> float:
    """An end of Tango's interval the long way: the share lost is found by search at every hypothesis."""
    d, z = (gained - lost) / n, 1.959963984540054

    def beyond(delta: float) -> float:
        def loss(q: float) -> float:
            rest = max(1 - 2 * q - delta, 1e-300)
            return -(xlogy(gained, max(q + delta, 1e-300)) + xlogy(lost, q) + xlogy(n - gained - lost, rest))

        ends = (max(0, -delta), (1 - delta) / 2)
        q = minimize_scalar(loss, bounds=ends, method="bounded", options={"xatol": 1e-12}).x
        return (d - delta) ** 2 - z**2 * (2 * q + delta - delta**2) / n

    return brentq(beyond, d - 1e-9, -1 + 1e-6) if side < 0 else brentq(beyond, d + 1e-9, 1 - 1e-6)


@pytest.mark.parametrize("counts", [(20, 12, 2, 16), (10, 1, 9, 30), (3, 5, 5, 3), (40, 15, 4, 200)])
def test_tangos_interval_maximises_the_restricted_likelihood(counts: tuple[int, int, int, int]) -> None:
    _, gained, lost, _ = counts
    ends = before_after_rates(*rates(*counts)).difference_interval

    assert ends.low == pytest.approx(likelihood_end(gained, lost, sum(counts), -1), abs=1e-6)
    assert ends.high == pytest.approx(likelihood_end(gained, lost, sum(counts), 1), abs=1e-6)


def test_edges() -> None:
    assert before_after_rates(*rates(5, 0, 0, 5)).pvalue == 1
    assert before_after_rates(*rates(0, 9, 0, 0)).difference_interval.high == 1
    for result in (before_after_rates([], []), before_after_means([], []), before_after_means([1], [2])):
        assert math.isnan(result.pvalue)
    assert math.isnan(before_after_means([1, 2], [2, 3]).pvalue)
    assert math.isnan(before_after_means([1, 2], [1, 2]).pvalue_other)


def test_wrong_values_are_refused() -> None:
    with refused("2 values before and 1 after, must be as many."):
        before_after_means([1, 2], [1])
    with refused("1 of 4 values are missing, must be none."):
        before_after_means([1, math.nan], [1, 2])
    with refused("value == 2, must be 0 or 1."):
        before_after_rates([0, 2], [0, 1])


def test_choosing_the_low_ones_makes_them_rise() -> None:
    # No effect at all: who bought little is chosen, and buys more afterwards. That is why the evidence is weak.
    rng = np.random.default_rng(4)
    taste = rng.gamma(4, 500, 2_000)
    before, after = taste * rng.gamma(4, 0.25, 2_000), taste * rng.gamma(4, 0.25, 2_000)
    chosen = before < np.quantile(before, 0.3)

    result = before_after_means(before[chosen], after[chosen])

    assert result.difference_interval.low > 0
    assert result.evidence == "weak"
