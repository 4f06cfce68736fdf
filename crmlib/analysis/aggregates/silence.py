"""From orders to the days between them: every gap of every customer, the last one still open."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import pandas as pd

from crmlib.analysis.aggregates.engine import collect, flag, lazy
from crmlib.analysis.aggregates.entries import main_products


def silence_counts(orders: Any, *, as_of_day: int) -> pd.DataFrame:
    """Days from every order to the customer's next, or to the day of the report where there is none yet (censored).

    Orders of one day are one purchase: a gap of 0 days is no silence.

    Returns columns:
        duration_days; n_events (next order after that many days); n_censored (silent that long so far).

    Raises:
        ValueError: a column is missing.

    Example:
        >>> orders = pd.DataFrame({"customer_id": ["a", "a", "b"], "order_day": [0, 20, 95]})
        >>> silence_counts(orders, as_of_day=100).to_numpy().tolist()
        [[5, 0, 1], [20, 1, 0], [80, 0, 1]]
    """
    rows = lazy(orders, ["customer_id", "order_day"]).filter(nw.col("order_day") <= as_of_day)
    days = rows.group_by("customer_id", "order_day").agg(one=nw.col("order_day").count())
    return _counted(_gaps(days, as_of_day), ["duration_days"])


def silence_counts_by_product(orders: Any, order_items: Any, *, as_of_day: int) -> pd.DataFrame:
    """The same for each main product: from an order about it to the customer's next order of anything.

    Of several orders on one day the one with the last number tells the product.

    Returns columns:
        product_id (empty text where not known); duration_days; n_events; n_censored.

    Raises:
        ValueError: a column is missing.
    """
    names = ["customer_id", "order_id", "channel", "order_day"]
    rows = lazy(orders, names).filter(nw.col("order_day") <= as_of_day)
    rows = rows.with_columns(one=nw.lit(1))
    place = nw.col("one").cum_count().over("customer_id", "order_day", order_by=["order_id", "channel"])
    last = rows.with_columns(place=place, n=nw.col("one").sum().over("customer_id", "order_day"))
    told = last.filter(nw.col("place") == nw.col("n")).select(*names)
    told = told.join(main_products(order_items), on=["order_id", "channel"], how="left")
    # A product without a name in a grouping would be a null key.
    told = told.with_columns(product_id=nw.col("product_id").fill_null(""))
    return _counted(_gaps(told, as_of_day), ["product_id", "duration_days"])


def _gaps(days: Any, as_of_day: int) -> Any:
    ends = nw.col("order_day").shift(-1).over("customer_id", order_by="order_day")
    rows = days.with_columns(next_day=ends)
    event = ~nw.col("next_day").is_null()
    return rows.with_columns(
        event=flag(event),
        duration_days=nw.when(event).then(nw.col("next_day")).otherwise(nw.lit(as_of_day)) - nw.col("order_day"),
    )


def _counted(gaps: Any, by: list[str]) -> pd.DataFrame:
    counts = gaps.group_by(*by).agg(n=nw.col("event").count(), n_events=nw.col("event").sum())
    table = collect(counts, by=by, texts=[name for name in by if name != "duration_days"])
    table["n_censored"] = table["n"] - table["n_events"]
    return table[[*by, "n_events", "n_censored"]]
