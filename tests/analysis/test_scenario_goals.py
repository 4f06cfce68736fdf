"""The goal of a scenario with an experiment is told as the experiment tells it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from crmlib.analysis import experiments, scenario_goals, scenario_views, step_effect

NAN = float("nan")


def compared(scenario: str = "s", n: int = 200) -> pd.DataFrame:
    group = ["sent"] * n + ["held_out"] * n
    goal = [1.0] * (n // 10) + [0.0] * (n - n // 10) + [0.0] * n
    table = pd.DataFrame({"scenario_id": scenario, "group": group, "goal": goal})
    return step_effect.compare(
        table.assign(continued=NAN, crossed=NAN, rose=NAN, cancelled=NAN, left=1 - table["goal"])
    )


def tried(n: int = 100, bought: int = 40, others: int = 20, **told: Any) -> pd.DataFrame:
    """The result of an experiment of 2n customers: of the treated `bought` came back within 60 days, else `others`."""
    design = {"experiment_id": "x", "name": "Trial", "unit": "customer", "assigned_method": "random",
              "primary_metric": "repurchase", "window_days": 60, "treatment_share": 0.5}  # fmt: skip
    names = [f"c{i}" for i in range(2 * n)]
    assigned = pd.DataFrame({"experiment_id": "x", "unit_id": names, "arm": ["treatment"] * n + ["control"] * n,
                             "assigned_day": 10, "actually_treated": True})  # fmt: skip
    buyers = [*names[:bought], *names[n : n + others]]
    orders = pd.DataFrame({"customer_id": buyers, "order_day": 20, "amount": 100})
    return experiments.evaluate(pd.DataFrame([design | told]), assigned, orders, as_of_day=100)


def told(results: pd.DataFrame, *, lot: str = "lot_drawn", experiment: str | None = "x") -> pd.DataFrame:
    scenarios = pd.DataFrame({"scenario_id": ["s"], "experiment_id": [experiment]})
    sizes = pd.DataFrame({"scenario_id": ["s"], "lot_state": [lot]})
    return scenario_goals.judged(compared(), scenarios, results, sizes, follow_days=90)


def test_the_goal_has_the_figures_and_the_verdict_of_the_experiment() -> None:
    results = tried()
    row, one = told(results).iloc[0], results.iloc[0]
    assert row[["n_sent_group", "n_met_sent", "n_held_group", "n_met_held"]].tolist() == [100, 40, 100, 20]
    assert row[["rate_sent", "rate_held", "effect_difference"]].tolist() == pytest.approx([0.4, 0.2, 0.2])
    for mine, theirs in (("effect_difference_low", "difference_low"), ("pvalue", "pvalue")):
        assert row[mine] == one[theirs]
    assert row[["goal_measure", "window_days", "experiment_name"]].tolist() == ["repurchase", 60, "Trial"]
    assert row["effect_verdict"] == "effect_better"
    assert np.isnan(row["pvalue_adjusted"])


@pytest.mark.parametrize(
    ("bought", "others", "verdict"), [(20, 40, "effect_worse"), (21, 20, "effect_not_clear"), (40, 20, "effect_better")]
)
def test_every_verdict_of_the_experiment_has_its_own(bought: int, others: int, verdict: str) -> None:
    assert told(tried(bought=bought, others=others))["effect_verdict"].iloc[0] == verdict


def test_other_outcomes_and_scenarios_without_an_experiment_stay_as_they_are() -> None:
    own = compared()
    alone = told(tried(), experiment=None)
    pd.testing.assert_frame_equal(alone[own.columns], own)
    assert alone["goal_measure"].iloc[0] == "outcome_goal"
    assert alone["window_days"].iloc[0] == 90
    pd.testing.assert_frame_equal(told(tried())[own.columns].iloc[1:], own.iloc[1:])


@pytest.mark.parametrize("metric", ["revenue", "cancellation"])
def test_an_experiment_on_sales_or_one_that_cannot_be_told_leaves_the_goal_to_the_hold_out(metric: str) -> None:
    assert told(tried(primary_metric=metric))["goal_measure"].iloc[0] == "outcome_goal"


@pytest.mark.parametrize("lot", ["lot_by_hand", "lot_wrong"])
def test_groups_that_no_lot_formed_give_no_verdict(lot: str) -> None:
    assert set(told(tried(), lot=lot)["effect_verdict"]) == {"effect_no_evidence"}


@pytest.mark.parametrize("lot", ["lot_drawn", "lot_nobody"])
@pytest.mark.parametrize("method", ["manual", "before_after"])
def test_an_experiment_that_chance_did_not_assign_gives_no_verdict(method: str, lot: str) -> None:
    row = told(tried(assigned_method=method), lot=lot).iloc[0]
    assert (row["effect_verdict"], row["experiment_name"]) == ("effect_no_evidence", "Trial")


def test_an_experiment_whose_sizes_contradict_its_plan_gives_no_verdict() -> None:
    assert told(tried(treatment_share=0.2))["effect_verdict"].iloc[0] == "effect_no_evidence"


def test_only_goals_with_a_verdict_count_as_told_and_are_drawn() -> None:
    assert len(scenario_views.goal_rows(told(tried()))) == 1
    # It has a difference, but groups that no lot formed are no evidence of anything.
    assert told(tried(), lot="lot_by_hand")["effect_difference"].notna().any()
    assert scenario_views.goal_rows(told(tried(), lot="lot_by_hand")).empty


def test_below_thirty_in_an_arm_there_is_no_rate() -> None:
    row = told(tried(n=29, bought=20, others=2)).iloc[0]
    assert row["effect_verdict"] == "effect_untellable"
    assert row[["rate_sent", "effect_difference", "pvalue"]].isna().all()
    assert row[["n_sent_group", "n_met_sent"]].tolist() == [29, 20]


def test_only_the_experiments_that_a_scenario_names_are_judged() -> None:
    designs = pd.DataFrame({"experiment_id": ["x", "y"]})
    assert scenario_goals.linked(designs, pd.DataFrame({"experiment_id": [None, "y"]}))["experiment_id"].tolist() == [
        "y"
    ]


def test_a_missing_column_is_named() -> None:
    with pytest.raises(ValueError, match="scenarios"):
        scenario_goals.judged(compared(), pd.DataFrame(), tried(), pd.DataFrame(), follow_days=90)


def test_nobody_in_either_arm_is_not_clear() -> None:
    assert told(tried(bought=0, others=0))["effect_verdict"].iloc[0] == "effect_not_clear"
