"""The difference and the ratio of two independent beta variables, by quadrature: no draws, no noise."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from scipy import special
from scipy.optimize import brentq

NODES, WEIGHTS = np.polynomial.legendre.leggauss(200)
NOTHING = 1e-18


class Beta(NamedTuple):
    """A beta distribution; with a == 0 it is the point 0, with b == 0 the point 1."""

    a: float
    b: float

    @property
    def mean(self) -> float:
        """Its mean."""
        return self.a / (self.a + self.b)

    @property
    def variance(self) -> float:
        """Its variance."""
        return self.mean * (1 - self.mean) / (self.a + self.b + 1)

    def cdf(self, x: np.ndarray | float) -> np.ndarray:
        """Probability of a value up to x."""
        if self.a == 0 or self.b == 0:
            return np.asarray(np.asarray(x) >= (0.0 if self.a == 0 else 1.0), dtype="float64")
        return np.asarray(special.betainc(self.a, self.b, np.clip(x, 0.0, 1.0)))


def difference_below(d: float, t: Beta, c: Beta) -> float:
    """P(T - C <= d) of independent T and C.

    Example:
        >>> round(difference_below(0.0, Beta(2, 1), Beta(1, 1)), 12)
        0.333333333333
    """
    if t.variance == 0 and c.variance == 0:
        return float(t.mean - c.mean <= d)
    # The narrower of the two is the one to integrate over: the other's distribution is smooth on its scale.
    if c.variance <= t.variance:
        return _over(c, lambda x: t.cdf(x + d), (-d, 1 - d))
    return 1 - _over(t, lambda x: c.cdf(x - d), (d, 1 + d))


def ratio_below(r: float, t: Beta, c: Beta) -> float:
    """P(T <= r C) of independent T and C, r > 0.

    Example:
        >>> round(ratio_below(1.0, Beta(2, 1), Beta(1, 1)), 12)
        0.333333333333
    """
    if t.variance == 0 and c.variance == 0:
        return float(t.mean <= r * c.mean)
    if c.variance / c.mean**2 * t.mean**2 <= t.variance:
        return _over(c, lambda x: t.cdf(r * x), (0.0, 1 / r))
    return 1 - _over(t, lambda x: c.cdf(x / r), (0.0, r))


def quantile(below: Callable[[float], float], share: float, low: float, high: float) -> float:
    """The value between low and high at which a rising distribution function reaches a share."""
    if below(low) >= share:
        return low
    return high if below(high) <= share else brentq(lambda at: below(at) - share, low, high, xtol=1e-14)


def _over(law: Beta, function: Callable[[np.ndarray], np.ndarray], bends: tuple[float, float]) -> float:
    # The mean of a function of a variable between 0 and 1, smooth but at the two places where it leaves 0 or reaches 1.
    if law.variance == 0:
        return float(function(np.array([law.mean]))[0])
    ends = special.betaincinv(law.a, law.b, NOTHING), special.betainccinv(law.a, law.b, NOTHING)
    cuts = np.unique(np.clip([ends[0], *bends, ends[1]], *ends))
    return float(sum(_panel(law, function, low, high) for low, high in pairwise(cuts)))


def _panel(law: Beta, function: Callable[[np.ndarray], np.ndarray], low: float, high: float) -> float:
    # On the scale x = sin(u)^2, on which densities with a or b of one half have no pole.
    first, last = np.arcsin(np.sqrt([low, high]))
    u = (first + last) / 2 + (last - first) / 2 * NODES
    sine, cosine = np.sin(u), np.cos(u)
    log_density = special.xlogy(2 * law.a - 1, sine) + special.xlogy(2 * law.b - 1, cosine)
    density = 2 * np.exp(log_density - special.betaln(law.a, law.b))
    return float((last - first) / 2 * (WEIGHTS * density * function(sine**2)).sum())
