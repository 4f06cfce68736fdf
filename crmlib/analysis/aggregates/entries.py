"""From orders and lines to where each customer came in: the first order, its medium, kind and main product."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import pandas as pd

from crmlib.analysis.aggregates.engine import collect, lazy, order_number_of
from crmlib.analysis.checks import require_columns

ENTRY = ["channel", "order_kind", "acq_media"]


def entry_table(orders: Any, order_items: Any, *, as_of_day: int) -> pd.DataFrame:
    """One row a customer: the first order up to a day, and the product it was about.

    The main product of an order is its product line of the largest amount; of equal ones the first by line, then by
    code. A first order without a product line has no product.

    Returns columns:
        customer_id; first_day (days since 1970-01-01); channel, order_kind, acq_media, product_id (empty text where
        not known).

    Raises:
        ValueError: a column is missing.

    Example:
        >>> orders = pd.DataFrame({"customer_id": ["a"], "order_id": ["1"], "order_day": [10], "channel": ["own"],
        ...                        "order_kind": ["trial"], "acq_media": ["flyer"]})
        >>> lines = pd.DataFrame({"order_id": ["1", "1"], "channel": ["own", "own"], "line_no": [1, 2],
        ...                       "product_id": ["guide", "gel"], "line_amount": [0, 98], "line_type": "product"})
        >>> entry_table(orders, lines, as_of_day=20)["product_id"].tolist()
        ['gel']
    """
    rows = lazy(orders, ["customer_id", "order_id", "order_day", *ENTRY]).filter(nw.col("order_day") <= as_of_day)
    told = (
        rows.with_columns(one=nw.lit(1))
        .with_columns(order_number=order_number_of())
        .filter(nw.col("order_number") == 1)
    )
    entries = told.join(main_products(order_items), on=["order_id", "channel"], how="left")
    texts = [*ENTRY, "product_id"]
    known = entries.select(
        "customer_id",
        nw.col("order_day").alias("first_day"),
        *[nw.when(nw.col(name).is_null()).then(nw.lit("")).otherwise(nw.col(name)).alias(name) for name in texts],
    )
    return collect(known, by=["customer_id"], texts=["customer_id", *texts])


def main_products(order_items: Any) -> Any:
    """The product line of the largest amount of each order, still lazy: order_id, channel, product_id."""
    wanted = ["order_id", "channel", "line_no", "product_id", "line_amount", "line_type"]
    frame = nw.from_native(order_items)
    require_columns("order_items", frame.columns, wanted)
    rows = frame.lazy().select(*wanted).filter(nw.col("line_type") == "product", ~nw.col("product_id").is_null())
    place = nw.col("one").cum_count().over("order_id", "channel", order_by=["minus", "line_no", "product_id"])
    ranked = rows.with_columns(one=nw.lit(1), minus=-nw.col("line_amount")).with_columns(place=place)
    return ranked.filter(nw.col("place") == 1).select("order_id", "channel", "product_id")
