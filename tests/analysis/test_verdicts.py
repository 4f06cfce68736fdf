"""One rule for every verdict: p below alpha exactly when the interval shown excludes 0; else the test is named."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlib.analysis import experiments
from crmlib.analysis.outcomes import METRICS, SURVIVAL
from tests.analysis.test_experiments import evaluated, experiment, many
from tests.analysis.test_outcomes import design

CALLS = {"treatment_better", "treatment_worse"}
WINDOW = 30
CASE = st.fixed_dictionaries({
    "seed": st.integers(0, 10**6), "metric": st.sampled_from(METRICS), "arms": st.integers(2, 4),
    "n": st.integers(1, 150), "rate": st.floats(0.0, 1.0), "lift": st.floats(-0.4, 0.4),
    "alpha": st.sampled_from([0.01, 0.05, 0.1, 0.3]), "correction": st.sampled_from(list(experiments.CORRECTIONS)),
})  # fmt: skip


def outcomes_of(case: dict[str, Any]) -> pd.DataFrame:
    """Observed units, with few events as often as with many."""
    rng = np.random.default_rng(case["seed"])
    arms = np.array(["control", "a", "b", "c"])[rng.integers(0, case["arms"], case["n"] * case["arms"])]
    rate = np.clip(case["rate"] + case["lift"] * (arms != "control"), 0, 1)
    hit = rng.random(arms.size) < rate
    n_orders = np.where(hit, rng.integers(1, 4, arms.size), 0)
    amount = n_orders * rng.integers(1, 9, arms.size) * 500
    money = case["metric"] in ("revenue", "order_value")
    day = np.where(hit, rng.integers(1, WINDOW, arms.size), WINDOW)
    return pd.DataFrame({
        "unit_id": np.arange(arms.size).astype("str"), "arm": arms, "actually_treated": arms != "control",
        "assigned_day": 100, "state": "observed", "n_orders": n_orders, "amount": amount,
        "value": amount.astype("float64") if money else hit.astype("float64"), "duration_days": day, "event": hit,
    })  # fmt: skip


def rows_of(case: dict[str, Any]) -> list[dict[str, Any]]:
    """The verdicts on an experiment, as `evaluate` reaches them."""
    share = {"treatment_share": (case["arms"] - 1) / case["arms"], "missing": ""}
    trial = design(case["metric"], window_days=WINDOW, **share), outcomes_of(case)
    table = experiments.judge([trial], alpha=case["alpha"], correction=case["correction"])
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def check_row(row: dict[str, Any], case: dict[str, Any]) -> None:
    """What must hold of every row."""
    excludes = row["difference_low"] > 0 or row["difference_high"] < 0
    inverted = case["metric"] not in SURVIVAL
    if inverted and row["pvalue"] == row["pvalue"]:
        assert (row["pvalue"] < case["alpha"]) == excludes
    assert inverted or not excludes
    several = row["n_arms"] > 2
    pvalue = row[experiments.CORRECTIONS[case["correction"]]] if several else row["pvalue"]
    # The test that the verdict follows is named, and it follows that one alone.
    if several:
        assert row["verdict_by"] == f"by_{case['correction']}"
    else:
        assert row["verdict_by"] in (("by_interval", "by_exact") if inverted else ("by_log_rank",))
    if row["verdict"] in (*CALLS, "no_clear_difference"):
        assert (row["verdict"] in CALLS) == (pvalue < case["alpha"])
    if row["verdict"] in CALLS and inverted:
        sign = -1 if case["metric"] == "cancellation" else 1
        assert (row["verdict"] == "treatment_better") == (sign * row["difference"] > 0)


@settings(max_examples=12, deadline=None, derandomize=True)
@given(CASE)
def test_a_verdict_follows_one_test_which_is_named_and_agrees_with_its_interval(case: dict[str, Any]) -> None:
    for row in rows_of(case):
        check_row(row, case)


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(CASE)
def test_many_verdicts_follow_one_test(case: dict[str, Any]) -> None:
    for row in rows_of(case):
        check_row(row, case)


@pytest.mark.parametrize(("correction", "verdict"), [("holm", "no_clear_difference"), ("benjamini_hochberg", "both")])
def test_where_the_corrections_disagree_the_verdict_follows_the_one_asked_for(correction: str, verdict: str) -> None:
    # Of p 0.036 and 0.042 Holm keeps none (0.072), Benjamini and Hochberg both (0.042).
    made = many({"control": (100, 1_000), "a": (130, 1_000), "b": (129, 1_000)})
    row = evaluated(experiment(treatment_share=2 / 3), *made, correction=correction)

    assert row["pvalue"] < row["pvalue_bh"] < 0.05 < row["pvalue_holm"]
    assert row["verdict"] == ("treatment_better" if verdict == "both" else verdict)
    assert row["verdict_by"] == f"by_{correction}"
