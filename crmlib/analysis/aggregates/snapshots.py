"""From orders to the customer table of several days at once, such as the ends of the last 24 months."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import narwhals as nw
import pandas as pd

from crmlib.analysis.aggregates.engine import collect, flag, lazy

BEFORE_ALL = -(10**7)  # an order day before any there is
MEASURES = ("last_day", "n_orders", "amount")


def snapshots(orders: Any, *, days: Sequence[int], chunk: int = 6) -> Iterator[tuple[int, pd.DataFrame]]:
    """The customer table as it was at the end of each day, day by day; never more than `chunk` days are held.

    One pass over the orders serves `chunk` days. A day before the first order gives an empty table.

    Returns columns:
        (of each table) customer_id; first_day, last_day (days since 1970-01-01); n_orders; amount (smallest unit);
        recency_days (day - last_day); tenure_days (last_day - first_day).

    Raises:
        ValueError: a column is missing.

    Example:
        >>> orders = pd.DataFrame({"customer_id": ["a", "a"], "order_day": [10, 40], "amount": [500, 700]})
        >>> [(day, table["amount"].tolist()) for day, table in snapshots(orders, days=[5, 10, 50])]
        [(5, []), (10, [500]), (50, [1200])]
    """
    wanted = sorted(set(days))
    for start in range(0, len(wanted), chunk):
        some = wanted[start : start + chunk]
        wide = _wide(orders, some)
        yield from ((day, _on(wide, number, day)) for number, day in enumerate(some))


def _wide(orders: Any, days: list[int]) -> pd.DataFrame:
    rows = lazy(orders, ["customer_id", "order_day", "amount"]).filter(nw.col("order_day") <= days[-1])
    columns = [column for number, day in enumerate(days) for column in _conditional(number, day)]
    sums = [nw.col(f"{name}_{number}").sum() for number in range(len(days)) for name in ("n_orders", "amount")]
    lasts = [nw.col(f"last_day_{number}").max() for number in range(len(days))]
    counts = rows.with_columns(*columns).group_by("customer_id").agg(nw.col("order_day").min(), *lasts, *sums)
    return collect(counts, by=["customer_id"], texts=["customer_id"])


def _conditional(number: int, day: int) -> list[nw.Expr]:
    there = nw.col("order_day") <= day
    last = nw.when(there).then(nw.col("order_day")).otherwise(nw.lit(BEFORE_ALL))
    amount = nw.when(there).then(nw.col("amount")).otherwise(nw.lit(0))
    named = zip(MEASURES, (last, flag(there), amount), strict=True)
    return [expression.alias(f"{name}_{number}") for name, expression in named]


def _on(wide: pd.DataFrame, number: int, day: int) -> pd.DataFrame:
    columns = {f"{name}_{number}": name for name in MEASURES}
    table = wide[["customer_id", "order_day", *columns]].rename(columns={"order_day": "first_day", **columns})
    table = table[table["n_orders"] > 0].reset_index(drop=True)
    table["recency_days"] = day - table["last_day"]
    table["tenure_days"] = table["last_day"] - table["first_day"]
    return table
