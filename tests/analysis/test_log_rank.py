"""Log-rank between arms and the differences of curves, against published figures and two other packages."""

from __future__ import annotations

import math
from collections.abc import Callable
from importlib import metadata
from typing import Any

import numpy as np
import pandas as pd
import pytest
from lifelines import KaplanMeierFitter
from lifelines.statistics import logrank_test, multivariate_logrank_test
from lifelines.utils import restricted_mean_survival_time
from scipy import stats

from crmlib.analysis.log_rank import SurvivalDifference, difference_on_day, log_rank_arms, restricted_mean_difference
from crmlib.analysis.proportions import proportions
from tests.analysis.helpers import refused

Compare = Callable[..., SurvivalDifference]


def grouped(days: np.ndarray, events: np.ndarray, arm: str = "a") -> pd.DataFrame:
    rows = pd.DataFrame({"duration_days": days, "n_events": events, "n_censored": 1 - events})
    return rows.groupby("duration_days", as_index=False).sum().assign(arm=arm)


def random_arms(seed: int, k: int) -> list[tuple[np.ndarray, np.ndarray]]:
    rng = np.random.default_rng(seed)
    sizes = rng.integers(15, 80, k)
    return [(rng.integers(1, 60, n), rng.integers(0, 2, n)) for n in sizes]


def test_waltons_as_published() -> None:
    # lifelines' documentation: chi-squared 122.2491, p 2.04e-28.
    path = next(file for file in metadata.files("lifelines") or [] if file.name == "waltons_dataset.csv")
    rows = pd.read_csv(str(path.locate()))
    table = pd.concat([grouped(part["T"], part["E"], str(name)) for name, part in rows.groupby("group")])

    result = log_rank_arms(table)

    assert (round(result.statistic, 4), result.degrees_of_freedom) == (122.2491, 1)
    assert f"{result.pvalue:.2e}" == "2.04e-28"
    assert result.table["n"].tolist() == [129, 34]


def most_slow(n: int, few: int = 4) -> list[Any]:
    """Seeds, of which a fixed sample is fast."""
    return [pytest.param(seed, marks=[] if seed < few else pytest.mark.slow) for seed in range(n)]


@pytest.mark.parametrize("seed", most_slow(200))
def test_two_arms_agree_with_lifelines(seed: int) -> None:
    (days_a, events_a), (days_b, events_b) = random_arms(seed, 2)

    ours = log_rank_arms(pd.concat([grouped(days_a, events_a, "a"), grouped(days_b, events_b, "b")]))

    theirs = logrank_test(days_a, days_b, events_a, events_b)
    assert ours.statistic == pytest.approx(theirs.test_statistic, rel=1e-10)
    assert ours.pvalue == pytest.approx(theirs.p_value, rel=1e-9)


@pytest.mark.parametrize("seed", most_slow(200))
def test_several_arms_agree_with_lifelines(seed: int) -> None:
    arms = random_arms(seed + 1000, 3 + seed % 2)
    names = "abcd"

    ours = log_rank_arms(pd.concat([grouped(*arm, names[i]) for i, arm in enumerate(arms)]))

    days, events = (np.concatenate([arm[i] for arm in arms]) for i in (0, 1))
    groups = np.concatenate([[names[i]] * len(arm[0]) for i, arm in enumerate(arms)])
    theirs = multivariate_logrank_test(days, groups, events)
    assert ours.degrees_of_freedom == len(arms) - 1
    assert ours.statistic == pytest.approx(theirs.test_statistic, rel=1e-10)
    assert ours.pvalue == pytest.approx(theirs.p_value, rel=1e-9)
    assert ours.table["n_expected"].sum() == pytest.approx(ours.table["n_events"].sum())


def test_without_censoring_the_difference_is_newcombes() -> None:
    control = pd.DataFrame({"duration_days": [5, 20, 90], "n_events": [20, 12, 48], "n_censored": 0})
    treatment = pd.DataFrame({"duration_days": [10, 30, 90], "n_events": [4, 10, 56], "n_censored": 0})

    result = difference_on_day(control, treatment, day=60)

    expected = proportions(48, 80, 56, 70, method="newcombe")
    assert result.difference == pytest.approx(0.2)
    assert (round(result.difference_interval.low, 4), round(result.difference_interval.high, 4)) == (0.0524, 0.3339)
    assert result.pvalue == pytest.approx(expected.pvalue)
    assert result.interval_control.low == pytest.approx(expected.interval_control.low)
    assert (result.n_control, result.n_treatment) == (80, 70)


@pytest.mark.parametrize("share", [0, 1])
def test_nobody_and_everybody(share: int) -> None:
    first, second = (60, 60) if share else (10, 20)
    same = pd.DataFrame({"duration_days": [first, second], "n_events": [0 if share else 5] * 2, "n_censored": 5})
    same["n_censored"] = 5 if share else 0
    result = difference_on_day(same, same, day=40)

    expected = proportions(10 * share, 10, 10 * share, 10, method="newcombe")
    assert (result.value_control, result.pvalue) == (share, 1.0)
    assert result.difference_interval == expected.difference_interval


def test_a_curve_that_ends_before_the_day_tells_nothing() -> None:
    short = pd.DataFrame({"duration_days": [10, 20], "n_events": [1, 0], "n_censored": [0, 4]})

    for result in (difference_on_day(short, short, day=30), restricted_mean_difference(short, short, day=30)):
        assert math.isnan(result.value_control)
        assert math.isnan(result.pvalue)
        assert math.isnan(result.difference_interval.low)


def test_the_restricted_mean_by_hand() -> None:
    # Ten customers, no censoring: 2 leave on day 10, 3 on day 20, 5 stay beyond 30. Mean of min(T, 30) is
    # (20 + 60 + 150) / 10 = 23; the variance of a mean of ten is that of the ten values, over 10.
    counts = pd.DataFrame({"duration_days": [10, 20, 40], "n_events": [2, 3, 5], "n_censored": 0})
    values = np.repeat([10, 20, 30], [2, 3, 5])

    result = restricted_mean_difference(counts, counts, day=30)

    half = stats.norm.ppf(0.975) * math.sqrt(values.var() / 10)
    assert result.value_control == pytest.approx(23)
    assert result.interval_control.high - 23 == pytest.approx(half)
    assert result.difference_interval.high == pytest.approx(half * math.sqrt(2))
    assert result.pvalue == 1


@pytest.mark.parametrize("seed", range(3))
def test_the_restricted_mean_agrees_with_lifelines(seed: int) -> None:
    arms = random_arms(seed, 2)
    result = restricted_mean_difference(*(grouped(*arm) for arm in arms), day=40)

    theirs = [restricted_mean_survival_time(KaplanMeierFitter().fit(*arm), t=40) for arm in arms]
    assert result.value_control == pytest.approx(theirs[0], rel=1e-10)
    assert result.difference == pytest.approx(theirs[1] - theirs[0], rel=1e-8)


@pytest.mark.parametrize("compare", [difference_on_day, restricted_mean_difference])
@pytest.mark.parametrize("seed", range(12))
def test_p_is_below_alpha_exactly_when_the_interval_excludes_zero(
    seed: int, compare: Callable[..., SurvivalDifference]
) -> None:
    arms = random_arms(seed + 5000, 2)
    level = (0.5, 0.8, 0.95)[seed % 3]
    result = compare(*(grouped(*arm) for arm in arms), day=30, confidence_level=level)

    assert (result.pvalue < 1 - level) == (0 not in result.difference_interval)
    assert result.difference in result.difference_interval


def test_arms_that_never_meet_have_no_test() -> None:
    one = pd.DataFrame({"arm": ["a"], "duration_days": [10], "n_events": [3], "n_censored": [0]})

    assert math.isnan(log_rank_arms(one).pvalue)
    assert log_rank_arms(one).degrees_of_freedom == 0


def test_an_empty_table_has_no_test() -> None:
    none = pd.DataFrame({"arm": [], "duration_days": [], "n_events": [], "n_censored": []})

    assert math.isnan(log_rank_arms(none).pvalue)
    assert math.isnan(difference_on_day(none, none, day=3).difference)


def test_a_negative_duration_is_refused() -> None:
    with refused("duration_days == -1, must be at least 0."):
        log_rank_arms(pd.DataFrame({"arm": ["a"], "duration_days": [-1], "n_events": [3], "n_censored": [0]}))
