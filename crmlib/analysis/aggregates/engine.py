"""What every reduction needs: lazy rows without nulls, order numbers, 0/1 columns, integers after the aggregation."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import pandas as pd

from crmlib.analysis.checks import require_columns

BY_TIME = ["order_day", "order_id"]


def lazy(orders: Any, columns: list[str]) -> Any:
    """Rows of these columns with a customer; a table of any engine."""
    # Nulls are filtered first: pandas keeps them in negated conditions, the SQL engines drop them.
    frame = nw.from_native(orders)
    require_columns("orders", frame.columns, columns)
    return frame.lazy().select(*columns).filter(~nw.col("customer_id").is_null())


def numbered(orders: Any, as_of_day: int) -> Any:
    """Orders up to a day with their number and the day of the customer's next order (null where there is none)."""
    rows = lazy(orders, ["customer_id", "order_id", "order_day"]).filter(nw.col("order_day") <= as_of_day)
    next_day = nw.col("order_day").shift(-1).over("customer_id", order_by=BY_TIME)
    return rows.with_columns(one=nw.lit(1)).with_columns(order_number=order_number_of(), next_day=next_day)


def order_number_of() -> nw.Expr:
    """1 for a customer's first order, 2 for the second; over a table with a column `one`."""
    # Not over a column of BY_TIME: on pandas narwhals 2.29 turns the counted column into booleans before it sorts.
    return nw.col("one").cum_count().over("customer_id", order_by=BY_TIME)


def month_of_date() -> nw.Expr:
    """The month of `order_date`, year * 12 + month - 1."""
    return nw.col("order_date").dt.year().cast(nw.Int64) * 12 + nw.col("order_date").dt.month().cast(nw.Int64) - 1


def flag(condition: nw.Expr) -> nw.Expr:
    """1 where a condition holds, else 0."""
    # The sum of a boolean raises on Spark and a null condition differs between engines: 0 and 1, never null.
    return nw.when(condition).then(nw.lit(1)).otherwise(nw.lit(0))


def collect(
    counts: Any, *, by: list[str], texts: list[str] | None = None, floats: list[str] | None = None
) -> pd.DataFrame:
    """The result as a small pandas frame: integers, and texts and floats where named, sorted."""
    # Integer types differ between the engines (decimal, uint32, float), so they are settled after the aggregation.
    table = counts.collect("pandas").to_native()
    for name in table.columns:
        kind = "str" if name in (texts or []) else "float64" if name in (floats or []) else "int64"
        table[name] = table[name].astype(kind)
    return table.sort_values(by, ignore_index=True)
