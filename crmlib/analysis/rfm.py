"""RFM: recency, frequency and money scored 1 to 5 (5 is best), and segments from an ordered, checked table of rules."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from crmlib.analysis.checks import require_columns
from crmlib.analysis.scores import (
    CUTS,
    MEASURES,
    METHODS,
    Cuts,
    choose_cuts,
    quantile_scores,
    rescore,
    score,
)
from crmlib.analysis.segments import RULES, SCORES, Rule, RuleCheck, assign_segments, check_rules, rules_table

__all__ = [
    "CUTS",
    "METHODS",
    "RULES",
    "Cuts",
    "Rule",
    "RuleCheck",
    "assign_segments",
    "check_rules",
    "choose_cuts",
    "cut_table",
    "quantile_scores",
    "rescore",
    "rf_grid",
    "rules_table",
    "score",
    "score_table",
    "segment_table",
    "summary",
]


def segment_table(segmented: pd.DataFrame) -> pd.DataFrame:
    """Customers, orders and sales of each segment, in the order of the rules; an empty segment keeps its row.

    Returns columns:
        segment; n_customers; share_customers (of all); n_orders; amount (smallest unit); share_amount (of all, NaN
        without sales); average_order_amount (amount / n_orders, NaN without orders).

    Raises:
        ValueError: a column is missing.
    """
    require_columns("segmented", segmented.columns, ["segment", "n_orders", "amount"])
    return summary(segmented, by="segment")


def summary(customers: pd.DataFrame, *, by: str) -> pd.DataFrame:
    """Customers, orders and sales of each group of an ordered categorical column; an empty group keeps its row.

    Returns columns:
        the column `by`; n_customers; share_customers (of all); n_orders; amount (smallest unit); share_amount (of all,
        NaN without sales); average_order_amount (amount / n_orders, NaN without orders).

    Raises:
        ValueError: a column is missing.
    """
    require_columns("customers", customers.columns, [by, "n_orders", "amount"])
    groups = customers.groupby(by, observed=False)
    table = groups.agg(n_customers=("amount", "size"), n_orders=("n_orders", "sum"), amount=("amount", "sum"))
    table = table.reset_index()
    table.insert(2, "share_customers", _ratio(table["n_customers"], len(customers)))
    table["share_amount"] = _ratio(table["amount"], table["amount"].sum())
    table["average_order_amount"] = table["amount"] / table["n_orders"].where(table["n_orders"] > 0)
    return table


def rf_grid(segmented: pd.DataFrame) -> pd.DataFrame:
    """All 25 cells of recency by frequency, empty ones with true zeros.

    Returns columns:
        r, f (1 to 5); n_customers; amount (smallest unit); share_customers (of all).

    Raises:
        ValueError: a column is missing.
    """
    require_columns("segmented", segmented.columns, ["r", "f", "amount"])
    counts = segmented.groupby(["r", "f"]).agg(n_customers=("amount", "size"), amount=("amount", "sum"))
    cells = pd.MultiIndex.from_product([SCORES, SCORES], names=["r", "f"])
    grid = counts.reindex(cells, fill_value=0).astype("int64").reset_index()
    grid["share_customers"] = _ratio(grid["n_customers"], len(segmented))
    return grid


def cut_table(cuts: Cuts) -> pd.DataFrame:
    """What each score means under fixed cuts, both ends included; an open end is NaN.

    Returns columns:
        score (5 to 1); recency_from_days, recency_to_days; orders_from, orders_to; amount_from, amount_to (smallest
        unit).

    Example:
        >>> cut_table(CUTS["one_off"])["orders_to"].tolist()
        [nan, 4.0, 3.0, 2.0, 1.0]
    """
    table = pd.DataFrame({"score": list(SCORES)})
    table["recency_from_days"], table["recency_to_days"] = _ranges(cuts.recency_days, first=0, reverse=True)
    table["orders_from"], table["orders_to"] = _ranges(cuts.orders, first=1)
    table["amount_from"], table["amount_to"] = _ranges(cuts.amount, first=np.nan)
    return table.iloc[::-1].reset_index(drop=True)


def score_table(scored: pd.DataFrame) -> pd.DataFrame:
    """What each score came to hold, whatever the method: lowest and highest value and number of customers.

    Returns columns:
        score (5 to 1); recency_from_days, recency_to_days, n_customers_r; orders_from, orders_to, n_customers_f;
        amount_from, amount_to (smallest unit), n_customers_m. A score that nobody has is NaN beside a count of 0.

    Raises:
        ValueError: a column is missing.
    """
    require_columns("scored", scored.columns, [*MEASURES, *MEASURES.values()])
    table = pd.DataFrame({"score": list(SCORES)[::-1]})
    names = {"r": ("recency_from_days", "recency_to_days"), "f": ("orders_from", "orders_to")}
    for name, measure in MEASURES.items():
        groups = scored.groupby(name)[measure]
        low, high = names.get(name, ("amount_from", "amount_to"))
        table[low] = table["score"].map(groups.min()).astype("float64")
        table[high] = table["score"].map(groups.max()).astype("float64")
        table[f"n_customers_{name}"] = table["score"].map(groups.size()).fillna(0).astype("int64")
    return table


def _ranges(bounds: Sequence[float], *, first: float, reverse: bool = False) -> tuple[list[float], list[float]]:
    low = [float(first), *(float(bound + 1) for bound in bounds)]
    high = [*(float(bound) for bound in bounds), np.nan]
    return (low[::-1], high[::-1]) if reverse else (low, high)


def _ratio(part: pd.Series, whole: float) -> pd.Series:
    return part / whole if whole else part * np.nan
