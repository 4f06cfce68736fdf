"""From orders, lines and products to what an order earns: sales less the cost of the goods."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import pandas as pd

from crmlib.analysis.aggregates.engine import flag, lazy
from crmlib.analysis.checks import require_columns

KEY = ["order_id", "channel"]
LINE = [*KEY, "product_id", "quantity", "line_amount", "line_type"]


def margin_counts(orders: Any, order_items: Any, products: Any, *, as_of_day: int) -> pd.DataFrame:
    """One row: sales up to a day, and the part whose cost is known.

    The cost of an order is known when every product line has one: quantity * unit_cost, else line_amount *
    (1 - gross_margin_rate) of its product. Discounts and refunds of the whole order are in `amount`, so they come off
    the gross profit.

    Returns columns:
        n_orders, n_orders_known; amount, amount_known (smallest unit); profit_known (amount_known less its cost).

    Raises:
        ValueError: a column is missing.

    Example:
        >>> orders = pd.DataFrame({"customer_id": ["a"], "order_id": ["1"], "channel": ["own"], "order_day": [10],
        ...                        "amount": [900]})
        >>> lines = pd.DataFrame({"order_id": ["1"], "channel": ["own"], "product_id": ["gel"], "quantity": [2],
        ...                       "line_amount": [1000], "line_type": ["product"]})
        >>> products = pd.DataFrame({"product_id": ["gel"], "unit_cost": [150], "gross_margin_rate": [None]})
        >>> margin_counts(orders, lines, products, as_of_day=10).iloc[0].tolist()
        [1.0, 1.0, 900.0, 900.0, 600.0]
    """
    rows = valued(orders, order_items, products, columns=["order_id", "order_day", "channel", "amount"])
    known = 1 - nw.col("unknown")
    counts = (
        rows.filter(nw.col("order_day") <= as_of_day)
        .with_columns(one=nw.lit(1), known=known)
        .with_columns(amount_known=nw.col("amount") * known, profit_known=nw.col("profit") * known)
        .select(
            n_orders=nw.col("one").sum(),
            n_orders_known=nw.col("known").sum(),
            amount=nw.col("amount").sum(),
            amount_known=nw.col("amount_known").sum(),
            profit_known=nw.col("profit_known").sum(),
        )
    )
    table = counts.collect("pandas").to_native()
    return table.fillna(0).astype({name: "float64" if name == "profit_known" else "int64" for name in table.columns})


def valued(
    orders: Any, order_items: Any, products: Any, *, columns: list[str], margin_rate: float | None = None,
    variable_cost: float = 0.0,
) -> Any:  # fmt: skip
    """Orders with a customer, still lazy, with `profit` and `unknown` (1 where its cost is not known).

    Profit is amount less the cost of goods less `variable_cost`, what each order costs besides (parcel, payment).
    Where the cost is not known it is amount * margin_rate - variable_cost; without a rate it means nothing.
    """
    wanted = dict.fromkeys(["customer_id", *KEY, "amount", *columns])
    filled = nw.col("amount").cast(nw.Float64) * (margin_rate or 0.0) - variable_cost
    if order_items is None or products is None:
        short = [name for name in wanted if name != "channel" or "channel" in columns]
        return lazy(orders, short).with_columns(profit=filled, unknown=nw.lit(1))
    rows = lazy(orders, list(wanted)).join(_costs(order_items, products), on=KEY, how="left")
    unknown = nw.col("n_unknown").is_null() | (nw.col("n_unknown") > 0)
    cost = nw.when(nw.col("cost").is_null()).then(nw.lit(0.0)).otherwise(nw.col("cost")) + variable_cost
    return (
        rows.with_columns(unknown=flag(unknown), cost=cost)
        .with_columns(profit=nw.when(nw.col("unknown") == 1).then(filled).otherwise(nw.col("amount") - nw.col("cost")))
        .select(*wanted, "profit", "unknown")
    )


def _costs(order_items: Any, products: Any) -> Any:
    """Cost of each order's product lines, and how many have none."""
    lines, catalogue = nw.from_native(order_items), nw.from_native(products)
    prices = ["product_id", "unit_cost", "gross_margin_rate"]
    require_columns("order_items", lines.columns, LINE)
    require_columns("products", catalogue.columns, prices)
    # Null keys meet one another on pandas only.
    known = catalogue.lazy().select(*prices).filter(~nw.col("product_id").is_null())
    rows = lines.lazy().select(*LINE).filter(nw.col("line_type") == "product")
    by_rate = nw.col("line_amount") * (1.0 - nw.col("gross_margin_rate"))
    no_unit, no_rate = nw.col("unit_cost").is_null(), nw.col("gross_margin_rate").is_null()
    rate_cost = nw.when(no_rate).then(nw.lit(0.0)).otherwise(by_rate)
    unit_cost = (nw.col("quantity") * nw.col("unit_cost")).cast(nw.Float64)
    return (
        rows.join(known, on="product_id", how="left")
        .with_columns(cost=nw.when(no_unit).then(rate_cost).otherwise(unit_cost), n_unknown=flag(no_unit & no_rate))
        .group_by(*KEY)
        .agg(nw.col("cost").sum(), nw.col("n_unknown").sum())
    )
