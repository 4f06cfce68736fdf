"""CUPED: what is known of a unit from before the experiment takes its share of the variance out of the outcome."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from crmlib.analysis.means import MeansResult, Moments, means, moments

if TYPE_CHECKING:
    from crmlib.analysis.intervals import Floats


@dataclass(frozen=True, kw_only=True)
class CupedResult:
    """The comparison of adjusted means beside the plain one.

    `theta` is the slope of the outcome on the covariate over both arms, `correlation` theirs over both arms.
    `variance_reduction` is 1 - (adjusted / plain) of the difference's squared standard error: the share of units that
    the adjustment saves. The covariate's own difference is that of chance, if chance assigned: `covariate` has it.
    Without variance of the covariate theta is 0 and nothing changes.
    """

    adjusted: MeansResult
    plain: MeansResult
    covariate: MeansResult
    theta: float
    correlation: float
    variance_reduction: float


def cuped(
    values_control: ArrayLike,
    covariate_control: ArrayLike,
    values_treatment: ArrayLike,
    covariate_treatment: ArrayLike,
    *,
    confidence_level: float = 0.95,
) -> CupedResult:
    """Compare two means after y - theta (x - mean of x over both arms), x from before the assignment.

    theta = cov(y, x) / var(x) over both arms together; each arm's variance is var(y) + theta^2 var(x) - 2 theta
    cov(y, x) within it. Test and intervals are those of `means` on the adjusted moments, the relative ones by the
    delta method on the logarithm of the adjusted means. x must not be touched by the treatment: only days before.

    Raises:
        ValueError: values and covariate of an arm differ in length, a value is missing, or confidence_level is not
            between 0 and 1.

    Source: Deng, Xu, Kohavi and Walker (2013), WSDM; equal to tea-tasting's Mean with a covariate.

    Example:
        >>> found = cuped([1, 2, 3, 4], [1, 2, 3, 4], [3, 4, 5, 7], [2, 3, 4, 5])
        >>> round(found.plain.difference, 6), round(found.adjusted.difference, 6)
        (2.25, 0.916667)
    """
    arms = [_arm(values_control, covariate_control), _arm(values_treatment, covariate_treatment)]
    plain, covariate = (
        means(moments(arms[0][i]), moments(arms[1][i]), confidence_level=confidence_level) for i in (0, 1)
    )
    values, before = (np.concatenate([arm[i] for arm in arms]) for i in (0, 1))
    theta = _theta(values, before)
    centre = float(before.mean()) if before.size else float("nan")
    control, treatment = (moments(y - theta * (x - centre)) for y, x in arms)
    return CupedResult(
        adjusted=means(control, treatment, confidence_level=confidence_level),
        plain=plain,
        covariate=covariate,
        theta=theta,
        correlation=_correlation(values, before),
        variance_reduction=1 - _squared_error(control, treatment) / _squared_error(*(moments(y) for y, _ in arms)),
    )


def _arm(values: ArrayLike, covariate: ArrayLike) -> tuple[Floats, Floats]:
    y, x = (np.asarray(column, dtype="float64") for column in (values, covariate))
    if y.shape != x.shape:
        raise ValueError(f"{y.size} values and {x.size} of the covariate, must be as many.")
    return y, x


def _theta(values: Floats, before: Floats) -> float:
    spread = float(((before - before.mean()) ** 2).sum()) if before.size else 0.0
    return float(((values - values.mean()) * (before - before.mean())).sum()) / spread if spread else 0.0


def _squared_error(control: Moments, treatment: Moments) -> float:
    if min(control.n, treatment.n) < 2:
        return float("nan")
    return (control.variance / control.n + treatment.variance / treatment.n) or float("nan")


def _correlation(values: Floats, before: Floats) -> float:
    if before.size < 2 or not (values.std() and before.std()):
        return float("nan")
    return float(np.corrcoef(values, before)[0, 1])
