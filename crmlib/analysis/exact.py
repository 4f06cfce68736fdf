"""Two proportions where counts are small: Fisher's exact test, and the interval that inverts it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import special

from crmlib.analysis.beta_difference import Beta, difference_below, quantile, ratio_below
from crmlib.analysis.checks import require_between, require_counts
from crmlib.analysis.intervals import UNKNOWN, Interval, clopper_pearson
from crmlib.analysis.proportions import Counts, ProportionsResult

LARGEST_RATIO = 1e12
_TINY = 1e-15


@dataclass(frozen=True, kw_only=True)
class FisherResult:
    """Fisher's exact test of a 2 x 2 table, treatment against control.

    `less` and `greater` are one-sided: the treatment's share is smaller, is larger. `central` is twice the smaller of
    them, at most 1: the one that the interval of `exact` inverts and that a verdict follows. `two_sided` adds up the
    tables that are no more likely than the one seen, as R's fisher.test and scipy do; no interval inverts it.
    """

    less: float
    greater: float
    central: float
    two_sided: float


def fisher(successes_control: int, n_control: int, successes_treatment: int, n_treatment: int) -> FisherResult:
    """Fisher's exact test: the treatment's successes are hypergeometric, given all successes and both sizes.

    Returns:
        FisherResult; NaN with an empty arm.

    Raises:
        ValueError: successes are not between 0 and n.

    Source: Fisher (1935), JRSS 98, 39-54; Fay (2010), Biostatistics 11, 373-374, on the central p-value.

    Example:
        >>> round(fisher(1, 10, 8, 10).two_sided, 6)
        0.005477
    """
    require_counts("successes_control", successes_control, "n_control", n_control)
    require_counts("successes_treatment", successes_treatment, "n_treatment", n_treatment)
    if not (n_control and n_treatment):
        nan = float("nan")
        return FisherResult(less=nan, greater=nan, central=nan, two_sided=nan)
    successes = int(successes_control + successes_treatment)
    first = max(0, successes - int(n_control))
    support = np.arange(first, min(successes, int(n_treatment)) + 1)
    chance = _chances(n_control, n_treatment, successes, support)
    at = int(successes_treatment) - first
    less, greater = float(min(chance[: at + 1].sum(), 1)), float(min(chance[at:].sum(), 1))
    # Equally likely tables differ by rounding: the tolerance is that of R and scipy.
    as_unlikely = chance <= chance[at] * (1 + 1e-7)
    return FisherResult(
        less=less,
        greater=greater,
        central=min(1.0, 2 * min(less, greater)),
        two_sided=float(min(chance[as_unlikely].sum(), 1)),
    )


def exact(
    successes_control: int,
    n_control: int,
    successes_treatment: int,
    n_treatment: int,
    *,
    confidence_level: float = 0.95,
) -> ProportionsResult:
    """Compare two proportions by Fisher's exact test; the interval of the difference and of the ratio invert it.

    `pvalue` is the central one of `fisher`, twice the smaller one-sided p-value; it is below 1 - confidence_level
    exactly when `difference_interval` excludes 0, and then `relative_interval` does too. The intervals meld the
    Clopper-Pearson bounds of the arms: the lower end is the alpha / 2 quantile of T - C, T ~ Beta(x_t, n_t - x_t + 1)
    and C ~ Beta(x_c + 1, n_c - x_c), the upper end the 1 - alpha / 2 quantile with T ~ Beta(x_t + 1, n_t - x_t) and
    C ~ Beta(x_c, n_c - x_c + 1). Each arm has its Clopper-Pearson interval. Both cover at least at their level.

    Returns:
        ProportionsResult with method "exact" and no `statistic`. NaN with an empty arm; without a success of the
        control `relative` is NaN and its interval open above (inf).

    Raises:
        ValueError: successes are not between 0 and n, or confidence_level is not between 0 and 1.

    Source: Fay, Proschan and Brittain (2015), Biometrics 71, 146-156.

    Example:
        >>> round(exact(1, 10, 8, 10).pvalue, 6)
        0.005477
    """
    require_between("confidence_level", confidence_level, 0, 1)
    test = fisher(successes_control, n_control, successes_treatment, n_treatment)
    counts = Counts(x_c=successes_control, n_c=n_control, x_t=successes_treatment, n_t=n_treatment)
    known, nan = n_control > 0 and n_treatment > 0, float("nan")
    tail = (1 - confidence_level) / 2
    ratio = _ratio(counts, test, tail) if known else UNKNOWN
    return ProportionsResult(
        method="exact",
        confidence_level=confidence_level,
        n_control=n_control,
        n_treatment=n_treatment,
        rate_control=counts.p_c if n_control else nan,
        rate_treatment=counts.p_t if n_treatment else nan,
        interval_control=clopper_pearson(successes_control, n_control, confidence_level=confidence_level),
        interval_treatment=clopper_pearson(successes_treatment, n_treatment, confidence_level=confidence_level),
        difference=counts.difference if known else nan,
        difference_interval=_difference(counts, test, tail) if known else UNKNOWN,
        relative=counts.p_t / counts.p_c - 1 if known and successes_control else nan,
        relative_interval=Interval(ratio.low - 1, ratio.high - 1),
        statistic=nan,
        pvalue=test.central,
    )


def _difference(counts: Counts, test: FisherResult, tail: float) -> Interval:
    # At 0 the distribution functions are Fisher's one-sided p-values: they tell on which side of 0 an end lies, so
    # that no rounding of the quadrature can make interval and test disagree.
    low_t, low_c, high_t, high_c = _bounds(counts)
    side = (0.0, 1.0) if test.greater < tail else (-1.0, 0.0)
    low = quantile(lambda d: difference_below(d, low_t, low_c), tail, *side)
    side = (-1.0, 0.0) if test.less < tail else (0.0, 1.0)
    high = quantile(lambda d: difference_below(d, high_t, high_c), 1 - tail, *side)
    # Where an end on the side of a clear difference falls on 0 by rounding, it is moved off it.
    return Interval(max(low, _TINY) if test.greater < tail else low, min(high, -_TINY) if test.less < tail else high)


def _ratio(counts: Counts, test: FisherResult, tail: float) -> Interval:
    low_t, low_c, high_t, high_c = _bounds(counts)
    above, below = (0.0, math.log(LARGEST_RATIO)), (-math.log(LARGEST_RATIO), 0.0)
    low = high = math.nan
    if counts.x_t:
        side = above if test.greater < tail else below
        low = math.exp(quantile(lambda r: ratio_below(math.exp(r), low_t, low_c), tail, *side))
    if counts.x_c:
        side = below if test.less < tail else above
        high = math.exp(quantile(lambda r: ratio_below(math.exp(r), high_t, high_c), 1 - tail, *side))
    return Interval(low if counts.x_t else 0.0, high if counts.x_c else math.inf)


def _bounds(counts: Counts) -> tuple[Beta, Beta, Beta, Beta]:
    x_c, n_c, x_t, n_t = counts.x_c, counts.n_c, counts.x_t, counts.n_t
    low = Beta(x_t, n_t - x_t + 1), Beta(x_c + 1, n_c - x_c)
    return *low, Beta(x_t + 1, n_t - x_t), Beta(x_c, n_c - x_c + 1)


def _chances(n_control: int, n_treatment: int, successes: int, support: np.ndarray) -> np.ndarray:
    logs = _log_choose(n_treatment, support) + _log_choose(n_control, successes - support)
    chances = np.exp(logs - logs.max())
    return np.asarray(chances / chances.sum())


def _log_choose(n: int, k: np.ndarray) -> np.ndarray:
    return np.asarray(-special.betaln(n - k + 1, k + 1) - np.log1p(n))
