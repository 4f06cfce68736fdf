"""From subscription events, or from the orders of subscriptions, to the days on which a contract had settled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals as nw
import pandas as pd

from crmlib.analysis.aggregates.engine import collect
from crmlib.analysis.aggregates.milestones import NEVER, known_days
from crmlib.analysis.checks import require_columns

ENDINGS = ("cancel_request", "cancelled")


def settling_days(deliveries: Any, *, as_of_day: int, numbers: Sequence[int]) -> pd.DataFrame:
    """One row a subscription: the day of its first and last delivery and of the first that reached each number.

    `deliveries` is subscription_events (its events "delivered", numbered by `seq`) or orders (those with a
    subscription, numbered by `subscription_seq`). A delivery without the shop's number is counted from 1.

    Returns columns:
        subscription_id; first_day, last_day (days since 1970-01-01); n_delivered (the highest number by as_of_day);
        reached_<number> for each of `numbers` (day, NaN where it has not come by as_of_day).

    Raises:
        ValueError: a column is missing.

    Example:
        >>> orders = pd.DataFrame({"subscription_id": ["s", "s", None], "order_day": [10, 40, 50],
        ...                        "subscription_seq": [5, 6, None]})
        >>> settling_days(orders, as_of_day=50, numbers=[6]).to_numpy().tolist()
        [['s', 10, 40, 6, 40.0]]
    """
    marks = [f"reached_{number}" for number in dict.fromkeys(numbers)]
    reached = [
        nw.when(nw.col("number") >= number).then(nw.col("day")).otherwise(nw.lit(NEVER)).alias(f"reached_{number}")
        for number in dict.fromkeys(numbers)
    ]
    rows = _deliveries(deliveries, as_of_day).with_columns(*reached, one=nw.lit(1))
    counts = rows.group_by("subscription_id").agg(
        nw.col("day").min().alias("first_day"),
        nw.col("day").max().alias("last_day"),
        nw.col("number").max().alias("n_delivered"),
        *[nw.col(name).min() for name in marks],
    )
    return known_days(collect(counts, by=["subscription_id"], texts=["subscription_id"]), marks)


def ending_days(subscription_events: Any, *, as_of_day: int) -> pd.DataFrame:
    """The requests to cancel and the cancellations, a row each.

    Returns columns:
        subscription_id; event (cancel_request, cancelled); event_day (days since 1970-01-01).

    Raises:
        ValueError: a column is missing.
    """
    names = ["subscription_id", "event", "event_day"]
    rows = _rows(subscription_events, names, "event_day", as_of_day).filter(nw.col("event").is_in(ENDINGS))
    return collect(rows, by=["subscription_id", "event_day", "event"], texts=["subscription_id", "event"])


def _deliveries(deliveries: Any, as_of_day: int) -> Any:
    is_events = "event" in nw.from_native(deliveries).columns
    day, seq = ("event_day", "seq") if is_events else ("order_day", "subscription_seq")
    rows = _rows(deliveries, ["subscription_id", day, seq, *(["event"] if is_events else [])], day, as_of_day)
    rows = rows.filter(nw.col("event") == "delivered") if is_events else rows
    told = rows.select(
        "subscription_id", nw.col(day).alias("day"), nw.col(seq).fill_null(0).cast(nw.Int64).alias("seq")
    )
    counted = nw.col("one").cum_count().over("subscription_id", order_by="day")
    number = nw.when(nw.col("seq") > 0).then(nw.col("seq")).otherwise(nw.col("counted"))
    return told.with_columns(one=nw.lit(1)).with_columns(counted=counted).with_columns(number=number)


def _rows(table: Any, names: list[str], day: str, as_of_day: int) -> Any:
    frame = nw.from_native(table)
    require_columns("deliveries", frame.columns, names)
    return frame.lazy().select(*names).filter(~nw.col("subscription_id").is_null(), nw.col(day) <= as_of_day)
