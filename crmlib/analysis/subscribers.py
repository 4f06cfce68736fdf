"""Who still has a subscription: a customer who cancelled them all is gone long before the silence says so."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crmlib.analysis.checks import require_columns
from crmlib.analysis.portfolio import STANDINGS

ALL_CANCELLED, SUBSCRIBING, WITHOUT, NOT_KNOWN = "all_cancelled", "subscribing", "no_subscription", "unknown"
ENDED = ("cancelled", "completed")


def add_subscriber(grouped: pd.DataFrame, subscriptions: pd.DataFrame) -> pd.DataFrame:
    """Whether each customer still has a subscription, beside the group; nobody is moved to another group.

    all_cancelled: every subscription of the customer has ended, at least one of them cancelled, and no order came
    after the day of the last cancellation. subscribing: one runs or is paused. no_subscription: none, or ended with an
    order after it. unknown: there is no table of subscriptions.

    Returns columns:
        those of `grouped`; subscriber (code).

    Raises:
        ValueError: a column is missing.
    """
    require_columns("grouped", grouped.columns, ["customer_id", "last_day"])
    require_columns("subscriptions", subscriptions.columns, ["customer_id", "status", "cancel_day"])
    if subscriptions.empty:
        return grouped.assign(subscriber=NOT_KNOWN)
    found = _by_customer(subscriptions).reindex(grouped["customer_id"])
    ended, cancel_day = found["running"].to_numpy() == 0, found["cancel_day"].to_numpy(dtype="float64")
    silent = ended & (grouped["last_day"].to_numpy() <= cancel_day)
    codes = [found["running"].to_numpy() > 0, silent]
    return grouped.assign(subscriber=np.select(codes, [SUBSCRIBING, ALL_CANCELLED], default=WITHOUT))


def add_cancelled(groups: pd.DataFrame, grouped: pd.DataFrame) -> pd.DataFrame:
    """How many active customers of each group cancelled all their subscriptions, beside `portfolio.group_table`.

    Returns columns:
        those of `groups`; n_all_cancelled (0 for those who left; NaN where no subscriptions are known).

    Raises:
        ValueError: a column is missing.
    """
    require_columns("grouped", grouped.columns, ["group", "standing", "subscriber"])
    gone = (grouped["subscriber"] == ALL_CANCELLED) & (grouped["standing"] == STANDINGS["active"])
    counts = gone.astype("float64").groupby(grouped["group"], observed=False).sum()
    if (grouped["subscriber"] == NOT_KNOWN).any():
        counts = counts * float("nan")
    return groups.assign(n_all_cancelled=counts.to_numpy())


def _by_customer(subscriptions: pd.DataFrame) -> pd.DataFrame:
    running = (~subscriptions["status"].isin(ENDED)).astype("int64")
    cancelled = subscriptions["cancel_day"].where(subscriptions["status"] == "cancelled").astype("float64")
    rows = pd.DataFrame({"customer_id": subscriptions["customer_id"], "running": running, "cancel_day": cancelled})
    return rows.groupby("customer_id").agg({"running": "sum", "cancel_day": "max"})
