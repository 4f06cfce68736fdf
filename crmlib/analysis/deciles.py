"""Deciles and the Pareto curve: how far sales hang on few customers."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crmlib.analysis.checks import require_columns

N_DECILES = 10
LEAST = 5  # customers, of whom one is a fifth
POINTS = 200  # of the curve, so that every half percent of the customers has one
USED = ["customer_id", "last_day", "n_orders", "amount"]


@dataclass(frozen=True, kw_only=True)
class ConcentrationResult:
    """How unequal the sales of customers are; all NaN without sales or with a customer below zero.

    `customers_for_80`: the smallest share of customers that brings 80 % of sales. `amount_of_top_20`: the share of
    sales that the 20 % of customers with the largest sales bring. `gini`: 0 where all bring the same, near 1 where one
    brings all.
    """

    n: int
    customers_for_80: float
    amount_of_top_20: float
    gini: float


def ranked_by_amount(customers: pd.DataFrame) -> pd.DataFrame:
    """Customers by falling sales, ties by the later last purchase, then by id, each with a decile.

    The deciles are of equal size; where ten does not divide the number, the first ones have one more.

    Returns columns:
        those of `customers`; decile (1 has the largest sales).

    Raises:
        ValueError: a column is missing.
    """
    require_columns("customers", customers.columns, USED)
    keys = ["amount", "last_day", "customer_id"]
    order = customers.sort_values(keys, ascending=[False, False, True], kind="stable", ignore_index=True)
    sizes = [len(part) for part in np.array_split(np.arange(len(order)), N_DECILES)]
    return order.assign(decile=np.repeat(np.arange(1, N_DECILES + 1), sizes))


def decile_table(customers: pd.DataFrame) -> pd.DataFrame:
    """Ten groups of equal size by falling sales; a decile without customers keeps its row.

    Returns columns:
        decile (1 to 10); n_customers; amount (smallest unit); share_amount, cumulative_share_amount (of all sales, NaN
        without); amount_per_customer; n_orders; average_order_amount; n_once (customers with one order); share_once
        (of the decile). Quotients are NaN for a decile without customers.

    Raises:
        ValueError: a column is missing.

    Example:
        >>> ids = {"customer_id": list("abcdefghij"), "last_day": 1, "n_orders": 1}
        >>> decile_table(pd.DataFrame({**ids, "amount": range(10, 110, 10)}))["amount"].head(3).tolist()
        [100, 90, 80]
    """
    placed = ranked_by_amount(customers).assign(n_once=lambda rows: (rows["n_orders"] == 1).astype("int64"))
    groups = placed.groupby("decile")
    sums = groups.agg(n_customers=("amount", "size"), **{n: (n, "sum") for n in ("amount", "n_orders", "n_once")})
    table = sums.reindex(pd.RangeIndex(1, N_DECILES + 1, name="decile"), fill_value=0).astype("int64").reset_index()
    whole = table["amount"].sum() or math.nan
    table["share_amount"] = table["amount"] / whole
    table["cumulative_share_amount"] = table["amount"].cumsum() / whole
    table["amount_per_customer"] = _per(table["amount"], table["n_customers"])
    table["average_order_amount"] = _per(table["amount"], table["n_orders"])
    table["share_once"] = _per(table["n_once"], table["n_customers"])
    return table[[
        "decile", "n_customers", "amount", "share_amount", "cumulative_share_amount", "amount_per_customer", "n_orders",
        "average_order_amount", "n_once", "share_once",
    ]]  # fmt: skip


def concentration(customers: pd.DataFrame) -> ConcentrationResult:
    """The share of customers for 80 % of sales, the share of sales of the top 20 %, and the Gini coefficient.

    Both shares are read off the Pareto curve, which is straight from one customer to the next. The Gini coefficient is
    sum((2 i - n - 1) x_i) / (n sum(x)) with x ascending, that of the population, without correction. Of fewer than
    `LEAST` customers the best fifth is not even one, so nothing is told.

    Raises:
        ValueError: a column is missing.

    Source: Gini (1912); Sen (1973), On Economic Inequality, for the formula.

    Example:
        >>> round(concentration(pd.DataFrame({"amount": [1, 2, 3, 4, 5]})).gini, 4)
        0.2667
    """
    require_columns("customers", customers.columns, ["amount"])
    customers_at, amount_at = _curve(customers["amount"].to_numpy(dtype="float64"))
    n = len(customers)
    if n < LEAST or not len(amount_at):
        return ConcentrationResult(n=n, customers_for_80=math.nan, amount_of_top_20=math.nan, gini=math.nan)
    # Where the curve is flat (customers without sales), interp must find its first point: only rising points count.
    rising = np.concatenate([[True], np.diff(amount_at) > 0])
    area = float(np.sum((amount_at[1:] + amount_at[:-1]) / 2) / n)
    return ConcentrationResult(
        n=n,
        customers_for_80=float(np.interp(0.8, amount_at[rising], customers_at[rising])),
        amount_of_top_20=float(np.interp(0.2, customers_at, amount_at)),
        gini=2 * area - 1,
    )


def pareto_curve(customers: pd.DataFrame) -> pd.DataFrame:
    """The share of sales that the best customers bring together, at every half percent of the customers.

    It is computed from every customer; only the points shown are fewer. Without sales, or with a customer whose sales
    are below zero, there is no curve.

    Returns columns:
        cumulative_share_customers (0 to 1); cumulative_share_amount (0 to 1).

    Raises:
        ValueError: a column is missing.
    """
    require_columns("customers", customers.columns, ["amount"])
    customers_at, amount_at = _curve(customers["amount"].to_numpy(dtype="float64"))
    points = np.linspace(0, 1, POINTS + 1) if len(amount_at) else np.empty(0)
    shares = np.interp(points, customers_at, amount_at) if len(amount_at) else points
    return pd.DataFrame({"cumulative_share_customers": points, "cumulative_share_amount": shares})


def _curve(amounts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    # Every customer's place on the curve from (0, 0) to (1, 1); empty where shares of sales have no meaning.
    if not len(amounts) or amounts.min() < 0 or amounts.sum() <= 0:
        return np.empty(0), np.empty(0)
    sums = np.concatenate([[0.0], np.cumsum(np.sort(amounts)[::-1])])
    return np.arange(len(sums)) / len(amounts), sums / sums[-1]


def _per(part: pd.Series, whole: pd.Series) -> pd.Series:
    return part / whole.where(whole > 0)
