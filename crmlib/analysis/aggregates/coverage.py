"""From orders and lines to what the export covers: days, customers of several orders a day, cells that are filled."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import pandas as pd

from crmlib.analysis.aggregates.engine import collect, flag, lazy

# What an order or a line may know beside its money, and the text that says it does not.
_ORDER_FACTS = {"acq_media": "unknown", "order_kind": "unknown"}
_LINE_FACTS = {"product_id": ""}


def daily_counts(orders: Any, order_items: Any) -> pd.DataFrame:
    """Orders, lines and sales of each day that has an order.

    Returns columns:
        order_day (days since 1970-01-01); n_orders; n_rows (lines used); amount (smallest unit).

    Raises:
        ValueError: a column is missing.

    Example:
        >>> orders = pd.DataFrame({"customer_id": ["a", "a"], "order_day": [3, 3], "amount": [5, 7]})
        >>> daily_counts(orders, orders).to_numpy().tolist()
        [[3, 2, 2, 12]]
    """
    sold = lazy(orders, ["customer_id", "order_day", "amount"]).group_by("order_day")
    days = collect(sold.agg(n_orders=nw.col("amount").count(), amount=nw.col("amount").sum()), by=["order_day"])
    used = lazy(order_items, ["customer_id", "order_day"]).group_by("order_day")
    lines = collect(used.agg(n_rows=nw.col("customer_id").count()), by=["order_day"])
    found = days.merge(lines, on="order_day", how="left").fillna({"n_rows": 0})
    return found.astype("int64")[["order_day", "n_orders", "n_rows", "amount"]]


def same_day_counts(orders: Any) -> pd.DataFrame:
    """How often one customer ordered how many times on one day.

    Returns columns:
        n_on_day (orders of one customer on one day); n_pairs (customers and days with so many); n_customers (customers
        whose busiest day has so many).

    Raises:
        ValueError: a column is missing.

    Example:
        >>> orders = pd.DataFrame({"customer_id": ["a", "a", "b"], "order_day": [3, 3, 3]})
        >>> same_day_counts(orders).to_numpy().tolist()
        [[1, 1, 1], [2, 1, 1]]
    """
    rows = lazy(orders, ["customer_id", "order_day"]).with_columns(one=nw.lit(1))
    pairs = rows.group_by("customer_id", "order_day").agg(n_on_day=nw.col("one").sum())
    of_pairs = collect(pairs.group_by("n_on_day").agg(n_pairs=nw.col("customer_id").count()), by=["n_on_day"])
    busiest = pairs.group_by("customer_id").agg(n_on_day=nw.col("n_on_day").max())
    of_people = collect(busiest.group_by("n_on_day").agg(n_customers=nw.col("customer_id").count()), by=["n_on_day"])
    return of_pairs.merge(of_people, on="n_on_day", how="left").fillna({"n_customers": 0}).astype("int64")


def filled_counts(orders: Any, order_items: Any) -> pd.DataFrame:
    """Of how many orders and lines the medium, the kind and the product are known.

    Returns columns:
        table (orders, order_items); attribute (the column's name); n_filled; n_of.

    Raises:
        ValueError: a column is missing.
    """
    parts = [_filled("orders", orders, _ORDER_FACTS), _filled("order_items", order_items, _LINE_FACTS)]
    return pd.concat(parts, ignore_index=True)


def _filled(table: str, relation: Any, facts: dict[str, str]) -> pd.DataFrame:
    known = {name: flag(~nw.col(name).is_null() & (nw.col(name) != missing)) for name, missing in facts.items()}
    marked = lazy(relation, ["customer_id", *facts]).with_columns(one=nw.lit(1), **known)
    sums = marked.group_by("one").agg(*[nw.col(name).sum() for name in facts], n_of=nw.col("customer_id").count())
    found = collect(sums, by=["one"])
    counts = found.iloc[0] if len(found) else pd.Series(0, index=[*facts, "n_of"])
    return pd.DataFrame(
        {
            "table": table,
            "attribute": list(facts),
            "n_filled": [int(counts[name]) for name in facts],
            "n_of": int(counts["n_of"]),
        }
    )
