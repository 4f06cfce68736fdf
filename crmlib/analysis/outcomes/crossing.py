"""Whether a unit's customer bought a product of the cross-sell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from crmlib.analysis.outcomes.metrics import Tables


def crossed(
    units: pd.DataFrame, tables: Tables, *, wanted: Sequence[str], unit: str, first: int, last: int
) -> pd.Series:
    """1 where the customer bought a wanted product from `first` to `last` days after assignment, else 0.

    Where the units are contracts, their customers' purchases count.
    """
    lines = tables["order_items"]
    if "line_type" in lines.columns:
        lines = lines[lines["line_type"] == "product"]
    chosen = lines.loc[lines["product_id"].isin(wanted), ["customer_id", "order_day"]]
    customer = units["unit_id"]
    if unit == "subscription":
        contracts = tables["subscriptions"].drop_duplicates("subscription_id").set_index("subscription_id")
        customer = customer.map(contracts["customer_id"])
    days = pd.DataFrame({"row": units.index, "customer_id": customer, "assigned_day": units["assigned_day"]})
    pairs = days.dropna(subset=["customer_id"]).merge(chosen, on="customer_id")
    inside = (pairs["order_day"] - pairs["assigned_day"]).between(first, last)
    return pd.Series(units.index.isin(pairs.loc[inside, "row"]).astype("float64"), index=units.index)
