"""What an experiment of a given size can find, and the sizes of arms of unequal shares."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from scipy.optimize import brentq

from crmlib.analysis.checks import require_at_least, require_between
from crmlib.analysis.planning import power_means, power_proportions

MOST = 1e12


class Sizes(NamedTuple):
    """Units of the two arms."""

    n_control: int
    n_treatment: int


def smallest_difference_proportions(
    rate_control: float,
    *,
    n_control: float,
    n_treatment: float,
    power: float = 0.8,
    alpha: float = 0.05,
    upwards: bool = True,
) -> float:
    """The smallest difference of two proportions that the score test finds with a given power, above 0.

    NaN where no rate up to 1 (down to 0) would be found.

    Raises:
        ValueError: a rate, power or alpha is not between 0 and 1, or an arm has fewer than one unit.

    Source: the inverse of `power_proportions`.

    Example:
        >>> round(smallest_difference_proportions(0.10, n_control=3841, n_treatment=3841), 4)
        0.02
    """
    require_between("power", power, 0, 1)
    room, sign = (1 - rate_control, 1) if upwards else (rate_control, -1)

    def short(difference: float) -> float:
        rate = rate_control + sign * difference
        return power_proportions(rate_control, rate, n_control=n_control, n_treatment=n_treatment, alpha=alpha) - power

    least, most = room * 1e-12, room * (1 - 1e-12)
    if not (power > alpha / 2 and short(most) > 0):
        return float("nan")
    # Of so many units that even the least is found, no less can be told.
    return float(brentq(short, least, most)) if short(least) < 0 else least


def smallest_difference_means(
    standard_deviation: float, *, n_control: float, n_treatment: float, power: float = 0.8, alpha: float = 0.05
) -> float:
    """The smallest difference of two means that the t test finds with a given power.

    For a ratio of sums the standard deviation is the root of `ratio_moments(...).variance`; after CUPED it is times
    sqrt(1 - variance_reduction).

    Raises:
        ValueError: power or alpha is not between 0 and 1, standard_deviation is not above 0 or an arm is below 2.

    Source: the inverse of `power_means`.

    Example:
        >>> round(smallest_difference_means(1, n_control=23, n_treatment=23, power=0.9), 2)
        0.98
    """
    require_between("power", power, alpha / 2, 1)

    def short(difference: float) -> float:
        found = power_means(difference, standard_deviation, n=n_control, n_treatment=n_treatment, alpha=alpha)
        return found - power

    enough = standard_deviation * math.sqrt(1 / n_control + 1 / n_treatment)
    while short(enough) < 0:
        enough *= 2
    return float(brentq(short, 0.0, enough, xtol=1e-12 * enough))


def sizes_proportions(
    rate_control: float,
    rate_treatment: float,
    *,
    treatment_share: float = 0.5,
    power: float = 0.8,
    alpha: float = 0.05,
) -> Sizes:
    """Units of both arms for the score test to find a difference of two proportions, arms of any shares.

    Raises:
        ValueError: a rate, share, power or alpha is not between 0 and 1, the rates are equal or power is not above
            alpha / 2.

    Source: Fleiss, Levin and Paik (2003), section 4.2, without continuity correction.

    Example:
        >>> sizes_proportions(0.10, 0.12, treatment_share=0.5)
        Sizes(n_control=3841, n_treatment=3841)
    """

    def power_of(n_control: float, n_treatment: float) -> float:
        return power_proportions(
            rate_control, rate_treatment, n_control=n_control, n_treatment=n_treatment, alpha=alpha
        )

    return _sizes(power_of, rate_treatment - rate_control, treatment_share, power, alpha, fewest=1)


def sizes_means(
    difference: float,
    standard_deviation: float,
    *,
    treatment_share: float = 0.5,
    power: float = 0.8,
    alpha: float = 0.05,
) -> Sizes:
    """Units of both arms for the t test to find a difference of two means (or ratios of sums), arms of any shares.

    Raises:
        ValueError: a share, power or alpha is not between 0 and 1, standard_deviation is not above 0, the difference is
            0 or power is not above alpha / 2.

    Source: noncentral t, as R's power.t.test.

    Example:
        >>> sizes_means(1, 1, power=0.9)
        Sizes(n_control=23, n_treatment=23)
    """

    def power_of(n_control: float, n_treatment: float) -> float:
        return power_means(difference, standard_deviation, n=n_control, n_treatment=n_treatment, alpha=alpha)

    return _sizes(power_of, difference, treatment_share, power, alpha, fewest=2)


def _sizes(
    power_of: Callable[[float, float], float],
    difference: float,
    treatment_share: float,
    power: float,
    alpha: float,
    *,
    fewest: int,
) -> Sizes:
    require_between("treatment_share", treatment_share, 0, 1)
    require_between("alpha", alpha, 0, 1)
    require_between("power", power, alpha / 2, 1)
    require_at_least("abs(difference)", abs(difference), 5e-324)

    def short(n: float) -> float:
        # An arm of the fewest units must not fall below them by a rounding error.
        return power_of(*(max(n * share, fewest) for share in (1 - treatment_share, treatment_share))) - power

    least = fewest / min(treatment_share, 1 - treatment_share)
    enough = least
    while short(enough) < 0 and enough < MOST:
        enough *= 2
    n = brentq(short, enough / 2, enough, xtol=1e-9) if enough > least else least
    # A rounding error above a whole number is not a unit more.
    return Sizes(*(math.ceil(n * share - 1e-9 * n) for share in (1 - treatment_share, treatment_share)))
