"""How long until an event, arm against arm: one test of any number of arms, and two differences with intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import special

from crmlib.analysis.checks import require_at_least, require_between, require_columns
from crmlib.analysis.intervals import UNKNOWN, Interval, normal_quantile, wilson
from crmlib.analysis.proportions import proportions
from crmlib.analysis.survival import COUNTS, kaplan_meier

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


@dataclass(frozen=True, kw_only=True)
class SurvivalDifference:
    """Treatment minus control on the way to one day: the shares still without the event, or the mean days without it.

    `pvalue` is below 1 - confidence_level exactly when `difference_interval` excludes 0. All NaN where an arm was not
    observed up to the day.
    """

    day: int
    confidence_level: float
    n_control: int
    n_treatment: int
    value_control: float
    value_treatment: float
    interval_control: Interval
    interval_treatment: Interval
    difference: float
    difference_interval: Interval
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


def difference_on_day(
    control: pd.DataFrame, treatment: pd.DataFrame, *, day: int, confidence_level: float = 0.95
) -> SurvivalDifference:
    """The shares still without the event after `day` (Kaplan-Meier) and their difference, from counts by duration.

    Each share is read as a proportion of n' = share (1 - share) / variance (Greenwood) units, with Wilson's interval
    of it; the difference has Newcombe's. Without censoring n' is n and all is that of plain proportions. At a share of
    1 n' is who is still observed, at 0 the events.

    Raises:
        ValueError: a column is missing, a duration is negative, day is below 1 or confidence_level outside 0 to 1.

    Source: Rothman (1978), Journal of Chronic Diseases 31, 557-560; Newcombe (1998), Statistics in Medicine 17,
    873-890, method 10.
    """
    require_at_least("day", day, 1)
    arms = [_effective(counts, day) for counts in (control, treatment)]
    nan = any(math.isnan(share) for share, _ in arms)
    sizes = [0.0 if nan else size for _, size in arms]
    shares = [0.0 if nan else share for share, _ in arms]
    numbers = [number for share, size in zip(shares, sizes, strict=True) for number in (share * size, size)]
    found = proportions(*numbers, method="newcombe", confidence_level=confidence_level)  # type: ignore[arg-type]
    own = [
        UNKNOWN if math.isnan(share) else wilson(share * size, size, confidence_level=confidence_level)
        for share, size in arms
    ]
    return _told(
        day, confidence_level, (control, treatment), (arms[0][0], arms[1][0]), (own[0], own[1]),
        found.difference_interval, found.pvalue,
    )  # fmt: skip


def restricted_mean_difference(
    control: pd.DataFrame, treatment: pd.DataFrame, *, day: int, confidence_level: float = 0.95
) -> SurvivalDifference:
    """The mean number of days without the event within the first `day` days, and its difference between the arms.

    The mean is the area under the Kaplan-Meier curve from 0 to day; its variance is the sum over the days with events
    of (area from there on)^2 * n_events / (n_at_risk (n_at_risk - n_events)). Test and intervals are normal.

    Raises:
        ValueError: a column is missing, a duration is negative, day is below 1 or confidence_level outside 0 to 1.

    Source: Royston and Parmar (2013), BMC Medical Research Methodology 13, 152.

    Example:
        >>> counts = pd.DataFrame({"duration_days": [10, 30], "n_events": [1, 1], "n_censored": [0, 0]})
        >>> restricted_mean_difference(counts, counts, day=20).value_control
        15.0
    """
    require_at_least("day", day, 1)
    require_between("confidence_level", confidence_level, 0, 1)
    (mean_c, error_c), (mean_t, error_t) = (_restricted_mean(counts, day) for counts in (control, treatment))
    error, z = math.hypot(error_c, error_t), normal_quantile(confidence_level)
    difference = mean_t - mean_c
    ends = Interval(difference - z * error, difference + z * error) if error > 0 else UNKNOWN
    own = Interval(mean_c - z * error_c, mean_c + z * error_c), Interval(mean_t - z * error_t, mean_t + z * error_t)
    pvalue = float(2 * special.ndtr(-abs(difference) / error)) if error > 0 else float("nan")
    return _told(day, confidence_level, (control, treatment), (mean_c, mean_t), own, ends, pvalue)


def _told(
    day: int,
    confidence_level: float,
    arms: tuple[pd.DataFrame, pd.DataFrame],
    values: tuple[float, float],
    own: tuple[Interval, Interval],
    interval: Interval,
    pvalue: float,
) -> SurvivalDifference:
    n_control, n_treatment = (int(counts[COUNTS[1:]].to_numpy().sum()) for counts in arms)
    return SurvivalDifference(
        day=day,
        confidence_level=confidence_level,
        n_control=n_control,
        n_treatment=n_treatment,
        value_control=values[0],
        value_treatment=values[1],
        interval_control=own[0],
        interval_treatment=own[1],
        difference=values[1] - values[0],
        difference_interval=interval,
        pvalue=pvalue,
    )


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


def _effective(counts: pd.DataFrame, day: int) -> tuple[float, float]:
    # The share still without the event after the day, and the units that a proportion as precise would have.
    curve = kaplan_meier(counts).table
    if curve.empty or (curve["day"].max() < day and curve["survival"].iloc[-1] > 0):
        return float("nan"), 0.0
    past = curve[curve["day"] <= day]
    share = float(past["survival"].iloc[-1])
    if share == 1:
        later = counts.loc[counts["duration_days"] >= day, COUNTS[1:]]
        return share, float(later.to_numpy().sum())
    if share == 0:
        return share, float(past["n_events"].sum())
    events, risk = past["n_events"].to_numpy(dtype="float64"), past["n_at_risk"].to_numpy(dtype="float64")
    return share, (1 - share) / (share * float((events / (risk * (risk - events))).sum()))


def _restricted_mean(counts: pd.DataFrame, day: int) -> tuple[float, float]:
    curve = kaplan_meier(counts).table
    if curve.empty or (curve["day"].max() < day and curve["survival"].iloc[-1] > 0):
        return float("nan"), float("nan")
    past = curve[curve["day"] < day]
    survival = past["survival"].to_numpy(dtype="float64")
    lengths = np.diff(np.append(past["day"].to_numpy(dtype="float64"), float(day)))
    after = (survival * lengths)[::-1].cumsum()[::-1]
    events, risk = past["n_events"].to_numpy(dtype="float64"), past["n_at_risk"].to_numpy(dtype="float64")
    # The last one to have the event leaves nothing after it: no variance.
    terms = np.where(after > 0, after**2 * events / np.where(risk > events, risk * (risk - events), 1.0), 0.0)
    return float(after[0]), math.sqrt(float(terms.sum()))
