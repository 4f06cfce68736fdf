"""Orders of a unit: in its window, and in as many days before it was assigned."""

from __future__ import annotations

import pandas as pd


def bought(units: pd.DataFrame, orders: pd.DataFrame, *, first: int, last: int) -> pd.DataFrame:
    """Orders and sales of each unit from `first` to `last` days after its assignment, both included.

    The day of assignment itself belongs to neither side: an order of that day may have come before it or after.

    Returns columns (index of `units`):
        n_orders; amount; profit (NaN where the cost of one of the orders is not known, or of none is told).
    """
    pairs = units[["unit_id", "assigned_day"]].reset_index(names="row").merge(orders, on="unit_id")
    after = pairs["order_day"] - pairs["assigned_day"]
    inside = pairs[(after >= first) & (after <= last)]
    by = inside.groupby("row")
    sums = pd.DataFrame({"n_orders": by["amount"].size(), "amount": by["amount"].sum()})
    table = sums.reindex(units.index, fill_value=0).astype("int64")
    if "profit" not in orders.columns:
        return table.assign(profit=float("nan"))
    unknown = inside["profit"].isna().groupby(inside["row"]).any().reindex(units.index, fill_value=False)
    return table.assign(profit=by["profit"].sum().reindex(units.index, fill_value=0.0).mask(unknown))
