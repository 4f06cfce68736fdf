"""The same units before and after a change, without a control: weak evidence, and labelled so."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special
from scipy.optimize import brentq

from crmlib.analysis.checks import require_between
from crmlib.analysis.intervals import UNKNOWN, Interval, normal_quantile
from crmlib.analysis.means import moments

EVIDENCE = "weak"
TINY = 1e-12


@dataclass(frozen=True, kw_only=True)
class BeforeAfterResult:
    """After minus before of the same units; without a control whatever else changed meanwhile is in the difference.

    `pvalue` (paired t; McNemar's without continuity correction) is below 1 - confidence_level exactly when
    `difference_interval` excludes 0: a reading follows these two. `pvalue_other` is that of a second test, which no
    interval inverts: Wilcoxon's signed ranks for amounts, McNemar's exact one for rates. `n_changed` units differ.
    `evidence` is always "weak": units that were chosen for a low value rise again by themselves.
    """

    evidence: str
    confidence_level: float
    n: int
    n_changed: int
    value_before: float
    value_after: float
    difference: float
    difference_interval: Interval
    statistic: float
    pvalue: float
    pvalue_other: float


def before_after_means(before: ArrayLike, after: ArrayLike, *, confidence_level: float = 0.95) -> BeforeAfterResult:
    """Paired t test of amounts, one pair a unit, with Wilcoxon's signed-rank test beside it.

    Wilcoxon's is normal with correction for ties and none for continuity, units without a change left out, exact below
    is not attempted. NaN with fewer than two units, or where all change by the same amount.

    Raises:
        ValueError: as many values before as after are not given, one is missing, or confidence_level outside 0 to 1.

    Source: Student (1908), Biometrika 6, 1-25; Wilcoxon (1945), Biometrics Bulletin 1, 80-83.

    Example:
        >>> round(before_after_means([10, 20, 30, 40], [12, 21, 35, 47]).difference, 6)
        3.75
    """
    require_between("confidence_level", confidence_level, 0, 1)
    first, last = _pairs(before, after)
    change = moments(last - first)
    error = math.sqrt(change.variance / change.n) if change.n > 1 else float("nan")
    known = error > 0
    half = error * float(special.stdtrit(change.n - 1, 0.5 + confidence_level / 2)) if known else float("nan")
    statistic = change.mean / error if known else float("nan")
    return BeforeAfterResult(
        evidence=EVIDENCE,
        confidence_level=confidence_level,
        n=change.n,
        n_changed=int((first != last).sum()),
        value_before=moments(first).mean,
        value_after=moments(last).mean,
        difference=change.mean,
        difference_interval=Interval(change.mean - half, change.mean + half),
        statistic=statistic,
        pvalue=float(2 * special.stdtr(change.n - 1, -abs(statistic))) if known else float("nan"),
        pvalue_other=_signed_ranks(last - first),
    )


def before_after_rates(before: ArrayLike, after: ArrayLike, *, confidence_level: float = 0.95) -> BeforeAfterResult:
    """McNemar's test of two shares of the same units (values 0 or 1) with Tango's score interval, which inverts it.

    statistic = (gained - lost) / sqrt(gained + lost), normal; the exact test is that of gained among gained + lost
    at one half, twice the smaller tail.

    Raises:
        ValueError: as many values before as after are not given, one is not 0 or 1, or confidence_level outside 0 to 1.

    Source: McNemar (1947), Psychometrika 12, 153-157; Tango (1998), Statistics in Medicine 17, 891-908.

    Example:
        >>> round(before_after_rates([0] * 10 + [1] * 10, [1] * 6 + [0] * 4 + [1] * 10).pvalue, 4)
        0.0143
    """
    z = normal_quantile(confidence_level)
    first, last = _pairs(before, after)
    wrong = np.concatenate([first, last])[~np.isin(np.concatenate([first, last]), (0, 1))]
    if wrong.size:
        raise ValueError(f"value == {wrong[0]:g}, must be 0 or 1.")
    n, gained, lost = first.size, int((last > first).sum()), int((last < first).sum())
    changed, nan = gained + lost, float("nan")
    statistic = ((gained - lost) / math.sqrt(changed) if changed else 0.0) if n else nan
    return BeforeAfterResult(
        evidence=EVIDENCE,
        confidence_level=confidence_level,
        n=n,
        n_changed=changed,
        value_before=float(first.mean()) if n else nan,
        value_after=float(last.mean()) if n else nan,
        difference=(gained - lost) / n if n else nan,
        difference_interval=_tango(gained, lost, n, z) if n else UNKNOWN,
        statistic=statistic,
        pvalue=float(2 * special.ndtr(-abs(statistic))),
        pvalue_other=min(1.0, 2 * float(special.bdtr(min(gained, lost), changed, 0.5))) if n else nan,
    )


def _pairs(before: ArrayLike, after: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    first, last = (np.asarray(values, dtype="float64") for values in (before, after))
    if first.shape != last.shape:
        raise ValueError(f"{first.size} values before and {last.size} after, must be as many.")
    missing = int(np.isnan(first).sum() + np.isnan(last).sum())
    if missing:
        raise ValueError(f"{missing} of {2 * first.size} values are missing, must be none.")
    return first, last


def _signed_ranks(change: np.ndarray) -> float:
    moved = change[change != 0]
    n = moved.size
    if n == 0:
        return float("nan")
    _, place, ties = np.unique(np.abs(moved), return_inverse=True, return_counts=True)
    ranks = (np.cumsum(ties) - (ties - 1) / 2)[place]
    variance = n * (n + 1) * (2 * n + 1) / 24 - (ties**3 - ties).sum() / 48
    z = (ranks[moved > 0].sum() - n * (n + 1) / 4) / math.sqrt(variance)
    return float(2 * special.ndtr(-abs(z)))


def _tango(gained: int, lost: int, n: int, z: float) -> Interval:
    d = (gained - lost) / n

    def beyond(delta: float) -> float:
        # The restricted maximum-likelihood estimate of the share lost, at a difference of delta.
        b = -gained - lost + (2 * n - gained + lost) * delta
        c = -lost * delta * (1 - delta)
        q = (math.sqrt(max(b * b - 8 * n * c, 0.0)) - b) / (4 * n)
        return (gained - lost - n * delta) ** 2 - z**2 * n * max(2 * q + delta * (1 - delta), 0.0)

    low = -1.0 if d - TINY <= -1 else brentq(beyond, -1.0, d - TINY, xtol=1e-15)
    high = 1.0 if d + TINY >= 1 else brentq(beyond, d + TINY, 1.0, xtol=1e-15)
    return Interval(low, high)
