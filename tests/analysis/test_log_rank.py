"""Log-rank between arms, against published figures and lifelines."""

from __future__ import annotations

import math
from importlib import metadata
from typing import Any

import numpy as np
import pandas as pd
import pytest
from lifelines.statistics import logrank_test, multivariate_logrank_test

from crmlib.analysis.log_rank import log_rank_arms
from tests.analysis.helpers import refused


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


def test_arms_that_never_meet_have_no_test() -> None:
    one = pd.DataFrame({"arm": ["a"], "duration_days": [10], "n_events": [3], "n_censored": [0]})

    assert math.isnan(log_rank_arms(one).pvalue)
    assert log_rank_arms(one).degrees_of_freedom == 0


def test_an_empty_table_has_no_test() -> None:
    none = pd.DataFrame({"arm": [], "duration_days": [], "n_events": [], "n_censored": []})

    assert math.isnan(log_rank_arms(none).pvalue)


def test_a_negative_duration_is_refused() -> None:
    with refused("duration_days == -1, must be at least 0."):
        log_rank_arms(pd.DataFrame({"arm": ["a"], "duration_days": [-1], "n_events": [3], "n_censored": [0]}))
