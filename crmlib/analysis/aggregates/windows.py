"""From orders and lines to what was bought between two days."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import pandas as pd

from crmlib.analysis.aggregates.engine import collect, lazy


def customer_window(orders: Any, *, first_day: int, last_day: int) -> pd.DataFrame:
    """One row a customer with an order between two days, both included, by `customer_id`.

    Returns columns:
        customer_id; n_orders; amount (smallest unit).

    Raises:
        ValueError: a column is missing.

    Example:
        >>> orders = pd.DataFrame({"customer_id": ["a", "a", "b"], "order_day": [1, 2, 9], "amount": [5, 7, 1]})
        >>> customer_window(orders, first_day=2, last_day=8).to_numpy().tolist()
        [['a', 1, 7]]
    """
    rows = _between(lazy(orders, ["customer_id", "order_day", "amount"]), first_day, last_day)
    counts = rows.group_by("customer_id").agg(n_orders=nw.col("amount").count(), amount=nw.col("amount").sum())
    return collect(counts, by=["customer_id"], texts=["customer_id"])


def product_window(order_items: Any, *, first_day: int, last_day: int) -> pd.DataFrame:
    """One row a product with a line between two days, both included; lines without a product are left out.

    Returns columns:
        product_id; quantity; line_amount (smallest unit, before discounts of the whole order).

    Raises:
        ValueError: a column is missing.
    """
    wanted = ["customer_id", "order_day", "product_id", "quantity", "line_amount"]
    known = _between(lazy(order_items, wanted), first_day, last_day).filter(~nw.col("product_id").is_null())
    counts = known.group_by("product_id").agg(*[nw.col(name).sum() for name in wanted[3:]])
    return collect(counts, by=["product_id"], texts=["product_id"])


def _between(rows: Any, first_day: int, last_day: int) -> Any:
    return rows.filter((nw.col("order_day") >= first_day) & (nw.col("order_day") <= last_day))
