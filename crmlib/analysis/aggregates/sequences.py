"""Which item follows which: in a customer's next order, and as a first purchase after that of another item."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import pandas as pd

from crmlib.analysis.aggregates.engine import BY_TIME, collect, flag, lazy
from crmlib.analysis.aggregates.labels import ORDER, labelled, top_items
from crmlib.analysis.checks import require_at_least

NOTHING, NO_PRODUCT = "nothing_yet", "no_product"
_EVER = -(10**9)


def next_counts(
    orders: Any, order_items: Any, products: Any, *, level: str = "product_id", as_of_day: int, window_days: int
) -> pd.DataFrame:
    """What a customer's next order was about, after the first order about an item.

    An order is about the item of its largest amount. Counted are customers whose first order about the item lies at
    least `window_days` back; who did not order again within the window is `nothing_yet`.

    Returns columns:
        item; next_item (an item, no_product, nothing_yet); gap_days (to that order; -1 for nothing_yet); n (customers).

    Raises:
        ValueError: a column is missing, `level` is unknown or `window_days` is below 1.
    """
    require_at_least("window_days", window_days, 1)
    rows = lazy(orders, ["customer_id", "order_id", "channel", "order_day"]).filter(nw.col("order_day") <= as_of_day)
    about = rows.join(_main_items(order_items, products, level, as_of_day), on=ORDER, how="left")
    item = nw.when(nw.col("item").is_null()).then(nw.lit(NO_PRODUCT)).otherwise(nw.col("item"))
    told = about.with_columns(item=item, one=nw.lit(1))
    after = told.with_columns(
        next_item=nw.col("item").shift(-1).over("customer_id", order_by=BY_TIME),
        next_day=nw.col("order_day").shift(-1).over("customer_id", order_by=BY_TIME),
        time=nw.col("one").cum_count().over("customer_id", "item", order_by=BY_TIME),
    ).filter(nw.col("time") == 1, nw.col("order_day") <= as_of_day - window_days)
    gap = nw.col("next_day") - nw.col("order_day")
    seen = flag(gap <= window_days) == 1
    counted = after.with_columns(
        next_item=nw.when(seen).then(nw.col("next_item")).otherwise(nw.lit(NOTHING)),
        gap_days=nw.when(seen).then(gap).otherwise(nw.lit(-1)),
    )
    names = ["item", "next_item", "gap_days"]
    return collect(counted.group_by(*names).agg(n=nw.col("one").sum()), by=names, texts=names[:2])


def follow_counts(
    order_items: Any, products: Any, *, level: str = "product_id", as_of_day: int, window_days: int, top: int = 50
) -> pd.DataFrame:
    """For every ordered pair of items, the customers who bought the second for the first time after the first.

    At risk are customers whose first purchase of item_a lies at least `window_days` back and who had not bought item_b
    by then, the same day included.

    Returns columns:
        item_a, item_b; n_start (at risk); n_next (bought item_b within the window after item_a); median_days (of these,
        the day by which half had; NaN at none).

    Raises:
        ValueError: a column is missing, `level` is unknown, or `window_days` or `top` is below 1.
    """
    require_at_least("window_days", window_days, 1)
    require_at_least("top", top, 1)
    lines = labelled(order_items, products, level=level, first_day=_EVER, last_day=as_of_day)
    firsts = lines.group_by("customer_id", "item").agg(day=nw.col("order_day").min())
    best = top_items(firsts, top)["item"].tolist()
    early = firsts.filter(nw.col("item").is_in(best or [""]))
    start = early.filter(nw.col("day") <= as_of_day - window_days).rename({"item": "item_a", "day": "day_a"})
    pairs = start.join(early.rename({"item": "item_b"}), on="customer_id", how="inner")
    gaps = pairs.filter(nw.col("item_a") != nw.col("item_b")).with_columns(
        one=nw.lit(1), gap=nw.col("day") - nw.col("day_a")
    )
    # Whatever came before, or on the same day, is one group; so is whatever came after the window.
    gap = nw.col("gap")
    late = nw.when(gap > window_days).then(nw.lit(window_days + 1)).otherwise(gap)
    folded = gaps.with_columns(gap_days=nw.when(gap <= 0).then(nw.lit(0)).otherwise(late))
    names = ["item_a", "item_b", "gap_days"]
    counts = collect(folded.group_by(*names).agg(n=nw.col("one").sum()), by=names, texts=names[:2])
    sizes = collect(
        start.with_columns(one=nw.lit(1)).group_by("item_a").agg(n=nw.col("one").sum()), by=["item_a"], texts=["item_a"]
    )
    return _followed(counts, sizes.set_index("item_a")["n"], sorted(best), window_days)


def medians(counts: pd.DataFrame, *, by: list[str]) -> pd.Series[float]:
    """The day by which half of the customers of a group had bought: the smallest with half of its `n` at or before it.

    Args:
        counts: rows with `gap_days` and `n`, of those who bought.
        by: columns of the groups, the index of what is returned.
    """
    rows = counts.sort_values([*by, "gap_days"])
    so_far = rows.groupby(by)["n"].cumsum()
    half = rows.groupby(by)["n"].transform("sum") / 2
    return rows[so_far >= half].groupby(by)["gap_days"].first().astype("float64")


def _main_items(order_items: Any, products: Any, level: str, as_of_day: int) -> Any:
    """The item of the largest amount of each order, of equal ones the first by name."""
    lines = labelled(order_items, products, level=level, first_day=_EVER, last_day=as_of_day)
    sums = lines.group_by(*ORDER, "item").agg(amount=nw.col("line_amount").sum())
    ranked = sums.with_columns(one=nw.lit(1), minus=-nw.col("amount"))
    place = nw.col("one").cum_count().over(*ORDER, order_by=["minus", "item"])
    return ranked.with_columns(place=place).filter(nw.col("place") == 1).select(*ORDER, "item")


def _followed(counts: pd.DataFrame, sizes: pd.Series[int], items: list[str], window_days: int) -> pd.DataFrame:
    pairs = pd.MultiIndex.from_product([items, items], names=["item_a", "item_b"])
    pairs = pairs[pairs.get_level_values(0) != pairs.get_level_values(1)]
    inside = counts[(counts["gap_days"] > 0) & (counts["gap_days"] <= window_days)]
    had = counts[counts["gap_days"] == 0].set_index(["item_a", "item_b"])["n"]
    table = pd.DataFrame(index=pairs).reset_index()
    eligible = table["item_a"].map(sizes).fillna(0).astype("int64")
    table["n_start"] = eligible - had.reindex(pairs, fill_value=0).to_numpy()
    table["n_next"] = inside.groupby(["item_a", "item_b"])["n"].sum().reindex(pairs, fill_value=0).to_numpy()
    table["median_days"] = medians(inside, by=["item_a", "item_b"]).reindex(pairs).to_numpy()
    return table
