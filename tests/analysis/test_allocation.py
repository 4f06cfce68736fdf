"""The arms' sizes against the plan."""

from __future__ import annotations

import math

import pytest
import tea_tasting as tt
from scipy.stats import binomtest

from crmlib.analysis.allocation import RATIO_ALPHA, sample_ratio
from tests.analysis.helpers import refused


def test_tea_tastings_documented_ratio() -> None:
    # 2023 to 1977 against 1:1, normal approximation with continuity correction: p .4767667.
    result = sample_ratio(2023, 1977)

    assert (round(result.pvalue, 7), result.method, result.ok) == (0.4767667, "normal", True)
    assert result.treatment_share == 1977 / 4000


@pytest.mark.parametrize(
    ("sizes", "share"), [((480, 520), 0.5), ((700, 300), 0.25), ((3_000, 1_100), 0.25), ((12, 3), 0.5)]
)
def test_other_ratios_agree_with_tea_tasting(sizes: tuple[int, int], share: float) -> None:
    aggregates = {arm: tt.aggr.Aggregates(count_=n, mean_={}, var_={}, cov_={}) for arm, n in enumerate(sizes)}
    theirs = tt.SampleRatio(ratio=share / (1 - share)).analyze(aggregates, 0, 1)

    assert sample_ratio(*sizes, treatment_share=share).pvalue == pytest.approx(theirs.pvalue, rel=1e-10)


def test_small_experiments_are_judged_exactly() -> None:
    assert sample_ratio(2, 8).method == "exact"
    assert sample_ratio(2, 8).pvalue == pytest.approx(2 * (1 + 10 + 45) / 2**10)  # P(0, 1, 2 or 8, 9, 10 of 10)
    assert sample_ratio(499, 500).method == "exact"
    assert sample_ratio(500, 500).method == "normal"


def test_the_alarm_is_below_one_in_a_thousand() -> None:
    assert RATIO_ALPHA == 0.001
    alarms = [k for k in range(51) if not sample_ratio(50 - k, k).ok]
    assert alarms == [k for k in range(51) if binomtest(k, 50, 0.5).pvalue < 0.001]
    assert not sample_ratio(1000, 700).ok


def test_without_units_there_is_no_alarm_and_no_share() -> None:
    result = sample_ratio(0, 0)

    assert (result.ok, result.n_control, result.n_treatment) == (True, 0, 0)
    assert math.isnan(result.pvalue)
    assert math.isnan(result.treatment_share)


def test_equal_sizes_are_certain() -> None:
    assert sample_ratio(5_000, 5_000).pvalue == sample_ratio(5, 5).pvalue == 1


def test_impossible_plans_are_refused() -> None:
    with refused("treatment_share == 50, must be between 0 and 1."):
        sample_ratio(10, 10, treatment_share=50)
    with refused("n_control == -1, must be at least 0."):
        sample_ratio(-1, 10)
