"""From orders and lines to the days on which a customer passed a mark: second order, first back-end product."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals as nw
import pandas as pd

from crmlib.analysis.aggregates.engine import collect, lazy, order_number_of
from crmlib.analysis.checks import require_at_least, require_columns

NEVER = 2**31  # later than any day; a null would differ between the engines
NOT_FULL = ("trial", "free")


def milestones(orders: Any, *, as_of_day: int, min_orders: int = 2, year_days: int = 365) -> pd.DataFrame:
    """One row a customer: the days of the first orders, and what the first year brought.

    Returns columns:
        customer_id; first_day, second_day, third_day, nth_day (of the order number `min_orders`), full_day (first order
        that is neither trial nor free), all days since 1970-01-01, NaN where it has not come by as_of_day;
        first_year_amount (smallest unit, orders less than `year_days` after the first, up to as_of_day).

    Raises:
        ValueError: a column is missing; min_orders or year_days is below 1.

    Example:
        >>> orders = pd.DataFrame({"customer_id": ["a", "a"], "order_id": ["1", "2"], "order_day": [10, 40],
        ...                        "order_kind": ["trial", "one_off"], "amount": [500, 700]})
        >>> milestones(orders, as_of_day=50).iloc[0, 1:].tolist()
        [10.0, 40.0, nan, 40.0, 40.0, 1200.0]
    """
    require_at_least("min_orders", min_orders, 1)
    require_at_least("year_days", year_days, 1)
    early = nw.col("order_day") - nw.col("began") < year_days
    days = ["first_day", "second_day", "third_day", "nth_day", "full_day"]
    rows = (
        lazy(orders, ["customer_id", "order_id", "order_day", "order_kind", "amount"])
        .filter(nw.col("order_day") <= as_of_day)
        .with_columns(one=nw.lit(1), began=nw.col("order_day").min().over("customer_id"))
        .with_columns(number=order_number_of())
        .with_columns(
            first_day=nw.col("order_day"),
            second_day=_day_if(nw.col("number") == 2),
            third_day=_day_if(nw.col("number") == 3),
            nth_day=_day_if(nw.col("number") == min_orders),
            full_day=_day_if(~nw.col("order_kind").fill_null("unknown").is_in(NOT_FULL)),
            first_year_amount=nw.when(early).then(nw.col("amount")).otherwise(nw.lit(0)),
        )
    )
    counts = rows.group_by("customer_id").agg(*[nw.col(name).min() for name in days], nw.col("first_year_amount").sum())
    return known_days(collect(counts, by=["customer_id"], texts=["customer_id"]), days)


def product_days(
    order_items: Any, *, as_of_day: int, wanted: Sequence[str], known: Sequence[str], n_needed: int
) -> pd.DataFrame:
    """One row a customer: when a wanted product was first bought, when enough different ones, and which are unknown.

    Returns columns:
        customer_id; wanted_day (first line of a product in `wanted`); covered_day (first line of the `n_needed`-th
        different wanted product); unknown_day (first line of a product not in `known`), all days since 1970-01-01, NaN
        where it has not come by as_of_day; n_wanted (different wanted products by then).

    Raises:
        ValueError: a column is missing or n_needed is below 1.
    """
    require_at_least("n_needed", n_needed, 1)
    days = ["wanted_day", "covered_day", "unknown_day"]
    first = (
        _product_lines(order_items, as_of_day)
        .group_by("customer_id", "product_id")
        .agg(order_day=nw.col("order_day").min())
        .with_columns(one=nw.lit(1), is_wanted=_one_of(wanted), is_known=_one_of(known))
        .with_columns(
            number=nw.col("one").cum_count().over("customer_id", "is_wanted", order_by=["order_day", "product_id"])
        )
        .with_columns(
            wanted_day=_day_if(nw.col("is_wanted") == 1),
            covered_day=_day_if((nw.col("is_wanted") == 1) & (nw.col("number") == n_needed)),
            unknown_day=_day_if(nw.col("is_known") == 0),
        )
    )
    counts = first.group_by("customer_id").agg(
        *[nw.col(name).min() for name in days], n_wanted=nw.col("is_wanted").sum()
    )
    return known_days(collect(counts, by=["customer_id"], texts=["customer_id"]), days)


def product_sales(order_items: Any, *, as_of_day: int) -> pd.DataFrame:
    """Lines and their money of each product up to a day.

    Returns columns:
        product_id; n_lines; line_amount (smallest unit, before what was taken off whole orders).

    Raises:
        ValueError: a column is missing.
    """
    rows = _product_lines(order_items, as_of_day, ["line_amount"]).group_by("product_id")
    counts = rows.agg(n_lines=nw.col("line_amount").count(), line_amount=nw.col("line_amount").sum())
    return collect(counts, by=["product_id"], texts=["product_id"])


def known_days(table: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """The table with NaN for the days that never came."""
    for name in names:
        table[name] = table[name].astype("float64").where(table[name] < NEVER)
    return table


def _product_lines(order_items: Any, as_of_day: int, more: Sequence[str] = ()) -> Any:
    wanted = ["customer_id", "product_id", "order_day", "line_type", *more]
    require_columns("order_items", nw.from_native(order_items).columns, wanted)
    rows = lazy(order_items, wanted).filter(~nw.col("product_id").is_null())
    return rows.filter(nw.col("line_type") == "product", nw.col("order_day") <= as_of_day)


def _day_if(condition: nw.Expr, day: str = "order_day") -> nw.Expr:
    return nw.when(condition).then(nw.col(day)).otherwise(nw.lit(NEVER))


def _one_of(ids: Sequence[str]) -> nw.Expr:
    # An empty list of values is refused by some engines.
    listed = nw.col("product_id").is_in([*ids, ""])
    return nw.when(listed).then(nw.lit(1)).otherwise(nw.lit(0))
