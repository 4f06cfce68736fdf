"""Several tests at once: adjusted p-values, and several arms against a control with intervals that hold together."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import special
from scipy.optimize import brentq

from crmlib.analysis.checks import require_between, require_choice
from crmlib.analysis.means import means
from crmlib.analysis.proportions import proportions

if TYPE_CHECKING:
    from crmlib.analysis.intervals import Floats
    from crmlib.analysis.means import MeansResult, Moments
    from crmlib.analysis.proportions import ProportionsResult

NODES, WEIGHTS = np.polynomial.legendre.leggauss(120)


def adjust_pvalues(pvalues: ArrayLike, *, method: str = "holm") -> Floats:
    """P-values made larger for their number; NaN stays NaN and does not count.

    "holm" holds the probability of any false call, "benjamini_hochberg" the expected share of false calls.

    Raises:
        ValueError: an unknown method, or a p-value outside 0 to 1.

    Source: Holm (1979), Scandinavian Journal of Statistics 6, 65-70; Benjamini and Hochberg (1995), JRSS B 57,
    289-300; equal to R's p.adjust.

    Example:
        >>> adjust_pvalues([0.01, 0.04]).tolist()
        [0.02, 0.04]
    """
    require_choice("method", method, ["holm", "benjamini_hochberg"])
    given = np.asarray(pvalues, dtype="float64")
    known = ~np.isnan(given)
    wrong = given[known][(given[known] < 0) | (given[known] > 1)]
    if wrong.size:
        raise ValueError(f"pvalue == {wrong[0]:g}, must be between 0 and 1.")
    adjusted = np.full(given.shape, np.nan)
    adjusted[known] = _holm(given[known]) if method == "holm" else _benjamini_hochberg(given[known])
    return adjusted


def _holm(pvalues: Floats) -> Floats:
    order = np.argsort(pvalues, kind="stable")
    steps = np.maximum.accumulate(pvalues[order] * np.arange(len(pvalues), 0, -1))
    return _back(np.minimum(steps, 1.0), order)


def _benjamini_hochberg(pvalues: Floats) -> Floats:
    order = np.argsort(-pvalues, kind="stable")
    n = len(pvalues)
    steps = np.minimum.accumulate(pvalues[order] * n / np.arange(n, 0, -1))
    return _back(np.minimum(steps, 1.0), order)


def _back(steps: Floats, order: np.ndarray) -> Floats:
    result = np.empty_like(steps)
    result[order] = steps
    return result


@dataclass(frozen=True, kw_only=True)
class ManyResult:
    """One row a comparison, corrected for their number.

    `table` has label; difference, difference_low, difference_high (simultaneous: all hold together with probability
    `confidence_level`); pvalue (of that comparison alone), pvalue_adjusted, pvalue_holm, pvalue_benjamini_hochberg.
    `pvalue_adjusted` is below 1 - confidence_level exactly when the row's interval excludes 0: a verdict follows these
    two. `method` is "bonferroni" or "dunnett".
    """

    table: pd.DataFrame
    method: str
    confidence_level: float


def bonferroni_proportions(
    control: tuple[int, int], treatments: Mapping[str, tuple[int, int]], *, confidence_level: float = 0.95
) -> ManyResult:
    """Several arms' proportions (successes, n) against the control's by score tests, intervals at 1 - alpha / k.

    Raises:
        ValueError: successes are not between 0 and n, or confidence_level is not between 0 and 1.

    Source: Dunn (1961), JASA 56, 52-64.

    Example:
        >>> found = bonferroni_proportions((120, 1000), {"b": (150, 1000), "c": (165, 1000)})
        >>> found.table["pvalue_adjusted"].round(5).tolist()
        [0.09928, 0.00799]
    """
    level = _shared_level(confidence_level, len(treatments))
    found = [proportions(*control, *arm, confidence_level=level) for arm in treatments.values()]
    return _bonferroni(list(treatments), found, confidence_level)


def bonferroni_means(
    control: Moments, treatments: Mapping[str, Moments], *, confidence_level: float = 0.95
) -> ManyResult:
    """Several arms' means against the control's by Welch's tests, intervals at 1 - alpha / k.

    Raises:
        ValueError: confidence_level is not between 0 and 1.

    Source: Dunn (1961), JASA 56, 52-64.
    """
    level = _shared_level(confidence_level, len(treatments))
    found = [means(control, arm, confidence_level=level) for arm in treatments.values()]
    return _bonferroni(list(treatments), found, confidence_level)


def dunnett(control: Moments, treatments: Mapping[str, Moments], *, confidence_level: float = 0.95) -> ManyResult:
    """Several arms' means against the control's by Dunnett's test: narrower than Bonferroni, where variances are equal.

    t_i = difference_i / (s sqrt(1 / n_i + 1 / n_c)) with the variance s^2 pooled over all arms; the p-value is the
    probability that the largest |t| of all is as large, by quadrature over the control's mean and over s.

    Raises:
        ValueError: confidence_level is not between 0 and 1.

    Source: Dunnett (1955), JASA 50, 1096-1121.
    """
    require_between("confidence_level", confidence_level, 0, 1)
    arms = list(treatments.values())
    degrees = control.n + sum(arm.n for arm in arms) - 1 - len(arms)
    known = bool(arms) and min(control.n, *(arm.n for arm in arms)) > 1
    pooled = sum((arm.n - 1) * arm.variance for arm in (control, *arms)) / degrees if known else float("nan")
    known = known and pooled > 0
    errors = [math.sqrt(pooled * (1 / arm.n + 1 / control.n)) if known else float("nan") for arm in arms]
    differences = [arm.mean - control.mean for arm in arms]
    lean = np.array([math.sqrt(arm.n / (arm.n + control.n)) if known else float("nan") for arm in arms])
    alpha, nan = 1 - confidence_level, float("nan")
    reach = brentq(lambda c: _largest_above(c, lean, degrees) - alpha, 0.0, 1e3, xtol=1e-13) if known else nan
    statistics = [abs(d) / error for d, error in zip(differences, errors, strict=True)]
    raw = [float(2 * special.stdtr(degrees, -t)) for t in statistics]
    adjusted = [_largest_above(t, lean, degrees) if known else nan for t in statistics]
    ends = [(d - reach * error, d + reach * error) for d, error in zip(differences, errors, strict=True)]
    table = _many_table(list(treatments), differences, ends, raw, adjusted)
    return ManyResult(table=table, method="dunnett", confidence_level=confidence_level)


def _shared_level(confidence_level: float, k: int) -> float:
    require_between("confidence_level", confidence_level, 0, 1)
    return 1 - (1 - confidence_level) / max(k, 1)


def _bonferroni(
    labels: list[str], found: Sequence[ProportionsResult | MeansResult], confidence_level: float
) -> ManyResult:
    raw = [result.pvalue for result in found]
    adjusted = [min(1.0, len(found) * p) if p == p else p for p in raw]
    ends = [(result.difference_interval.low, result.difference_interval.high) for result in found]
    table = _many_table(labels, [result.difference for result in found], ends, raw, adjusted)
    return ManyResult(table=table, method="bonferroni", confidence_level=confidence_level)


def _many_table(
    labels: list[str],
    differences: list[float],
    ends: list[tuple[float, float]],
    raw: list[float],
    adjusted: list[float],
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "label": labels,
            "difference": differences,
            "difference_low": [low for low, _ in ends],
            "difference_high": [high for _, high in ends],
            "pvalue": raw,
            "pvalue_adjusted": adjusted,
            "pvalue_holm": adjust_pvalues(raw),
            "pvalue_benjamini_hochberg": adjust_pvalues(raw, method="benjamini_hochberg"),
        }
    )


def _largest_above(c: float, lean: Floats, degrees: int) -> float:
    # P(max |T_i| > c): given the control's mean z and the scale s the arms are independent.
    z, shares = 8.5 * NODES, 8.5 * WEIGHTS * np.exp(-((8.5 * NODES) ** 2) / 2) / math.sqrt(2 * math.pi)
    low, high = (float(special.chdtri(degrees, tail)) for tail in (1 - 1e-16, 1e-17))
    low = 0.0 if math.isnan(low) else low
    first, last = math.sqrt(low), math.sqrt(high)
    root = (first + last) / 2 + (last - first) / 2 * NODES
    log_density = special.xlogy(degrees - 1, root) - root**2 / 2
    scale, mass = root / math.sqrt(degrees), WEIGHTS * np.exp(log_density - log_density.max())
    mass = mass / mass.sum()
    own = np.sqrt(1 - lean**2)
    reach, shift = c * scale[:, None, None] / own, lean * z[None, :, None] / own
    within = (special.ndtr(reach - shift) - special.ndtr(-reach - shift)).prod(axis=2)
    return float(min(max(1 - mass @ within @ shares, 0.0), 1.0))
