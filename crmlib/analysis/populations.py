"""Whom an experiment is made with: who belongs to a population on a day, and how many enter it a month."""

from __future__ import annotations

import pandas as pd

from crmlib.analysis.checks import require_at_least, require_choice, require_columns

POPULATIONS = ("everyone", "f1_only", "repeat_buyers", "dormant", "subscribers")
SPAN_DAYS = 180
LEAST_DAYS = 30
MONTH_DAYS = 365.25 / 12


def members(
    population: str, orders: pd.DataFrame, contracts: pd.DataFrame | None, *, day: int, dormant_days: int = 60
) -> pd.DataFrame:
    """Who belongs to a population at the end of a day.

    everyone: with an order; f1_only: with orders of one day; repeat_buyers: of two days or more; dormant: silent for
    longer than dormant_days; subscribers: with a contract that has begun and is not cancelled.

    Returns columns:
        customer_id; n_orders (days with an order); last_day; amount (smallest unit); of nobody without an order.

    Raises:
        ValueError: an unknown population, a column is missing or dormant_days is below 1.

    Example:
        >>> orders = pd.DataFrame({"customer_id": ["a", "a", "b"], "order_day": [1, 9, 5], "amount": [100, 200, 300]})
        >>> members("f1_only", orders, None, day=10)["customer_id"].tolist()
        ['b']
    """
    require_choice("population", population, POPULATIONS)
    require_at_least("dormant_days", dormant_days, 1)
    require_columns("orders", orders.columns, ["customer_id", "order_day", "amount"])
    known = orders[orders["order_day"] <= day].groupby("customer_id")
    table = known.agg(n_orders=("order_day", "nunique"), last_day=("order_day", "max"), amount=("amount", "sum"))
    table = table.reset_index()
    if population == "subscribers":
        return table[table["customer_id"].isin(_live(contracts, day))].reset_index(drop=True)
    chosen = {
        "everyone": table["n_orders"] > 0, "f1_only": table["n_orders"] == 1, "repeat_buyers": table["n_orders"] > 1,
        "dormant": day - table["last_day"] > dormant_days,
    }  # fmt: skip
    return table[chosen[population]].reset_index(drop=True)


def arrivals_per_month(
    population: str, orders: pd.DataFrame, contracts: pd.DataFrame | None, *, as_of_day: int, dormant_days: int = 60
) -> float:
    """Customers who entered the population a month, over the last 180 days or as long as there are orders.

    everyone and f1_only: by a first order; repeat_buyers: by one of a second day; dormant: by passing dormant_days of
    silence, once each time; subscribers: by a contract's start. NaN below 30 days of orders.

    Raises:
        ValueError: an unknown population.
    """
    require_choice("population", population, POPULATIONS)
    if orders.empty:
        return float("nan")
    span = min(SPAN_DAYS, as_of_day - int(orders["order_day"].min()) + 1)
    if span < LEAST_DAYS:
        return float("nan")
    days = _entries(population, orders, contracts, dormant_days)
    return float(days.between(as_of_day - span + 1, as_of_day).sum()) / span * MONTH_DAYS


def _entries(population: str, orders: pd.DataFrame, contracts: pd.DataFrame | None, dormant_days: int) -> pd.Series:
    if population == "subscribers":
        return contracts["start_day"] if contracts is not None else pd.Series(dtype="int64")
    days = orders[["customer_id", "order_day"]].drop_duplicates().sort_values(["customer_id", "order_day"])
    if population == "dormant":
        following = days.groupby("customer_id")["order_day"].shift(-1)
        passed = days["order_day"] + dormant_days + 1
        return passed[~(following < passed)]
    number = days.groupby("customer_id").cumcount()
    return days.loc[number == (1 if population == "repeat_buyers" else 0), "order_day"]


def _live(contracts: pd.DataFrame | None, day: int) -> pd.Series:
    if contracts is None:
        return pd.Series(dtype="str")
    begun = (contracts["start_day"] <= day) & (contracts["status"] != "completed")
    gone = (contracts["cancel_day"] <= day) | ((contracts["status"] == "cancelled") & contracts["cancel_day"].isna())
    return contracts.loc[begun & ~gone.fillna(value=False), "customer_id"]
