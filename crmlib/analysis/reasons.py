"""Why subscriptions are cancelled, as a rate of those at risk: by month, by delivery, before and after a day."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crmlib.analysis.checks import require_at_least, require_columns
from crmlib.analysis.intervals import wilson_bounds
from crmlib.analysis.months import last_day, month_of_day, month_state
from crmlib.analysis.proportions import ProportionsResult, proportions
from crmlib.analysis.subscriptions import steps

# In the order of domain.md 2.13; who gave no reason has a row of its own, never a share of the others.
REASONS = (
    "no_effect", "surplus", "price", "skin_trouble", "competitor", "circumstances", "service", "not_intended",
    "achieved", "other", "not_answered",
)  # fmt: skip
NOT_RECORDED = "not_recorded"
ALL = "all_reasons"
ALPHA = 0.05
FACTS = ["subscription_id", "start_day", "status", "cancel_day", "cancel_reason"]


def monthly(subscriptions: pd.DataFrame, *, as_of_day: int) -> pd.DataFrame:
    """月次解約率: of the contracts active when a month begins, those cancelled in it; paused ones are active.

    Contracts that begin and end within one month never were active at a beginning: they are counted apart. Completed
    contracts have no known end and are left out.

    Returns columns:
        month (year * 12 + month - 1); n_active (at its beginning); n_cancelled (of these, in the month);
        n_cancelled_new (begun and cancelled in it); cancel_rate, cancel_rate_low,
        cancel_rate_high (NaN without active contracts, no interval for a running month); state (observed, partial).

    Raises:
        ValueError: a column is missing.

    Example:
        >>> facts = {"status": ["active", "cancelled"], "cancel_reason": None, "subscription_id": ["s", "t"]}
        >>> table = pd.DataFrame({**facts, "start_day": [0, 0], "cancel_day": [None, 40]})
        >>> monthly(table, as_of_day=58)[["n_active", "n_cancelled"]].to_numpy().tolist()
        [[0, 0], [2, 1]]
    """
    spans = _spans(subscriptions)
    months = range(month_of_day(int(spans["start_day"].min())), month_of_day(as_of_day) + 1) if len(spans) else []
    rows = [_month(spans, month, as_of_day) for month in months]
    table = pd.DataFrame(rows, columns=["month", "n_active", "n_cancelled", "n_cancelled_new", "state"])
    table["cancel_rate"] = table["n_cancelled"] / table["n_active"].where(table["n_active"] > 0)
    low, high = wilson_bounds(table["n_cancelled"], table["n_active"])
    over = table["state"] == "observed"
    table["cancel_rate_low"], table["cancel_rate_high"] = pd.Series(low).where(over), pd.Series(high).where(over)
    names = ["month", "n_active", "n_cancelled", "n_cancelled_new", "cancel_rate", "cancel_rate_low"]
    return table[[*names, "cancel_rate_high", "state"]]


def by_month(subscriptions: pd.DataFrame, *, as_of_day: int) -> pd.DataFrame:
    """`monthly` by reason: cancelled in the month for a reason, of the contracts active at its beginning.

    Returns columns:
        reason (those that occur, all_reasons first); month; n_start (active at the beginning); n_cancelled;
        cancel_rate, cancel_rate_low, cancel_rate_high; state.

    Raises:
        ValueError: a column is missing.
    """
    spans = _spans(subscriptions)
    base = monthly(subscriptions, as_of_day=as_of_day).rename(columns={"n_active": "n_start"})
    parts = [base.assign(reason=ALL)] if len(base) else []
    months = base.set_index("month")
    for reason in _occurring(spans):
        counts = [_cancelled(spans, month, reason) for month in base["month"]]
        parts.append(_rates(base.assign(reason=reason, n_cancelled=counts), months["state"].to_numpy() == "observed"))
    names = ["reason", "month", "n_start", "n_cancelled", "cancel_rate", "cancel_rate_low", "cancel_rate_high", "state"]
    return pd.concat(parts, ignore_index=True)[names] if parts else pd.DataFrame(columns=names)


def by_delivery(timeline: pd.DataFrame, subscriptions: pd.DataFrame, *, max_delivery: int = 12) -> pd.DataFrame:
    """Reasons by the delivery that was the last: cancelled for a reason, of those whose next delivery was due.

    The rates of one delivery add up to 1 - its continuation rate: who left without a cancellation on record is
    `not_recorded`.

    Returns columns:
        reason; delivery; n_start (next delivery due); n_cancelled; cancel_rate, cancel_rate_low, cancel_rate_high.

    Raises:
        ValueError: a column is missing or max_delivery is below 1.
    """
    told = _spans(subscriptions).set_index("subscription_id")["reason"]
    left = timeline[timeline["is_due"]]
    reason = left["subscription_id"].map(told).astype(object).fillna(NOT_RECORDED)
    counts = left.groupby([reason.rename("reason"), left["last_delivery"].rename("delivery")]).size()
    due = steps(timeline, max_delivery=max_delivery)[["delivery", "n_due"]].rename(columns={"n_due": "n_start"})
    names = [name for name in (*REASONS, NOT_RECORDED) if name in set(reason)]
    every = pd.MultiIndex.from_product([names, due["delivery"]], names=["reason", "delivery"])
    table = counts.reindex(every, fill_value=0).rename("n_cancelled").reset_index().merge(due, on="delivery")
    table["reason"] = pd.Categorical(table["reason"], categories=names, ordered=True)
    table = table.sort_values(["reason", "delivery"], ignore_index=True).astype({"reason": "str"})
    columns = ["reason", "delivery", "n_start", "n_cancelled", "cancel_rate", "cancel_rate_low", "cancel_rate_high"]
    return _rates(table)[columns]


def summary(subscriptions: pd.DataFrame, *, as_of_day: int) -> pd.DataFrame:
    """Each reason over all complete months: rate per active contract and month, with its share beside it.

    Returns columns:
        reason; n_cancelled; share (of all cancellations, NaN without one); n_active_months (contracts active at the
        beginnings of the months, added up); cancel_rate, cancel_rate_low, cancel_rate_high.

    Raises:
        ValueError: a column is missing.
    """
    table = by_month(subscriptions, as_of_day=as_of_day)
    table = table[table["state"] == "observed"]
    sums = table.groupby("reason")[["n_cancelled", "n_start"]].sum().astype("int64")
    names = [name for name in (*REASONS, ALL) if name in sums.index]
    found = sums.reindex(names).rename_axis("reason").reset_index()
    found = _rates(found).rename(columns={"n_start": "n_active_months"})
    total = found.loc[found["reason"] == ALL, "n_cancelled"].sum()
    found["share"] = found["n_cancelled"] / total if total else float("nan")
    order = found.assign(last=found["reason"].map({"not_answered": 1, ALL: 2}).fillna(0))
    order = order.sort_values(["last", "n_cancelled", "reason"], ascending=[True, False, True], ignore_index=True)
    names = ["reason", "n_cancelled", "share", "n_active_months", "cancel_rate", "cancel_rate_low", "cancel_rate_high"]
    return order[names]


def before_after(
    subscriptions: pd.DataFrame, *, changed_day: int, as_of_day: int, span_days: int = 180
) -> pd.DataFrame:
    """The rate of each reason in two periods of equal length (R159): of the contracts active when each begins.

    The period after begins on `changed_day`, the one before ends the day before; both last `span_days`, or as long as
    has been observed since the change. Intervals and p-values of the differences are corrected for the k reasons.
    Chance did not form the periods, so a difference need not be the change's.

    Returns columns:
        reason; n_before, n_after (active when the period begins); cancelled_before, cancelled_after; rate_before,
        rate_after; cancel_difference, cancel_difference_low, cancel_difference_high (after - before); pvalue. Empty
        where nothing has been observed since the change.

    Raises:
        ValueError: a column is missing or span_days is below 1.

    Source: Newcombe (1998), Statistics in Medicine 17, 873-890.
    """
    require_at_least("span_days", span_days, 1)
    spans = _spans(subscriptions)
    length = min(span_days, as_of_day - changed_day + 1)
    names = [ALL, *_occurring(spans)] if length > 0 else []
    periods = [_period(spans, first, first + length - 1) for first in (changed_day - length, changed_day)]
    rows = [_compared(name, periods, max(len(names) - 1, 1)) for name in names]
    sides = ["n_before", "n_after", "cancelled_before", "cancelled_after", "rate_before", "rate_after"]
    ends = ["cancel_difference", "cancel_difference_low", "cancel_difference_high", "pvalue"]
    return pd.DataFrame(rows, columns=["reason", *sides, *ends])


def _spans(subscriptions: pd.DataFrame) -> pd.DataFrame:
    require_columns("subscriptions", subscriptions.columns, FACTS)
    table = subscriptions.loc[subscriptions["status"] != "completed", FACTS].copy()
    table["cancel_day"] = pd.to_numeric(table["cancel_day"]).astype("float64")
    given = table["cancel_reason"].astype(object)
    named = given.where(given.isin(REASONS), given.where(given.isna(), "other")).where(given.notna(), "not_answered")
    table["reason"] = named.where(table["cancel_day"].notna())
    return table


def _occurring(spans: pd.DataFrame) -> list[str]:
    found = set(spans["reason"].dropna())
    return [reason for reason in REASONS if reason in found or reason == "not_answered"] if len(spans) else []


def _active_at(spans: pd.DataFrame, day: int) -> pd.Series:
    return (spans["start_day"] < day) & ~(spans["cancel_day"] < day)


def _month(spans: pd.DataFrame, month: int, as_of_day: int) -> tuple[int, int, int, int, str]:
    first, last = last_day(month - 1) + 1, last_day(month)
    active = _active_at(spans, first)
    cancelled = spans["cancel_day"].between(first, last)
    born = spans["start_day"] >= first
    state = month_state(month, as_of_day=as_of_day)
    return month, int(active.sum()), int((active & cancelled).sum()), int((born & cancelled).sum()), state


def _cancelled(spans: pd.DataFrame, month: int, reason: str) -> int:
    first, last = last_day(month - 1) + 1, last_day(month)
    inside = _active_at(spans, first) & spans["cancel_day"].between(first, last)
    return int((inside & (spans["reason"] == reason)).sum())


def _rates(table: pd.DataFrame, over: np.ndarray | None = None) -> pd.DataFrame:
    table["cancel_rate"] = table["n_cancelled"] / table["n_start"].where(table["n_start"] > 0)
    low, high = wilson_bounds(table["n_cancelled"], table["n_start"])
    told = np.full(len(table), True) if over is None else over
    table["cancel_rate_low"], table["cancel_rate_high"] = np.where(told, low, np.nan), np.where(told, high, np.nan)
    return table


def _period(spans: pd.DataFrame, first: int, last: int) -> pd.DataFrame:
    # Who was active when the period begins, with the reason of those cancelled within it.
    active = spans[_active_at(spans, first)]
    return active.assign(reason=active["reason"].where(active["cancel_day"].between(first, last)))


def _compared(name: str, periods: list[pd.DataFrame], k: int) -> tuple[object, ...]:
    counts = [int((p["reason"].notna() if name == ALL else p["reason"] == name).sum()) for p in periods]
    sizes = [len(period) for period in periods]
    # The row of all reasons is one question of its own; the reasons share the allowance.
    shared = 1 if name == ALL else k
    found: ProportionsResult = proportions(
        counts[0], sizes[0], counts[1], sizes[1], method="newcombe", confidence_level=1 - ALPHA / shared
    )
    ends = found.difference_interval
    rates = (found.rate_control, found.rate_treatment)
    return (name, *sizes, *counts, *rates, found.difference, ends.low, ends.high, min(1.0, shared * found.pvalue))
