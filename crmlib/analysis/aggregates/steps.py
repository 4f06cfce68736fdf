"""From one order to the next: how many made the step, and after how many days."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import pandas as pd

from crmlib.analysis.aggregates.engine import BY_TIME, collect, flag, numbered
from crmlib.analysis.checks import require_at_least


def step_counts(orders: Any, *, as_of_day: int, window_days: int, max_step: int = 10) -> pd.DataFrame:
    """How many customers went from their n-th order to the next, for n = 1 to `max_step`.

    Only customers observed for the whole window count as eligible: the n-th order lies at least `window_days`
    before the day of the report.

    Returns columns:
        order_number (n of F_n); n_reached (had an n-th order); n_eligible (had it at least window_days ago);
        n_next (eligible, next order within window_days); n_next_any (reached, any next order, the naive count);
        n_kept (eligible, and every order so far came within window_days of the one before); n_kept_next (of these,
        next order within window_days).

    Raises:
        ValueError: a column is missing; window_days or max_step is below 1.

    Example:
        >>> ids = {"customer_id": ["a", "a", "b"], "order_id": ["1", "2", "3"]}
        >>> orders = pd.DataFrame({**ids, "order_day": [0, 20, 95]})
        >>> step_counts(orders, as_of_day=100, window_days=30, max_step=1).iloc[0].to_list()
        [1, 2, 1, 1, 1, 1, 1]
    """
    require_at_least("window_days", window_days, 1)
    require_at_least("max_step", max_step, 1)
    gap = nw.col("next_day") - nw.col("order_day")
    eligible = nw.col("order_day") <= as_of_day - window_days
    counts = (
        _with_late(numbered(orders, as_of_day), window_days)
        .filter(nw.col("order_number") <= max_step)
        .with_columns(eligible=flag(eligible), next=flag(eligible & (gap <= window_days)), next_any=flag(gap >= 0))
        .with_columns(kept=nw.col("eligible") * flag(nw.col("n_late") == 0))
        .with_columns(kept_next=nw.col("kept") * nw.col("next"))
        .group_by("order_number")
        .agg(
            n_reached=nw.col("eligible").count(),
            n_eligible=nw.col("eligible").sum(),
            n_next=nw.col("next").sum(),
            n_next_any=nw.col("next_any").sum(),
            n_kept=nw.col("kept").sum(),
            n_kept_next=nw.col("kept_next").sum(),
        )
    )
    table = collect(counts, by=["order_number"]).set_index("order_number")
    return table.reindex(pd.RangeIndex(1, max_step + 1, name="order_number"), fill_value=0).reset_index()


def step_days(orders: Any, *, as_of_day: int, max_step: int = 10) -> pd.DataFrame:
    """What `step_counts` needs for every window at once: customers by order number and the days around that order.

    Returns columns:
        order_number (1 to max_step); open_days (since that order, up to the day of the report); waited_days (the
        longest wait for an order so far, 0 at the first); next_days (to the next order, -1 where there is none);
        n_customers.

    Raises:
        ValueError: a column is missing; max_step is below 1.

    Example:
        >>> ids = {"customer_id": ["a", "a", "b"], "order_id": ["1", "2", "3"]}
        >>> orders = pd.DataFrame({**ids, "order_day": [0, 20, 95]})
        >>> step_days(orders, as_of_day=100).to_numpy().tolist()
        [[1, 5, 0, -1, 1], [1, 100, 0, 20, 1], [2, 80, 20, -1, 1]]
    """
    require_at_least("max_step", max_step, 1)
    before = nw.col("order_day").shift(1).over("customer_id", order_by=BY_TIME)
    gap = nw.col("next_day") - nw.col("order_day")
    waited = nw.when(nw.col("before").is_null()).then(nw.lit(0)).otherwise(nw.col("order_day") - nw.col("before"))
    names = ["order_number", "open_days", "waited_days", "next_days"]
    counts = (
        numbered(orders, as_of_day)
        .with_columns(before=before)
        .with_columns(waited=waited)
        .with_columns(
            waited_days=nw.col("waited").cum_max().over("customer_id", order_by=BY_TIME),
            open_days=as_of_day - nw.col("order_day"),
            next_days=nw.when(nw.col("next_day").is_null()).then(nw.lit(-1)).otherwise(gap),
        )
        .filter(nw.col("order_number") <= max_step)
        .group_by(*names)
        .agg(n_customers=nw.col("one").count())
    )
    return collect(counts, by=names)


def gap_counts(orders: Any, *, as_of_day: int, order_number: int = 1) -> pd.DataFrame:
    """Days from the n-th order to the next, or to the day of the report where there is none yet (censored).

    Returns columns:
        duration_days; n_events (next order after that many days); n_censored (observed that long without one).

    Raises:
        ValueError: a column is missing; order_number is below 1.

    Example:
        >>> ids = {"customer_id": ["a", "a", "b"], "order_id": ["1", "2", "3"]}
        >>> orders = pd.DataFrame({**ids, "order_day": [0, 20, 95]})
        >>> gap_counts(orders, as_of_day=100).to_numpy().tolist()
        [[5, 0, 1], [20, 1, 0]]
    """
    require_at_least("order_number", order_number, 1)
    event = ~nw.col("next_day").is_null()
    counts = (
        numbered(orders, as_of_day)
        .filter(nw.col("order_number") == order_number)
        .with_columns(event=flag(event), end_day=nw.when(event).then(nw.col("next_day")).otherwise(nw.lit(as_of_day)))
        .with_columns(duration_days=nw.col("end_day") - nw.col("order_day"))
        .group_by("duration_days")
        .agg(n=nw.col("event").count(), n_events=nw.col("event").sum())
    )
    table = collect(counts, by=["duration_days"])
    table["n_censored"] = table["n"] - table["n_events"]
    return table[["duration_days", "n_events", "n_censored"]]


def _with_late(numbered: Any, window_days: int) -> Any:
    # How many of the customer's orders so far came later than the window after the one before.
    before = nw.col("order_day").shift(1).over("customer_id", order_by=BY_TIME)
    late = numbered.with_columns(late=flag(nw.col("order_day") - before > window_days))
    return late.with_columns(n_late=nw.col("late").cum_sum().over("customer_id", order_by=BY_TIME))
