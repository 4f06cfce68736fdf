"""From orders to months: cohorts, and new against repeat sales."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import pandas as pd

from crmlib.analysis.aggregates.engine import collect, flag, lazy, month_of_date, order_number_of


def cohort_counts(orders: Any) -> pd.DataFrame:
    """Who of a month's new customers bought in which month; only cells with an order have a row.

    A month is the integer year * 12 + month - 1; a customer's cohort is the month of the first order.

    Returns columns:
        cohort_month, month; n_customers (distinct); n_orders; amount (smallest unit).

    Raises:
        ValueError: a column is missing.

    Example:
        >>> days = pd.to_datetime(["2025-01-31", "2025-02-01"])
        >>> orders = pd.DataFrame({"customer_id": ["a", "a"], "order_date": days, "amount": [5, 7]})
        >>> cohort_counts(orders)["month"].tolist()
        [24300, 24301]
    """
    counts = (
        lazy(orders, ["customer_id", "order_date", "amount"])
        .with_columns(month=month_of_date())
        .group_by("customer_id", "month")
        .agg(n_orders=nw.col("amount").count(), amount=nw.col("amount").sum())
        .with_columns(cohort_month=nw.col("month").min().over("customer_id"))
        .group_by("cohort_month", "month")
        .agg(
            n_customers=nw.col("customer_id").count(),
            n_orders=nw.col("n_orders").sum(),
            amount=nw.col("amount").sum(),
        )
    )
    return collect(counts, by=["cohort_month", "month"])


def monthly_sales(orders: Any) -> pd.DataFrame:
    """Orders and sales of each month, split into a customer's first order in the data (new) and all later ones.

    A customer who starts and buys again within a month counts in both customer columns. Months without an order
    have no row.

    Returns columns:
        month (year * 12 + month - 1); n_orders_new, n_orders_repeat; amount_new, amount_repeat (smallest unit);
        n_customers_new, n_customers_repeat (distinct within the month).

    Raises:
        ValueError: a column is missing.
    """
    new = nw.col("order_number") == 1
    names = ["n_orders_new", "n_orders_repeat", "amount_new", "amount_repeat"]
    by_customer = (
        lazy(orders, ["customer_id", "order_id", "order_day", "order_date", "amount"])
        .with_columns(month=month_of_date(), one=nw.lit(1))
        .with_columns(order_number=order_number_of())
        .with_columns(
            n_orders_new=flag(new),
            n_orders_repeat=flag(~new),
            amount_new=nw.when(new).then(nw.col("amount")).otherwise(nw.lit(0)),
            amount_repeat=nw.when(~new).then(nw.col("amount")).otherwise(nw.lit(0)),
        )
        .group_by("customer_id", "month")
        .agg(*[nw.col(name).sum() for name in names])
        .with_columns(n_customers_new=nw.col("n_orders_new"), n_customers_repeat=flag(nw.col("n_orders_repeat") > 0))
    )
    names += ["n_customers_new", "n_customers_repeat"]
    return collect(by_customer.group_by("month").agg(*[nw.col(name).sum() for name in names]), by=["month"])
