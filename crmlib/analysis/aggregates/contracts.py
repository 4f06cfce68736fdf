"""From subscription orders to how far each contract or customer has come."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import pandas as pd

from crmlib.analysis.aggregates.engine import collect, lazy
from crmlib.analysis.checks import require_choice

UNITS = {"subscription": "subscription_id", "customer": "customer_id"}
NEVER = -1
SECOND = 2


def delivery_table(orders: Any, *, as_of_day: int, unit: str = "subscription") -> pd.DataFrame:
    """One row a subscription, or a customer with one: which delivery came last, when, and when the one before came.

    Orders of one unit on one day are one delivery. A contract's deliveries carry the shop's own numbers where it gives
    them on every one (`subscription_seq`), so that one that began before the data enters at its number; else they are
    counted from 1. A customer's, over all contracts, are counted on from the first one's number.

    Returns columns:
        unit_id; customer_id; subscription_id (of the last delivery); first_day, last_day (days since 1970-01-01);
        before_last_day (NaN with one delivery); first_delivery, last_delivery (numbers); n_deliveries; acq_media (of
        the first delivery, empty text where not known).

    Raises:
        ValueError: a column is missing or an unknown unit.

    Example:
        >>> orders = pd.DataFrame({"customer_id": ["a", "a"], "subscription_id": ["s", "s"], "order_day": [10, 40],
        ...                        "subscription_seq": [3, 4], "acq_media": ["flyer", "flyer"]})
        >>> delivery_table(orders, as_of_day=50)[["first_delivery", "last_delivery", "n_deliveries"]].iloc[0].to_list()
        [3, 4, 2]
    """
    require_choice("unit", unit, UNITS)
    told = (
        _days(orders, as_of_day, UNITS[unit])
        .group_by("unit_id")
        .agg(
            customer_id=nw.col("customer_id").min(),
            subscription_id=nw.col("last_subscription").max(),
            first_day=nw.col("order_day").min(),
            last_day=nw.col("order_day").max(),
            before_last_day=nw.col("before_day").max(),
            n_deliveries=nw.col("order_day").count(),
            lowest=nw.col("seq").min(),
            highest=nw.col("top_seq").max(),
            entry=nw.col("entry_seq").max(),
            acq_media=nw.col("entry_media").max(),
        )
    )
    texts = ["unit_id", "customer_id", "subscription_id", "acq_media"]
    return _with_numbers(collect(told, by=["unit_id"], texts=texts), unit)


def _days(orders: Any, as_of_day: int, key: str) -> Any:
    # One row a unit and day, with its place from the front and from the back.
    wanted = ["customer_id", "subscription_id", "order_day", "subscription_seq", "acq_media"]
    rows = lazy(orders, wanted).filter(nw.col("order_day") <= as_of_day, ~nw.col("subscription_id").is_null())
    known = rows.with_columns(
        unit_id=nw.col(key),
        seq=_or("subscription_seq", 0).cast(nw.Int64),
        acq_media=_or("acq_media", ""),
    )
    days = known.group_by("unit_id", "order_day").agg(
        customer_id=nw.col("customer_id").min(),
        subscription=nw.col("subscription_id").max(),
        seq=nw.col("seq").min(),
        top_seq=nw.col("seq").max(),
        medium=nw.col("acq_media").min(),
    )
    placed = days.with_columns(one=nw.lit(1), minus=-nw.col("order_day")).with_columns(
        up=nw.col("one").cum_count().over("unit_id", order_by=["order_day"]),
        down=nw.col("one").cum_count().over("unit_id", order_by=["minus"]),
    )
    return placed.with_columns(
        last_subscription=_where(nw.col("down") == 1, "subscription", ""),
        before_day=_where(nw.col("down") == SECOND, "order_day", NEVER),
        entry_seq=_where(nw.col("up") == 1, "seq", 0),
        entry_media=_where(nw.col("up") == 1, "medium", ""),
    )


def _or(name: str, other: Any) -> nw.Expr:
    return nw.when(nw.col(name).is_null()).then(nw.lit(other)).otherwise(nw.col(name))


def _where(condition: nw.Expr, name: str, other: Any) -> nw.Expr:
    return nw.when(condition).then(nw.col(name)).otherwise(nw.lit(other))


def _with_numbers(table: pd.DataFrame, unit: str) -> pd.DataFrame:
    numbered = (table["lowest"] > 0) & (table["highest"] - table["lowest"] + 1 >= table["n_deliveries"])
    by_contract = unit == "subscription"
    table["first_delivery"] = table["lowest"].where(numbered, 1) if by_contract else table["entry"].clip(lower=1)
    counted = table["first_delivery"] + table["n_deliveries"] - 1
    table["last_delivery"] = table["highest"].where(numbered, counted) if by_contract else counted
    table["before_last_day"] = table["before_last_day"].astype("float64").where(table["n_deliveries"] > 1)
    names = ["unit_id", "customer_id", "subscription_id", "first_day", "last_day", "before_last_day"]
    return table[[*names, "first_delivery", "last_delivery", "n_deliveries", "acq_media"]]
