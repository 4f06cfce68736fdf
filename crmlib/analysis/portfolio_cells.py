"""CPM groups of all customers now and at an earlier date, so that moved thresholds need no order: equal to both."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crmlib.analysis.checks import require_columns
from crmlib.analysis.flows import movement_of_sums
from crmlib.analysis.months import last_day, month_of_day
from crmlib.analysis.portfolio import GROUPS, MEASURES, STEPS, Thresholds, group_places, table_of_sums

WIDTH = len(STEPS)


@dataclass(frozen=True, kw_only=True, eq=False)
class Standing:
    """What the groups rest on at one day, a row a customer; those not there yet have no order.

    Attributes:
        day: days since 1970-01-01. n_orders, tenure_days, amount, recency_days: up to the day. amount_since: sales
            from the day to the base date.
    """

    day: int
    n_orders: np.ndarray
    tenure_days: np.ndarray
    amount: np.ndarray
    recency_days: np.ndarray
    amount_since: np.ndarray


@dataclass(frozen=True, kw_only=True, eq=False)
class Places:
    """The group of each row under some thresholds: now (place in GROUPS), and paired with that of an earlier day."""

    since: str
    leave_days: int
    now: np.ndarray
    pair: np.ndarray


@dataclass(frozen=True, kw_only=True, eq=False)
class PortfolioCells:
    """All customers now and at earlier days; who bought once is counted by the day, the others are a row each.

    Attributes:
        n: customers. weights: what each row adds to the sums of its group. now: at the base date. earlier: the same
            rows at earlier days, by name. first_day: of the data.
    """

    n: int
    weights: dict[str, np.ndarray]
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
    values = {name: np.concatenate([single[name], own[name]]) for name in MEASURES}
    now = Standing(day=as_of_day, **values, amount_since=np.zeros(len(n)))
    # The sales of those who bought once are summed already; their other measures are those of each of them.
    weights = {"n_customers": n, "n_orders": n * now.n_orders, "tenure_days": now.tenure_days, "amount": now.amount,
               "recency_days": n * now.recency_days}  # fmt: skip
    earlier = {}
    for name, day, table in snapshots:
        found = several[["customer_id"]].merge(table[["customer_id", *MEASURES]], on="customer_id", how="left")
        earlier[name] = _earlier(now, day, single, found[MEASURES].fillna(0).astype("int64"))
    floats = {name: weight.astype("float64") for name, weight in weights.items()}
    return PortfolioCells(n=len(customers), weights=floats, now=now, earlier=earlier, first_day=first_day)


def place(cells: PortfolioCells, *, since: str, thresholds: Thresholds) -> Places:
    """The group of every row now and at an earlier day, by which it is counted."""
    now = _places(cells.now, thresholds)
    before = 1 + _places(cells.earlier[since], thresholds)
    before[cells.earlier[since].n_orders == 0] = 0
    pair = before.astype("int64") * len(GROUPS) + now
    return Places(since=since, leave_days=thresholds.leave_days, now=now.astype("int64"), pair=pair)


def group_table(cells: PortfolioCells, places: Places) -> pd.DataFrame:
    """The table of `portfolio.group_table` under the thresholds of the places."""
    sums = {name: np.bincount(places.now, weight, len(GROUPS)) for name, weight in cells.weights.items()}
    return table_of_sums(pd.DataFrame(sums).round().astype("int64"))


def moves(cells: PortfolioCells, places: Places) -> pd.DataFrame:
    """The moves of `migration.history` from the earlier day to the base date, under the thresholds of the places.

    Returns columns:
        month (of the base date); tellable (0 where nobody could have left by the earlier day); those of
        `flows.movement`.
    """
    earlier, size = cells.earlier[places.since], (len(GROUPS) + 1) * len(GROUPS)
    weights = cells.weights["n_customers"], earlier.amount_since
    sums = (np.bincount(places.pair, weight, size).round().astype("int64") for weight in weights)
    table = movement_of_sums(*sums, groups=GROUPS)
    table.insert(0, "month", month_of_day(cells.now.day))
    table.insert(1, "tellable", int(earlier.day >= cells.first_day + places.leave_days))
    return table


def step_counts(cells: PortfolioCells, places: Places) -> pd.DataFrame:
    """Customers of each group at the earlier day and at the base date: the counts of `migration.history`."""
    size = (len(GROUPS) + 1) * len(GROUPS)
    pairs = np.bincount(places.pair, cells.weights["n_customers"], size).round().astype("int64")
    pairs = pairs.reshape(len(GROUPS) + 1, len(GROUPS))
    days = (cells.earlier[places.since].day, pairs[1:].sum(axis=1)), (cells.now.day, pairs.sum(axis=0))
    groups = pd.Categorical(list(GROUPS), list(GROUPS), ordered=True)
    parts = [pd.DataFrame({"month": month_of_day(day), "group": groups, "n_customers": n}) for day, n in days]
    return pd.concat(parts, ignore_index=True)


def _places(at: Standing, thresholds: Thresholds) -> np.ndarray:
    step, left = group_places(at.n_orders, at.tenure_days, at.amount, at.recency_days, thresholds=thresholds)
    return left * WIDTH + step


def _earlier(now: Standing, day: int, single: dict[str, np.ndarray], several: pd.DataFrame) -> Standing:
    since = single["recency_days"] - (now.day - day)
    there = since >= 0
    once = {
        "n_orders": there.astype("int64"),
        "tenure_days": single["tenure_days"],
        "amount": np.where(there, single["amount"], 0),
        "recency_days": np.where(there, since, 0),
    }
    values = {name: np.concatenate([once[name], several[name].to_numpy()]) for name in MEASURES}
    return Standing(day=day, **values, amount_since=(now.amount - values["amount"]).astype("float64"))
