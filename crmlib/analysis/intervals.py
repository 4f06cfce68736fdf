"""Intervals of one proportion, and the small type every interval has."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from crmlib.analysis.checks import require_between, require_counts

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Interval:
    """Both ends of an interval; NaN where it is not defined.

    Example:
        >>> 0.2 in Interval(0.1, 0.3)
        True
    """

    low: float
    high: float

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high


UNKNOWN = Interval(float("nan"), float("nan"))


def normal_quantile(confidence_level: float) -> float:
    """The z of a two-sided interval, 1.96 at 0.95.

    Raises:
        ValueError: confidence_level is not between 0 and 1.

    Example:
        >>> round(normal_quantile(0.95), 6)
        1.959964
    """
    require_between("confidence_level", confidence_level, 0, 1)
    return float(special.ndtri(0.5 + confidence_level / 2))


def wilson(successes: float, n: float, *, confidence_level: float = 0.95) -> Interval:
    """Wilson's score interval of a proportion; NaN without trials.

    Source: Wilson (1927), JASA 22, 209-212.

    Raises:
        ValueError: successes are not between 0 and n, or confidence_level is not between 0 and 1.

    Example:
        >>> wilson(0, 20).low, round(wilson(0, 20).high, 6)
        (0.0, 0.161125)
    """
    require_counts("successes", successes, "n", n)
    low, high = wilson_bounds(successes, n, confidence_level=confidence_level)
    return Interval(float(low), float(high))


def wilson_bounds(successes: ArrayLike, n: ArrayLike, *, confidence_level: float = 0.95) -> tuple[Floats, Floats]:
    """Wilson's interval of many proportions at once: the lower ends and the upper ends, NaN where n is 0.

    Example:
        >>> low, high = wilson_bounds([50, 0], [500, 0])
        >>> low.round(6).tolist()
        [0.076678, nan]
    """
    z = normal_quantile(confidence_level)
    count = np.asarray(successes, dtype="float64")
    total = np.asarray(n, dtype="float64")
    size = np.where(total > 0, total, np.nan)
    centre = (count + z**2 / 2) / (size + z**2)
    half = z / (size + z**2) * np.sqrt(count * (size - count) / size + z**2 / 4)
    # At 0 and n the ends are exactly 0 and 1; arithmetic alone misses them by a rounding error.
    low = np.where(count == 0, 0.0 * size, centre - half)
    high = np.where(count == total, 1.0 + 0.0 * size, centre + half)
    return low, high


def clopper_pearson(successes: float, n: float, *, confidence_level: float = 0.95) -> Interval:
    """The exact interval of a proportion, which never covers less than its level; NaN without trials.

    Source: Clopper and Pearson (1934), Biometrika 26, 404-413.

    Raises:
        ValueError: successes are not between 0 and n, or confidence_level is not between 0 and 1.

    Example:
        >>> round(clopper_pearson(50, 500).low, 6)
        0.075136
    """
    require_counts("successes", successes, "n", n)
    require_between("confidence_level", confidence_level, 0, 1)
    if n == 0:
        return UNKNOWN
    tail = (1 - confidence_level) / 2
    low = float(special.betaincinv(successes, n - successes + 1, tail)) if successes > 0 else 0.0
    high = float(special.betaincinv(successes + 1, n - successes, 1 - tail)) if successes < n else 1.0
    return Interval(low, high)


def log_log_bounds(
    survival: ArrayLike, log_variance: ArrayLike, *, confidence_level: float = 0.95
) -> tuple[Floats, Floats]:
    """Interval of a product of rates from the variance of its logarithm, on the scale log(-log).

    The ends are survival ** exp(±z * sqrt(log_variance) / log(survival)), which stay within 0 and 1. At 1 and at 0
    the scale is not defined and both ends are NaN.

    Source: Kalbfleisch and Prentice (1980), The Statistical Analysis of Failure Time Data.
    """
    z = normal_quantile(confidence_level)
    rate = np.asarray(survival, dtype="float64")
    inner = np.where((rate > 0) & (rate < 1), rate, np.nan)
    width = z * np.sqrt(np.asarray(log_variance, dtype="float64")) / np.abs(np.log(inner))
    return inner ** np.exp(width), inner ** np.exp(-width)


def product_bounds(
    survival: ArrayLike, log_variance: ArrayLike, at_risk: ArrayLike, *, confidence_level: float = 0.95
) -> tuple[Floats, Floats]:
    """Interval of each of a falling series of products of rates, from the number at risk in each of its steps.

    Between 0 and 1 that of `log_log_bounds`. At 1 and at 0, where that is not defined, Wilson's for the effective
    number: at_risk / the product before the step, the least so far; without censoring all who began. A share found in a
    sample so never has an interval without a width.

    Source: Dorey and Korn (1987), Statistics in Medicine 6, 679-687, for the effective number.

    Example:
        >>> low, high = product_bounds([1, 0.5, 0], [0, 0.05, float("inf")], [20, 20, 10])
        >>> low.round(3).tolist(), high.round(3).tolist()
        ([0.839, 0.271, 0.0], [1.0, 0.692, 0.161])
    """
    rate, risk = (np.asarray(values, dtype="float64") for values in (survival, at_risk))
    low, high = log_log_bounds(rate, log_variance, confidence_level=confidence_level)
    with np.errstate(divide="ignore", invalid="ignore"):
        number = np.minimum.accumulate(risk / np.concatenate([[1.0], rate[:-1]]))
    certain = (rate == 0) | (rate == 1)
    number = np.where(certain, number, np.nan)
    ends = wilson_bounds(rate * number, number, confidence_level=confidence_level)
    return np.where(certain, ends[0], low), np.where(certain, ends[1], high)
