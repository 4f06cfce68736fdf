"""Kaplan-Meier and log-rank against published figures and two other packages."""

from __future__ import annotations

import math
from importlib import metadata

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.duration.survfunc import SurvfuncRight, survdiff

from crmlib.analysis.intervals import wilson
from crmlib.analysis.log_rank import LogRankArmsResult, log_rank_arms
from crmlib.analysis.survival import kaplan_meier, share_past
from tests.analysis.helpers import refused


def grouped(days: np.ndarray, events: np.ndarray) -> pd.DataFrame:
    rows = pd.DataFrame({"duration_days": days, "n_events": events, "n_censored": 1 - events})
    return rows.groupby("duration_days", as_index=False).sum()


def log_rank(a: pd.DataFrame, b: pd.DataFrame) -> LogRankArmsResult:
    return log_rank_arms(pd.concat([a.assign(arm="a"), b.assign(arm="b")]))


@pytest.fixture(scope="module")
def waltons() -> pd.DataFrame:
    files = metadata.files("lifelines") or []
    path = next(file for file in files if file.name == "waltons_dataset.csv")
    return pd.read_csv(str(path.locate()))


def test_a_curve_by_hand() -> None:
    # Five customers: an order after 10 days, one lost on day 10, two orders after 20 days, one lost on day 30.
    counts = pd.DataFrame({"duration_days": [30, 10, 20], "n_events": [0, 1, 2], "n_censored": [1, 1, 0]})

    result = kaplan_meier(counts)

    assert result.table.columns.tolist() == [
        "day", "n_at_risk", "n_events", "n_censored", "survival", "survival_low", "survival_high",
    ]  # fmt: skip
    assert result.table[["day", "n_at_risk", "n_events", "n_censored"]].to_numpy().tolist() == [
        [0, 5, 0, 0], [10, 5, 1, 1], [20, 3, 2, 0], [30, 1, 0, 1],
    ]  # fmt: skip
    assert result.table["survival"].tolist() == pytest.approx([1, 4 / 5, 4 / 5 * 1 / 3, 4 / 5 * 1 / 3])
    assert (result.median, result.n, result.n_events) == (20, 5, 3)


def test_waltons_as_published(waltons: pd.DataFrame) -> None:
    # lifelines' waltons, 163 rows and 156 events; R's survival gives the same figures.
    result = kaplan_meier(grouped(waltons["T"].to_numpy(), waltons["E"].to_numpy()))
    at = result.table.set_index("day")

    assert (result.n, result.n_events, result.median) == (163, 156, 56)
    assert round(at.loc[:20, "survival"].iloc[-1], 5) == 0.91365
    assert round(at.loc[:40, "survival"].iloc[-1], 5) == 0.77784
    assert round(at.loc[56, "survival"], 5) == 0.42990
    assert round(at.loc[56, "survival_low"], 6) == 0.352689
    assert round(at.loc[56, "survival_high"], 6) == 0.504680


def test_waltons_log_rank_as_published(waltons: pd.DataFrame) -> None:
    control = waltons["group"] == "control"

    result = log_rank(
        *(grouped(part["T"].to_numpy(), part["E"].to_numpy()) for part in (waltons[control], waltons[~control]))
    )

    assert round(result.statistic, 4) == 122.2491
    assert f"{result.pvalue:.2e}" == "2.04e-28"


def test_the_medians_interval_is_where_the_band_crosses_one_half(waltons: pd.DataFrame) -> None:
    lifelines = pytest.importorskip("lifelines")
    fitter = lifelines.KaplanMeierFitter().fit(waltons["T"], waltons["E"])
    theirs = lifelines.utils.median_survival_times(fitter.confidence_interval_).iloc[0].tolist()

    result = kaplan_meier(grouped(waltons["T"].to_numpy(), waltons["E"].to_numpy()))

    assert [result.median_interval.low, result.median_interval.high] == theirs


@pytest.mark.parametrize("seed", range(20))
def test_random_curves_agree_with_statsmodels(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 200))
    days, events = rng.integers(0, 60, n), rng.integers(0, 2, n)
    table = kaplan_meier(grouped(days, events)).table
    theirs = SurvfuncRight(days, events)

    own = table[table["n_events"] > 0]
    np.testing.assert_allclose(own["survival"], theirs.surv_prob, rtol=0, atol=1e-12)
    assert own["day"].tolist() == theirs.surv_times.tolist()
    assert own["n_at_risk"].tolist() == theirs.n_risk.tolist()


@pytest.mark.parametrize("seed", range(10))
def test_random_log_ranks_agree_with_statsmodels(seed: int) -> None:
    rng = np.random.default_rng(seed)
    days, events, group = rng.integers(0, 40, 90), rng.integers(0, 2, 90), rng.integers(0, 2, 90)

    ours = log_rank(*(grouped(days[group == g], events[group == g]) for g in (0, 1)))

    statistic, pvalue = survdiff(days, events, group)
    assert ours.statistic == pytest.approx(statistic, rel=1e-10)
    assert ours.pvalue == pytest.approx(pvalue, rel=1e-8)


def test_a_median_that_is_not_reached_is_unknown() -> None:
    result = kaplan_meier(pd.DataFrame({"duration_days": [5, 10], "n_events": [1, 0], "n_censored": [0, 9]}))

    assert math.isnan(result.median)
    assert math.isnan(result.median_interval.high)


def test_the_median_is_reached_at_exactly_one_half() -> None:
    # 23/24 * 22/23 * ... * 12/13 is one half, but in floating point a little more.
    days = pd.DataFrame({"duration_days": range(1, 25), "n_events": 1, "n_censored": 0})

    assert kaplan_meier(days).median == 12


def test_before_the_first_event_the_interval_is_that_of_those_observed() -> None:
    # Ten, of whom four are seen to day 3 only, and then six of six to day 9.
    result = kaplan_meier(pd.DataFrame({"duration_days": [3, 9], "n_events": [0, 1], "n_censored": [4, 5]}))
    table = result.table.set_index("day")

    assert table.loc[3, "survival":].tolist() == [1, pytest.approx(wilson(10, 10).low), 1]
    assert share_past(result, 5).interval == wilson(6, 6)
    assert share_past(result, 3).interval == wilson(10, 10)
    assert math.isnan(share_past(result, 10).value)


def test_where_all_have_had_the_event_the_interval_is_that_of_the_effective_number() -> None:
    # Without censoring all who began: none of four.
    last = kaplan_meier(pd.DataFrame({"duration_days": [1, 3], "n_events": [1, 3], "n_censored": [0, 0]}))
    assert share_past(last, 3).interval == share_past(last, 9).interval
    assert last.table["survival_high"].iloc[-1] == pytest.approx(wilson(0, 4).high)
    # Half go, half of the rest is lost from sight, the last two stand for four.
    seen = kaplan_meier(pd.DataFrame({"duration_days": [1, 2, 3], "n_events": [4, 0, 2], "n_censored": [0, 2, 0]}))
    assert seen.table["survival"].tolist() == [1, 0.5, 0.5, 0]
    assert seen.table["survival_high"].iloc[-1] == pytest.approx(wilson(0, 4).high)


@settings(max_examples=20)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=9))
def test_no_share_of_a_sample_is_certain(rows: list[tuple[int, int, int]]) -> None:
    counts = pd.DataFrame(rows, columns=["duration_days", "n_events", "n_censored"])
    told = kaplan_meier(counts).table.query("n_at_risk > 0")

    assert (told["survival_high"] - told["survival_low"] > 0).all()
    assert told["survival"].between(told["survival_low"] - 1e-12, told["survival_high"] + 1e-12).all()


def test_events_on_the_day_itself_come_at_day_zero() -> None:
    table = kaplan_meier(pd.DataFrame({"duration_days": [0, 2], "n_events": [1, 1], "n_censored": [0, 2]})).table

    assert table["day"].tolist() == [0, 2]
    assert table["survival"].tolist() == pytest.approx([3 / 4, 3 / 4 * 2 / 3])


def test_a_wider_level_has_a_wider_band(waltons: pd.DataFrame) -> None:
    counts = grouped(waltons["T"].to_numpy(), waltons["E"].to_numpy())
    narrow, wide = (
        kaplan_meier(counts, confidence_level=level).table.set_index("day").loc[56] for level in (0.8, 0.99)
    )

    assert wide["survival_low"] < narrow["survival_low"] < narrow["survival_high"] < wide["survival_high"]


def test_no_durations_give_an_empty_curve() -> None:
    result = kaplan_meier(pd.DataFrame({"duration_days": [], "n_events": [], "n_censored": []}).astype("int64"))

    assert (result.n, result.n_events, len(result.table)) == (0, 0, 0)
    assert math.isnan(result.median)


def test_groups_that_never_meet_have_no_log_rank() -> None:
    early = pd.DataFrame({"duration_days": [1], "n_events": [0], "n_censored": [3]})

    assert math.isnan(log_rank(early, early).pvalue)


def test_a_negative_duration_is_refused() -> None:
    with refused("duration_days == -1, must be at least 0."):
        kaplan_meier(pd.DataFrame({"duration_days": [-1], "n_events": [1], "n_censored": [0]}))
