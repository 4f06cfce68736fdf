"""The goal of every scenario as it is judged: by its experiment where it names one, else by its own hold-out."""

from __future__ import annotations

from typing import Any

import pandas as pd

from crmlib.analysis.checks import require_columns
from crmlib.analysis.outcomes import RATES

FEWEST = 30
GOAL = "outcome_goal"
FOUND = {"treatment_better": "effect_better", "treatment_worse": "effect_worse",
         "no_clear_difference": "effect_not_clear", "not_testable": "effect_not_clear"}  # fmt: skip
NOT_DRAWN = ("lot_by_hand", "lot_wrong")
FIGURES = {"n_sent_group": "n_treatment", "rate_sent": "value_treatment", "n_held_group": "n_control",
           "rate_held": "value_control", "effect_difference": "difference", "effect_difference_low": "difference_low",
           "effect_difference_high": "difference_high", "pvalue": "pvalue"}  # fmt: skip


def linked(experiments: pd.DataFrame, scenarios: pd.DataFrame) -> pd.DataFrame:
    """The experiments that a scenario names.

    Example:
        >>> experiments = pd.DataFrame({"experiment_id": ["x", "y"]})
        >>> linked(experiments, pd.DataFrame({"experiment_id": ["y", None]}))["experiment_id"].tolist()
        ['y']
    """
    return experiments[experiments["experiment_id"].isin(scenarios["experiment_id"].dropna())].reset_index(drop=True)


def judged(
    compared: pd.DataFrame, scenarios: pd.DataFrame, results: pd.DataFrame, sizes: pd.DataFrame, *, follow_days: int
) -> pd.DataFrame:
    """The outcomes of `step_effect.compare`, the goals as they are judged.

    A scenario with an experiment of one treated arm and a share as its metric has that experiment's units, window,
    figures and verdict, so that no two pages tell two things of one experiment. No verdict where the groups were not
    drawn by lot or their sizes contradict the plan.

    Args:
        compared: of `step_effect.compare`.
        scenarios: scenario_id, experiment_id.
        results: of `experiments.evaluate`, of the linked experiments.
        sizes: scenario_id, lot_state; of `hold_out.group_sizes`.
        follow_days: window of the goals without an experiment.

    Returns columns:
        those of `compared`; goal_measure (code of the metric, else outcome_goal; none for other outcomes), window_days,
        experiment_name (NaN without an experiment); effect_verdict also effect_no_evidence.

    Raises:
        ValueError: a column is missing.
    """
    require_columns("scenarios", scenarios.columns, ["scenario_id", "experiment_id"])
    require_columns("sizes", sizes.columns, ["scenario_id", "lot_state"])
    goals = compared["effect_outcome"] == GOAL
    table = compared.assign(goal_measure=pd.Series(GOAL, index=compared.index).where(goals))
    table["window_days"] = pd.Series(float(follow_days), index=table.index).where(goals)
    table["experiment_name"] = pd.Series(None, index=table.index, dtype="object")
    by_experiment = {row["experiment_id"]: row for row in _readable(results).to_dict("records")}
    named = scenarios.drop_duplicates("scenario_id").set_index("scenario_id")["experiment_id"].to_dict()
    rows = [_row(row, by_experiment.get(named.get(row["scenario_id"]))) for row in table.to_dict("records")]
    found = pd.DataFrame(rows, columns=table.columns)
    bad = sizes.loc[sizes["lot_state"].isin(NOT_DRAWN), "scenario_id"]
    told = found["effect_verdict"] != "effect_untellable"
    return found.assign(
        effect_verdict=found["effect_verdict"].mask(told & found["scenario_id"].isin(bad), "effect_no_evidence")
    )


def _readable(results: pd.DataFrame) -> pd.DataFrame:
    """Results with one arm beside the baseline, a share as their metric, and nothing lacking."""
    return results[
        (results["n_arms"] == 2) & results["primary_metric"].isin(RATES) & (results["verdict"] != "untellable")
    ]


def _row(row: dict[str, Any], result: dict[str, Any] | None) -> dict[str, Any]:
    if row["effect_outcome"] != GOAL or result is None:
        return row
    enough = min(result["n_treatment"], result["n_control"]) >= FEWEST
    figures = {name: result[theirs] if enough else float("nan") for name, theirs in FIGURES.items()}
    counts = {"n_sent_group": int(result["n_treatment"]), "n_held_group": int(result["n_control"])}
    met = {"n_met_sent": _count(result, "treatment"), "n_met_held": _count(result, "control")}
    measured = {"goal_measure": result["primary_metric"], "window_days": float(result["window_days"])}
    level = 1 - result["alpha"] if enough else float("nan")
    found = FOUND.get(result["verdict"], "effect_no_evidence") if result["is_random"] else "effect_no_evidence"
    verdict = found if enough else "effect_untellable"
    told = {"interval_level": level, "effect_verdict": verdict, "experiment_name": result["name"]}
    return row | figures | counts | met | measured | told


def _count(result: dict[str, Any], arm: str) -> int:
    value, n = result[f"value_{arm}"], result[f"n_{arm}"]
    return round(value * n) if value == value else 0
