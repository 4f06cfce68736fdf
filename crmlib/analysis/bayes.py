"""A Bayesian reading of two arms: how probable it is that the treatment is better, and what choosing wrongly costs."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from crmlib.analysis.beta_difference import NODES, WEIGHTS, Beta, difference_below, quantile
from crmlib.analysis.checks import require_between, require_choice, require_counts
from crmlib.analysis.intervals import UNKNOWN, Interval

if TYPE_CHECKING:
    from crmlib.analysis.intervals import Floats
    from crmlib.analysis.means import Moments

# Four panels of 200 nodes over -1 to 1, stretched to where even two degrees of freedom leave nothing.
REACH = 3.6
PANELS = np.concatenate([(NODES + shift) / 4 for shift in (-3, -1, 1, 3)])
PANEL_WEIGHTS = np.tile(WEIGHTS / 4, 4)
PRIORS = {"uniform": 1.0, "jeffreys": 0.5}


@dataclass(frozen=True, kw_only=True)
class BayesResult:
    """What is believed of treatment - control after the data, the prior named.

    `probability_better` is that of a larger value of the treatment; `loss_of_treatment` is how much smaller than the
    control's the treatment's value is expected to be where it is smaller, counted as 0 elsewhere: the expected price
    of choosing the treatment; `loss_of_control` the price of choosing the control. Both in the unit of the value.
    `interval` holds the difference with probability `level`. None of it corrects for looking early or for many arms.
    """

    prior: str
    level: float
    n_control: int
    n_treatment: int
    probability_better: float
    loss_of_treatment: float
    loss_of_control: float
    difference: float
    interval: Interval


def bayes_proportions(
    successes_control: int,
    n_control: int,
    successes_treatment: int,
    n_treatment: int,
    *,
    prior: str = "uniform",
    level: float = 0.95,
) -> BayesResult:
    """Two proportions, each with a Beta(1, 1) prior ("uniform") or a Beta(1/2, 1/2) one ("jeffreys"), independent.

    Exact up to quadrature. With C' ~ Beta(a_c + 1, b_c) and T' ~ Beta(a_t + 1, b_t) the loss of the treatment is
    E[max(C - T, 0)] = E[C] P(C' > T) - E[T] P(C > T'). `difference` is that of the posterior means. An empty arm has
    its prior alone.

    Raises:
        ValueError: successes are not between 0 and n, an unknown prior, or level is not between 0 and 1.

    Source: Gelman et al. (2013), Bayesian Data Analysis, section 2.4; the loss as in Stucchi (2015), VWO whitepaper.

    Example:
        >>> round(bayes_proportions(120, 1000, 150, 1000).probability_better, 4)
        0.9751
    """
    require_counts("successes_control", successes_control, "n_control", n_control)
    require_counts("successes_treatment", successes_treatment, "n_treatment", n_treatment)
    require_choice("prior", prior, PRIORS)
    require_between("level", level, 0, 1)
    added = PRIORS[prior]
    c = Beta(successes_control + added, n_control - successes_control + added)
    t = Beta(successes_treatment + added, n_treatment - successes_treatment + added)
    tail = (1 - level) / 2
    ends = [quantile(lambda d: difference_below(d, t, c), share, -1.0, 1.0) for share in (tail, 1 - tail)]
    return BayesResult(
        prior=prior,
        level=level,
        n_control=n_control,
        n_treatment=n_treatment,
        probability_better=1 - difference_below(0.0, t, c),
        loss_of_treatment=_beta_loss(t, c),
        loss_of_control=_beta_loss(c, t),
        difference=t.mean - c.mean,
        interval=Interval(*ends),
    )


def bayes_means(control: Moments, treatment: Moments, *, level: float = 0.95) -> BayesResult:
    """Two means of normal values with unknown variances and the prior 1 / variance ("reference"), independent.

    Each mean then is Student's t with n - 1 degrees of freedom about the arm's mean, scaled by sqrt(variance / n); the
    difference is found by quadrature (Behrens-Fisher). NaN below three units an arm, where no loss is finite, or
    without variance in an arm.

    Raises:
        ValueError: level is not between 0 and 1.

    Source: Box and Tiao (1973), Bayesian Inference in Statistical Analysis, section 2.5.

    Example:
        >>> from crmlib.analysis.means import Moments
        >>> round(bayes_means(Moments(n=50, mean=10.0, variance=9.0), Moments(n=50, mean=11.0, variance=9.0))
        ...     .probability_better, 3)
        0.949
    """
    require_between("level", level, 0, 1)
    known = min(control.n, treatment.n) >= 3 and control.variance > 0 and treatment.variance > 0
    nan = float("nan")
    tail = (1 - level) / 2
    difference = treatment.mean - control.mean
    interval = UNKNOWN
    if known:
        reach = 1e4 * math.hypot(_scale(control), _scale(treatment))
        ends = difference - reach, difference + reach
        interval = Interval(
            *(quantile(lambda d: _t_below(d, treatment, control), share, *ends) for share in (tail, 1 - tail))
        )
    return BayesResult(
        prior="reference",
        level=level,
        n_control=control.n,
        n_treatment=treatment.n,
        probability_better=1 - _t_below(0.0, treatment, control) if known else nan,
        loss_of_treatment=_t_loss(treatment, control) if known else nan,
        loss_of_control=_t_loss(control, treatment) if known else nan,
        difference=difference,
        interval=interval,
    )


def _beta_loss(chosen: Beta, other: Beta) -> float:
    raised_other, raised_chosen = Beta(other.a + 1, other.b), Beta(chosen.a + 1, chosen.b)
    gained = other.mean * difference_below(0.0, chosen, raised_other)
    return max(gained - chosen.mean * difference_below(0.0, raised_chosen, other), 0.0)


def _scale(arm: Moments) -> float:
    return math.sqrt(arm.variance / arm.n)


def _t_below(d: float, treatment: Moments, control: Moments) -> float:
    # P(T - C <= d): over the narrower one, the other's distribution is smooth on its scale.
    if _scale(control) <= _scale(treatment):
        return _over(control, lambda x: special.stdtr(treatment.n - 1, (x + d - treatment.mean) / _scale(treatment)))
    return 1 - _over(treatment, lambda x: special.stdtr(control.n - 1, (x - d - control.mean) / _scale(control)))


def _t_loss(chosen: Moments, other: Moments) -> float:
    # E[max(O - X, 0)]: over X of what O is expected to lie above it.
    degrees, scale = other.n - 1, _scale(other)

    def above(x: Floats) -> Floats:
        z = (x - other.mean) / scale
        tail = (degrees + z**2) / (degrees - 1) * _t_density(z, degrees)
        return np.asarray(scale * (tail - z * special.stdtr(degrees, -z)))

    return max(_over(chosen, above), 0.0)


def _over(arm: Moments, function: Callable[[Floats], Floats]) -> float:
    # The mean of a function of the arm's mean. On the scale z = sinh(sinh(u)) the tails of any t are short.
    degrees = arm.n - 1
    u = REACH * PANELS
    inner = np.sinh(u)
    z = np.sinh(inner)
    weight = REACH * PANEL_WEIGHTS * np.cosh(u) * np.cosh(inner) * _t_density(z, degrees)
    return float((weight * function(arm.mean + _scale(arm) * z)).sum())


def _t_density(z: Floats, degrees: int) -> Floats:
    return np.asarray(
        np.exp(-special.betaln(degrees / 2, 0.5) - (degrees + 1) / 2 * np.log1p(z**2 / degrees)) / math.sqrt(degrees)
    )
