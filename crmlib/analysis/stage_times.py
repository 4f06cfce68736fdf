"""How long customers stand in a stage, from monthly snapshots, and how many reach the fan club by when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from crmlib.analysis.checks import require_columns
from crmlib.analysis.stages import STAGES
from crmlib.analysis.survival import KaplanMeierResult, kaplan_meier, share_past

PASSED = 3  # stages that everybody passes through on the way up

if TYPE_CHECKING:
    from crmlib.analysis.stage_evidence import Evidence


def time_in_stage(snapshots: pd.DataFrame, *, untold: Sequence[str] = ()) -> pd.DataFrame:
    """Median days from reaching a stage to reaching the next or a higher one, by Kaplan-Meier.

    A customer enters a stage on the first snapshot at which it, or a higher one, is proved; only entries after the
    first snapshot count, so that the beginning was seen. Who has not moved on by the last snapshot is censored there.
    Days are those of the snapshots: with monthly ones both ends are known to a month only, and two stages reached
    within one month are 0 days apart. Stages 1 to 3 are always passed through; from stage 4 on a customer who reaches
    a stage together with a higher one has skipped it, and says nothing about the time in it.

    Args:
        snapshots: day, customer_id, stage; of `stages.snapshots`.
        untold: stages that cannot be judged; the steps to them are NaN.

    Returns columns:
        stage, stage_next; n_entered; n_skipped; n_stage_moved (reached the next); median_stage_days,
        median_stage_days_low, median_stage_days_high (NaN where fewer than half have moved on); moved_year (share moved
        within 365 days, NaN where nobody was observed so long).

    Raises:
        ValueError: a column is missing.
    """
    require_columns("snapshots", snapshots.columns, ["day", "customer_id", "stage"])
    days, reached = _first_days(snapshots)
    rows = [_step(days, reached, number) for number in range(len(STAGES) - 1)]
    table = pd.DataFrame(rows)
    table.insert(0, "stage", list(STAGES[:-1]))
    table.insert(1, "stage_next", list(STAGES[1:]))
    numbers = [name for name in table.columns if not name.startswith("stage")]
    open_ = table["stage_next"].isin(list(untold)) | table["stage"].isin(list(untold))
    table[numbers] = table[numbers].astype("float64").mask(open_)
    return table


def fan_club_by(evidence: Evidence, *, marks: Sequence[int] = (90, 180, 365, 540, 730)) -> pd.DataFrame:
    """The share of all customers who have a contract beyond its settling count by so many days since the first order.

    Kaplan-Meier: a customer who has not is at risk up to the base date, also after cancelling, since another contract
    may follow.

    Returns columns:
        fan_club_day; n_watched (observed so long and not yet there); fan_club_share, fan_club_share_low,
        fan_club_share_high (NaN where nobody was observed so long). No row where there is no contract in the data.
    """
    names = ["fan_club_day", "n_watched", "fan_club_share", "fan_club_share_low", "fan_club_share_high"]
    if np.isnan(evidence.seen["subscriptions"]) or evidence.customers.empty:
        return pd.DataFrame(columns=names).astype("float64")
    settled = evidence.contracts.groupby("customer_id")["settled_day"].min()
    people = evidence.customers[["customer_id", "first_day"]]
    there = people["customer_id"].map(settled)
    waited = (there.fillna(evidence.as_of_day) - people["first_day"]).clip(lower=0)
    durations = _counts(waited, there.notna())
    curve = kaplan_meier(durations)
    rows = [_at(curve, mark) for mark in marks]
    return pd.DataFrame(rows, columns=names)


def share_by(reached: pd.DataFrame, day: int) -> float:
    """The share who had reached the fan club by that day, NaN where it was not observed."""
    found = reached.loc[reached["fan_club_day"] == day, "fan_club_share"]
    return float(found.iloc[0]) if len(found) else float("nan")


def _first_days(snapshots: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """The days, and for each customer and stage the place of the first day on which it was reached, -1 for never."""
    days = np.sort(snapshots["day"].unique())
    place = np.searchsorted(days, snapshots["day"])
    customer, _ = pd.factorize(snapshots["customer_id"])
    level = pd.Categorical(snapshots["stage"], categories=list(STAGES), ordered=True).codes
    first = np.full((int(customer.max(initial=-1)) + 1, len(STAGES)), len(days))
    for number in range(len(STAGES)):
        there = level >= number
        np.minimum.at(first[:, number], customer[there], place[there])
    return days, np.where(first == len(days), -1, first)


def _step(days: np.ndarray, reached: np.ndarray, number: int) -> dict[str, float]:
    entered = reached[:, number] > 0
    skipped = entered & (reached[:, number] == reached[:, number + 1]) & (number >= PASSED)
    entered &= ~skipped
    start, end = reached[entered, number], reached[entered, number + 1]
    moved = end >= 0
    last = len(days) - 1
    waited = days[np.where(moved, end, last)] - days[start] if len(start) else np.empty(0)
    result = kaplan_meier(_counts(pd.Series(waited), pd.Series(moved)))
    return {
        "n_entered": result.n,
        "n_skipped": int(skipped.sum()),
        "n_stage_moved": result.n_events,
        "median_stage_days": result.median,
        "median_stage_days_low": result.median_interval.low,
        "median_stage_days_high": result.median_interval.high,
        "moved_year": _at(result, 365)[2],
    }


def _counts(waited: pd.Series[float], event: pd.Series[bool]) -> pd.DataFrame:
    rows = pd.DataFrame({"duration_days": waited.astype("int64"), "n_events": event.astype("int64")})
    rows["n_censored"] = 1 - rows["n_events"]
    return rows.groupby("duration_days", as_index=False).sum()


def _at(curve: KaplanMeierResult, day: int) -> tuple[int, int, float, float, float]:
    """Day, number still at risk after it, and the share moved with its interval; NaN beyond what was observed."""
    found, rows = share_past(curve, day), curve.table
    later = rows.loc[rows["day"] > day, "n_at_risk"]
    left = int(later.iloc[0]) if len(later) else 0
    return day, left, 1 - found.value, 1 - found.interval.high, 1 - found.interval.low
