"""From orders to customers, and to the rows of some days."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import pandas as pd

from crmlib.analysis.aggregates.engine import collect, lazy


def customer_table(orders: Any, *, as_of_day: int) -> pd.DataFrame:
    """One row a customer with an order up to the day of the report, by `customer_id`.

    `recency_days` is as_of_day - last_day; `tenure_days` is last_day - first_day; `average_gap_days` is
    tenure_days / (n_orders - 1), NaN at one order.

    Returns columns:
        customer_id; first_day, last_day (days since 1970-01-01); n_orders; amount (smallest unit of the currency);
        recency_days; tenure_days; average_gap_days.

    Raises:
        ValueError: a column is missing.

    Example:
        >>> orders = pd.DataFrame({"customer_id": ["a", "a"], "order_day": [10, 40], "amount": [500, 700]})
        >>> customer_table(orders, as_of_day=100).loc[0, ["n_orders", "amount", "recency_days", "tenure_days"]].tolist()
        [2, 1200, 60, 30]
    """
    counts = (
        lazy(orders, ["customer_id", "order_day", "amount"])
        .filter(nw.col("order_day") <= as_of_day)
        .group_by("customer_id")
        .agg(
            first_day=nw.col("order_day").min(),
            last_day=nw.col("order_day").max(),
            n_orders=nw.col("order_day").count(),
            amount=nw.col("amount").sum(),
        )
    )
    table = collect(counts, by=["customer_id"], texts=["customer_id"])
    table["recency_days"] = as_of_day - table["last_day"]
    table["tenure_days"] = table["last_day"] - table["first_day"]
    gaps = (table["n_orders"] - 1).astype("float64")
    table["average_gap_days"] = table["tenure_days"] / gaps.where(gaps > 0)
    return table


def orders_between(orders: Any, *, first_day: int, last_day: int) -> pd.DataFrame:
    """The orders of some days, both ends included, as rows for the experiments.

    Returns columns:
        customer_id; subscription_id (if the table has it); order_day; amount (smallest unit).

    Raises:
        ValueError: a column is missing.
    """
    wanted = ["customer_id", "order_day", "amount"]
    if "subscription_id" in nw.from_native(orders).columns:
        wanted.insert(1, "subscription_id")
    rows = lazy(orders, wanted).filter((nw.col("order_day") >= first_day) & (nw.col("order_day") <= last_day))
    return collect(rows, by=wanted, texts=[name for name in wanted if name.endswith("_id")])
