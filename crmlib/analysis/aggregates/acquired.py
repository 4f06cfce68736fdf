"""From orders to new customers by medium and month, and to the repeat buying of each customer."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import pandas as pd

from crmlib.analysis.aggregates.engine import collect, flag, lazy, month_of_date, order_number_of
from crmlib.analysis.checks import require_at_least

NOT_MAIN = ["trial", "free"]
COUNTS = [
    "n_customers", "n_trial", "n_trial_eligible", "n_pulled", "n_eligible", "n_next", "n_orders", "amount_first",
    "amount",
]  # fmt: skip


def media_counts(orders: Any, *, as_of_day: int, window_days: int) -> pd.DataFrame:
    """New customers of each medium and month, what they bought first and whether they came back.

    The medium, month and kind are those of a customer's first order. A trial customer is pulled up by an order that
    is neither trial nor free within `window_days` of the first.

    Returns columns:
        media ("not_known" where empty or unknown); month (of the first order, year * 12 + month - 1); n_customers;
        n_trial (first order a trial or free); n_trial_eligible (of these, observed window_days); n_pulled (of the
        eligible, pulled up); n_eligible (observed window_days); n_next (of these, any second order in time);
        n_orders; amount_first (of first orders), amount (of all their orders; smallest unit).

    Raises:
        ValueError: a column is missing or window_days is below 1.

    Example:
        >>> orders = pd.DataFrame({"customer_id": ["a", "a"], "order_id": ["1", "2"], "order_day": [0, 20],
        ...                        "order_date": pd.to_datetime([0, 20], unit="D"), "amount": [500, 700],
        ...                        "order_kind": ["trial", "one_off"], "acq_media": ["flyer", None]})
        >>> media_counts(orders, as_of_day=90, window_days=30)[["media", "n_trial", "n_pulled"]].values.tolist()
        [['flyer', 1, 1]]
    """
    require_at_least("window_days", window_days, 1)
    names = ["customer_id", "order_id", "order_day", "order_date", "amount", "order_kind", "acq_media"]
    rows = lazy(orders, names).filter(nw.col("order_day") <= as_of_day)
    rows = rows.with_columns(one=nw.lit(1), month=month_of_date())
    rows = rows.with_columns(order_number=order_number_of())
    empty = nw.col("acq_media").is_null() | nw.col("acq_media").is_in(["", "unknown"])
    media = nw.when(empty).then(nw.lit("not_known")).otherwise(nw.col("acq_media"))
    first = rows.filter(nw.col("order_number") == 1).select(
        "customer_id",
        nw.col("month").alias("first_month"),
        nw.col("order_day").alias("first_day"),
        nw.col("amount").alias("first_amount"),
        media=media,
        trial=_not_main(),
    )
    customers = _customers(rows.join(first, on="customer_id", how="inner"), window_days)
    seen = flag(nw.col("first_day") <= as_of_day - window_days)
    parts = customers.with_columns(
        n_customers=nw.lit(1),
        n_trial=nw.col("trial"),
        n_trial_eligible=nw.col("trial") * seen,
        n_pulled=nw.col("trial") * seen * nw.col("main"),
        n_eligible=seen,
        n_next=nw.col("next") * seen,
        amount_first=nw.col("first_amount"),
    ).with_columns(month=nw.col("first_month"))
    counts = parts.group_by("media", "month").agg(*[nw.col(name).sum() for name in COUNTS])
    return collect(counts, by=["media", "month"], texts=["media"])


def repeat_table(orders: Any, *, as_of_day: int, until_day: int | None = None) -> pd.DataFrame:
    """What the models of repeat buying need of each one-off buyer; a day with orders is one purchase.

    One-off buyers are those without a subscription up to as_of_day; later deliveries of those who subscribe after it
    are no purchases, so that a check on the past does not know the future.

    Returns columns:
        customer_id; frequency (days with orders after the first day); recency_days (first to last of them);
        age_days (first day to as_of_day); repeat_amount (sales after the first day); n_later, amount_later (days with
        orders and sales after as_of_day up to until_day).

    Raises:
        ValueError: a column is missing.

    Example:
        >>> orders = pd.DataFrame({"customer_id": ["a"] * 3, "order_day": [0, 20, 95], "amount": [500, 700, 900]})
        >>> repeat_table(orders, as_of_day=50, until_day=100).iloc[0, 1:].tolist()
        [1, 20, 50, 700, 1, 900]
    """
    names = ["customer_id", "order_day", "amount"]
    has_kind = "order_kind" in nw.from_native(orders).columns
    rows = lazy(orders, [*names, *(["order_kind"] if has_kind else [])])
    subscribed = nw.col("order_kind") == "subscription" if has_kind else nw.col("order_day") < nw.col("order_day")
    known = subscribed & ~nw.col("order_kind").is_null() if has_kind else subscribed
    later = (nw.col("order_day") > as_of_day) & (nw.col("order_day") <= (until_day or as_of_day))
    rows = rows.with_columns(delivered=flag(known))
    rows = rows.filter((nw.col("order_day") <= as_of_day) | (later & (nw.col("delivered") == 0)))
    days = rows.group_by("customer_id", "order_day").agg(nw.col("amount").sum(), nw.col("delivered").max())
    days = days.with_columns(
        first_day=nw.col("order_day").min().over("customer_id"),
        subscriber=nw.col("delivered").max().over("customer_id"),
    ).filter(nw.col("first_day") <= as_of_day, nw.col("subscriber") == 0)
    seen = nw.col("order_day") <= as_of_day
    again = flag(seen & (nw.col("order_day") > nw.col("first_day")))
    parts = days.with_columns(
        frequency=again,
        repeat_amount=again * nw.col("amount"),
        recency_days=flag(seen) * (nw.col("order_day") - nw.col("first_day")),
        n_later=flag(~seen),
        amount_later=flag(~seen) * nw.col("amount"),
        age_days=as_of_day - nw.col("first_day"),
    )
    sums = ["frequency", "repeat_amount", "n_later", "amount_later"]
    counts = parts.group_by("customer_id").agg(
        *[nw.col(name).sum() for name in sums], nw.col("recency_days").max(), nw.col("age_days").max()
    )
    table = collect(counts, by=["customer_id"], texts=["customer_id"])
    return table[["customer_id", "frequency", "recency_days", "age_days", "repeat_amount", "n_later", "amount_later"]]


def _customers(rows: Any, window_days: int) -> Any:
    """One row a customer: orders, sales, and whether a second and a main order came within the window."""
    soon = (nw.col("order_number") > 1) & (nw.col("order_day") - nw.col("first_day") <= window_days)
    flags = rows.with_columns(next=flag(soon), main=flag(soon) * (1 - _not_main()))
    return flags.group_by("customer_id", "first_month", "first_day", "first_amount", "media", "trial").agg(
        n_orders=nw.col("one").sum(),
        amount=nw.col("amount").sum(),
        next=nw.col("next").max(),
        main=nw.col("main").max(),
    )


def _not_main() -> nw.Expr:
    return nw.when(nw.col("order_kind").is_in(NOT_MAIN)).then(nw.lit(1)).otherwise(nw.lit(0))
