"""Net Promoter Score: three bands of the answers 0 to 10, the score with its interval, groups and their difference."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import special

from crmlib.analysis.checks import require_columns
from crmlib.analysis.intervals import UNKNOWN, Interval, normal_quantile, wilson
from crmlib.analysis.nps_bands import STANDARD, Bands

BANDS = {"detractor": (0, 6), "passive": (7, 8), "promoter": (9, 10)}
ANSWERS = range(11)
_GROUP_COLUMNS = ["group", "n", "n_promoters", "n_passives", "n_detractors", "nps", "nps_low", "nps_high"]


@dataclass(frozen=True, kw_only=True)
class NpsResult:
    """A score in points from -100 to 100 with the counts behind it; NaN without answers.

    `standard_error` and `wald` are the plain ones, `interval` is the adjusted Wald interval, which the reports show.
    """

    n: int
    n_promoters: int
    n_passives: int
    n_detractors: int
    nps: float
    standard_error: float
    wald: Interval
    interval: Interval


@dataclass(frozen=True, kw_only=True)
class NpsDifference:
    """The score of a first group minus that of a second, in points, with its interval and p-value."""

    n_a: int
    n_b: int
    difference: float
    interval: Interval
    pvalue: float


@dataclass(frozen=True, kw_only=True)
class ResponseRate:
    """How many of those asked have answered; `n_without_sending` answers have no record of being sent for."""

    n_sent: int
    n_answered: int
    n_without_sending: int
    rate: float
    interval: Interval


def score(values: ArrayLike, *, bands: Bands = STANDARD, confidence_level: float = 0.95) -> NpsResult:
    """Share of promoters (9, 10) minus share of detractors (0 to 6), in points; with other bands it is not called NPS.

    standard_error = 100 * sqrt((p + d - (p - d)^2) / n). The adjusted Wald interval adds 3/4 to promoters and to
    detractors and 3 to n, and is cut at -100 and 100.

    Raises:
        ValueError: a value is not a whole number from 0 to 10, or confidence_level is not between 0 and 1.

    Source: Rocks (2016), The American Statistician 70(4), 365-372.

    Example:
        >>> score([10, 10, 9, 8, 3]).nps
        40.0
    """
    return score_of_counts(answer_counts(values), bands=bands, confidence_level=confidence_level)


def score_of_counts(counts: np.ndarray, *, bands: Bands = STANDARD, confidence_level: float = 0.95) -> NpsResult:
    """`score` of how often each answer from 0 to 10 was given.

    Example:
        >>> score_of_counts(np.array([0, 0, 0, 1, 0, 0, 0, 0, 1, 1, 2])).nps
        40.0
    """
    n = int(counts.sum())
    promoters, detractors = int(counts[bands.promoter_from :].sum()), int(counts[: bands.detractor_to + 1].sum())
    nps, error = _estimate(promoters, detractors, n)
    shifted, shifted_error = _estimate(promoters + 0.75, detractors + 0.75, n + 3)
    z = normal_quantile(confidence_level)
    return NpsResult(
        n=n,
        n_promoters=promoters,
        n_passives=n - promoters - detractors,
        n_detractors=detractors,
        nps=nps,
        standard_error=error,
        wald=Interval(nps - z * error, nps + z * error),
        interval=_cut(shifted, z * shifted_error, 100.0) if n else UNKNOWN,
    )


def distribution(values: ArrayLike) -> pd.DataFrame:
    """How often each answer was given, all eleven of them; an answer that nobody gave is a true zero.

    Returns columns:
        nps (0 to 10); n; share (of all answers, NaN without answers).

    Raises:
        ValueError: a value is not a whole number from 0 to 10.
    """
    counts = answer_counts(values)
    return pd.DataFrame({"nps": list(ANSWERS), "n": counts, "share": counts / (counts.sum() or np.nan)})


def by_group(frame: pd.DataFrame, *, group: str, bands: Bands = STANDARD) -> pd.DataFrame:
    """The score of every group of a column, in the column's own order (categories) or sorted.

    Returns columns:
        group; n; n_promoters, n_passives, n_detractors; nps, nps_low, nps_high (points, adjusted Wald).

    Raises:
        ValueError: a column is missing or an answer is not a whole number from 0 to 10.

    Example:
        >>> answers = pd.DataFrame({"usage": ["every_day", "stopped"], "nps": [9, 4]})
        >>> by_group(answers, group="usage")[["group", "nps"]].to_numpy().tolist()
        [['every_day', 100.0], ['stopped', -100.0]]
    """
    require_columns("frame", frame.columns, [group, "nps"])
    parts = frame.groupby(group, observed=True, dropna=False)["nps"]
    rows = [_row(name, score(part, bands=bands)) for name, part in parts]
    return pd.DataFrame(rows, columns=_GROUP_COLUMNS)


def difference(a: NpsResult, b: NpsResult, *, confidence_level: float = 0.95, inflation: float = 1.0) -> NpsDifference:
    """The difference of two independent scores, a minus b, in points.

    `inflation` multiplies its variance, where the same customers answered more than once (`nps_segments`).

    `difference` is the plain one. Interval and p-value come from the two adjusted estimates and the sum of their
    variances, so p < alpha exactly when the interval excludes 0; the interval is cut at -200 and 200.

    Raises:
        ValueError: confidence_level is not between 0 and 1.

    Source: Lewis and Sauro (2021), How to Statistically Compare Two Net Promoter Scores, measuringu.com.
    """
    z = normal_quantile(confidence_level)
    if not (a.n and b.n):
        nan = float("nan")
        return NpsDifference(n_a=a.n, n_b=b.n, difference=nan, interval=UNKNOWN, pvalue=nan)
    shifted_a, error_a = _estimate(a.n_promoters + 0.75, a.n_detractors + 0.75, a.n + 3)
    shifted_b, error_b = _estimate(b.n_promoters + 0.75, b.n_detractors + 0.75, b.n + 3)
    error = math.hypot(error_a, error_b) * math.sqrt(inflation)
    return NpsDifference(
        n_a=a.n,
        n_b=b.n,
        difference=a.nps - b.nps,
        interval=_cut(shifted_a - shifted_b, z * error, 200.0),
        pvalue=float(2 * special.ndtr(-abs(shifted_a - shifted_b) / error)),
    )


def response_rate(surveys: pd.DataFrame, sent: pd.DataFrame, *, confidence_level: float = 0.95) -> ResponseRate:
    """Customers who answered a survey they were sent, over those sent; one count a customer and survey.

    Returns:
        ResponseRate with Wilson's interval; the rate is NaN when nothing was sent.

    Raises:
        ValueError: a column is missing or confidence_level is not between 0 and 1.
    """
    keys = ["survey_id", "customer_id"]
    require_columns("surveys", surveys.columns, keys)
    require_columns("sent", sent.columns, keys)
    asked = set(sent[keys].itertuples(index=False, name=None))
    answered = set(surveys[keys].itertuples(index=False, name=None))
    n, k = len(asked), len(asked & answered)
    return ResponseRate(
        n_sent=n,
        n_answered=k,
        n_without_sending=len(answered - asked),
        rate=k / n if n else float("nan"),
        interval=wilson(k, n, confidence_level=confidence_level),
    )


def latest_answers(surveys: pd.DataFrame) -> pd.DataFrame:
    """One answer a customer and survey: the last by `answered_at`, of equal times the one with the last response_id.

    Returns columns:
        those of `surveys`, sorted by survey_id and customer_id.

    Raises:
        ValueError: a column is missing.
    """
    order = ["survey_id", "customer_id", "answered_at", "response_id"]
    require_columns("surveys", surveys.columns, order)
    return surveys.sort_values(order).drop_duplicates(order[:2], keep="last").reset_index(drop=True)


def answer_counts(values: ArrayLike) -> np.ndarray:
    """How often each answer from 0 to 10 was given.

    Raises:
        ValueError: a value is not a whole number from 0 to 10.
    """
    answers = np.asarray(values, dtype="float64")
    wrong = answers[~np.isin(answers, ANSWERS)]
    if wrong.size:
        raise ValueError(f"nps == {wrong[0]:g}, must be a whole number from 0 to 10.")
    return np.bincount(answers.astype("int64"), minlength=11)


def _estimate(promoters: float, detractors: float, n: float) -> tuple[float, float]:
    # The score and its standard error, both in points.
    if not n:
        return float("nan"), float("nan")
    mean = (promoters - detractors) / n
    variance = (promoters + detractors) / n - mean**2
    return 100 * mean, 100 * math.sqrt(max(variance, 0.0) / n)


def _cut(centre: float, half: float, bound: float) -> Interval:
    return Interval(max(centre - half, -bound), min(centre + half, bound))


def _row(name: object, result: NpsResult) -> tuple[object, ...]:
    counts = (result.n, result.n_promoters, result.n_passives, result.n_detractors)
    return (name, *counts, result.nps, result.interval.low, result.interval.high)
