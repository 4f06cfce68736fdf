"""A ratio of two sums, such as the order value (sales / orders), compared between arms by the delta method."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from crmlib.analysis.means import MeansResult, Moments, means


def ratio_moments(numerators: ArrayLike, denominators: ArrayLike, *, all_units: bool = False) -> Moments:
    """Number of units with anything, ratio of the sums, and the variance that such a unit adds to it, for `means`.

    ratio = sum(y) / sum(x); variance = (var(y) - 2 ratio cov(y, x) + ratio^2 var(x)) / mean(x)^2, so that variance / n
    is the ratio's. One row is one unit: the units are independent, the orders of one unit are not. A unit with 0 in
    both columns adds nothing to the ratio and does not count: where few units have orders, to count all of them gives
    far too narrow intervals (of 200 units with 25 buyers 93.7 % held instead of 95 %, of 60 with 8 only 89 %).
    `all_units` counts them all the same, as tea-tasting does.

    Returns:
        Moments; mean and variance NaN where the denominators add up to 0, the variance with fewer than two units.

    Raises:
        ValueError: the columns differ in length, or a value is missing.

    Source: Deng, Knoblich and Lu (2018), KDD, Applying the Delta Method in Metric Analytics.

    Example:
        >>> ratio_moments([3000, 8000, 0], [1, 2, 0])
        Moments(n=2, mean=3666.6666666666665, variance=395061.7283950618)
    """
    y, x = (np.asarray(values, dtype="float64") for values in (numerators, denominators))
    if y.shape != x.shape:
        raise ValueError(f"{y.size} numerators and {x.size} denominators, must be as many.")
    missing = int(np.isnan(y).sum() + np.isnan(x).sum())
    if missing:
        raise ValueError(f"{missing} of {2 * y.size} values are missing, must be none.")
    if not all_units:
        counts = (y != 0) | (x != 0)
        y, x = y[counts], x[counts]
    nan = float("nan")
    if not x.sum():
        return Moments(n=y.size, mean=nan, variance=nan)
    ratio = float(y.sum() / x.sum())
    if y.size < 2:
        return Moments(n=y.size, mean=ratio, variance=nan)
    # The variance of y - ratio x, which is never below 0; the sum of its three terms can be, by rounding.
    return Moments(n=y.size, mean=ratio, variance=float((y - ratio * x).var(ddof=1)) / float(x.mean()) ** 2)


def deviation_per_unit(numerators: ArrayLike, denominators: ArrayLike) -> float:
    """What every unit given adds to the ratio's standard error, as a standard deviation: also those with nothing.

    sqrt(variance * units / units with anything), variance of `ratio_moments`: with it a size of arms is one of units
    assigned, of whom only some will have orders. NaN with fewer than two units that have anything.

    Raises:
        ValueError: as `ratio_moments`.

    Example:
        >>> round(deviation_per_unit([3000, 8000, 0, 0], [1, 2, 0, 0]) / deviation_per_unit([3000, 8000], [1, 2]), 6)
        1.414214
    """
    found = ratio_moments(numerators, denominators)
    return math.sqrt(found.variance * np.size(numerators) / found.n) if found.variance >= 0 else float("nan")


def ratio_of_sums(
    numerators_control: ArrayLike,
    denominators_control: ArrayLike,
    numerators_treatment: ArrayLike,
    denominators_treatment: ArrayLike,
    *,
    all_units: bool = False,
    confidence_level: float = 0.95,
) -> MeansResult:
    """Compare two ratios of sums: Welch's test on the delta method's variances; `mean_control` is a ratio here.

    The relative interval is that of the logarithm of treatment / control. `pvalue` is below 1 - confidence_level
    exactly when `difference_interval` excludes 0. `n_control` and `n_treatment` are all units given, also where only
    those with anything count for the variance.

    Raises:
        ValueError: columns of one arm differ in length, a value is missing, or confidence_level is not between 0 and 1.

    Source: Deng, Knoblich and Lu (2018), KDD; with `all_units` equal to tea-tasting's RatioOfMeans.

    Example:
        >>> ratio_of_sums([3000, 8000, 0], [1, 2, 0], [4000, 9000, 7000], [1, 2, 2]).mean_treatment
        4000.0
    """
    control = ratio_moments(numerators_control, denominators_control, all_units=all_units)
    treatment = ratio_moments(numerators_treatment, denominators_treatment, all_units=all_units)
    found = means(control, treatment, confidence_level=confidence_level)
    return replace(found, n_control=np.size(numerators_control), n_treatment=np.size(numerators_treatment))
