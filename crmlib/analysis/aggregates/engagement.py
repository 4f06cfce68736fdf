"""From what customers opened, read and viewed to counts in a window and to the days on which they began."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals as nw
import pandas as pd

from crmlib.analysis.aggregates.engine import collect, flag, lazy
from crmlib.analysis.aggregates.milestones import NEVER, known_days
from crmlib.analysis.checks import require_at_least

VIEWS = ("item_view", "mail_click", "line_click", "cart_add")


def engagement_counts(engagement: Any, *, days: Sequence[int], window_days: int, kinds: Sequence[str]) -> pd.DataFrame:
    """Events of each customer in the window that ends on each of some days; only customers with one have a row.

    A window of 90 days ends on the day and begins 89 days before it.

    Returns columns:
        day (days since 1970-01-01); customer_id; n_events (of the `kinds`); n_reads (line_read).

    Raises:
        ValueError: a column is missing or window_days is below 1.

    Example:
        >>> events = pd.DataFrame({"customer_id": "a", "event_day": [5, 9], "kind": ["line_read", "mail_open"]})
        >>> engagement_counts(events, days=[9], window_days=5, kinds=["mail_open", "line_read"]).to_numpy().tolist()
        [[9, 'a', 2, 1]]
    """
    require_at_least("window_days", window_days, 1)
    rows = lazy(engagement, ["customer_id", "event_day", "kind"]).filter(nw.col("kind").is_in(list(kinds)))
    spans = {day: (nw.col("event_day") <= day) & (nw.col("event_day") > day - window_days) for day in sorted(set(days))}
    # One pass for all days: conditional columns, one set of sums a day.
    sums = {f"events_{day}": flag(span) for day, span in spans.items()}
    sums |= {f"reads_{day}": flag(span & (nw.col("kind") == "line_read")) for day, span in spans.items()}
    counts = rows.with_columns(**sums).group_by("customer_id").agg(*[nw.col(name).sum() for name in sums])
    table = collect(counts, by=["customer_id"], texts=["customer_id"])
    return _long(table, list(spans))


def engagement_days(engagement: Any, *, as_of_day: int, wanted: Sequence[str]) -> pd.DataFrame:
    """One row a customer: when they first followed on SNS, and first looked at one of the wanted products.

    Returns columns:
        customer_id; follow_day (first sns_follow), viewed_day (first view or click of a product in `wanted`), days
        since 1970-01-01, NaN where it has not come by as_of_day; n_event_joins.

    Raises:
        ValueError: a column is missing.
    """
    looked = nw.col("kind").is_in(VIEWS) & nw.col("object_id").fill_null("").is_in([*wanted, "\0"])
    counts = (
        lazy(engagement, ["customer_id", "event_day", "kind", "object_id"])
        .filter(nw.col("event_day") <= as_of_day)
        .with_columns(
            follow_day=nw.when(nw.col("kind") == "sns_follow").then(nw.col("event_day")).otherwise(nw.lit(NEVER)),
            viewed_day=nw.when(looked).then(nw.col("event_day")).otherwise(nw.lit(NEVER)),
            joined=flag(nw.col("kind") == "event_join"),
        )
        .group_by("customer_id")
        .agg(nw.col("follow_day").min(), nw.col("viewed_day").min(), n_event_joins=nw.col("joined").sum())
    )
    table = collect(counts, by=["customer_id"], texts=["customer_id"])
    return known_days(table, ["follow_day", "viewed_day"])


def first_seen(table: Any, day: str) -> float:
    """The first day a table has, NaN where it has no row: before it, nothing was observed."""
    found = nw.from_native(table).lazy().select(nw.col(day).min().alias("first")).collect("pandas").to_native()
    return float(pd.to_numeric(found["first"]).astype("float64").iloc[0]) if len(found) else float("nan")


def _long(table: pd.DataFrame, days: list[int]) -> pd.DataFrame:
    parts = [
        pd.DataFrame({
            "day": day,
            "customer_id": table["customer_id"],
            "n_events": table[f"events_{day}"],
            "n_reads": table[f"reads_{day}"],
        })
        for day in days
    ]  # fmt: skip
    empty = pd.DataFrame({"day": [], "customer_id": [], "n_events": [], "n_reads": []})
    long = pd.concat(parts) if parts else empty
    long = long.astype({"day": "int64", "customer_id": "str", "n_events": "int64", "n_reads": "int64"})
    return long[long["n_events"] > 0].reset_index(drop=True)
