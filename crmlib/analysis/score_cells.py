"""Customers counted by their cell of scores, so that moved cuts need no customer table: equal to scoring each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from crmlib.analysis.checks import require_columns
from crmlib.analysis.scores import MEASURES, Cuts

SIDE = 5


@dataclass(frozen=True, kw_only=True, eq=False)
class ScoreCells:
    """The measures of all customers, each kept as its different values and every customer's place among them.

    Scoring is then done once for each different value (some hundred days, some dozen order counts), and a customer's
    cell is looked up.
    """

    values: dict[str, np.ndarray]
    places: dict[str, np.ndarray]
    n_orders: np.ndarray
    amount: np.ndarray


def prepare(customers: pd.DataFrame) -> ScoreCells:
    """Aggregate once what moved cuts need.

    Args:
        customers: of `aggregates.customer_table`; used are recency_days, n_orders, amount (smallest unit).

    Raises:
        ValueError: a column is missing.
    """
    require_columns("customers", customers.columns, MEASURES.values())
    values, places = {}, {}
    for name, measure in MEASURES.items():
        values[name], places[name] = np.unique(customers[measure].to_numpy(dtype="float64"), return_inverse=True)
    return ScoreCells(
        values=values,
        places={name: place.astype("int32") for name, place in places.items()},
        n_orders=customers["n_orders"].to_numpy(dtype="float64"),
        amount=customers["amount"].to_numpy(dtype="float64"),
    )


def count(cells: ScoreCells, *, cuts: Cuts) -> pd.DataFrame:
    """All 125 cells of fixed scores with what their customers are and brought, empty ones with zeros.

    Upper bounds are inclusive, recency is reversed, as in `rfm.score` with method "fixed".

    Returns columns:
        r, f, m (1 to 5); n_customers; n_orders; amount (smallest unit).

    Example:
        >>> customers = pd.DataFrame({"recency_days": [30, 31], "n_orders": [1, 12], "amount": [5000, 5001]})
        >>> table = count(prepare(customers), cuts=Cuts(recency_days=(30, 60, 180, 365), orders=(1, 3, 6, 11),
        ...               amount=(5000, 10000, 15000, 20000)))
        >>> table[table["n_customers"] > 0].to_numpy().tolist()
        [[4, 5, 2, 1, 12, 5001], [5, 1, 1, 1, 1, 5000]]
    """
    bounds = {"r": cuts.recency_days, "f": cuts.orders, "m": cuts.amount}
    place = np.zeros(len(cells.amount), dtype="int32")
    for name, tops in bounds.items():
        steps = np.searchsorted(np.asarray(tops, dtype="float64"), cells.values[name], side="left")
        digits = (SIDE - 1 - steps if name == "r" else steps).astype("int32")
        place = place * SIDE + digits[cells.places[name]]
    table = pd.DataFrame(np.indices((SIDE,) * 3).reshape(3, -1).T + 1, columns=["r", "f", "m"])
    for name, weights in (("n_customers", None), ("n_orders", cells.n_orders), ("amount", cells.amount)):
        table[name] = np.bincount(place, weights, minlength=SIDE**3).round().astype("int64")
    return table


def summary(table: pd.DataFrame, *, by: str) -> pd.DataFrame:
    """Customers, orders and sales of each group of cells, as `rfm.summary` gives them for customers.

    Returns columns:
        the column `by`; n_customers; share_customers (of all); n_orders; amount (smallest unit); share_amount (of all,
        NaN without sales); average_order_amount (amount / n_orders, NaN without orders).
    """
    groups = table.groupby(by, observed=False)[["n_customers", "n_orders", "amount"]].sum().reset_index()
    n, amount = groups["n_customers"].sum(), groups["amount"].sum()
    groups.insert(2, "share_customers", groups["n_customers"] / (n or np.nan))
    groups["share_amount"] = groups["amount"] / (amount or np.nan)
    groups["average_order_amount"] = groups["amount"] / groups["n_orders"].where(groups["n_orders"] > 0)
    return groups


def rf_grid(table: pd.DataFrame) -> pd.DataFrame:
    """All 25 cells of recency by frequency.

    Returns columns:
        r, f (1 to 5); n_customers; amount (smallest unit); share_customers (of all).
    """
    grid = table.groupby(["r", "f"])[["n_customers", "amount"]].sum().reset_index()
    grid["share_customers"] = grid["n_customers"] / (grid["n_customers"].sum() or np.nan)
    return grid
