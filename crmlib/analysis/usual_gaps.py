"""The gap that is usual for a customer: his own, else his product's, its category's or the shop's."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crmlib.analysis.checks import require_at_least, require_columns


def usual_gaps(
    customers: pd.DataFrame, recent: pd.DataFrame, product_gaps: pd.DataFrame, *, own_gaps: int = 2, min_gaps: int = 20
) -> pd.DataFrame:
    """Days that usually pass between two orders of every customer, and whose habit that is.

    The customer's own average gap where he has at least `own_gaps` gaps, else the median gap after orders of the
    product he bought last, else of its main category, else of the shop. A median needs `min_gaps` gaps. Only gaps that
    ended are in it, so it is a little short.

    Args:
        customers: customer_id, n_orders, average_gap_days (of `aggregates.customer_table`).
        recent: customer_id, product_id, category_l1 (of `aggregates.recent_table`).
        product_gaps: product_id, duration_days, n_events (of `aggregates.silence_counts_by_product`).
        own_gaps: gaps a customer needs for a habit of his own.
        min_gaps: gaps that a product, a category or the shop needs.

    Returns columns:
        customer_id; usual_gap_days (NaN where not known); gap_basis (gap_own, gap_product, gap_category, gap_shop,
        not_known).

    Raises:
        ValueError: a column is missing, or own_gaps or min_gaps is below 1.

    Example:
        >>> customers = pd.DataFrame({"customer_id": ["a"], "n_orders": [3], "average_gap_days": [40.0]})
        >>> recent = pd.DataFrame({"customer_id": ["a"], "product_id": ["gel"], "category_l1": [""]})
        >>> gaps = pd.DataFrame({"product_id": ["gel"], "duration_days": [30], "n_events": [50]})
        >>> usual_gaps(customers, recent, gaps)[["usual_gap_days", "gap_basis"]].to_numpy().tolist()
        [[40.0, 'gap_own']]
    """
    require_at_least("own_gaps", own_gaps, 1)
    require_at_least("min_gaps", min_gaps, 1)
    require_columns("customers", customers.columns, ["customer_id", "n_orders", "average_gap_days"])
    require_columns("recent", recent.columns, ["customer_id", "product_id", "category_l1"])
    told = customers[["customer_id", "n_orders", "average_gap_days"]].merge(recent, on="customer_id", how="left")
    categories = recent[["product_id", "category_l1"]].drop_duplicates("product_id")
    by_category = product_gaps.merge(categories[categories["category_l1"] != ""], on="product_id")
    own = told["average_gap_days"].where((told["n_orders"] - 1 >= own_gaps) & (told["average_gap_days"] > 0))
    known = {
        "gap_own": own,
        "gap_product": told["product_id"].map(_medians(product_gaps, "product_id", min_gaps).drop("", errors="ignore")),
        "gap_category": told["category_l1"].map(_medians(by_category, "category_l1", min_gaps)),
        "gap_shop": pd.Series(_median_of(product_gaps, min_gaps), index=told.index),
    }
    days = [found.to_numpy(dtype="float64") for found in known.values()]
    there = [~np.isnan(found) for found in days]
    return pd.DataFrame({
        "customer_id": told["customer_id"],
        "usual_gap_days": np.select(there, days, np.nan),
        "gap_basis": np.select(there, list(known), "not_known"),
    })  # fmt: skip


def _medians(gaps: pd.DataFrame, by: str, least: int) -> pd.Series:
    found = {name: _median_of(rows, least) for name, rows in gaps.groupby(by)}
    return pd.Series(found, dtype="float64")


def _median_of(gaps: pd.DataFrame, least: int) -> float:
    """The lower median of durations that occur n_events times."""
    counts = gaps.groupby("duration_days")["n_events"].sum()
    total = int(counts.sum())
    return float(counts.index[int(np.searchsorted(counts.cumsum(), total / 2))]) if total >= least else float("nan")
