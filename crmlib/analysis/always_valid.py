"""Intervals and p-values that hold however often one looks, and what that costs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from crmlib.analysis.checks import require_at_least, require_between, require_counts
from crmlib.analysis.intervals import UNKNOWN, Interval, normal_quantile

if TYPE_CHECKING:
    from crmlib.analysis.means import Moments

FEWEST = 30


@dataclass(frozen=True, kw_only=True)
class AlwaysValidResult:
    """Treatment against control at one look of many; `difference` is treatment - control.

    `pvalue` is below 1 - confidence_level exactly when `difference_interval` excludes 0, and both hold at any look and
    at any stopping of the experiment. `wider` is how many times its standard errors are those of the interval for a
    single look at this size, `price` the same at the planned size: the price of looking.
    """

    confidence_level: float
    n_control: int
    n_treatment: int
    n_planned: float
    difference: float
    difference_interval: Interval
    pvalue: float
    wider: float
    price: float


def always_valid_proportions(
    successes_control: int,
    n_control: int,
    successes_treatment: int,
    n_treatment: int,
    *,
    n_planned: float,
    confidence_level: float = 0.95,
) -> AlwaysValidResult:
    """`always_valid_means` of two proportions, with one success and one failure added to each arm.

    The addition keeps the variance from being 0 at early looks; it moves an arm's share to (x + 1) / (n + 2) in the
    interval, not in `difference`.

    Raises:
        ValueError: successes are not between 0 and n, n_planned is below 2, or a confidence_level outside 0 to 1.

    Source: as `always_valid_means`; Agresti and Caffo (2000), The American Statistician 54, 280-288.

    Example:
        >>> round(always_valid_proportions(120, 1000, 150, 1000, n_planned=2000).pvalue, 3)
        0.551
    """
    require_counts("successes_control", successes_control, "n_control", n_control)
    require_counts("successes_treatment", successes_treatment, "n_treatment", n_treatment)
    arms = (successes_control, n_control), (successes_treatment, n_treatment)
    known = min(n_control, n_treatment) >= FEWEST
    shares = [(x + 1) / (n + 2) for x, n in arms]
    error = math.sqrt(sum(p * (1 - p) / n for p, (_, n) in zip(shares, arms, strict=True))) if known else math.nan
    difference = successes_treatment / n_treatment - successes_control / n_control if known else math.nan
    sizes = n_control, n_treatment
    return _look(difference, shares[1] - shares[0], error, sizes, n_planned, confidence_level, bound=1.0)


def always_valid_means(
    control: Moments, treatment: Moments, *, n_planned: float, confidence_level: float = 0.95
) -> AlwaysValidResult:
    """An asymptotic confidence sequence of a difference of two means, and the p-value that it inverts.

    With r = best * (n_control + n_treatment) / n_planned, half = error * sqrt((1 + r) / r * log((1 + r) / alpha^2)) and
    p = min(1, sqrt(1 + r) * exp(-z^2 / 2 * r / (1 + r))), z = difference / error: the mixture of the likelihood ratio
    over a normal prior. `best` makes the interval the narrowest at n_planned units (both arms), which must be set
    before the first look. `error` is the larger of Welch's and the one of a pooled variance: in a small arm, of which
    most buy nothing, the variance is often found far too small, and looking daily would meet that day. Nothing is said
    below 30 units an arm, where the normal approximation is not to be trusted.

    Raises:
        ValueError: n_planned is below 2 or confidence_level is not between 0 and 1.

    Source: Johari, Koomen, Pekelis and Walsh (2022), Operations Research 70, 1806-1821; Waudby-Smith, Arbour, Sinha,
    Kennedy and Ramdas (2024), Annals of Statistics 52, 2613-2640.

    Example:
        >>> from crmlib.analysis.means import Moments
        >>> arm = Moments(n=1000, mean=10.0, variance=4.0)
        >>> round(always_valid_means(arm, arm, n_planned=2000).difference_interval.high, 3)
        0.271
    """
    known = min(control.n, treatment.n) >= FEWEST and control.variance + treatment.variance > 0
    difference = treatment.mean - control.mean if known else math.nan
    error = _error(control, treatment) if known else math.nan
    sizes = control.n, treatment.n
    return _look(difference, difference, error, sizes, n_planned, confidence_level, bound=math.inf)


def price_of_looking(*, confidence_level: float = 0.95) -> float:
    """How many times wider than the interval for a single look the one for any number is, at the planned size.

    Raises:
        ValueError: confidence_level is not between 0 and 1.

    Example:
        >>> round(price_of_looking(), 3)
        1.549
    """
    return _reach(_best(1 - confidence_level), 1 - confidence_level) / normal_quantile(confidence_level)


def _look(
    difference: float,
    centre: float,
    error: float,
    sizes: tuple[int, int],
    n_planned: float,
    confidence_level: float,
    *,
    bound: float,
) -> AlwaysValidResult:
    require_between("confidence_level", confidence_level, 0, 1)
    require_at_least("n_planned", n_planned, 2)
    alpha, known = 1 - confidence_level, not math.isnan(error)
    r = _best(alpha) * sum(sizes) / n_planned
    reach = _reach(r, alpha) if known else math.nan
    half, nan = error * reach, float("nan")
    return AlwaysValidResult(
        confidence_level=confidence_level,
        n_control=sizes[0],
        n_treatment=sizes[1],
        n_planned=n_planned,
        difference=difference,
        difference_interval=Interval(max(centre - half, -bound), min(centre + half, bound)) if known else UNKNOWN,
        pvalue=_pvalue(centre / error, r) if known else nan,
        wider=reach / normal_quantile(confidence_level),
        price=price_of_looking(confidence_level=confidence_level),
    )


def _error(control: Moments, treatment: Moments) -> float:
    n_c, n_t = control.n, treatment.n
    pooled = ((n_c - 1) * control.variance + (n_t - 1) * treatment.variance) / (n_c + n_t - 2)
    return math.sqrt(max(control.variance / n_c + treatment.variance / n_t, pooled * (1 / n_c + 1 / n_t)))


def _best(alpha: float) -> float:
    # Where (1 + r) / r * log((1 + r) / alpha^2) is smallest.
    return -1 - float(np.real(special.lambertw(-(alpha**2) / math.e, -1)))


def _reach(r: float, alpha: float) -> float:
    return math.sqrt((1 + r) / r * math.log((1 + r) / alpha**2))


def _pvalue(z: float, r: float) -> float:
    return min(1.0, math.exp(0.5 * math.log1p(r) - z * z / 2 * r / (1 + r)))
