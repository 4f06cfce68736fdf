"""The power that a simulated experiment has, by the test that fits its metric, from what is true of it."""

from __future__ import annotations

from math import exp, log, sqrt
from statistics import NormalDist

MEDIAN_AMOUNT, SPREAD = 5200, 0.4  # of one order, in yen and in logs
BETWEEN, WITHIN = 0.25, 0.30  # of order values: spread between people and between the orders of one, in logs
OWN_SIZE = 0.4  # of a person's orders, where earlier and later orders are to go together
MORE_ORDERS = 0.6  # orders of a buyer beyond the first, on average, where the order value is measured


def power(rate_control: float, rate_treatment: float, n_control: float, n_treatment: float, *, alpha: float) -> float:
    """Power of the two-sided score test of two proportions, by the normal approximation with the pooled null.

    >>> round(power(0.80, 0.85, 906, 906, alpha=0.05), 2)
    0.8
    """
    n = n_control + n_treatment
    pooled = (rate_control * n_control + rate_treatment * n_treatment) / n
    null = sqrt(pooled * (1 - pooled) * (1 / n_control + 1 / n_treatment))
    spread = sqrt(rate_control * (1 - rate_control) / n_control + rate_treatment * (1 - rate_treatment) / n_treatment)
    return _beyond(rate_treatment - rate_control, null, spread, alpha)


def power_of_means(
    difference: float, variance_control: float, variance_treatment: float, n_control: float, n_treatment: float, *,
    alpha: float,
) -> float:  # fmt: skip
    """Power of the two-sided Welch test, by the normal approximation.

    >>> round(power_of_means(0.5, 1, 1, 63, 63, alpha=0.05), 2)
    0.8
    """
    spread = sqrt(variance_control / n_control + variance_treatment / n_treatment)
    return _beyond(difference, spread, spread, alpha)


def power_of_log_rank(
    rate_control: float, rate_treatment: float, n_control: float, n_treatment: float, *, alpha: float
) -> float:
    """Power of the two-sided log-rank test of two constant hazards whose shares have left by the end of the window.

    Source: Schoenfeld (1981), Biometrika 68, 316-319.

    >>> round(power_of_log_rank(0.75, 0.5, 52.3, 52.3, alpha=0.05), 2)  # 65.4 events, hazard ratio 0.5
    0.8
    """
    events = rate_control * n_control + rate_treatment * n_treatment
    share = n_treatment / (n_control + n_treatment)
    ratio = log(1 - rate_treatment) / log(1 - rate_control)
    return _beyond(log(ratio), 1.0, 1.0, alpha, scale=sqrt(events * share * (1 - share)))


def amount_moments(*, own_size: bool) -> tuple[float, float]:
    """Mean and variance of the amount of one order; `own_size`: people differ in the size of their orders.

    >>> [round(moment) for moment in amount_moments(own_size=False)]
    [5633, 5505801]
    """
    mean = MEDIAN_AMOUNT * exp(SPREAD**2 / 2)
    return mean, mean**2 * (exp(SPREAD**2 + own_size * OWN_SIZE**2) - 1)


def revenue_moments(rate: float, *, own_size: bool) -> tuple[float, float]:
    """Mean and variance of what a unit brings that orders once with chance `rate`."""
    mean, variance = amount_moments(own_size=own_size)
    return rate * mean, rate * (variance + mean**2) - (rate * mean) ** 2


def order_value_moments(rate: float, *, own_size: bool) -> tuple[float, float]:
    """The ratio of sales to orders and, by the delta method, its variance times the number of units.

    A share `rate` of the units buy, once and a Poisson number of times more; orders of one person go together.
    """
    between = BETWEEN**2 + own_size * OWN_SIZE**2
    mean = MEDIAN_AMOUNT * exp((BETWEEN**2 + WITHIN**2) / 2)
    variance = mean**2 * (exp(between + WITHIN**2) - 1)
    covariance = mean**2 * (exp(between) - 1)
    n_orders = rate * (1 + MORE_ORDERS)
    n_pairs = rate * (2 * MORE_ORDERS + MORE_ORDERS**2)
    return mean, (n_orders * variance + n_pairs * covariance) / n_orders**2


def _beyond(shift: float, null: float, spread: float, alpha: float, *, scale: float = 1.0) -> float:
    limit = NormalDist().inv_cdf(1 - alpha / 2) * null
    upper, lower = (shift * scale - limit) / spread, (-shift * scale - limit) / spread
    return NormalDist().cdf(upper) + NormalDist().cdf(lower)
