"""Time to an event when some have not had it yet: Kaplan-Meier from counts by duration."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from crmlib.analysis.checks import require_columns
from crmlib.analysis.intervals import Interval, log_log_bounds

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


def kaplan_meier(durations: pd.DataFrame, *, confidence_level: float = 0.95) -> KaplanMeierResult:
    """The share still without the event after each day, from counts of events and of censored by duration.

    survival = product of (1 - n_events / n_at_risk); who is censored on a day is still at risk on it. The interval is
    Greenwood's on the scale log(-log); at survival 1 both ends are 1, at 0 they are NaN. The median's interval inverts
    the band: from the first day its lower end is at or below one half to the first day its upper end is.

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
    low, high = log_log_bounds(survival, variance, confidence_level=confidence_level)
    table["survival"] = survival
    table["survival_low"] = np.where(survival == 1, 1.0, low)
    table["survival_high"] = np.where(survival == 1, 1.0, high)
    return KaplanMeierResult(
        table=table,
        median=_first_day(table, "survival"),
        median_interval=Interval(_first_day(table, "survival_low"), _first_day(table, "survival_high")),
        n=int(durations[["n_events", "n_censored"]].to_numpy().sum()),
        n_events=int(events.sum()),
    )


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


def _first_day(table: pd.DataFrame, column: str) -> float:
    days = table.loc[table[column] <= 0.5, "day"]
    return float(days.iloc[0]) if len(days) else float("nan")
