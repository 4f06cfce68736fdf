"""Experiments as a report shows them: verdicts only where chance assigned, and no percentages of few."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from crmlib.analysis import experiment_views as views


def _result(**changes: object) -> dict[str, object]:
    row = {
        "experiment_id": "E1", "name": "call", "baseline": "control", "arm": "treatment", "n_arms": 2,
        "n_assigned": 40, "n_not_eligible": 1, "pvalue_holm": 0.001, "pvalue_bh": 0.001, "verdict_by": "by_interval",
         "assigned_method": "random", "primary_metric": "repurchase", "window_days": 30,
        "n_assigned_control": 30, "n_assigned_treatment": 10, "n_control": 100, "n_treatment": 100, "n_not_yet": 20,
        "n_conflicts": 3, "treatment_share_planned": 0.5, "ratio_pvalue": 0.002, "share_treated": 0.9,
        "value_control": 0.1, "value_treatment": 0.9, "difference": 0.8, "difference_low": 0.4, "difference_high": 0.9,
        "relative": 8.0, "relative_low": np.nan, "relative_high": np.nan, "pvalue": 0.001, "n_needed_per_arm": 400.0,
        "is_random": True, "verdict": "treatment_better",
    }  # fmt: skip
    return row | changes


JUDGED = ["treatment_better", "treatment_worse", "no_clear_difference"]
NOT_JUDGED = ["not_observed", "not_testable"]


@pytest.mark.parametrize("metric", ["repurchase", "revenue"])
def test_a_group_picked_by_hand_gets_no_verdict_and_no_p_value(metric: str) -> None:
    verdicts = [*JUDGED, *NOT_JUDGED]
    hand = {"is_random": False, "assigned_method": "manual"}
    rows = [_result(primary_metric=metric, verdict=v, **how) for how in ({}, hand) for v in verdicts]
    tables = views.rate_table, views.amount_table
    table, other = (view(pd.DataFrame(rows)) for view in (tables if metric == "repurchase" else tables[::-1]))
    assert table["verdict"].tolist() == [*verdicts, *["not_random"] * 3, *NOT_JUDGED]
    assert other.empty
    tests = views.verdict_table(pd.DataFrame(rows))
    assert tests["pvalue"].tolist()[:3] == [0.001] * 3
    assert tests["pvalue"].isna().tolist() == [False] * 3 + [True] * 7
    assert tests["verdict_by"].notna().tolist() == [True] * 3 + [False] * 7


def test_before_and_after_stands_apart_and_is_weak() -> None:
    row = _result(
        baseline="before", assigned_method="before_after", is_random=False, primary_metric="revenue", n_arms=1
    )
    results = pd.DataFrame([_result(), row])
    assert len(views.rate_table(results)) == 1
    assert views.amount_table(results).empty
    assert views.assignment_table(results)["name"].tolist() == ["call"]
    told = views.before_after_table(results).iloc[0]
    assert (told["sales_before"], told["sales_after"], told["verdict"]) == (0.1, 0.9, "weak_evidence")
    assert math.isnan(told["share_before"])


def test_below_thirty_there_are_no_percentages() -> None:
    table = views.rate_table(pd.DataFrame([_result(n_control=29), _result(n_control=30)]))
    assert table["rate_control"].isna().tolist() == [True, False]
    assert table["difference_points"].isna().tolist() == [True, False]
    assert table["rate_treatment"].tolist() == [0.9, 0.9]


def test_with_several_arms_the_arm_is_named() -> None:
    rows = [_result(arm="b", n_arms=3), _result()]
    assert views.rate_table(pd.DataFrame(rows))["name"].tolist() == ["call (B)", "call"]
    table = views.verdict_table(pd.DataFrame(rows))
    assert table["pvalue_holm"].isna().tolist() == [False, True]


def test_a_cost_without_an_upper_end_gives_no_ratio() -> None:
    costs = pd.DataFrame({"name": ["x", "y"], "treatment_cost": [1.0, 1.0], "cost_per_customer": [500.0, 500.0],
                          "cost_per_customer_low": 400.0, "cost_per_customer_high": [900.0, np.nan]})  # fmt: skip
    table = views.yields(costs, n_new=10, ad_cost=20_000)
    assert table["cost_per_new"].tolist() == [2_000, 2_000]
    assert table["new_per_followed"].iloc[0] == 4
    assert math.isnan(table["new_per_followed"].iloc[1])


def test_no_size_is_named_where_chance_did_not_assign() -> None:
    results = pd.DataFrame([_result(), _result(is_random=False, assigned_method="manual")])
    table = views.size_table(results)
    assert table.columns.tolist() == ["name", "n_control", "n_treatment", "n_needed_per_arm"]
    assert table["n_needed_per_arm"].isna().tolist() == [False, True]
    assert results["n_needed_per_arm"].notna().all()


def test_the_assignment_table_shows_the_arms_as_assigned() -> None:
    table = views.assignment_table(pd.DataFrame([_result(), _result(n_assigned_control=0, n_assigned_treatment=0)]))
    assert table.columns.tolist() == [
        "name", "assigned_method", "n_assigned_control", "n_assigned_treatment", "treatment_share_planned",
        "treatment_share", "ratio_pvalue",
    ]  # fmt: skip
    assert table.loc[0].tolist() == ["call", "random", 30, 10, 0.5, 10 / 40, 0.002]
    assert math.isnan(table.loc[1, "treatment_share"])
