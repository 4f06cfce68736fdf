"""Experiments as a report shows them: verdicts only where chance assigned, and no percentages of few."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from crmlib.analysis import experiment_views as views
from crmlib.analysis.experiments import Pair


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


def test_sales_say_in_each_row_what_they_are_per() -> None:
    rows = [_result(primary_metric=metric) for metric in ("revenue", "order_value")]
    assert views.amount_table(pd.DataFrame(rows))["sales_per"].tolist() == ["per_customer", "per_order"]
    before = pd.DataFrame(
        [_result(baseline="before", primary_metric=metric) for metric in ("order_value", "repurchase")]
    )
    assert views.before_after_table(before)["sales_per"].fillna("").tolist() == ["per_order", ""]


def test_without_a_relative_difference_it_has_no_ends_either() -> None:
    row = _result(n_control=1000, n_treatment=1000, relative=math.nan, relative_low=-1.0, relative_high=math.nan)
    assert views.verdict_table(pd.DataFrame([row]))[["relative", "relative_low"]].isna().all(axis=None)


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
    assert told["sales_per"] == "per_customer"
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
    free = views.yields(costs.assign(cost_per_customer=0.0), n_new=10, ad_cost=20_000)
    assert free["new_per_followed"].isna().all()


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


def test_reasons_of_a_group_picked_by_hand_are_not_judged() -> None:
    row = {"name": "call", "arm": "treatment", "reason": "price", "n_control": 100, "n_treatment": 100,
           "cancelled_control": 40, "cancelled_treatment": 15, "rate_control": 0.4, "rate_treatment": 0.15,
           "difference": -0.25, "difference_low": -0.37, "difference_high": -0.12, "pvalue": 0.0001,
           "verdict": "lower"}  # fmt: skip
    reasons = pd.DataFrame([row | {"experiment_id": "E1"}, row | {"experiment_id": "E2"}])
    mix = {"name": "call", "arm": "treatment", "n_cancelled": 55, "method": "chi_squared", "pvalue": 0.01,
           "cramers_v": 0.2}  # fmt: skip
    mixes = pd.DataFrame([mix | {"experiment_id": "E1", "is_random": True},
                          mix | {"experiment_id": "E2", "is_random": False}])  # fmt: skip
    table, tests = views.reason_tables(reasons, mixes)
    assert table["verdict"].tolist() == ["lower", "not_random"]
    assert table["pvalue"].isna().tolist() == [False, True]
    assert tests["pvalue"].isna().tolist() == [False, True]
    assert table["rate_treatment"].tolist() == [0.15, 0.15]


def test_no_share_rests_on_fewer_than_thirty() -> None:
    few = _result(n_control=40, n_treatment=29, n_assigned=29, n_assigned_control=10, n_assigned_treatment=19)
    enough = _result(n_control=40, n_treatment=30, n_assigned=30)
    results = pd.DataFrame([few | {"experiment_id": "E0"}, enough])
    assert views.counted_table(results)["share_treated"].isna().tolist() == [True, False]
    assert views.assignment_table(results)["treatment_share"].isna().tolist() == [True, False]
    again = pd.DataFrame([_result(baseline="before", n_treatment=n) for n in (29, 30)])
    assert views.before_after_table(again)["share_after"].isna().tolist() == [True, False]
    assert views.before_after_table(again)["difference_points"].isna().tolist() == [True, False]
    # 69 units together, but only 29 of them in one arm.
    look = {"reading": "cuped", "difference": 0.1, "difference_low": 0.0, "difference_high": 0.2, "pvalue": 0.05,
            "variance_reduction": 0.3, "primary_metric": "repurchase", "arm": "treatment", "name": "call"}  # fmt: skip
    looks = pd.DataFrame([look | {"experiment_id": e, "n_compared": n} for e, n in (("E0", 69), ("E1", 70))])
    read, money = views.reading_tables(looks, results)
    assert read["reading"].tolist() == ["plain", "cuped"] * 2
    assert read["difference_points"].isna().tolist() == [True, True, False, False]
    assert read["variance_reduction"].isna().tolist() == [True, True, True, False]
    assert money.empty


def test_a_difference_of_the_cross_sell_needs_thirty_of_both_arms() -> None:
    named = {"experiment_id": "E1", "name": "call", "side": "after", "n_crossed": 9, "is_random": True,
             "cross_rate": 0.2, "cross_rate_low": 0.1, "cross_rate_high": 0.3}  # fmt: skip
    gap = {"difference": 0.1, "difference_low": 0.0, "difference_high": 0.2, "pvalue": 0.04}
    rows = [named | {"arm": "control", "n": 29}, named | {"arm": "treatment", "n": 40} | gap]
    table = views.crossing_table(pd.DataFrame(rows))
    assert table["cross_rate"].isna().tolist() == [True, False]
    assert table["difference_points"].isna().all()


def test_an_arm_of_few_has_no_curve_of_contracts_kept() -> None:
    def units(arm: str, n: int) -> pd.DataFrame:
        ids = [f"{arm}{i}" for i in range(n)]
        return pd.DataFrame({"unit_id": ids, "arm": arm, "state": "observed", "duration_days": 60, "event": False})

    design = {"experiment_id": "E1", "primary_metric": "cancellation", "missing": ""}
    three = pd.concat([units("control", 30), units("b", 30), units("c", 29)], ignore_index=True)
    curves, curve_id = views.survival_curves([(design, three)])
    assert (curves["arm"].unique().tolist(), curve_id) == (["B", "control"], "E1")
    curves, curve_id = views.survival_curves([(design, three[three["arm"] != "b"])])
    assert (len(curves), curve_id) == (0, "")


def test_of_several_arms_each_comparison_carries_its_own_name() -> None:
    none = pd.DataFrame()
    pairs = [Pair(design={"experiment_id": "E1", "name": "call"}, arm=arm, control=none, treatment=none)
             for arm in ("b", "c")]  # fmt: skip
    results = pd.DataFrame([_result(arm="b", n_arms=3), _result(arm="c", n_arms=3, verdict="not_testable")])
    kept = views.readable(pairs, results)
    assert [(pair.arm, pair.design["name"]) for pair in kept] == [("b", "call (B)")]
    assert pairs[0].design["name"] == "call"
