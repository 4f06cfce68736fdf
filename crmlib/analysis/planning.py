"""How many units an experiment needs, and the power it has with those it gets."""

from __future__ import annotations

import math

from scipy import special
from scipy.optimize import brentq

from crmlib.analysis.checks import require_at_least, require_between
from crmlib.analysis.intervals import normal_quantile


def power_proportions(
    rate_control: float, rate_treatment: float, *, n_control: float, n_treatment: float, alpha: float = 0.05
) -> float:
    """Probability that the two-sided score test finds a difference in the true direction.

    Phi((|difference| - z * error under no difference) / error under the difference).

    Raises:
        ValueError: a rate or alpha is not between 0 and 1, or an arm has fewer than one unit.

    Source: Fleiss, Levin and Paik (2003), section 4.2; with equal arms the rule of R's power.prop.test.

    Example:
        >>> round(power_proportions(0.10, 0.12, n_control=3841, n_treatment=3841), 3)
        0.8
    """
    for name, rate in (("rate_control", rate_control), ("rate_treatment", rate_treatment), ("alpha", alpha)):
        require_between(name, rate, 0, 1)
    require_at_least("n_control", n_control, 1)
    require_at_least("n_treatment", n_treatment, 1)
    pooled = (n_control * rate_control + n_treatment * rate_treatment) / (n_control + n_treatment)
    null = math.sqrt(pooled * (1 - pooled) * (1 / n_control + 1 / n_treatment))
    error = math.sqrt(
        rate_control * (1 - rate_control) / n_control + rate_treatment * (1 - rate_treatment) / n_treatment
    )
    z = normal_quantile(1 - alpha)
    return float(special.ndtr((abs(rate_treatment - rate_control) - z * null) / error))


def sample_size_proportions(
    rate_control: float, rate_treatment: float, *, power: float = 0.8, alpha: float = 0.05
) -> int:
    """Units an arm, both arms equal, for the score test to find a difference of two proportions.

    Raises:
        ValueError: a rate, power or alpha is not between 0 and 1, the rates are equal or power is not above alpha / 2.

    Source: R's power.prop.test without `strict`.

    Example:
        >>> sample_size_proportions(0.10, 0.12)
        3841
    """
    named = {"rate_control": rate_control, "rate_treatment": rate_treatment, "power": power, "alpha": alpha}
    for name, value in named.items():
        require_between(name, value, 0, 1)
    _require_effect("rate_treatment - rate_control", rate_treatment - rate_control, power, alpha)
    pooled = (rate_control + rate_treatment) / 2
    null = normal_quantile(1 - alpha) * math.sqrt(2 * pooled * (1 - pooled))
    spread = float(special.ndtri(power)) * math.sqrt(
        rate_control * (1 - rate_control) + rate_treatment * (1 - rate_treatment)
    )
    return math.ceil(((null + spread) / (rate_treatment - rate_control)) ** 2)


def power_means(
    difference: float,
    standard_deviation: float,
    *,
    n: float,
    n_treatment: float | None = None,
    alpha: float = 0.05,
) -> float:
    """Probability that the two-sided t test with n units an arm finds a difference in the true direction.

    With `n_treatment` the arms differ in size and n is the control's.

    Raises:
        ValueError: standard_deviation is not above 0, an arm is below 2 or alpha is not between 0 and 1.

    Source: noncentral t with n + n_treatment - 2 degrees of freedom, as R's power.t.test without `strict`.

    Example:
        >>> round(power_means(1, 1, n=20), 6)
        0.868953
    """
    require_between("alpha", alpha, 0, 1)
    require_between("standard_deviation", standard_deviation, 0, math.inf)
    other = n if n_treatment is None else n_treatment
    require_at_least("n", n, 2)
    require_at_least("n_treatment", other, 2)
    degrees = n + other - 2
    shift = abs(difference) / standard_deviation * math.sqrt(n * other / (n + other))
    if shift > 30:  # scipy's noncentral t gives NaN far out, where nothing is left to doubt
        return 1.0
    critical = float(special.stdtrit(degrees, 1 - alpha / 2))
    if degrees > 1e5:  # and is not exact there for many degrees of freedom, where it is normal
        return float(special.ndtr(shift - critical))
    return float(1 - special.nctdtr(degrees, shift, critical))


def sample_size_means(difference: float, standard_deviation: float, *, power: float = 0.8, alpha: float = 0.05) -> int:
    """Units an arm, both arms equal, for the t test to find a difference of two means.

    Raises:
        ValueError: power or alpha is not between 0 and 1, standard_deviation is not above 0, the difference is 0 or
            power is not above alpha / 2.

    Source: R's power.t.test.

    Example:
        >>> sample_size_means(1, 1, power=0.9)
        23
    """
    require_between("power", power, 0, 1)
    require_between("alpha", alpha, 0, 1)
    require_between("standard_deviation", standard_deviation, 0, math.inf)
    _require_effect("difference", difference, power, alpha)

    def short(n: float) -> float:
        return power_means(difference, standard_deviation, n=n, alpha=alpha) - power

    enough = 2.0
    while short(enough) < 0:
        enough *= 2
    return math.ceil(brentq(short, enough / 2, enough) if enough > 2 else 2)


def _require_effect(name: str, value: float, power: float, alpha: float) -> None:
    if value == 0:
        raise ValueError(f"{name} == 0, must be another number: no size finds a difference that is not there.")
    if power <= alpha / 2:
        raise ValueError(f"power == {power}, must be above alpha / 2 == {alpha / 2}.")
