"""Subscriptions by delivery number: who had the next one due, who received it, and who remains from the first."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from crmlib.analysis.checks import require_at_least, require_columns
from crmlib.analysis.intervals import product_bounds, wilson_bounds

GRACE = 0.5  # a delivery is called missing half an interval after its day, which a postponement by days does not reach
NOT_DUE = ("paused", "completed")
SPAN = ["unit_id", "subscription_id", "first_day", "last_day", "before_last_day", "first_delivery", "last_delivery"]


def timeline(
    deliveries: pd.DataFrame,
    *,
    as_of_day: int,
    subscriptions: pd.DataFrame | None = None,
    events: pd.DataFrame | None = None,
    interval_days: float | None = None,
    grace: float = GRACE,
) -> pd.DataFrame:
    """When the delivery after the last one of each unit was due, and whether its absence says anything.

    due_day = last_day + interval x (1 + skips) + days paused + grace x interval, with the skips and pauses since the
    last delivery. The interval is the contract's own, else `interval_days`, else the median of the last gaps observed.
    A contract that is paused or completed has no delivery due, so it is censored, not left. A last delivery after the
    day of cancellation is taken back: it was on its way, and nobody continued by it.

    Args:
        deliveries: of `aggregates.delivery_table`.
        as_of_day: where observation ends.
        subscriptions: subscription_id, interval_days, status, cancel_day; without it intervals are observed ones.
        events: subscription_id, event_day, event.
        interval_days: the interval where the contract's own is not known.
        grace: how late a delivery may be, in intervals, before it is called missing.

    Returns columns:
        those of `deliveries`; interval_days (NaN where nothing tells it); status (of the contract, or unknown);
        due_day; before_due_day (of the last delivery itself, NaN with one); is_due (bool: absence counts as leaving);
        was_due (bool: the last delivery counts as a continuation); after_cancel (bool: one was taken back).

    Raises:
        ValueError: a column is missing or grace is below 0.

    Example:
        >>> one = {"unit_id": ["s"], "subscription_id": ["s"], "first_day": [0], "last_day": [30]}
        >>> units = pd.DataFrame({**one, "before_last_day": [0.0], "first_delivery": [1], "last_delivery": [2]})
        >>> timeline(units, as_of_day=75, interval_days=30)["is_due"].tolist()
        [True]
    """
    require_columns("deliveries", deliveries.columns, SPAN)
    require_at_least("grace", grace, 0)
    table = _taken_back(_with_contract(deliveries, subscriptions))
    table["interval_days"] = table["interval_days"].fillna(interval_days or _observed_interval(table))
    shifts = _shifts(events)
    ends = pd.Series(float(as_of_day), index=table.index)
    wait = table["interval_days"] * (1 + grace)
    table["due_day"] = table["last_day"] + wait + _shift(table, shifts, table["last_day"], ends)
    before = table["before_last_day"]
    table["before_due_day"] = before + wait + _shift(table, shifts, before, table["last_day"])
    paused = table["subscription_id"].isin(_paused(events)) & ~table["status"].isin(["cancelled", "completed"])
    table["status"] = table["status"].mask(paused, "paused")
    table["is_due"] = (table["due_day"] <= as_of_day) & ~table["status"].isin(NOT_DUE)
    table["was_due"] = table["before_due_day"] <= as_of_day
    return table


def steps(timeline: pd.DataFrame, *, max_delivery: int = 12) -> pd.DataFrame:
    """From each delivery to the next: N回目継続率 (前回比) and 残存率 (初回比), of those whose next one was due.

    rate = n_next / n_due with Wilson's interval: of the units that received delivery n, and whose next one was due by
    the day of the report, the share that received it. survival is the product of the rates before, the share of all
    starters that receives delivery n, with the interval of `product_bounds`: Kaplan-Meier with deliveries as its
    clock. Units that began before the data enter at the number they are first seen with.

    Returns columns:
        delivery; n_reached; n_due; n_next; rate, rate_low, rate_high; survival, survival_low, survival_high. Rates are
        NaN where nothing was due, and survival from the delivery after.

    Raises:
        ValueError: a column is missing or max_delivery is below 1.

    Example:
        >>> ends = pd.DataFrame({"first_delivery": [1, 1], "last_delivery": [2, 1]})
        >>> found = steps(ends.assign(is_due=[False, True], was_due=True), max_delivery=1)
        >>> found[["n_due", "n_next"]].to_numpy().tolist()
        [[2, 1]]
    """
    require_columns("timeline", timeline.columns, ["first_delivery", "last_delivery", "is_due", "was_due"])
    require_at_least("max_delivery", max_delivery, 1)
    table = pd.DataFrame([_step(timeline, n) for n in range(1, max_delivery + 1)])
    n_due = table["n_due"].where(table["n_due"] > 0).to_numpy(dtype="float64")
    table["rate"] = table["n_next"] / n_due
    table["rate_low"], table["rate_high"] = wilson_bounds(table["n_next"], table["n_due"])
    return table.join(_survival(table["n_next"].to_numpy(dtype="float64"), n_due))


def _with_contract(deliveries: pd.DataFrame, subscriptions: pd.DataFrame | None) -> pd.DataFrame:
    table = deliveries.copy()
    table["before_last_day"] = table["before_last_day"].astype("float64")
    facts = pd.DataFrame(columns=["subscription_id", "interval_days", "status", "cancel_day"])
    if subscriptions is not None:
        require_columns("subscriptions", subscriptions.columns, facts.columns)
        facts = subscriptions[[*facts.columns]].drop_duplicates("subscription_id").set_index("subscription_id")
    else:
        facts = facts.set_index("subscription_id")
    for name in ("interval_days", "cancel_day"):
        table[name] = pd.to_numeric(table["subscription_id"].map(facts[name])).astype("float64")
    table["interval_days"] = table["interval_days"].where(table["interval_days"] > 0)
    table["status"] = table["subscription_id"].map(facts["status"]).astype(object).fillna("unknown")
    return table


def _taken_back(table: pd.DataFrame) -> pd.DataFrame:
    late = (table["last_day"] > table["cancel_day"]) & (table["last_delivery"] > table["first_delivery"])
    late &= table["before_last_day"].notna() & (table["status"] == "cancelled")
    table["last_day"] = table["before_last_day"].where(late, table["last_day"]).astype("int64")
    table["last_delivery"] = table["last_delivery"] - late.astype("int64")
    # What came two before the last is not in the table; it is long past, so the step to the one before counts.
    table["before_last_day"] = table["first_day"].where(late, table["before_last_day"])
    table["before_last_day"] = table["before_last_day"].where(table["last_delivery"] > table["first_delivery"])
    return table.assign(after_cancel=late)


def _observed_interval(table: pd.DataFrame) -> float:
    gaps = (table["last_day"] - table["before_last_day"]).dropna()
    return float(gaps.median()) if len(gaps) else float("nan")


def _shifts(events: pd.DataFrame | None) -> pd.DataFrame:
    # Skips as days of one interval each (NaN until the interval is known), ended pauses as their length.
    columns = ["subscription_id", "event_day", "n_skips", "paused_days"]
    if events is None or events.empty:
        return pd.DataFrame(columns=columns).astype({"event_day": "float64", "n_skips": "int64"})
    require_columns("events", events.columns, ["subscription_id", "event_day", "event"])
    rows = events[events["event"].isin(["skipped", "paused", "resumed"])]
    rows = rows.sort_values(["subscription_id", "event_day", "event"])
    began = rows["event_day"].where(rows["event"] == "paused").groupby(rows["subscription_id"]).ffill()
    resumed = rows["event"] == "resumed"
    paused_days = (rows["event_day"] - began).where(resumed, 0).fillna(0)
    table = rows.assign(n_skips=(rows["event"] == "skipped").astype("int64"), paused_days=paused_days)
    return table.loc[table["n_skips"].gt(0) | table["paused_days"].gt(0), columns]


def _shift(table: pd.DataFrame, shifts: pd.DataFrame, after: pd.Series, until: pd.Series) -> pd.Series:
    # Days by which the delivery after day `after` is put off by what happened up to day `until`.
    span = pd.DataFrame({"subscription_id": table["subscription_id"], "after": after, "until": until})
    span["interval"] = table["interval_days"]
    both = span.reset_index(names="row").merge(shifts, on="subscription_id")
    both = both[(both["event_day"] > both["after"]) & (both["event_day"] <= both["until"])]
    days = both["n_skips"].astype("float64") * both["interval"] + both["paused_days"].astype("float64")
    return days.groupby(both["row"]).sum().reindex(table.index, fill_value=0.0)


def _paused(events: pd.DataFrame | None) -> Sequence[str]:
    if events is None or events.empty:
        return []
    rows = events[events["event"].isin(["paused", "resumed", "delivered", "cancelled"])]
    last = rows.sort_values(["subscription_id", "event_day", "event"]).drop_duplicates("subscription_id", keep="last")
    return last.loc[last["event"] == "paused", "subscription_id"].tolist()


def _step(table: pd.DataFrame, n: int) -> dict[str, int]:
    first, last = table["first_delivery"], table["last_delivery"]
    here = (first <= n) & (last >= n)
    went_on = here & (last > n) & ((last > n + 1) | table["was_due"])
    stayed = here & (last == n) & table["is_due"]
    counts = {"n_reached": here.sum(), "n_due": went_on.sum() + stayed.sum(), "n_next": went_on.sum()}
    return {"delivery": n, **{name: int(count) for name, count in counts.items()}}


def _survival(n_next: np.ndarray, n_due: np.ndarray) -> pd.DataFrame:
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.cumsum((n_due - n_next) / (n_due * n_next))
    reached = np.cumprod(n_next / n_due)
    low, high = product_bounds(reached, variance, n_due)
    named = {"survival": reached, "survival_low": low, "survival_high": high}
    return pd.DataFrame({name: np.concatenate([[1.0], values[:-1]]) for name, values in named.items()})
