"""Product lines with the name of what is counted: the product itself, or a category of it."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import pandas as pd

from crmlib.analysis.aggregates.engine import collect
from crmlib.analysis.checks import require_choice, require_columns

LEVELS = ("product_id", "category_l1", "category_l2")
LINES = ["order_id", "channel", "customer_id", "order_day", "line_no", "product_id", "line_amount", "line_type"]
ORDER = ["customer_id", "order_id", "channel"]


def labelled(order_items: Any, products: Any, *, level: str, first_day: int, last_day: int) -> Any:
    """Product lines of some days with `item`, still lazy; lines without an item and inserts in the box are left out.

    Raises:
        ValueError: a column is missing or `level` is none of LEVELS.
    """
    require_choice("level", level, LEVELS)
    lines, master = nw.from_native(order_items), nw.from_native(products)
    require_columns("order_items", lines.columns, LINES)
    require_columns("products", master.columns, ["product_id", "role", level])
    sold = lines.lazy().select(*LINES).filter(
        nw.col("line_type") == "product",
        nw.col("order_day") >= first_day,
        nw.col("order_day") <= last_day,
        ~nw.col("customer_id").is_null(),
        ~nw.col("product_id").is_null(),
    )  # fmt: skip
    wanted = ["product_id", "role"] if level == "product_id" else ["product_id", "role", level]
    known = sold.join(master.lazy().select(*wanted), on="product_id", how="left")
    # A negated condition drops nulls on SQL engines and keeps them on pandas: a product without a role is no insert.
    role = nw.when(nw.col("role").is_null()).then(nw.lit("unknown")).otherwise(nw.col("role"))
    kept = known.with_columns(role=role, item=nw.col(level)).filter(nw.col("role") != "insert")
    return kept.filter(~nw.col("item").is_null(), nw.col("item") != "")


def top_items(units: Any, top: int) -> pd.DataFrame:
    """The items that most units hold, as `item` and `n_units`; of equal ones the first by name.

    Args:
        units: one row a unit and item, lazy, with `item`.
        top: how many items.
    """
    counts = units.with_columns(one=nw.lit(1)).group_by("item").agg(n_units=nw.col("one").sum())
    table = collect(counts, by=["item"], texts=["item"])
    return table.sort_values(["n_units", "item"], ascending=[False, True]).head(top).reset_index(drop=True)
