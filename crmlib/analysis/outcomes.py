"""What became of every unit of an experiment within its window, by the arm it was assigned to."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from crmlib.analysis.checks import require_choice, require_columns

METRICS = ("repurchase", "continuation", "revenue")
ARMS = ("control", "treatment")
KEYS = {"customer": "customer_id", "subscription": "subscription_id"}


def unit_outcomes(
    experiment: dict[str, Any], assignments: pd.DataFrame, orders: pd.DataFrame, *, as_of_day: int
) -> pd.DataFrame:
    """One row a unit of one experiment, with its orders after the day of assignment, up to window_days later.

    A unit assigned to both arms is a conflict; a unit whose window is not over by as_of_day is not yet observed. The
    orders of both are not counted. A unit assigned to one arm several times counts once: its window runs from the first
    assignment, the moment chance decided, and it was treated if any of its rows says so. Assignments of other
    experiments are not used.

    Returns columns:
        unit_id; arm; actually_treated; state (observed, not_yet, conflict); n_orders, amount (smallest unit) within
        the window, 0 unless observed.

    Raises:
        ValueError: a column is missing, an unknown unit, metric or arm, or orders without any subscription_id where
            the units are subscriptions.
    """
    own = assignments.loc[assignments["experiment_id"] == experiment["experiment_id"]]
    window = int(experiment["window_days"])
    _check(experiment, own, orders)
    units = own.groupby("unit_id", as_index=False).agg(
        arm=("arm", "min"),
        actually_treated=("actually_treated", "any"),
        assigned_day=("assigned_day", "min"),
        n_arms=("arm", "nunique"),
    )
    over = units["assigned_day"] + window <= as_of_day
    units["state"] = np.where(units["n_arms"] > 1, "conflict", np.where(over, "observed", "not_yet"))
    bought = _bought(units, orders.rename(columns={KEYS[experiment["unit"]]: "unit_id"}), window)
    table = units.merge(bought, on="unit_id", how="left").sort_values("unit_id", ignore_index=True)
    table[["n_orders", "amount"]] = table[["n_orders", "amount"]].fillna(0).astype("int64")
    return table.drop(columns=["assigned_day", "n_arms"])


def _check(experiment: dict[str, Any], own: pd.DataFrame, orders: pd.DataFrame) -> None:
    require_choice("unit", experiment["unit"], KEYS)
    require_choice("primary_metric", experiment["primary_metric"], METRICS)
    for arm in own["arm"].unique():
        require_choice("arm", arm, ARMS)
    key = KEYS[experiment["unit"]]
    require_columns("orders", orders.columns, [key, "order_day", "amount"])
    if len(orders) and orders[key].isna().all():
        raise ValueError(
            f"experiment '{experiment['experiment_id']}' has unit == '{experiment['unit']}', but no order has a {key}; "
            "map that column, or its outcome cannot be told."
        )


def _bought(units: pd.DataFrame, orders: pd.DataFrame, window: int) -> pd.DataFrame:
    # From the day after assignment: an order of the same day may have come before it.
    observed = units.loc[units["state"] == "observed", ["unit_id", "assigned_day"]]
    pairs = observed.merge(orders[["unit_id", "order_day", "amount"]], on="unit_id")
    after = pairs["order_day"] - pairs["assigned_day"]
    inside = pairs[(after > 0) & (after <= window)]
    return inside.groupby("unit_id").agg(n_orders=("amount", "size"), amount=("amount", "sum")).reset_index()
