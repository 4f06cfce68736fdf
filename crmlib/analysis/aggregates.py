"""From orders to counts: the only module that reads every order, so it runs on any engine narwhals knows.

Each function takes a pandas or Polars frame or a DuckDB relation of `orders` and gives a small pandas frame, equal
whatever the engine, the order of the rows and the columns it does not use. Orders of one day follow their `order_id`.
"""

from __future__ import annotations

from typing import Any

import narwhals as nw
import pandas as pd

from crmlib.analysis.checks import require_at_least, require_columns

BY_TIME = ["order_day", "order_id"]


def customer_table(orders: Any, *, as_of_day: int) -> pd.DataFrame:
    """One row a customer with an order up to the day of the report, by `customer_id`.

    `recency_days` is as_of_day - last_day; `tenure_days` is last_day - first_day; `average_gap_days` is
    tenure_days / (n_orders - 1), NaN at one order.

    Returns columns:
        customer_id; first_day, last_day (days since 1970-01-01); n_orders; amount (smallest unit of the currency);
        recency_days; tenure_days; average_gap_days.

    Raises:
        ValueError: a column is missing.

    Example:
        >>> orders = pd.DataFrame({"customer_id": ["a", "a"], "order_day": [10, 40], "amount": [500, 700]})
        >>> customer_table(orders, as_of_day=100).loc[0, ["n_orders", "amount", "recency_days", "tenure_days"]].tolist()
        [2, 1200, 60, 30]
    """
    counts = (
        _lazy(orders, ["customer_id", "order_day", "amount"])
        .filter(nw.col("order_day") <= as_of_day)
        .group_by("customer_id")
        .agg(
            first_day=nw.col("order_day").min(),
            last_day=nw.col("order_day").max(),
            n_orders=nw.col("order_day").count(),
            amount=nw.col("amount").sum(),
        )
    )
    table = _collect(counts, by=["customer_id"], texts=["customer_id"])
    table["recency_days"] = as_of_day - table["last_day"]
    table["tenure_days"] = table["last_day"] - table["first_day"]
    gaps = (table["n_orders"] - 1).astype("float64")
    table["average_gap_days"] = table["tenure_days"] / gaps.where(gaps > 0)
    return table


def cohort_counts(orders: Any) -> pd.DataFrame:
    """Who of a month's new customers bought in which month; only cells with an order have a row.

    A month is the integer year * 12 + month - 1; a customer's cohort is the month of the first order.

    Returns columns:
        cohort_month, month; n_customers (distinct); n_orders; amount (smallest unit).

    Raises:
        ValueError: a column is missing.

    Example:
        >>> days = pd.to_datetime(["2025-01-31", "2025-02-01"])
        >>> orders = pd.DataFrame({"customer_id": ["a", "a"], "order_date": days, "amount": [5, 7]})
        >>> cohort_counts(orders)["month"].tolist()
        [24300, 24301]
    """
    counts = (
        _lazy(orders, ["customer_id", "order_date", "amount"])
        .with_columns(month=_month())
        .group_by("customer_id", "month")
        .agg(n_orders=nw.col("amount").count(), amount=nw.col("amount").sum())
        .with_columns(cohort_month=nw.col("month").min().over("customer_id"))
        .group_by("cohort_month", "month")
        .agg(
            n_customers=nw.col("customer_id").count(),
            n_orders=nw.col("n_orders").sum(),
            amount=nw.col("amount").sum(),
        )
    )
    return _collect(counts, by=["cohort_month", "month"])


def step_counts(orders: Any, *, as_of_day: int, window_days: int, max_step: int = 10) -> pd.DataFrame:
    """How many customers went from their n-th order to the next, for n = 1 to `max_step`.

    Only customers observed for the whole window count as eligible: the n-th order lies at least `window_days`
    before the day of the report.

    Returns columns:
        order_number (n of F_n); n_reached (had an n-th order); n_eligible (had it at least window_days ago);
        n_next (eligible, next order within window_days); n_next_any (reached, any next order, the naive count);
        n_kept (eligible, and every order so far came within window_days of the one before); n_kept_next (of these,
        next order within window_days).

    Raises:
        ValueError: a column is missing; window_days or max_step is below 1.

    Example:
        >>> ids = {"customer_id": ["a", "a", "b"], "order_id": ["1", "2", "3"]}
        >>> orders = pd.DataFrame({**ids, "order_day": [0, 20, 95]})
        >>> step_counts(orders, as_of_day=100, window_days=30, max_step=1).iloc[0].to_list()
        [1, 2, 1, 1, 1, 1, 1]
    """
    require_at_least("window_days", window_days, 1)
    require_at_least("max_step", max_step, 1)
    gap = nw.col("next_day") - nw.col("order_day")
    eligible = nw.col("order_day") <= as_of_day - window_days
    counts = (
        _with_late(_numbered(orders, as_of_day), window_days)
        .filter(nw.col("order_number") <= max_step)
        .with_columns(eligible=_flag(eligible), next=_flag(eligible & (gap <= window_days)), next_any=_flag(gap >= 0))
        .with_columns(kept=nw.col("eligible") * _flag(nw.col("n_late") == 0))
        .with_columns(kept_next=nw.col("kept") * nw.col("next"))
        .group_by("order_number")
        .agg(
            n_reached=nw.col("eligible").count(),
            n_eligible=nw.col("eligible").sum(),
            n_next=nw.col("next").sum(),
            n_next_any=nw.col("next_any").sum(),
            n_kept=nw.col("kept").sum(),
            n_kept_next=nw.col("kept_next").sum(),
        )
    )
    table = _collect(counts, by=["order_number"]).set_index("order_number")
    return table.reindex(pd.RangeIndex(1, max_step + 1, name="order_number"), fill_value=0).reset_index()


def gap_counts(orders: Any, *, as_of_day: int, order_number: int = 1) -> pd.DataFrame:
    """Days from the n-th order to the next, or to the day of the report where there is none yet (censored).

    Returns columns:
        duration_days; n_events (next order after that many days); n_censored (observed that long without one).

    Raises:
        ValueError: a column is missing; order_number is below 1.

    Example:
        >>> ids = {"customer_id": ["a", "a", "b"], "order_id": ["1", "2", "3"]}
        >>> orders = pd.DataFrame({**ids, "order_day": [0, 20, 95]})
        >>> gap_counts(orders, as_of_day=100).to_numpy().tolist()
        [[5, 0, 1], [20, 1, 0]]
    """
    require_at_least("order_number", order_number, 1)
    event = ~nw.col("next_day").is_null()
    counts = (
        _numbered(orders, as_of_day)
        .filter(nw.col("order_number") == order_number)
        .with_columns(event=_flag(event), end_day=nw.when(event).then(nw.col("next_day")).otherwise(nw.lit(as_of_day)))
        .with_columns(duration_days=nw.col("end_day") - nw.col("order_day"))
        .group_by("duration_days")
        .agg(n=nw.col("event").count(), n_events=nw.col("event").sum())
    )
    table = _collect(counts, by=["duration_days"])
    table["n_censored"] = table["n"] - table["n_events"]
    return table[["duration_days", "n_events", "n_censored"]]


def monthly_sales(orders: Any) -> pd.DataFrame:
    """Orders and sales of each month, split into a customer's first order in the data (new) and all later ones.

    A customer who starts and buys again within a month counts in both customer columns. Months without an order
    have no row.

    Returns columns:
        month (year * 12 + month - 1); n_orders_new, n_orders_repeat; amount_new, amount_repeat (smallest unit);
        n_customers_new, n_customers_repeat (distinct within the month).

    Raises:
        ValueError: a column is missing.
    """
    new = nw.col("order_number") == 1
    names = ["n_orders_new", "n_orders_repeat", "amount_new", "amount_repeat"]
    by_customer = (
        _lazy(orders, ["customer_id", "order_id", "order_day", "order_date", "amount"])
        .with_columns(month=_month(), one=nw.lit(1))
        .with_columns(order_number=_order_number())
        .with_columns(
            n_orders_new=_flag(new),
            n_orders_repeat=_flag(~new),
            amount_new=nw.when(new).then(nw.col("amount")).otherwise(nw.lit(0)),
            amount_repeat=nw.when(~new).then(nw.col("amount")).otherwise(nw.lit(0)),
        )
        .group_by("customer_id", "month")
        .agg(*[nw.col(name).sum() for name in names])
        .with_columns(n_customers_new=nw.col("n_orders_new"), n_customers_repeat=_flag(nw.col("n_orders_repeat") > 0))
    )
    names += ["n_customers_new", "n_customers_repeat"]
    return _collect(by_customer.group_by("month").agg(*[nw.col(name).sum() for name in names]), by=["month"])


def orders_between(orders: Any, *, first_day: int, last_day: int) -> pd.DataFrame:
    """The orders of some days, both ends included, as rows for the experiments.

    Returns columns:
        customer_id; subscription_id (if the table has it); order_day; amount (smallest unit).

    Raises:
        ValueError: a column is missing.
    """
    wanted = ["customer_id", "order_day", "amount"]
    if "subscription_id" in nw.from_native(orders).columns:
        wanted.insert(1, "subscription_id")
    rows = _lazy(orders, wanted).filter((nw.col("order_day") >= first_day) & (nw.col("order_day") <= last_day))
    return _collect(rows, by=wanted, texts=[name for name in wanted if name.endswith("_id")])


def _lazy(orders: Any, columns: list[str]) -> Any:
    # Nulls are filtered first: pandas keeps them in negated conditions, the SQL engines drop them.
    frame = nw.from_native(orders)
    require_columns("orders", frame.columns, columns)
    return frame.lazy().select(*columns).filter(~nw.col("customer_id").is_null())


def _numbered(orders: Any, as_of_day: int) -> Any:
    rows = _lazy(orders, ["customer_id", "order_id", "order_day"]).filter(nw.col("order_day") <= as_of_day)
    next_day = nw.col("order_day").shift(-1).over("customer_id", order_by=BY_TIME)
    return rows.with_columns(one=nw.lit(1)).with_columns(order_number=_order_number(), next_day=next_day)


def _with_late(numbered: Any, window_days: int) -> Any:
    # How many of the customer's orders so far came later than the window after the one before.
    before = nw.col("order_day").shift(1).over("customer_id", order_by=BY_TIME)
    late = numbered.with_columns(late=_flag(nw.col("order_day") - before > window_days))
    return late.with_columns(n_late=nw.col("late").cum_sum().over("customer_id", order_by=BY_TIME))


def _order_number() -> nw.Expr:
    # Not over a column of BY_TIME: on pandas narwhals 2.29 turns the counted column into booleans before it sorts.
    return nw.col("one").cum_count().over("customer_id", order_by=BY_TIME)


def _month() -> nw.Expr:
    return nw.col("order_date").dt.year().cast(nw.Int64) * 12 + nw.col("order_date").dt.month().cast(nw.Int64) - 1


def _flag(condition: nw.Expr) -> nw.Expr:
    # The sum of a boolean raises on Spark and a null condition differs between engines: 0 and 1, never null.
    return nw.when(condition).then(nw.lit(1)).otherwise(nw.lit(0))


def _collect(counts: Any, *, by: list[str], texts: list[str] | None = None) -> pd.DataFrame:
    # Integer types differ between the engines (decimal, uint32, float), so they are settled after the aggregation.
    table = counts.collect("pandas").to_native()
    for name in table.columns:
        table[name] = table[name].astype("str" if name in (texts or []) else "int64")
    return table.sort_values(by, ignore_index=True)
