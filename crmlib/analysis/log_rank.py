"""How long until an event, arm against arm: one test of any number of arms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import special

from crmlib.analysis.checks import require_columns
from crmlib.analysis.survival import COUNTS

if TYPE_CHECKING:
    from crmlib.analysis.intervals import Floats

SINGULAR = 1e-10


@dataclass(frozen=True, kw_only=True)
class LogRankArmsResult:
    """Log-rank test that all arms have the same hazard on every day.

    `table` has one row an arm: arm, n, n_events, n_expected (were the hazards equal). No interval inverts the test: a
    verdict on the whole curves follows `pvalue`.
    """

    table: pd.DataFrame
    statistic: float
    degrees_of_freedom: int
    pvalue: float


def log_rank_arms(durations: pd.DataFrame, *, arm: str = "arm") -> LogRankArmsResult:
    """Log-rank test between the arms of a table of counts by duration (`arm`, duration_days, n_events, n_censored).

    Returns:
        LogRankArmsResult; the test is NaN where no day with an event has two arms at risk.

    Raises:
        ValueError: a column is missing or a duration is negative.

    Source: Mantel (1966), Cancer Chemotherapy Reports 50, 163-170; Peto and Peto (1972), JRSS A 135, 185-207.

    Example:
        >>> counts = pd.DataFrame({"arm": ["a", "a", "b"], "duration_days": [5, 9, 9], "n_events": [1, 1, 1]})
        >>> log_rank_arms(counts.assign(n_censored=0)).table["n_expected"].round(6).tolist()
        [1.666667, 1.333333]
    """
    require_columns("durations", durations.columns, [arm, *COUNTS])
    _require_days(durations)
    events, leaving = (_by_day(durations, arm, names) for names in (["n_events"], COUNTS[1:]))
    risk = leaving[::-1].cumsum()[::-1]
    seen = events.to_numpy(dtype="float64")
    expected, variance = _expected(seen, risk.to_numpy(dtype="float64"))
    off = seen.sum(axis=0) - expected
    rank = int(np.linalg.matrix_rank(variance, rtol=SINGULAR, hermitian=True)) if variance.any() else 0
    statistic = float(off @ np.linalg.pinv(variance, rtol=SINGULAR, hermitian=True) @ off) if rank else float("nan")
    sizes = {"n": leaving.sum().to_numpy(), "n_events": seen.sum(axis=0).astype("int64"), "n_expected": expected}
    table = pd.DataFrame({"arm": events.columns, **sizes})
    pvalue = float(special.chdtrc(rank, statistic)) if rank else float("nan")
    return LogRankArmsResult(table=table, statistic=statistic, degrees_of_freedom=rank, pvalue=pvalue)


def _require_days(durations: pd.DataFrame) -> None:
    if (durations["duration_days"] < 0).any():
        raise ValueError(f"duration_days == {durations['duration_days'].min()}, must be at least 0.")


def _by_day(durations: pd.DataFrame, arm: str, names: list[str]) -> pd.DataFrame:
    # One row a day, one column an arm.
    counts = durations.assign(_count=durations[names].sum(axis=1))
    table = counts.pivot_table(index="duration_days", columns=arm, values="_count", aggfunc="sum", fill_value=0)
    return table.sort_index()


def _expected(events: Floats, risk: Floats) -> tuple[Floats, Floats]:
    # Expected events of each arm and the covariance of seen - expected: a hypergeometric draw a day.
    all_events, at_risk = events.sum(axis=1), risk.sum(axis=1)
    share = risk / at_risk[:, None]
    weight = all_events * (at_risk - all_events) / np.maximum(at_risk - 1, 1)
    spread = np.diag((weight[:, None] * share).sum(axis=0)) - (share * weight[:, None]).T @ share
    return (all_events[:, None] * share).sum(axis=0), spread
