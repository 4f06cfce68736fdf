"""From orders and lines to what an experiment compares: orders with their profit, and who bought a product when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals as nw
import pandas as pd

from crmlib.analysis.aggregates.costs import valued
from crmlib.analysis.aggregates.engine import collect, lazy

NO_SEQUENCE = -1


def trial_orders(
    orders: Any, order_items: Any, products: Any, *, as_of_day: int, margin_rate: float | None = None
) -> pd.DataFrame:
    """Every order up to a day with what it earned, as the experiments need it.

    profit = amount less the cost of its goods where every line has one, else amount * margin_rate; NaN without either.

    Returns columns:
        customer_id; subscription_id (missing where there is none); order_day; subscription_seq (NaN where not given);
        amount (smallest unit); profit (smallest unit).

    Raises:
        ValueError: a column is missing.

    Example:
        >>> orders = pd.DataFrame({"customer_id": ["a"], "order_id": ["1"], "channel": ["own"], "order_day": [10],
        ...                        "amount": [900], "subscription_id": ["s"], "subscription_seq": [3]})
        >>> trial_orders(orders, None, None, as_of_day=10, margin_rate=0.5)["profit"].tolist()
        [450.0]
    """
    columns = ["order_id", "order_day", "subscription_id", "subscription_seq"]
    rows = valued(orders, order_items, products, columns=columns, margin_rate=margin_rate)
    told = rows.filter(nw.col("order_day") <= as_of_day).select(
        "customer_id",
        nw.col("subscription_id").fill_null(""),
        "order_day",
        nw.col("subscription_seq").cast(nw.Int64).fill_null(NO_SEQUENCE),
        "amount",
        "profit",
        "unknown",
        "order_id",
    )
    texts = ["customer_id", "subscription_id", "order_id"]
    table = collect(told, by=["customer_id", "order_day", "order_id"], texts=texts, floats=["profit"])
    table["subscription_id"] = table["subscription_id"].where(table["subscription_id"] != "")
    table["subscription_seq"] = table["subscription_seq"].astype("float64").where(table["subscription_seq"] > 0)
    if margin_rate is None:
        table["profit"] = table["profit"].where(table["unknown"] == 0)
    return table.drop(columns=["unknown", "order_id"])


def bought_days(order_items: Any, *, as_of_day: int, wanted: Sequence[str]) -> pd.DataFrame:
    """Who bought one of some products on which day.

    Returns columns:
        customer_id; product_id; order_day.

    Raises:
        ValueError: a column is missing.
    """
    names = ["customer_id", "product_id", "order_day"]
    # An empty list of values is refused by some engines.
    rows = (
        lazy(order_items, [*names, "line_type"])
        .filter(~nw.col("product_id").is_null())
        .filter(nw.col("line_type") == "product", nw.col("order_day") <= as_of_day)
        .filter(nw.col("product_id").is_in([*wanted, ""]))
    )
    return collect(rows.select(*names).unique(subset=names), by=names, texts=names[:2])
