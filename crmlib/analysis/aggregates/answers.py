"""From orders to what each customer had bought before a day, such as that of an answer, and bought after it."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import pandas as pd

from crmlib.analysis.aggregates.engine import collect, flag, lazy
from crmlib.analysis.checks import require_at_least, require_columns

POINT = ["customer_id", "day"]
LATE = 10**7  # later than any day
SUMS = ("n_orders_before", "amount_before", "n_orders_year_before", "amount_year_before", "n_orders_year_after",
        "amount_year_after", "n_orders_soon_after")  # fmt: skip


def around_days(
    orders: Any, points: Any, *, day: str, as_of_day: int, window_days: int, year_days: int = 365
) -> pd.DataFrame:
    """What each customer had bought before a day and bought after it, one row a customer and day.

    An order on the day itself counts neither way: which came first is not known. So nothing that followed an answer
    can stand among what came before it.

    Args:
        orders: customer_id, order_day, amount.
        points: customer_id and the column `day`, of the same engine; repeated rows count once.
        day: the column of the points that holds the day.
        as_of_day: where observation ends; a later point is left out.
        window_days: an order within so many days after the day comes soon after it.
        year_days: the length of the spans before and after.

    Returns columns:
        customer_id; day; first_day, last_day (of the orders before, NaN without one); n_orders_before, amount_before;
        n_orders_year_before, amount_year_before (day - year_days <= order_day < day); n_orders_year_after,
        amount_year_after (day < order_day <= day + year_days); n_orders_soon_after (to day + window_days). Amounts in
        the smallest unit. Whether a span was observed to its end is for the caller to ask.

    Raises:
        ValueError: a column is missing, or window_days or year_days is below 1.

    Example:
        >>> orders = pd.DataFrame({"customer_id": ["a"] * 3, "order_day": [10, 100, 120], "amount": [5, 6, 7]})
        >>> answers = pd.DataFrame({"customer_id": ["a"], "answered_day": [100]})
        >>> found = around_days(orders, answers, day="answered_day", as_of_day=200, window_days=90)
        >>> found[["last_day", "amount_before", "amount_year_after"]].to_numpy().tolist()
        [[10.0, 5.0, 7.0]]
    """
    require_at_least("window_days", window_days, 1)
    require_at_least("year_days", year_days, 1)
    frame = nw.from_native(points)
    require_columns("points", frame.columns, ["customer_id", day])
    days = frame.lazy().select("customer_id", nw.col(day).alias("day")).filter(~nw.col("customer_id").is_null())
    days = days.filter(nw.col("day") <= as_of_day).unique(POINT)
    rows = lazy(orders, ["customer_id", "order_day", "amount"]).filter(nw.col("order_day") <= as_of_day)
    # Inner, and the points of customers without an order are put back below: null keys differ between the engines.
    sided = _sides(days.join(rows, on="customer_id", how="inner"), window_days, year_days)
    ends = {"first_day": nw.col("first_day").min(), "last_day": nw.col("last_day").max()}
    counts = sided.group_by(*POINT).agg(**ends, **{name: nw.col(name).sum() for name in SUMS})
    found = collect(counts, by=POINT, texts=["customer_id"])
    return _settled(collect(days, by=POINT, texts=["customer_id"]).merge(found, on=POINT, how="left"))


def _sides(both: Any, window_days: int, year_days: int) -> Any:
    since = nw.col("order_day") - nw.col("day")
    spans = {
        "before": since < 0,
        "year_before": (since < 0) & (since >= -year_days),
        "year_after": (since > 0) & (since <= year_days),
    }
    counts = {f"n_orders_{name}": flag(span) for name, span in spans.items()}
    sided = both.with_columns(**counts, n_orders_soon_after=flag((since > 0) & (since <= window_days)))
    amounts = {f"amount_{name}": nw.col("amount") * nw.col(f"n_orders_{name}") for name in spans}
    earlier = nw.when(since < 0).then(nw.col("order_day"))
    return sided.with_columns(
        **amounts, first_day=earlier.otherwise(nw.lit(LATE)), last_day=earlier.otherwise(nw.lit(-LATE))
    )


def _settled(table: pd.DataFrame) -> pd.DataFrame:
    counted = {name: table[name].fillna(0).astype("int64") for name in SUMS}
    bought = counted["n_orders_before"] > 0
    ends = {name: table[name].astype("float64").where(bought) for name in ("first_day", "last_day")}
    return table.assign(**counted, **ends)[[*POINT, "first_day", "last_day", *SUMS]]
