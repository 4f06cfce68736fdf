"""From orders to cohorts by what the customers began with."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import pandas as pd

from crmlib.analysis.aggregates.engine import collect, lazy, month_of_date, order_number_of
from crmlib.analysis.aggregates.entries import main_products
from crmlib.analysis.checks import require_choice, require_columns

BY = ("product_id", "acq_media")


def entry_cohort_counts(orders: Any, order_items: Any = None, *, by: str, customers: Any = None) -> pd.DataFrame:
    """`cohort_counts` for the customers of each first product or medium; only cells with an order have a row.

    The product is the main one of the customer's first order in the data, the medium that of the first order, or of the
    table of customers where it is handed in.

    Returns columns:
        group (empty text where not known); cohort_month, month (year * 12 + month - 1); n_customers (distinct);
        n_orders; amount (smallest unit).

    Raises:
        ValueError: `by` is neither product_id nor acq_media, or a column is missing.

    Example:
        >>> days = pd.to_datetime(["2025-01-31", "2025-02-01"])
        >>> orders = pd.DataFrame({"customer_id": ["a", "a"], "order_id": ["1", "2"], "order_day": [10, 11],
        ...                        "order_date": days, "amount": [5, 7], "acq_media": ["flyer", "tv"]})
        >>> entry_cohort_counts(orders, by="acq_media")[["group", "month"]].to_numpy().tolist()
        [['flyer', 24300], ['flyer', 24301]]
    """
    require_choice("by", by, BY)
    months = (
        lazy(orders, ["customer_id", "order_date", "amount"])
        .with_columns(month=month_of_date())
        .group_by("customer_id", "month")
        .agg(n_orders=nw.col("amount").count(), amount=nw.col("amount").sum())
        .with_columns(cohort_month=nw.col("month").min().over("customer_id"))
        .join(_began(orders, order_items, by, customers), on="customer_id", how="left")
    )
    named = nw.when(nw.col("group").is_null()).then(nw.lit("")).otherwise(nw.col("group"))
    counts = (
        months.with_columns(group=named)
        .group_by("group", "cohort_month", "month")
        .agg(
            n_customers=nw.col("customer_id").count(), n_orders=nw.col("n_orders").sum(), amount=nw.col("amount").sum()
        )
    )
    return collect(counts, by=["group", "cohort_month", "month"], texts=["group"])


def _began(orders: Any, order_items: Any, by: str, customers: Any) -> Any:
    """Customers with what they began with, once each."""
    if by == "acq_media" and customers is not None:
        frame = nw.from_native(customers)
        require_columns("customers", frame.columns, ["customer_id", "acq_media"])
        known = frame.lazy().filter(~nw.col("customer_id").is_null())
        return known.select("customer_id", nw.col("acq_media").alias("group"))
    own = ["channel"] if by == "product_id" else ["acq_media"]
    rows = lazy(orders, ["customer_id", "order_id", "order_day", *own]).with_columns(one=nw.lit(1))
    firsts = rows.with_columns(order_number=order_number_of()).filter(nw.col("order_number") == 1)
    if by == "product_id":
        firsts = firsts.join(main_products(order_items), on=["order_id", "channel"], how="left")
    return firsts.select("customer_id", nw.col(by).alias("group"))
