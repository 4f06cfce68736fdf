"""From orders to years: who bought in a year, how long ago before, and how long until the next year with an order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals as nw
import pandas as pd

from crmlib.analysis.aggregates.engine import BY_TIME, collect, flag, lazy, order_number_of

SECOND_WITHIN = 365  # days from the first order


def year_counts(orders: Any, *, ends: Sequence[int]) -> pd.DataFrame:
    """Customers who bought in each year, by the years to their last year with an order before and to the next after.

    Year k goes from the day after `ends[k - 1]` to `ends[k]`; year 0 holds every order up to `ends[0]`. Orders after
    the last end are not counted.

    Returns columns:
        year (0, 1, …); years_before (to the customer's previous year with an order, 0: the first order is in this
        year); years_after (to the next year with an order, 0: none up to the last end); n_customers; n_repeat (of
        these with two or more orders in the year); n_second (whose first order is of this year and whose second came
        within 365 days of it); n_orders; amount (smallest unit).

    Raises:
        ValueError: a column is missing.

    Example:
        >>> orders = pd.DataFrame({"customer_id": ["a", "a"], "order_id": ["1", "2"], "order_day": [10, 400],
        ...                        "amount": [5, 7]})
        >>> year_counts(orders, ends=[364, 729])[["year", "years_before", "years_after", "amount"]].to_numpy().tolist()
        [[0, 0, 1, 5], [1, 1, 0, 7]]
    """
    counts = (
        _customer_years(orders, sorted(ends))
        .with_columns(
            before=nw.col("year").shift(1).over("customer_id", order_by="year"),
            after=nw.col("year").shift(-1).over("customer_id", order_by="year"),
        )
        .with_columns(
            years_before=_gap(nw.col("year") - nw.col("before"), nw.col("before")),
            years_after=_gap(nw.col("after") - nw.col("year"), nw.col("after")),
            n_customers=nw.lit(1),
            n_repeat=flag(nw.col("n_orders") >= 2),
        )
        .group_by("year", "years_before", "years_after")
        .agg(*[nw.col(name).sum() for name in ("n_customers", "n_repeat", "n_second", "n_orders", "amount")])
    )
    return collect(counts, by=["year", "years_before", "years_after"])


def _customer_years(orders: Any, ends: list[int]) -> Any:
    rows = lazy(orders, ["customer_id", "order_id", "order_day", "amount"]).filter(nw.col("order_day") <= ends[-1])
    next_day = nw.col("order_day").shift(-1).over("customer_id", order_by=BY_TIME)
    numbered = rows.with_columns(one=nw.lit(1)).with_columns(order_number=order_number_of(), next_day=next_day)
    soon = nw.col("next_day") - nw.col("order_day") <= SECOND_WITHIN
    # A comparison with null is null on some engines and false on others: the flag makes it 0 on all.
    dated = numbered.with_columns(n_second=flag((nw.col("order_number") == 1) & soon), year=_year(ends))
    return dated.group_by("customer_id", "year").agg(
        n_orders=nw.col("one").sum(), amount=nw.col("amount").sum(), n_second=nw.col("n_second").sum()
    )


def _year(ends: list[int]) -> nw.Expr:
    number = nw.lit(0)
    for end in ends[:-1]:
        number = number + flag(nw.col("order_day") > end)
    return number


def _gap(years: nw.Expr, neighbour: nw.Expr) -> nw.Expr:
    return nw.when(~neighbour.is_null()).then(years).otherwise(nw.lit(0))
