"""The second purchase against its target, and before and after a day of change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from crmlib.analysis.checks import require_at_least, require_columns
from crmlib.analysis.intervals import Interval, wilson
from crmlib.analysis.months import EPOCH
from crmlib.analysis.proportions import ProportionsResult, proportions

# What counts as a good second-purchase rate: 87 % where F2 is the second delivery, 30 % where it is a free choice.
TARGETS = {"subscription": 0.87, "one_off": 0.30}


@dataclass(frozen=True, kw_only=True)
class TargetResult:
    """A rate held against a target: above or below when the interval excludes it, unclear when it does not."""

    kind: str
    target: float
    n: int
    n_next: int
    rate: float
    interval: Interval
    verdict: str


def before_after(
    returns: pd.DataFrame, *, changed_day: int, as_of_day: int, window_days: int, span_days: int = 365
) -> ProportionsResult:
    """The second-purchase rate of who began before and after a change (R030); chance did not form the two groups.

    Before: first purchase within `span_days` of the change, the whole window over by its day. After: first purchase on
    that day or within `span_days` after it, observed for the whole window. `difference` is after - before.

    Raises:
        ValueError: a column is missing; window_days or span_days is below 1.
    """
    require_columns("returns", returns.columns, ["first_day", "next_days"])
    require_at_least("window_days", window_days, 1)
    require_at_least("span_days", span_days, 1)
    first = returns["first_day"]
    before = (first + window_days < changed_day) & (first >= changed_day - window_days - span_days)
    after = (first >= changed_day) & (first < changed_day + span_days) & (first <= as_of_day - window_days)
    came = returns["next_days"] <= window_days
    counts = [int(n.sum()) for n in (before & came, before, after & came, after)]
    return proportions(*counts, method="newcombe")


def against_target(n_next: int, n: int, *, kind: str, target: float | None = None) -> TargetResult:
    """A second-purchase rate against its target, judged by the interval and not by the rate alone.

    Raises:
        ValueError: an unknown kind without a target, or counts that cannot be.

    Example:
        >>> against_target(87, 100, kind="subscription").verdict
        'target_unclear'
    """
    wanted = TARGETS[kind] if target is None else target
    interval = wilson(n_next, n)
    verdict = "target_unclear"
    if n == 0:
        verdict = "untellable"
    elif wanted not in interval:
        verdict = "above_target" if interval.low > wanted else "below_target"
    rate = n_next / n if n else float("nan")
    return TargetResult(kind=kind, target=wanted, n=n, n_next=n_next, rate=rate, interval=interval, verdict=verdict)


def kind_target(
    returns: pd.DataFrame, *, kind: str, as_of_day: int, window_days: int, target: float | None = None
) -> TargetResult:
    """The second-purchase rate of customers whose first order was a subscription, or a purchase of free choice.

    Kind "one_off" is every first order that is neither a subscription nor a trial, also where its kind is not known.

    Raises:
        ValueError: a column is missing.
    """
    require_columns("returns", returns.columns, ["first_day", "next_days", "order_kind"])
    free = ~returns["order_kind"].isin(["subscription", "trial"])
    chosen = free if kind == "one_off" else returns["order_kind"] == kind
    eligible = chosen & (returns["first_day"] <= as_of_day - window_days)
    n_next = int((eligible & (returns["next_days"] <= window_days)).sum())
    return against_target(n_next, int(eligible.sum()), kind=kind, target=target)


def change_day(text: str | None, *, as_of_day: int, span_days: int) -> int:
    """The day number of a change, an ISO date; without one the day that parts the last `span_days` from those before.

    Raises:
        ValueError: the text is not a date.

    Example:
        >>> change_day("1970-01-11", as_of_day=100, span_days=30), change_day(None, as_of_day=100, span_days=30)
        (10, 71)
    """
    if text is None:
        return as_of_day - span_days + 1
    return (date.fromisoformat(text) - EPOCH).days
