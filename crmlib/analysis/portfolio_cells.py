"""CPM groups of all customers now and at an earlier date, so that moved thresholds need no order: equal to both."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crmlib.analysis.checks import require_columns
from crmlib.analysis.flows import NEW, movement_of_pairs
from crmlib.analysis.months import last_day, month_of_day
from crmlib.analysis.portfolio import GROUPS, MEASURES, STEPS, Thresholds, group_places, table_of_sums

WIDTH = len(STEPS)


@dataclass(frozen=True, kw_only=True, eq=False)
class Standing:
    """What the groups rest on at one day, a row a customer; those not there yet have no order.

    Attributes:
        day: days since 1970-01-01. n_orders, tenure_days, amount, recency_days: up to the day.
    """

    day: int
    n_orders: np.ndarray
    tenure_days: np.ndarray
    amount: np.ndarray
    recency_days: np.ndarray


@dataclass(frozen=True, kw_only=True, eq=False)
class PortfolioCells:
    """All customers now and at earlier days; who bought once is counted by the day, the others are a row each.

    Attributes:
        n: customers that each row stands for. now: at the base date. earlier: the same rows at earlier days, by name.
        first_day: of the data.
    """

    n: np.ndarray
    now: Standing
    earlier: dict[str, Standing]
    first_day: int


def month_before(day: int) -> int:
    """The same day of the month before, its last day at most; from the end of a month the end of the one before.

    Example:
        >>> month_before(58), month_before(60)  # from 1970-02-28 and 1970-03-02
        (30, 32)
    """
    month = month_of_day(day)
    if day == last_day(month):
        return last_day(month - 1)
    return min(day - last_day(month - 1) + last_day(month - 2), last_day(month - 1))


def prepare(
    customers: pd.DataFrame, snapshots: Iterable[tuple[str, int, pd.DataFrame]], *, as_of_day: int, first_day: int
) -> PortfolioCells:
    """Gather once what moved thresholds need.

    Args:
        customers: of `aggregates.customer_table`; used are customer_id, n_orders, tenure_days, amount, recency_days.
        snapshots: name, day and customer table of earlier days (`aggregates.snapshots`).
        as_of_day: the day of `customers`.
        first_day: of the data.

    Raises:
        ValueError: a column is missing.
    """
    require_columns("customers", customers.columns, ["customer_id", *MEASURES])
    once = (customers["n_orders"] <= 1).to_numpy()
    # Customers with one order differ in nothing but its day.
    sums = customers[once].groupby("recency_days")["amount"].agg(n="size", amount="sum").reset_index()
    several = customers[~once]
    n_single = len(sums)
    n = np.concatenate([sums["n"].to_numpy("int64"), np.ones(len(several), dtype="int64")])
    own = {name: several[name].to_numpy("int64") for name in MEASURES}
    single = {
        "n_orders": np.ones(n_single, dtype="int64"),
        "tenure_days": np.zeros(n_single, dtype="int64"),
        "amount": sums["amount"].to_numpy("int64"),
        "recency_days": sums["recency_days"].to_numpy("int64"),
    }
    now = Standing(day=as_of_day, **{name: np.concatenate([single[name], own[name]]) for name in MEASURES})
    earlier = {}
    for name, day, table in snapshots:
        found = several[["customer_id"]].merge(table[["customer_id", *MEASURES]], on="customer_id", how="left")
        earlier[name] = _earlier(day, single, found[MEASURES].fillna(0).astype("int64"), as_of_day - day)
    return PortfolioCells(n=n, now=now, earlier=earlier, first_day=first_day)


def group_table(cells: PortfolioCells, *, thresholds: Thresholds) -> pd.DataFrame:
    """The table of `portfolio.group_table` under any thresholds."""
    step, left = _places(cells.now, thresholds)
    place, sizes = left * WIDTH + step, {"n_customers": cells.n, "n_orders": cells.n * cells.now.n_orders}
    several = {"tenure_days": cells.now.tenure_days, "amount": cells.now.amount}
    weights = {**sizes, **several, "recency_days": cells.n * cells.now.recency_days}
    sums = {name: np.bincount(place, weight, len(GROUPS)) for name, weight in weights.items()}
    return table_of_sums(pd.DataFrame(sums).round().astype("int64"))


def moves(cells: PortfolioCells, *, since: str, thresholds: Thresholds) -> pd.DataFrame:
    """The moves of `migration.history` from an earlier day to the base date, under any thresholds.

    Returns columns:
        month (of the base date); tellable (0 where nobody could have left by the earlier day); those of
        `flows.movement`.
    """
    before, after = cells.earlier[since], cells.now
    step, left = _places(after, thresholds)
    step_before, left_before = _places(before, thresholds)
    there = before.n_orders > 0
    origin = np.where(there, 1 + left_before * WIDTH + step_before, 0)
    pair = origin * len(GROUPS) + left * WIDTH + step
    size = (len(GROUPS) + 1) * len(GROUPS)
    every = pd.MultiIndex.from_product([[NEW, *GROUPS], GROUPS], names=["group_before", "group_after"])
    weights = {"n_customers": cells.n, "amount": after.amount - before.amount}
    sums = {name: np.bincount(pair, weight, size).round().astype("int64") for name, weight in weights.items()}
    table = movement_of_pairs(pd.DataFrame(sums, index=every), groups=GROUPS)
    table.insert(0, "month", month_of_day(after.day))
    table.insert(1, "tellable", int(before.day >= cells.first_day + thresholds.leave_days))
    return table


def step_counts(cells: PortfolioCells, *, since: str, thresholds: Thresholds) -> pd.DataFrame:
    """Customers of each group at the earlier day and at the base date: the counts of `migration.history`."""
    parts = []
    for at in (cells.earlier[since], cells.now):
        step, left = _places(at, thresholds)
        n = np.bincount(left * WIDTH + step, np.where(at.n_orders > 0, cells.n, 0), len(GROUPS))
        groups = pd.Categorical(list(GROUPS), list(GROUPS), ordered=True)
        parts.append(pd.DataFrame({"month": month_of_day(at.day), "group": groups, "n_customers": n.astype("int64")}))
    return pd.concat(parts, ignore_index=True)


def _places(at: Standing, thresholds: Thresholds) -> tuple[np.ndarray, np.ndarray]:
    return group_places(at.n_orders, at.tenure_days, at.amount, at.recency_days, thresholds=thresholds)


def _earlier(day: int, single: dict[str, np.ndarray], several: pd.DataFrame, days_between: int) -> Standing:
    since = single["recency_days"] - days_between
    there = since >= 0
    once = {"n_orders": there.astype("int64"), "tenure_days": single["tenure_days"],
            "amount": np.where(there, single["amount"], 0), "recency_days": np.where(there, since, 0)}  # fmt: skip
    return Standing(day=day, **{name: np.concatenate([once[name], several[name].to_numpy()]) for name in MEASURES})
