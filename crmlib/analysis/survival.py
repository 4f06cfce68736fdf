"""Time to an event when some have not had it yet: Kaplan-Meier from counts by duration."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from crmlib.analysis.checks import require_columns
from crmlib.analysis.intervals import UNKNOWN, Floats, Interval, log_log_bounds, product_bounds, wilson

COUNTS = ["duration_days", "n_events", "n_censored"]


@dataclass(frozen=True, kw_only=True)
class KaplanMeierResult:
    """A survival curve, its median and the counts behind them.

    `table` has one row a day with an event or a censoring, from day 0: day, n_at_risk (just before), n_events,
    n_censored, survival, survival_low, survival_high. `median` is the first day with survival at or below one half,
    NaN when the curve does not come down to it; so are the ends of `median_interval`.
    """

    table: pd.DataFrame
    median: float
    median_interval: Interval
    n: int
    n_events: int


@dataclass(frozen=True, kw_only=True)
class SharePast:
    """The share still without the event after a day, with its interval."""

    value: float
    interval: Interval


def kaplan_meier(durations: pd.DataFrame, *, confidence_level: float = 0.95) -> KaplanMeierResult:
    """The share still without the event after each day, from counts of events and of censored by duration.

    survival = product of (1 - n_events / n_at_risk); who is censored on a day is still at risk on it. The interval is
    Greenwood's on the scale log(-log); while nobody has had the event, and once all have, Wilson's of those at risk
    (`product_bounds`). The median's interval inverts Greenwood's band: from the first day its lower end is at or below
    one half to the first day its upper end is.

    Returns:
        KaplanMeierResult; the table is empty and the median NaN without observations.

    Raises:
        ValueError: a column is missing, a duration is negative or confidence_level is not between 0 and 1.

    Source: Kaplan and Meier (1958); the interval as `conf.type = "log-log"` in R's survival, Brookmeyer and Crowley
    (1982) for the median.

    Example:
        >>> counts = pd.DataFrame({"duration_days": [10, 20], "n_events": [1, 2], "n_censored": [1, 0]})
        >>> kaplan_meier(counts).table["survival"].tolist()
        [1.0, 0.75, 0.0]
    """
    table = _at_risk(durations)
    events, risk = (table[name].to_numpy(dtype="float64") for name in ("n_events", "n_at_risk"))
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.cumsum(events / (risk * (risk - events)))
    # A product of ratios can miss one half by a rounding error, and with it the median.
    survival = np.cumprod(1 - events / risk).round(15)
    band = (table["day"].to_numpy(), *log_log_bounds(survival, variance, confidence_level=confidence_level))
    table["survival"] = survival
    ends = product_bounds(survival, variance, risk, confidence_level=confidence_level)
    table["survival_low"], table["survival_high"] = ends
    return KaplanMeierResult(
        table=table,
        median=_first_day(band[0], survival),
        median_interval=Interval(_first_day(band[0], band[1]), _first_day(band[0], band[2])),
        n=int(durations[["n_events", "n_censored"]].to_numpy().sum()),
        n_events=int(events.sum()),
    )


def share_past(result: KaplanMeierResult, day: float, *, confidence_level: float = 0.95) -> SharePast:
    """The share without the event after a day with its interval; NaN where nobody was observed for so long.

    The interval is that of the curve; while nobody has had the event, Wilson's of those observed to the day.

    Raises:
        ValueError: confidence_level is not between 0 and 1.

    Example:
        >>> counts = pd.DataFrame({"duration_days": [9, 20], "n_events": [0, 1], "n_censored": [60, 39]})
        >>> found = share_past(kaplan_meier(counts), 10)
        >>> found.value, round(found.interval.low, 3), found.interval.high
        (1.0, 0.912, 1.0)
    """
    curve = result.table
    if curve.empty or (curve["day"].max() < day and curve["survival"].iloc[-1] > 0):
        return SharePast(value=float("nan"), interval=UNKNOWN)
    last = curve[curve["day"] <= day].iloc[-1]
    if last["survival"] == 1:
        # Between two days of the curve those at risk on the later one have been observed for so long.
        n = int(curve.loc[curve["day"] >= day, "n_at_risk"].max())
        return SharePast(value=1.0, interval=wilson(n, n, confidence_level=confidence_level))
    ends = Interval(float(last["survival_low"]), float(last["survival_high"]))
    return SharePast(value=float(last["survival"]), interval=ends)


def _at_risk(durations: pd.DataFrame) -> pd.DataFrame:
    require_columns("durations", durations.columns, COUNTS)
    if (durations["duration_days"] < 0).any():
        raise ValueError(f"duration_days == {durations['duration_days'].min()}, must be at least 0.")
    counts = durations.groupby("duration_days")[COUNTS[1:]].sum().rename_axis("day")
    if len(counts) and 0 not in counts.index:
        counts.loc[0] = 0
    table = counts.sort_index().reset_index()
    leaving = table["n_events"] + table["n_censored"]
    table.insert(1, "n_at_risk", leaving[::-1].cumsum()[::-1])
    return table


def _first_day(days: Floats, share: Floats) -> float:
    half = days[share <= 0.5]
    return float(half[0]) if len(half) else float("nan")
