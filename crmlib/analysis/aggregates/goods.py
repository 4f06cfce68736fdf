"""What was sold: product by product, and to whom."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import narwhals as nw
import pandas as pd

from crmlib.analysis.aggregates.engine import collect, flag
from crmlib.analysis.aggregates.labels import LINES, ORDER, labelled
from crmlib.analysis.checks import require_columns

AGES = (90, 180, 365)


def goods_sold(order_items: Any, *, first_day: int, last_day: int) -> pd.DataFrame:
    """What each product sold within some days, both ends included; lines of no product together as no_product.

    Returns columns:
        product_id; n_customers, n_orders (distinct); quantity; amount (sum of its lines, smallest unit).

    Raises:
        ValueError: a column is missing.
    """
    frame = nw.from_native(order_items)
    require_columns("order_items", frame.columns, [*LINES, "quantity"])
    known = flag(nw.col("line_type") == "product") * flag(~nw.col("product_id").is_null()) == 1
    rows = frame.lazy().select(*LINES, "quantity").filter(
        nw.col("order_day") >= first_day, nw.col("order_day") <= last_day, ~nw.col("customer_id").is_null()
    ).with_columns(product_id=nw.when(known).then(nw.col("product_id")).otherwise(nw.lit("no_product")))  # fmt: skip
    orders = rows.group_by("product_id", *ORDER).agg(
        quantity=nw.col("quantity").sum(), amount=nw.col("line_amount").sum()
    )
    buyers = orders.with_columns(one=nw.lit(1)).group_by("product_id", "customer_id").agg(
        n_orders=nw.col("one").sum(), quantity=nw.col("quantity").sum(), amount=nw.col("amount").sum()
    )  # fmt: skip
    sums = [nw.col(name).sum() for name in ("n_orders", "quantity", "amount")]
    sold = buyers.with_columns(n_customers=nw.lit(1)).group_by("product_id").agg(nw.col("n_customers").sum(), *sums)
    return collect(sold, by=["product_id"], texts=["product_id"])


def interest_amounts(
    order_items: Any, products: Any, *, level: str, as_of_day: int, silent_days: int = -1, ages: tuple[int, ...] = AGES
) -> pd.DataFrame:
    """What each customer who has been silent for longer bought of each category, by the age of the purchase.

    Returns columns:
        customer_id, item; amount_0, amount_1, … (smallest unit, of purchases at most `ages[0]` days old, then at most
        `ages[1]`, …, and the rest).

    Raises:
        ValueError: a column is missing, `level` is unknown or the ages do not rise.
    """
    if list(ages) != sorted(set(ages)):
        raise ValueError(f"ages == {ages}, must rise.")
    lines = labelled(order_items, products, level=level, first_day=-(10**9), last_day=as_of_day)
    rows = _silent(lines, as_of_day, silent_days).with_columns(age=as_of_day - nw.col("order_day"))
    bounds = [-1, *ages, 10**9]
    parts = {
        f"amount_{place}": nw.col("line_amount") * flag((nw.col("age") > low) & (nw.col("age") <= high))
        for place, (low, high) in enumerate(pairwise(bounds))
    }
    sums = [nw.col(name).sum() for name in parts]
    found = rows.with_columns(**parts).group_by("customer_id", "item").agg(*sums)
    return collect(found, by=["customer_id", "item"], texts=["customer_id", "item"])


def breadth_counts(order_items: Any, products: Any, *, level: str = "product_id", as_of_day: int) -> pd.DataFrame:
    """How many customers have bought how many different items up to a day.

    Returns columns:
        n_items; n_customers.

    Raises:
        ValueError: a column is missing or `level` is unknown.
    """
    lines = labelled(order_items, products, level=level, first_day=-(10**9), last_day=as_of_day)
    kinds = lines.select("customer_id", "item").unique(subset=["customer_id", "item"]).with_columns(one=nw.lit(1))
    breadth = kinds.group_by("customer_id").agg(n_items=nw.col("one").sum()).with_columns(one=nw.lit(1))
    return collect(breadth.group_by("n_items").agg(n_customers=nw.col("one").sum()), by=["n_items"])


def bought_products(order_items: Any, products: Any, *, as_of_day: int, silent_days: int = -1) -> pd.DataFrame:
    """Which products each customer who has been silent for longer has ever bought: customer_id, product_id."""
    lines = labelled(order_items, products, level="product_id", first_day=-(10**9), last_day=as_of_day)
    pairs = _silent(lines, as_of_day, silent_days).select("customer_id", "product_id")
    names = ["customer_id", "product_id"]
    return collect(pairs.unique(subset=names), by=names, texts=names)


def _silent(lines: Any, as_of_day: int, silent_days: int) -> Any:
    last = nw.col("order_day").max().over("customer_id")
    return lines.with_columns(last_bought=last).filter(nw.col("last_bought") < as_of_day - silent_days)
