"""BG/NBD: how often a one-off buyer will come back, from how often and how lately he did."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import special

from crmlib.analysis.checks import require_columns
from crmlib.analysis.intervals import Interval
from crmlib.analysis.likelihood import Fit, Floats, delta_interval, maximise

COLUMNS = ["frequency", "recency", "age"]
START = [1.0, 10.0, 1.0, 2.0]
FEWEST = 100  # repeat buyers below which the model is not fitted


@dataclass(frozen=True, kw_only=True)
class BgNbdResult:
    """The four parameters (r, alpha of the buying rate, a, b of the dropout) in the time unit of the customers.

    `state` is fitted, too_few (repeat buyers) or no_convergence; parameters are NaN unless fitted.
    """

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float
    n: int
    n_repeat: int
    state: str
    fit: Fit | None = None

    @property
    def parameters(self) -> Floats:
        """r, alpha, a, b."""
        return np.array([self.r, self.alpha, self.a, self.b])


def fit(customers: pd.DataFrame, *, fewest: int = FEWEST) -> BgNbdResult:
    """Fit by maximum likelihood to frequency (repeat purchases), recency (first to last) and age (first to now).

    Not fitted with fewer than `fewest` repeat buyers, nor where the likelihood has no maximum inside.

    Raises:
        ValueError: a column is missing.

    Source: Fader, Hardie and Lee (2005), Marketing Science 24, 275-284.
    """
    require_columns("customers", customers.columns, COLUMNS)
    n, n_repeat = len(customers), int((customers["frequency"] > 0).sum())
    if n_repeat < max(fewest, 1):
        return _not_fitted(n, n_repeat, "too_few")
    # Customers alike in all three have one likelihood: they are computed once.
    kinds, counts = np.unique(customers[COLUMNS].to_numpy(dtype="float64"), axis=0, return_counts=True)
    x, t_x, age = kinds.T
    weights = counts.astype("float64")
    scale = float(age.max()) or 1.0
    found = maximise(lambda p: _log_likelihood(p, x, t_x / scale * 40, age / scale * 40, weights), START)
    if not found.converged:
        return _not_fitted(n, n_repeat, "no_convergence")
    r, alpha, a, b = found.parameters.tolist()
    # The search ran in fortieths of the longest age; alpha carries the time unit, and the density with it.
    log_likelihood = found.log_likelihood + float((x * weights).sum()) * float(np.log(40 / scale))
    own = Fit(
        parameters=np.array([r, alpha * scale / 40, a, b]),
        log_likelihood=log_likelihood,
        covariance=found.covariance,
        converged=True,
    )
    return BgNbdResult(
        r=r, alpha=alpha * scale / 40, a=a, b=b, log_likelihood=log_likelihood, n=n, n_repeat=n_repeat,
        state="fitted", fit=own,
    )  # fmt: skip


def expected_purchases(parameters: ArrayLike, time: ArrayLike) -> Floats:
    """Purchases that a new customer is expected to repeat within a time: E[X(t)], equation 9 of the paper.

    Example:
        >>> expected_purchases([0.242593, 4.413532, 0.792886, 2.425753], [1.0]).round(4).tolist()
        [0.0532]
    """
    r, alpha, a, b = np.asarray(parameters, dtype="float64")
    t = np.asarray(time, dtype="float64")
    return (a + b - 1) / (a - 1) * (1 - (alpha / (alpha + t)) ** r * special.hyp2f1(r, b, a + b - 1, t / (alpha + t)))


def conditional_purchases(parameters: ArrayLike, customers: pd.DataFrame, *, time: float) -> Floats:
    """Purchases each customer is expected to make within a time from now, given the past: equation 10 of the paper.

    Raises:
        ValueError: a column is missing.
    """
    require_columns("customers", customers.columns, COLUMNS)
    r, alpha, a, b = np.asarray(parameters, dtype="float64")
    x, _, age = (customers[name].to_numpy(dtype="float64") for name in COLUMNS)
    series = special.hyp2f1(r + x, b + x, a + b + x - 1, time / (alpha + age + time))
    kept = 1 - np.exp((r + x) * np.log((alpha + age) / (alpha + age + time))) * series
    return (a + b + x - 1) / (a - 1) * kept * alive(parameters, customers)


def alive(parameters: ArrayLike, customers: pd.DataFrame) -> Floats:
    """The probability that each customer still buys; 1 without a repeat purchase, by the assumptions of the model.

    Raises:
        ValueError: a column is missing.
    """
    require_columns("customers", customers.columns, COLUMNS)
    r, alpha, a, b = np.asarray(parameters, dtype="float64")
    x, t_x, age = (customers[name].to_numpy(dtype="float64") for name in COLUMNS)
    again = x > 0
    log_odds = np.log(a / (b + np.where(again, x, 1) - 1)) + (r + x) * np.log((alpha + age) / (alpha + t_x))
    return np.where(again, special.expit(-log_odds), 1.0)


def total_purchases(result: BgNbdResult, customers: pd.DataFrame, *, time: float) -> tuple[float, Interval]:
    """Expected purchases of all customers within a time from now, with the interval of the parameters."""
    kinds = customers.groupby(COLUMNS).size().reset_index(name="n")
    weights = kinds["n"].to_numpy(dtype="float64")

    def total(parameters: Floats) -> float:
        return float((conditional_purchases(parameters, kinds, time=time) * weights).sum())

    interval = delta_interval(total, result.fit) if result.fit else Interval(np.nan, np.nan)
    return total(result.parameters), interval


def _log_likelihood(parameters: Floats, x: Floats, t_x: Floats, age: Floats, counts: Floats) -> float:
    r, alpha, a, b = parameters
    never_left = -(r + x) * np.log(alpha + age)
    left = np.where(x > 0, np.log(a) - np.log(b + np.maximum(x, 1) - 1) - (r + x) * np.log(alpha + t_x), -np.inf)
    parts = (
        special.gammaln(r + x) - special.gammaln(r) + r * np.log(alpha)
        + special.gammaln(a + b) + special.gammaln(b + x) - special.gammaln(b) - special.gammaln(a + b + x)
        + np.logaddexp(never_left, left)
    )  # fmt: skip
    return float((parts * counts).sum())


def _not_fitted(n: int, n_repeat: int, state: str) -> BgNbdResult:
    nan = float("nan")
    return BgNbdResult(r=nan, alpha=nan, a=nan, b=nan, log_likelihood=nan, n=n, n_repeat=n_repeat, state=state)
