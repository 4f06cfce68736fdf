"""From orders and lines to who came back after which first order, and after what else was bought."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals as nw
import pandas as pd

from crmlib.analysis.aggregates.engine import BY_TIME, collect, flag, lazy, order_number_of
from crmlib.analysis.aggregates.entries import ENTRY, main_products
from crmlib.analysis.checks import require_at_least, require_columns

NONE_YET = -1


def return_table(
    orders: Any, order_items: Any, *, as_of_day: int, anchor_product: str | None = None, count_trials: bool = True
) -> pd.DataFrame:
    """One row a customer: the order that counts as the first, its main product, and the days to the next order.

    The first order is the customer's first in the data; with `anchor_product` the first one with that product
    (指定商品初回購入), whatever the customer bought before; without `count_trials` trial orders count as no purchase.

    Returns columns:
        customer_id; first_day (days since 1970-01-01); channel, order_kind, acq_media, product_id (empty text where
        not known); next_days (to the next order up to as_of_day, NaN where there is none yet).

    Raises:
        ValueError: a column is missing.

    Example:
        >>> orders = pd.DataFrame({"customer_id": ["a", "a"], "order_id": ["1", "2"], "order_day": [10, 35],
        ...                        "channel": "own", "order_kind": "one_off", "acq_media": "flyer"})
        >>> lines = pd.DataFrame({"order_id": ["1"], "channel": ["own"], "line_no": [1], "product_id": ["gel"],
        ...                       "line_amount": [98], "line_type": ["product"]})
        >>> return_table(orders, lines, as_of_day=90)[["product_id", "next_days"]].to_numpy().tolist()
        [['gel', 25.0]]
    """
    rows = lazy(orders, ["customer_id", "order_id", "order_day", *ENTRY]).filter(nw.col("order_day") <= as_of_day)
    if not count_trials:
        rows = rows.filter(flag(nw.col("order_kind") == "trial") == 0)
    rows = _with_next(rows)
    if anchor_product is not None:
        rows = rows.join(_holding(order_items, [anchor_product]), on=["order_id", "channel"], how="inner")
    firsts = rows.with_columns(one=nw.lit(1)).with_columns(order_number=order_number_of())
    firsts = firsts.filter(nw.col("order_number") == 1)
    told = firsts.join(main_products(order_items), on=["order_id", "channel"], how="left")
    texts = [*ENTRY, "product_id"]
    known = told.select(
        "customer_id",
        nw.col("order_day").alias("first_day"),
        *[nw.when(nw.col(name).is_null()).then(nw.lit("")).otherwise(nw.col(name)).alias(name) for name in texts],
        next_days=_days_to_next(),
    )
    table = collect(known, by=["customer_id"], texts=["customer_id", *texts])
    table["next_days"] = table["next_days"].astype("float64").where(table["next_days"] != NONE_YET)
    return table


def product_step_counts(
    orders: Any, order_items: Any, *, as_of_day: int, window_days: int, max_step: int = 12
) -> pd.DataFrame:
    """`step_counts` for the customers of each main product of the first order, with the median days until order n.

    Returns columns:
        product_id (empty text where not known); order_number; n_reached; n_eligible; n_next; median_days (from the
        first order to order n, of those who reached it).

    Raises:
        ValueError: a column is missing; window_days or max_step is below 1.
    """
    require_at_least("window_days", window_days, 1)
    require_at_least("max_step", max_step, 1)
    wanted = ["customer_id", "order_id", "order_day", "channel"]
    rows = lazy(orders, wanted).filter(nw.col("order_day") <= as_of_day)
    rows = _with_next(rows).with_columns(one=nw.lit(1)).with_columns(order_number=order_number_of())
    firsts = rows.filter(nw.col("order_number") == 1).join(
        main_products(order_items), on=["order_id", "channel"], how="left"
    )
    entry = firsts.select("customer_id", nw.col("order_day").alias("first_day"), entry_product=_text("product_id"))
    eligible = nw.col("order_day") <= as_of_day - window_days
    counts = (
        rows.filter(nw.col("order_number") <= max_step)
        .join(entry, on="customer_id", how="inner")
        .with_columns(gap=_days_to_next(), days=nw.col("order_day") - nw.col("first_day"))
        .with_columns(eligible=flag(eligible), next=flag(eligible & _within("gap", window_days)))
        .group_by("entry_product", "order_number")
        .agg(
            n_reached=nw.col("eligible").count(),
            n_eligible=nw.col("eligible").sum(),
            n_next=nw.col("next").sum(),
            median_days=nw.col("days").median(),
        )
    )
    table = counts.collect("pandas").to_native().rename(columns={"entry_product": "product_id"})
    table["product_id"] = table["product_id"].astype("str")
    whole = ["order_number", "n_reached", "n_eligible", "n_next"]
    table = table.astype({**dict.fromkeys(whole, "int64"), "median_days": "float64"})
    names = ["product_id", *whole, "median_days"]
    return table[names].sort_values(["product_id", "order_number"], ignore_index=True)


def exposure_counts(
    orders: Any, order_items: Any, *, as_of_day: int, window_days: int, product_ids: Sequence[str], max_step: int = 3
) -> pd.DataFrame:
    """Who came back after order n, split by whether one of these products was in the first n orders.

    The split is fixed on the day of order n, so nobody counts as a buyer of the products for having stayed long
    enough to buy them (immortal time). Only customers observed for the whole window after order n are counted.

    Returns columns:
        order_number; order_kind (of order n); exposed (1 with one of the products, else 0); n_eligible; n_next (next
        order within window_days). Only combinations that occur have a row.

    Raises:
        ValueError: a column is missing; window_days or max_step is below 1.
    """
    require_at_least("window_days", window_days, 1)
    require_at_least("max_step", max_step, 1)
    wanted = ["customer_id", "order_id", "order_day", "channel", "order_kind"]
    rows = lazy(orders, wanted).filter(nw.col("order_day") <= as_of_day)
    holding = _holding(order_items, list(product_ids)).with_columns(held=nw.lit(1))
    n_held = nw.col("held").cum_sum().over("customer_id", order_by=BY_TIME)
    numbered = (
        _with_next(rows)
        .join(holding, on=["order_id", "channel"], how="left")
        .with_columns(one=nw.lit(1), held=flag(~nw.col("held").is_null()))
        .with_columns(order_number=order_number_of(), n_held=n_held)
    )
    counts = (
        numbered.filter(nw.col("order_number") <= max_step, nw.col("order_day") <= as_of_day - window_days)
        .with_columns(exposed=flag(nw.col("n_held") > 0), order_kind=_text("order_kind"), gap=_days_to_next())
        .with_columns(next=flag(_within("gap", window_days)))
        .group_by("order_number", "order_kind", "exposed")
        .agg(n_eligible=nw.col("next").count(), n_next=nw.col("next").sum())
    )
    return collect(counts, by=["order_number", "order_kind", "exposed"], texts=["order_kind"])


def _with_next(rows: Any) -> Any:
    return rows.with_columns(next_day=nw.col("order_day").shift(-1).over("customer_id", order_by=BY_TIME))


def _days_to_next() -> nw.Expr:
    gap = nw.col("next_day") - nw.col("order_day")
    return nw.when(nw.col("next_day").is_null()).then(nw.lit(NONE_YET)).otherwise(gap)


def _within(gap: str, window_days: int) -> nw.Expr:
    return (nw.col(gap) >= 0) & (nw.col(gap) <= window_days)


def _text(name: str) -> nw.Expr:
    return nw.when(nw.col(name).is_null()).then(nw.lit("")).otherwise(nw.col(name))


def _holding(order_items: Any, product_ids: list[str]) -> Any:
    # Orders with a line of one of the products, once each.
    wanted = ["order_id", "channel", "product_id"]
    frame = nw.from_native(order_items)
    require_columns("order_items", frame.columns, wanted)
    held = frame.lazy().select(*wanted).filter(nw.col("product_id").is_in(product_ids))
    return held.group_by("order_id", "channel").agg(n_lines=nw.col("product_id").count()).select("order_id", "channel")
