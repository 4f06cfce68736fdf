"""Cancellation of a unit's contracts: within the window, after how many days, and why."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crmlib.analysis.outcomes.metrics import Tables, has
from crmlib.analysis.outcomes.units import KEYS


def contracts_of(tables: Tables, unit: str) -> pd.DataFrame:
    """Every contract with the unit it belongs to and the day it was cancelled.

    A contract without a day of cancellation takes that of its event `cancelled`. Completed contracts have no known end
    and are left out, and so are cancelled ones without a day.

    Returns columns:
        unit_id; start_day; cancel_day (NaN while it lives); cancel_reason.
    """
    table = tables["subscriptions"]
    found = pd.to_numeric(table["cancel_day"]).astype("float64")
    reason = table["cancel_reason"].astype(object)
    if has(tables, "subscription_events"):
        events = tables["subscription_events"]
        ended = events[events["event"] == "cancelled"].sort_values("event_day").drop_duplicates("subscription_id")
        by_event = ended.set_index("subscription_id")
        found = found.fillna(table["subscription_id"].map(by_event["event_day"]).astype("float64"))
        reason = reason.where(reason.notna(), table["subscription_id"].map(by_event["reason"]).astype(object))
    known = (table["status"] != "completed") & ~((table["status"] == "cancelled") & found.isna())
    columns = {"unit_id": table[KEYS[unit]], "start_day": table["start_day"], "cancel_day": found}
    return pd.DataFrame({**columns, "cancel_reason": reason})[known]


def left(units: pd.DataFrame, contracts: pd.DataFrame, *, window: int, as_of_day: int) -> pd.DataFrame:
    """The first cancellation of a contract that each unit had when it was assigned.

    A unit without a live contract on that day is not eligible: there is nothing to cancel.

    Returns columns (index of `units`):
        value (1 where cancelled within the window, else 0); eligible; duration_days (to the cancellation, or as long as
        observed, at most the window); event (whether the duration ends with a cancellation); reason (of those
        cancelled within the window).
    """
    pairs = units[["unit_id", "assigned_day"]].reset_index(names="row").merge(contracts, on="unit_id")
    after = pairs["cancel_day"] - pairs["assigned_day"]
    live = pairs[(pairs["start_day"] <= pairs["assigned_day"]) & ~(after <= 0)].assign(after=after)
    first = live.sort_values("after", na_position="last").drop_duplicates("row").set_index("row")
    seen = np.minimum(as_of_day - units["assigned_day"], window).clip(lower=0)
    day = first["after"].reindex(units.index)
    event = (day <= seen).fillna(False)
    return pd.DataFrame({
        "value": event.astype("float64"), "eligible": units.index.isin(first.index),
        "duration_days": day.where(event, seen).astype("int64"), "event": event,
        "reason": first["cancel_reason"].reindex(units.index).fillna("not_answered").where(event),
    }, index=units.index)  # fmt: skip
