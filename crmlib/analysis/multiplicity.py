"""P-values of several tests at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from crmlib.analysis.checks import require_choice

if TYPE_CHECKING:
    from crmlib.analysis.intervals import Floats


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
