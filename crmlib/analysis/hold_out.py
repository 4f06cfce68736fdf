"""Whether a scenario held out as many customers as it planned, and whether lots were drawn for it."""

from __future__ import annotations

import pandas as pd

from crmlib.analysis.allocation import RATIO_ALPHA, sample_ratio
from crmlib.analysis.checks import require_columns


def group_sizes(entered: pd.DataFrame, scenarios: pd.DataFrame, experiments: pd.DataFrame) -> pd.DataFrame:
    """Whether each scenario held out as many as it planned, and whether lots are on record.

    The test is that of `allocation.sample_ratio`; below 0.001 the drawing went wrong and the effect must not be read.

    Args:
        entered: of `step_effect.entrants`.
        scenarios: scenario_id, hold_out_rate, experiment_id.
        experiments: experiment_id, assigned_method.

    Returns columns:
        scenario_id; n_sent_group; n_held_group; n_mixed (held out and mailed all the same); held_share; hold_out_rate
        (planned); ratio_pvalue (NaN without a plan between 0 and 1); lot_state (lot_drawn, lot_not_recorded,
        lot_by_hand, lot_wrong, lot_nobody: nobody was held out).

    Raises:
        ValueError: a column is missing.
    """
    require_columns("scenarios", scenarios.columns, ["scenario_id", "hold_out_rate", "experiment_id"])
    require_columns("experiments", experiments.columns, ["experiment_id", "assigned_method"])
    methods = experiments.drop_duplicates("experiment_id").set_index("experiment_id")["assigned_method"]
    plans = scenarios.drop_duplicates("scenario_id").set_index("scenario_id")
    rows = []
    for scenario, part in entered.groupby("scenario_id", sort=True):
        plan = plans.reindex([scenario]).iloc[0].to_dict()
        n_held, planned = int((part["group"] == "held_out").sum()), float(plan["hold_out_rate"])
        n_sent, mixed = len(part) - n_held, int((part["mixed"] & (part["group"] == "held_out")).sum())
        known = 0 < planned < 1 and n_held > 0
        pvalue = sample_ratio(n_sent, n_held, treatment_share=planned).pvalue if known else float("nan")
        state = _lot(n_held, pvalue, methods.to_dict().get(plan["experiment_id"]))
        rows.append([scenario, n_sent, n_held, mixed, n_held / len(part), planned, pvalue, state])
    names = ["scenario_id", "n_sent_group", "n_held_group", "n_mixed", "held_share", "hold_out_rate", "ratio_pvalue",
             "lot_state"]  # fmt: skip
    return pd.DataFrame(rows, columns=names)


def _lot(n_held: int, pvalue: float, method: str | None) -> str:
    if not n_held:
        return "lot_nobody"
    if pvalue < RATIO_ALPHA:
        return "lot_wrong"
    drawn = {"random": "lot_drawn", "manual": "lot_by_hand", "before_after": "lot_by_hand"}
    return drawn.get(str(method), "lot_not_recorded")
