"""Gamma-Gamma: how much a repeat buyer spends a purchase, drawn towards the average where he bought seldom."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import special

from crmlib.analysis.bgnbd import FEWEST
from crmlib.analysis.checks import require_columns
from crmlib.analysis.likelihood import Fit, Floats, maximise

COLUMNS = ["frequency", "mean_amount"]


@dataclass(frozen=True, kw_only=True)
class GammaGammaResult:
    """The three parameters; `gamma` is in the money of the customers. `state` as in `bgnbd`."""

    p: float
    q: float
    gamma: float
    log_likelihood: float
    n: int
    state: str
    fit: Fit | None = None

    @property
    def parameters(self) -> Floats:
        """p, q, gamma."""
        return np.array([self.p, self.q, self.gamma])


def fit(customers: pd.DataFrame, *, fewest: int = FEWEST) -> GammaGammaResult:
    """Fit by maximum likelihood to frequency (repeat purchases) and mean_amount (a repeat purchase).

    Only customers with a repeat purchase and a mean amount above 0 tell anything.

    Raises:
        ValueError: a column is missing.

    Source: Fader and Hardie (2013), The Gamma-Gamma Model of Monetary Value, note 025.
    """
    require_columns("customers", customers.columns, COLUMNS)
    rows = customers[(customers["frequency"] > 0) & (customers["mean_amount"] > 0)]
    nan = float("nan")
    if len(rows) < max(fewest, 1):
        return GammaGammaResult(p=nan, q=nan, gamma=nan, log_likelihood=nan, n=len(rows), state="too_few")
    x, z = (rows[name].to_numpy(dtype="float64") for name in COLUMNS)
    scale = float(z.mean())
    found = maximise(lambda p: _log_likelihood(p, x, z / scale), [1.0, 2.0, 1.0])
    if not found.converged or found.parameters[1] <= 1:
        return GammaGammaResult(p=nan, q=nan, gamma=nan, log_likelihood=nan, n=len(rows), state="no_convergence")
    p, q, gamma = (found.parameters * [1, 1, scale]).tolist()
    log_likelihood = found.log_likelihood - len(rows) * float(np.log(scale))
    own = Fit(
        parameters=np.array([p, q, gamma]), log_likelihood=log_likelihood, covariance=found.covariance, converged=True
    )
    return GammaGammaResult(p=p, q=q, gamma=gamma, log_likelihood=log_likelihood, n=len(rows), state="fitted", fit=own)


def expected_amount(parameters: ArrayLike, customers: pd.DataFrame) -> Floats:
    """The mean spend of a purchase expected of each customer; the population's mean without a repeat purchase.

    E = p (gamma + mean_amount x frequency) / (p x frequency + q - 1).

    Raises:
        ValueError: a column is missing.
    """
    require_columns("customers", customers.columns, COLUMNS)
    p, q, gamma = np.asarray(parameters, dtype="float64")
    x = customers["frequency"].to_numpy(dtype="float64")
    spent = np.where(x > 0, customers["mean_amount"].to_numpy(dtype="float64") * x, 0.0)
    return p * (gamma + spent) / (p * x + q - 1)


def _log_likelihood(parameters: Floats, x: Floats, z: Floats) -> float:
    p, q, gamma = parameters
    return float((
        special.gammaln(p * x + q) - special.gammaln(p * x) - special.gammaln(q) + q * np.log(gamma)
        + (p * x - 1) * np.log(z) + p * x * np.log(x) - (p * x + q) * np.log(gamma + x * z)
    ).sum())  # fmt: skip
