"""Which items are bought together: in one order, or by one customer within some days."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import pandas as pd

from crmlib.analysis.aggregates.engine import collect
from crmlib.analysis.aggregates.labels import ORDER, labelled, top_items
from crmlib.analysis.checks import require_at_least, require_choice

UNITS = {"order": ORDER, "customer": ["customer_id"]}


def pair_counts(
    order_items: Any, products: Any, *, unit: str, level: str = "product_id", first_day: int, last_day: int,
    top: int = 50,
) -> pd.DataFrame:  # fmt: skip
    """Every ordered pair of the `top` items with the units that hold the one, the other, and both.

    A unit is an order (同時併売) or a customer with all orders of these days (期間併買). An item counts once a unit,
    whatever the quantity.

    Returns columns:
        item_a, item_b; n_units (with any item); n_a, n_b, n_both.

    Raises:
        ValueError: a column is missing, `unit` is not order or customer, `level` is unknown or `top` is below 1.

    Example:
        >>> lines = pd.DataFrame({"order_id": ["1", "1", "2"], "channel": "own", "customer_id": "c", "order_day": 5,
        ...                       "line_no": [1, 2, 1], "product_id": ["gel", "oil", "gel"], "line_amount": 9,
        ...                       "line_type": "product"})
        >>> products = pd.DataFrame({"product_id": ["gel", "oil"], "role": "front"})
        >>> pair_counts(lines, products, unit="order", first_day=0, last_day=9).to_numpy().tolist()
        [['gel', 'oil', 2, 2, 1, 1], ['oil', 'gel', 2, 1, 2, 1]]
    """
    require_choice("unit", unit, UNITS)
    require_at_least("top", top, 1)
    keys = UNITS[unit]
    lines = labelled(order_items, products, level=level, first_day=first_day, last_day=last_day)
    units = lines.select(*keys, "item").unique(subset=[*keys, "item"])
    best = top_items(units, top)
    found = units.filter(nw.col("item").is_in(best["item"].tolist() or [""]))
    both = found.join(found.rename({"item": "item_b"}), on=keys, how="inner").rename({"item": "item_a"})
    counts = both.filter(nw.col("item_a") != nw.col("item_b")).with_columns(one=nw.lit(1))
    pairs = collect(
        counts.group_by("item_a", "item_b").agg(n_both=nw.col("one").sum()),
        by=["item_a", "item_b"],
        texts=["item_a", "item_b"],
    )
    return _with_sizes(pairs, best.set_index("item")["n_units"], _n_units(units, keys))


def _n_units(units: Any, keys: list[str]) -> int:
    counted = units.select(*keys).unique(subset=keys).with_columns(one=nw.lit(1)).select(n=nw.col("one").sum())
    found = counted.collect("pandas").to_native()["n"].iloc[0]
    return 0 if pd.isna(found) else int(found)


def _with_sizes(pairs: pd.DataFrame, sizes: pd.Series[int], n_units: int) -> pd.DataFrame:
    pairs.insert(2, "n_units", n_units)
    pairs.insert(3, "n_a", pairs["item_a"].map(sizes).astype("int64"))
    pairs.insert(4, "n_b", pairs["item_b"].map(sizes).astype("int64"))
    return pairs
