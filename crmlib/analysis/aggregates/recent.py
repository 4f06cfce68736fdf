"""From orders and lines to what a customer bought last, most, and within a year."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import pandas as pd

from crmlib.analysis.aggregates.engine import BY_TIME, collect, flag, lazy
from crmlib.analysis.aggregates.entries import main_products
from crmlib.analysis.checks import require_at_least, require_columns

LINE = ["customer_id", "order_day", "product_id", "product_name", "line_amount", "line_type"]
KEY = ["customer_id", "product_id"]


def recent_table(orders: Any, order_items: Any, products: Any, *, as_of_day: int, year_days: int = 365) -> pd.DataFrame:
    """One row a customer: the main product of the last order, the category bought most, and the last year.

    The main category is the one with the largest line amount so far, of equal ones the first by name. The last year
    holds the `year_days` days that end with as_of_day.

    Returns columns:
        customer_id; product_id, product_name, category_l1 (of the last order's main product), main_category (empty
        text where not known); n_orders_year; amount_year (smallest unit).

    Raises:
        ValueError: a column is missing or year_days is below 1.

    Example:
        >>> orders = pd.DataFrame({"customer_id": ["a"], "order_id": ["1"], "channel": ["own"], "order_day": [10],
        ...                        "amount": [98]})
        >>> lines = orders.assign(line_no=1, product_id="gel", product_name="Gel", line_amount=98, line_type="product")
        >>> products = pd.DataFrame({"product_id": ["gel"], "category_l1": ["skin"]})
        >>> recent_table(orders, lines, products, as_of_day=20)[["product_name", "main_category"]].iloc[0].to_list()
        ['Gel', 'skin']
    """
    require_at_least("year_days", year_days, 1)
    rows = lazy(orders, ["customer_id", "order_id", "channel", "order_day", "amount"])
    rows = rows.filter(nw.col("order_day") <= as_of_day).with_columns(one=nw.lit(1))
    last, year = _last_orders(rows), _year(rows, as_of_day - year_days)
    lines = lazy(order_items, LINE).filter(nw.col("order_day") <= as_of_day, nw.col("line_type") == "product")
    named = _with_categories(_names(lines), products)
    told = (
        last.join(main_products(order_items), on=["order_id", "channel"], how="left")
        .join(named, on="product_id", how="left")
        .join(_main_categories(lines, named), on="customer_id", how="left")
        .join(year, on="customer_id", how="left")
    )
    texts = ["product_id", "product_name", "category_l1", "main_category"]
    shown = told.select("customer_id", *[nw.col(n).fill_null("") for n in texts], "n_orders_year", "amount_year")
    return collect(shown, by=["customer_id"], texts=["customer_id", *texts])


def _last_orders(rows: Any) -> Any:
    numbered = rows.with_columns(
        place=nw.col("one").cum_count().over("customer_id", order_by=BY_TIME), n=nw.col("one").sum().over("customer_id")
    )
    return numbered.filter(nw.col("place") == nw.col("n")).select("customer_id", "order_id", "channel")


def _year(rows: Any, before: int) -> Any:
    within = rows.with_columns(inside=flag(nw.col("order_day") > before))
    within = within.with_columns(spent=nw.col("amount") * nw.col("inside"))
    return within.group_by("customer_id").agg(n_orders_year=nw.col("inside").sum(), amount_year=nw.col("spent").sum())


def _names(lines: Any) -> Any:
    # The last of several spellings; engines sort texts alike by their code points.
    known = lines.filter(~nw.col("product_id").is_null())
    return known.group_by("product_id").agg(product_name=nw.col("product_name").max())


def _with_categories(named: Any, products: Any) -> Any:
    frame = nw.from_native(products)
    require_columns("products", frame.columns, ["product_id", "category_l1"])
    known = frame.lazy().select("product_id", "category_l1").filter(~nw.col("product_id").is_null())
    return named.join(known, on="product_id", how="left")


def _main_categories(lines: Any, named: Any) -> Any:
    sold = lines.filter(~nw.col("product_id").is_null()).group_by(*KEY).agg(sold=nw.col("line_amount").sum())
    told = sold.join(named, on="product_id", how="inner").filter(~nw.col("category_l1").is_null())
    by_category = told.group_by("customer_id", "category_l1").agg(total=nw.col("sold").sum())
    place = nw.col("one").cum_count().over("customer_id", order_by=["minus", "category_l1"])
    ranked = by_category.with_columns(one=nw.lit(1), minus=-nw.col("total")).with_columns(place=place)
    first = ranked.filter(nw.col("place") == 1)
    return first.select("customer_id", nw.col("category_l1").alias("main_category"))
