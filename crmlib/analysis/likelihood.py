"""Maximum likelihood for the models with a few positive parameters: fit, covariance, and the delta method."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from crmlib.analysis.intervals import UNKNOWN, Interval, normal_quantile

Floats = NDArray[np.float64]
STEP = 1e-4  # of the logarithm of a parameter, for the derivatives
LARGEST = 12.0  # a logarithm beyond it says that the likelihood has no maximum inside


@dataclass(frozen=True, kw_only=True)
class Fit:
    """Parameters at the maximum, the log-likelihood there, and the covariance of the parameters' logarithms."""

    parameters: Floats
    log_likelihood: float
    covariance: Floats
    converged: bool


def maximise(log_likelihood: Callable[[Floats], float], start: list[float]) -> Fit:
    """The positive parameters that maximise a log-likelihood, searched by Nelder-Mead and BFGS on their logarithms.

    `converged` needs a maximum inside the range of the search with a curvature that is negative in every direction.

    Example:
        >>> fit = maximise(lambda p: 3 * math.log(p[0]) - 2 * p[0], [1.0])
        >>> round(float(fit.parameters[0]), 6), fit.converged
        (1.5, True)
    """

    def cost(logs: Floats) -> float:
        if np.abs(logs).max() > 2 * LARGEST:
            return 1e300
        value = log_likelihood(np.exp(logs))
        return -value if math.isfinite(value) else 1e300

    logs = np.log(np.asarray(start, dtype="float64"))
    for _ in range(3):
        options = {"maxiter": 4000, "maxfev": 4000, "xatol": 1e-10, "fatol": 1e-10}
        logs = minimize(cost, logs, method="Nelder-Mead", options=options).x
    hessian = _hessian(cost, logs)
    inside = bool(np.abs(logs).max() < LARGEST)
    positive = bool(np.isfinite(hessian).all() and (np.linalg.eigvalsh(hessian) > 0).all())
    covariance: Floats = np.linalg.inv(hessian).astype("float64") if positive else np.full_like(hessian, np.nan)
    return Fit(
        parameters=np.exp(logs),
        log_likelihood=-float(cost(logs)),
        covariance=covariance,
        converged=inside and positive,
    )


def delta_interval(figure: Callable[[Floats], float], fit: Fit, *, confidence_level: float = 0.95) -> Interval:
    """Interval of a figure computed from the parameters, by the delta method on their logarithms.

    It holds the uncertainty of the parameters only, not that of who will buy.
    """
    if not fit.converged:
        return UNKNOWN
    logs = np.log(fit.parameters)
    nudges = np.eye(len(logs)) * STEP
    slope = np.array([(figure(np.exp(logs + n)) - figure(np.exp(logs - n))) / (2 * STEP) for n in nudges])
    half = normal_quantile(confidence_level) * math.sqrt(float(slope @ fit.covariance @ slope))
    value = figure(fit.parameters)
    return Interval(value - half, value + half)


def _hessian(cost: Callable[[Floats], float], at: Floats) -> Floats:
    step = 1e-3
    nudges = np.eye(len(at)) * step

    def second(a: Floats, b: Floats) -> float:
        return (cost(at + a + b) - cost(at + a - b) - cost(at - a + b) + cost(at - a - b)) / (4 * step * step)

    return np.array([[second(a, b) for b in nudges] for a in nudges])
