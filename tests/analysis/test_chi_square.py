"""The mix of reasons by arm."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from crmlib.analysis.chi_square import chi_square, rate_differences
from crmlib.analysis.multiplicity import adjust_pvalues
from crmlib.analysis.proportions import proportions
from tests.analysis.helpers import refused
from tests.analysis.seeds import in_200_cases


def reasons(counts: dict[str, int]) -> pd.DataFrame:
    return pd.DataFrame({"reason": list(counts), "n": list(counts.values())})


def test_by_hand() -> None:
    # Two arms of 30 and 60 with reasons 20, 10 and 20, 40: expected 40/3, 50/3; 80/3, 100/3: 9.0.
    result = chi_square([[20, 20], [10, 40]])

    assert result.statistic == pytest.approx(9.0)
    assert result.cramers_v == pytest.approx(math.sqrt(9 / 90))
    assert (result.n, result.degrees_of_freedom, result.method) == (90, 1, "chi_squared")
    assert result.smallest_expected == pytest.approx(40 / 3)


def test_the_published_two_by_two() -> None:
    # R prop.test(c(120, 150), c(1000, 1000), correct = FALSE): X-squared = 3.8536, p = 0.04964.
    result = chi_square([[120, 150], [880, 850]])

    assert (round(result.statistic, 4), round(result.pvalue, 5)) == (3.8536, 0.04964)


@in_200_cases
def test_200_random_tables_agree_with_scipy(seeds: range) -> None:
    for seed in seeds:
        rng = np.random.default_rng(seed)
        table = rng.poisson(rng.uniform(15, 80), rng.integers(2, 7, 2)) + 5
        ours = chi_square(table)

        theirs = stats.chi2_contingency(table, correction=False)
        assert ours.method == "chi_squared"
        assert ours.statistic == pytest.approx(theirs.statistic, rel=1e-10)
        assert ours.pvalue == pytest.approx(theirs.pvalue, rel=1e-10)
        assert ours.degrees_of_freedom == theirs.dof
        assert ours.cramers_v == pytest.approx(stats.contingency.association(table, method="cramer"), rel=1e-10)


def test_small_counts_are_simulated_from_a_seed() -> None:
    table = [[3, 9], [1, 4], [6, 1]]
    result = chi_square(table)

    assert (result.method, result.resamples) == ("monte_carlo", 9_999)
    assert result == chi_square(table)
    # The exact conditional p-value, over all tables with the same margins.
    assert result.pvalue == pytest.approx(exact_pvalue(np.array(table)), abs=4 * math.sqrt(0.03 * 0.97 / 9_999))


def exact_pvalue(table: np.ndarray) -> float:
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    expected = np.outer(rows, columns) / table.sum()
    law, total = stats.multivariate_hypergeom(rows, columns[0]), 0.0
    seen = ((table - expected) ** 2 / expected).sum()
    for a in range(rows[0] + 1):
        for b in range(rows[1] + 1):
            first = np.array([a, b, columns[0] - a - b])
            if 0 <= first[2] <= rows[2]:
                whole = np.column_stack([first, rows - first])
                if ((whole - expected) ** 2 / expected).sum() >= seen * (1 - 1e-9):
                    total += law.pmf(first)
    return float(total)


def test_cochrans_rule_draws_the_line() -> None:
    assert chi_square([[5, 5], [5, 5]]).method == "chi_squared"
    assert chi_square([[4, 5], [5, 5]]).method == "monte_carlo"
    assert chi_square([[4, 4], [40, 40], [40, 40], [40, 40], [40, 40]]).method == "chi_squared"  # 2 of 10 below 5
    assert chi_square([[0, 1], [400, 400], [400, 400], [400, 400], [400, 400]]).method == "monte_carlo"  # one below 1


def test_empty_rows_and_columns_do_not_count() -> None:
    assert chi_square([[20, 20, 0], [0, 0, 0], [10, 40, 0]]) == chi_square([[20, 20], [10, 40]])
    for table in ([[3, 4]], [[3], [4]], [[0, 0], [0, 0]], []):
        assert math.isnan(chi_square(table).pvalue)


def test_impossible_counts_are_refused() -> None:
    with refused("count == -1, must be a whole number."):
        chi_square([[1, -1], [2, 3]])
    with refused("count == 0.5, must be a whole number."):
        chi_square([[1, 0.5], [2, 3]])


def test_the_monte_carlo_test_keeps_its_level() -> None:
    rng = np.random.default_rng(5)
    called = [
        chi_square(np.stack([rng.multinomial(12, [0.6, 0.3, 0.1]) for _ in range(2)]), resamples=199).pvalue <= 0.05
        for _ in range(300)
    ]
    assert np.mean(called) <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 300)


def test_rates_of_reasons() -> None:
    table = rate_differences(
        reasons({"price": 10, "surplus": 30}), reasons({"surplus": 8, "service": 4}), n_control=200, n_treatment=160
    )

    assert table["reason"].tolist() == ["price", "surplus", "service"]
    assert table["cancelled_treatment"].tolist() == [0, 8, 4]
    assert table["n_treatment"].tolist() == [160] * 3
    one = proportions(30, 200, 8, 160, confidence_level=1 - 0.05 / 3)
    assert table["difference"].tolist()[1] == pytest.approx(-0.1)
    assert table["difference_low"].tolist()[1] == one.difference_interval.low
    assert table["pvalue"].tolist()[1] == pytest.approx(3 * one.pvalue)
    raw = [proportions(x, 200, y, 160).pvalue for x, y in ((10, 0), (30, 8), (0, 4))]
    assert table["pvalue_holm"].tolist() == pytest.approx(adjust_pvalues(raw).tolist())
    assert table["verdict"].tolist() == ["lower", "lower", "no_clear_difference"]


@pytest.mark.parametrize("seed", range(40))
def test_the_verdict_follows_p_exactly_when_the_interval_excludes_zero(seed: int) -> None:
    rng = np.random.default_rng(seed)
    names = [f"r{i}" for i in range(rng.integers(1, 9))]
    arms = [reasons(dict(zip(names, rng.integers(0, 30, len(names)).tolist(), strict=True))) for _ in range(2)]
    alpha = float(rng.choice([0.05, 0.2, 0.5]))

    table = rate_differences(*arms, n_control=300, n_treatment=250, alpha=alpha)

    excludes = (table["difference_low"] > 0) | (table["difference_high"] < 0)
    assert (table["pvalue"] < alpha).tolist() == excludes.tolist()
    assert (table["verdict"] != "no_clear_difference").tolist() == excludes.tolist()
    assert (table["pvalue_holm"] <= table["pvalue"] + 1e-12).all()


def test_an_empty_arm_has_no_verdict() -> None:
    table = rate_differences(reasons({"price": 3}), reasons({}), n_control=9, n_treatment=0)

    assert table["difference"].isna().all()
    assert table["verdict"].tolist() == ["no_clear_difference"]
    assert rate_differences(reasons({}), reasons({}), n_control=9, n_treatment=9).empty
