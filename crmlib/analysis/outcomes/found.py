"""The outcome of every unit of one experiment, whatever its metric."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from crmlib.analysis.checks import require_choice, require_columns
from crmlib.analysis.outcomes.buying import bought
from crmlib.analysis.outcomes.crossing import crossed
from crmlib.analysis.outcomes.leaving import contracts_of, left
from crmlib.analysis.outcomes.metrics import METRICS, OF_CONTRACTS, SURVIVAL, Tables, missing, wanted_products
from crmlib.analysis.outcomes.reaching import reached
from crmlib.analysis.outcomes.units import KEYS, experiment_units

SECOND = 2
NAMES = [
    "unit_id", "arm", "actually_treated", "assigned_day", "state", "n_orders", "amount", "profit", "pre_orders",
    "pre_amount", "value", "duration_days", "event", "reason",
]  # fmt: skip


def unit_outcomes(
    experiment: Mapping[str, Any],
    assignments: pd.DataFrame,
    orders: pd.DataFrame,
    *,
    as_of_day: int,
    tables: Tables | None = None,
) -> pd.DataFrame:
    """One row a unit of one experiment, with what came after the day of assignment, up to window_days later.

    A unit assigned to several arms is a conflict; a unit whose window is not over by as_of_day is not yet observed; one
    whose outcome was settled before it was assigned (the delivery already reached, no live contract) is not eligible.
    Nothing is counted of these. A unit assigned to one arm several times counts once: its window runs from the first
    assignment, the moment chance decided, and it was treated if any of its rows says so. "time_to_cancellation" counts
    every unit as long as it has been observed. Assignments of other experiments are not used.

    Args:
        experiment: experiment_id, unit, primary_metric, window_days; target_number, target_product where they apply.
        assignments: experiment_id, unit_id, arm, assigned_day, actually_treated.
        orders: customer_id or subscription_id, order_day, amount; subscription_seq and profit where known.
        as_of_day: where observation ends.
        tables: subscriptions, subscription_events, order_items, products, as far as there are any.

    Returns columns:
        unit_id; arm; actually_treated; assigned_day; state (observed, not_yet, conflict, not_eligible); n_orders,
        amount, profit (smallest unit) within the window, 0 unless observed; pre_orders, pre_amount (of as many days
        before assignment); value (1 or 0, or the amount; NaN unless observed, or where `missing` says why);
        duration_days, event, reason (of metrics of cancellation).

    Raises:
        ValueError: a column is missing, an unknown unit, metric or arm.
    """
    _check(experiment, assignments, orders)
    metric, window = experiment["primary_metric"], int(experiment["window_days"])
    units = experiment_units(experiment, assignments, as_of_day=as_of_day, censored=metric in SURVIVAL)
    units = units.sort_values("unit_id", ignore_index=True)
    own = _orders_of(units, orders, experiment["unit"])
    found = _outcome(experiment, units, own, orders, tables, as_of_day)
    eligible = found["eligible"].to_numpy() if "eligible" in found else True
    units["state"] = units["state"].where((units["state"] != "observed") | eligible, "not_eligible")
    seen = units["state"] == "observed"
    after, before = (bought(units, own, first=a, last=b) for a, b in ((1, window), (-window, -1)))
    units = units.join(after.where(seen, 0)).astype({"n_orders": "int64", "amount": "int64"})
    units[["pre_orders", "pre_amount"]] = before[["n_orders", "amount"]].where(seen, 0).astype("int64")
    told = found.drop(columns="eligible", errors="ignore").reindex(columns=NAMES[-4:])
    if metric in ("revenue", "order_value"):
        told["value"] = units["amount"].astype("float64")
    return units.join(told.where(seen)).reindex(columns=NAMES)


def _check(experiment: Mapping[str, Any], assignments: pd.DataFrame, orders: pd.DataFrame) -> None:
    require_choice("unit", experiment["unit"], KEYS)
    require_choice("primary_metric", experiment["primary_metric"], METRICS)
    require_columns("assignments", assignments.columns, ["experiment_id", "unit_id", "arm", "assigned_day"])
    require_columns("orders", orders.columns, ["order_day", "amount"])


def _orders_of(units: pd.DataFrame, orders: pd.DataFrame, unit: str) -> pd.DataFrame:
    key = KEYS[unit]
    if key not in orders.columns:
        return orders.head(0).assign(unit_id=pd.Series(dtype="str"))
    names = [name for name in ("order_day", "amount", "subscription_seq", "profit") if name in orders.columns]
    table = orders[[key, *names]].rename(columns={key: "unit_id"})
    return table[table["unit_id"].isin(units["unit_id"])]


def _outcome(
    experiment: Mapping[str, Any], units: pd.DataFrame, own: pd.DataFrame, orders: pd.DataFrame, tables: Tables | None,
    as_of_day: int,
) -> pd.DataFrame:  # fmt: skip
    metric, window, unit = experiment["primary_metric"], int(experiment["window_days"]), experiment["unit"]
    if missing(experiment, orders, tables):
        return pd.DataFrame({"value": float("nan")}, index=units.index)
    if metric in OF_CONTRACTS and tables is not None:
        return left(units, contracts_of(tables, unit), window=window, as_of_day=as_of_day)
    if metric == "cross_sell" and tables is not None:
        wanted = wanted_products(experiment, tables)
        return crossed(units, tables, wanted=wanted, unit=unit, first=1, last=window).to_frame("value")
    if metric in ("delivery_reached", "second_purchase"):
        number = SECOND if metric == "second_purchase" else int(experiment["target_number"])
        return reached(units, own, number=number, window=window, numbered=unit == "subscription")
    n = bought(units, own, first=1, last=window)["n_orders"]
    return pd.DataFrame({"value": (n > 0).astype("float64")})
