"""From orders to months, with how much customers differ: what the intervals of monthly figures need."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import pandas as pd

from crmlib.analysis.aggregates.engine import BY_TIME, collect, flag, lazy, month_of_date, numbered, order_number_of
from crmlib.analysis.checks import require_at_least

COLUMNS = ["customer_id", "order_id", "order_day", "order_date", "amount"]
SQUARES = {
    "orders_squares": ("n_orders", "n_orders"),
    "amount_squares": ("amount", "amount"),
    "repeat_squares": ("amount_repeat", "amount_repeat"),
    "amount_orders": ("amount", "n_orders"),
    "repeat_amount": ("amount_repeat", "amount"),
}


def month_spreads(orders: Any) -> pd.DataFrame:
    """Orders and sales of each month, and the sums of squares and products over its customers.

    A customer's first order in the data is new, all later ones are repeat. Months without an order have no row.

    Returns columns:
        month (year * 12 + month - 1); n_customers (distinct); n_customers_new; n_orders; amount, amount_repeat
        (smallest unit); orders_squares, amount_squares, repeat_squares, amount_orders, repeat_amount (over the
        customers of the month: sums of squares of their orders, sales and repeat sales, and of the products of sales
        with orders and of repeat sales with sales).

    Raises:
        ValueError: a column is missing.
    """
    first = nw.col("order_number") == 1
    rows = lazy(orders, COLUMNS).with_columns(month=month_of_date(), one=nw.lit(1))
    rows = rows.with_columns(order_number=order_number_of()).with_columns(
        n_customers_new=flag(first),
        n_orders=nw.col("one"),
        amount_repeat=nw.when(first).then(nw.lit(0)).otherwise(nw.col("amount")),
    )
    sums = ["n_customers_new", "n_orders", "amount", "amount_repeat"]
    customers = rows.group_by("customer_id", "month").agg(*[nw.col(name).sum() for name in sums])
    products = {
        name: nw.col(a).cast(nw.Float64) * nw.col(b).cast(nw.Float64) for name, (a, b) in SQUARES.items()
    }  # integers of the smallest unit would overflow where they are squared
    spread = customers.with_columns(n_customers=nw.lit(1), **products)
    names = ["n_customers", *sums, *SQUARES]
    return collect(
        spread.group_by("month").agg(*[nw.col(name).sum() for name in names]), by=["month"], floats=list(SQUARES)
    )


def entry_spreads(orders: Any, *, as_of_day: int, window_days: int, year_days: int = 365) -> pd.DataFrame:
    """What the new customers of each month did afterwards: the second order in time, and the sales of a year.

    The month is that of a customer's first order. A second order counts up to `window_days` after it, sales up to
    `year_days` after it; whether the month has been observed so long is for the reader of the table to say.

    Returns columns:
        month; n_customers; n_next (second order in time); amount_year (smallest unit); year_squares (sum of the
        squares of the customers' sales of a year).

    Raises:
        ValueError: a column is missing, or window_days or year_days is below 1.

    Example:
        >>> orders = pd.DataFrame({"customer_id": ["a", "a"], "order_id": ["1", "2"], "order_day": [0, 20],
        ...                        "order_date": pd.to_datetime([0, 20], unit="D"), "amount": [500, 700]})
        >>> entry_spreads(orders, as_of_day=90, window_days=30).iloc[0, 1:].tolist()
        [1.0, 1.0, 1200.0, 1440000.0]
    """
    require_at_least("window_days", window_days, 1)
    require_at_least("year_days", year_days, 1)
    rows = lazy(orders, COLUMNS).filter(nw.col("order_day") <= as_of_day).with_columns(one=nw.lit(1))
    rows = rows.with_columns(month_here=month_of_date(), order_number=order_number_of()).with_columns(
        first_day=nw.col("order_day").min().over("customer_id"), month=nw.col("month_here").min().over("customer_id")
    )
    age = nw.col("order_day") - nw.col("first_day")
    parts = rows.with_columns(
        next=flag((nw.col("order_number") > 1) & (age <= window_days)),
        amount_year=nw.when(age <= year_days).then(nw.col("amount")).otherwise(nw.lit(0)),
    )
    customers = parts.group_by("customer_id", "month").agg(nw.col("next").max(), nw.col("amount_year").sum())
    spread = customers.with_columns(
        n_customers=nw.lit(1),
        n_next=nw.col("next"),
        year_squares=nw.col("amount_year").cast(nw.Float64) * nw.col("amount_year").cast(nw.Float64),
    )
    names = ["n_customers", "n_next", "amount_year", "year_squares"]
    return collect(
        spread.group_by("month").agg(*[nw.col(name).sum() for name in names]), by=["month"], floats=["year_squares"]
    )


def silent_changes(orders: Any, *, as_of_day: int, first_silent: int, last_silent: int) -> pd.DataFrame:
    """By how much the number of customers whose last order lies so many days back changes from day to day.

    A customer counts on a day when the last order lies `first_silent` to `last_silent` days before it, both included;
    the running sum of n_change is the number on each day. 0 to 364 gives those who ordered within 365 days.

    Returns columns:
        day; n_change. Days without a change have no row.

    Raises:
        ValueError: a column is missing, first_silent is below 0 or last_silent is below it.
    """
    require_at_least("first_silent", first_silent, 0)
    require_at_least("last_silent", last_silent, first_silent)
    rows = numbered(orders, as_of_day)
    following = nw.col("next_day")
    end = nw.col("order_day") + last_silent + 1
    sooner = ~following.is_null() & (following < end)
    spans = rows.with_columns(begins=nw.col("order_day") + first_silent).with_columns(
        ends=nw.when(sooner).then(following).otherwise(end)
    )
    spans = spans.filter(nw.col("begins") < nw.col("ends"))
    starts = collect(spans.group_by("begins").agg(n=nw.col("one").sum()), by=["begins"])
    stops = collect(spans.group_by("ends").agg(n=nw.col("one").sum()), by=["ends"])
    both = pd.concat(
        [starts.rename(columns={"begins": "day"}), stops.rename(columns={"ends": "day"}).assign(n=-stops["n"])]
    )
    table = both.groupby("day", as_index=False)["n"].sum().rename(columns={"n": "n_change"})
    return table[(table["day"] <= as_of_day) & (table["n_change"] != 0)].reset_index(drop=True)


def month_returns(orders: Any, *, as_of_day: int, first_silent: int, last_silent: int) -> pd.DataFrame:
    """Customers who ordered in a month after a silence, by how long they had been silent when it began.

    A customer counts when the last order before the month lies `first_silent` to `last_silent` days before the last
    day of the month before.

    Returns columns:
        month; n_returned. Months in which nobody did have no row.

    Raises:
        ValueError: a column is missing, first_silent is below 0 or last_silent is below it.
    """
    require_at_least("first_silent", first_silent, 0)
    require_at_least("last_silent", last_silent, first_silent)
    rows = lazy(orders, [name for name in COLUMNS if name != "amount"]).filter(nw.col("order_day") <= as_of_day)
    rows = rows.with_columns(one=nw.lit(1), month=month_of_date(), number=nw.col("order_date").dt.day().cast(nw.Int64))
    before = nw.col("order_day").shift(1).over("customer_id", order_by=BY_TIME)
    silent = nw.col("order_day") - nw.col("number") - nw.col("before_day")
    came = rows.with_columns(before_day=before).filter(~nw.col("before_day").is_null())
    came = came.filter((silent >= first_silent) & (silent <= last_silent))
    return collect(came.group_by("month").agg(n_returned=nw.col("one").sum()), by=["month"])
