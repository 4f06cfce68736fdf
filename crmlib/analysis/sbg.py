"""Shifted-beta-geometric: who still has a subscription after deliveries that nobody has seen yet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import special

from crmlib.analysis.bgnbd import FEWEST
from crmlib.analysis.checks import require_at_least, require_columns
from crmlib.analysis.intervals import Interval, log_log_bounds
from crmlib.analysis.likelihood import Fit, Floats, delta_interval, maximise

COLUMNS = ["number", "n_due", "n_next"]
LEAST = 30  # due for a delivery below which the model is not held against what was observed


@dataclass(frozen=True, kw_only=True)
class SbgResult:
    """The two parameters of the cancellation a delivery; `state` is fitted, too_few or no_convergence."""

    alpha: float
    beta: float
    log_likelihood: float
    n: int
    state: str
    fit: Fit | None = None

    @property
    def parameters(self) -> Floats:
        """Alpha and beta."""
        return np.array([self.alpha, self.beta])


def fit(steps: pd.DataFrame, *, fewest: int = FEWEST) -> SbgResult:
    """Fit by maximum likelihood to who was due for delivery `number` and who received it, numbers from 2 on.

    A step is lost with probability alpha / (alpha + beta + number - 2): those who stay are ever less ready to leave,
    because the others have left. Steps of customers not observed to the end count as far as they go.

    Raises:
        ValueError: a column is missing.

    Source: Fader and Hardie (2007), Journal of Interactive Marketing 21, 76-90.
    """
    require_columns("steps", steps.columns, COLUMNS)
    rows = steps[(steps["number"] > 1) & (steps["n_due"] > 0)]
    n = int(rows["n_due"].iloc[0]) if len(rows) else 0
    nan = float("nan")
    if n < fewest or len(rows) < 2:
        return SbgResult(alpha=nan, beta=nan, log_likelihood=nan, n=n, state="too_few")
    number, due, kept = (rows[name].to_numpy(dtype="float64") for name in COLUMNS)
    found = maximise(lambda p: _log_likelihood(p, number, due - kept, kept), [1.0, 3.0])
    if not found.converged:
        return SbgResult(alpha=nan, beta=nan, log_likelihood=nan, n=n, state="no_convergence")
    alpha, beta = found.parameters.tolist()
    return SbgResult(alpha=alpha, beta=beta, log_likelihood=found.log_likelihood, n=n, state="fitted", fit=found)


def survival(parameters: ArrayLike, steps: ArrayLike) -> Floats:
    """The share that is left after so many steps: B(alpha, beta + t) / B(alpha, beta); 1 at 0.

    Example:
        >>> survival([0.668, 3.806], [0, 8, 12]).round(3).tolist()
        [1.0, 0.46, 0.378]
    """
    alpha, beta = np.asarray(parameters, dtype="float64")
    return np.exp(special.betaln(alpha, beta + np.asarray(steps, dtype="float64")) - special.betaln(alpha, beta))


def outlook(
    result: SbgResult, elements: pd.DataFrame, *, horizon: int = 24, measure: str = "unit_price"
) -> pd.DataFrame:
    """Reach by delivery, observed as far as it was and by the model up to `horizon`, with the value it adds up to.

    Beyond the last observed delivery its unit price stays.

    Returns columns:
        number; n_due; reach (observed, NaN beyond); reach_model, reach_model_low, reach_model_high (delta method on
        the log(-log) scale); unit_price (or the measure); ltv_model (sum of price x reach_model up to there).

    Raises:
        ValueError: a column is missing.
    """
    require_columns("elements", elements.columns, ["number", "n_due", "reach", measure])
    table = pd.DataFrame({"number": np.arange(1, horizon + 1)})
    table = table.merge(elements[["number", "n_due", "reach", measure]], on="number", how="left")
    table["n_due"] = table["n_due"].fillna(0).astype("int64")
    table[measure] = table[measure].ffill()
    steps = table["number"].to_numpy() - 1
    table["reach_model"] = survival(result.parameters, steps) if result.fit else np.nan
    variance = [_log_variance(result, step) for step in steps]
    low, high = log_log_bounds(table["reach_model"], variance)
    table["reach_model_low"], table["reach_model_high"] = low, high
    table["ltv_model"] = (table[measure] * table["reach_model"]).cumsum()
    return table


def misfit(outlook: pd.DataFrame, *, least: int = LEAST) -> float:
    """The largest gap between the observed reach and the model's (share of starters); NaN where there is none.

    Deliveries that fewer than `least` were due for, and all after them, are left out: their gap is chance.

    Raises:
        ValueError: a column is missing or least is below 1.
    """
    require_columns("outlook", outlook.columns, ["n_due", "reach", "reach_model"])
    require_at_least("least", least, 1)
    rows = outlook[(outlook["n_due"] >= least).cummin()]
    return float((rows["reach"] - rows["reach_model"]).abs().max())


def outlook_value(
    result: SbgResult, elements: pd.DataFrame, *, horizon: int = 24, measure: str = "unit_price"
) -> tuple[float, Interval]:
    """L6 by the model up to `horizon`, with the interval of its parameters; NaN where it was not fitted."""
    price = outlook(result, elements, horizon=horizon, measure=measure)[measure].to_numpy(dtype="float64")
    if result.fit is None or np.isnan(price).any():
        return float("nan"), Interval(float("nan"), float("nan"))

    def value(parameters: Floats) -> float:
        return float((price * survival(parameters, np.arange(horizon))).sum())

    return value(result.parameters), delta_interval(value, result.fit)


def _log_variance(result: SbgResult, step: int) -> float:
    if result.fit is None or step == 0:
        return float("nan")
    interval = delta_interval(lambda p: float(np.log(survival(p, step))), result.fit, confidence_level=0.95)
    return ((interval.high - interval.low) / 2 / 1.959963984540054) ** 2


def _log_likelihood(parameters: Floats, number: Floats, lost: Floats, kept: Floats) -> float:
    alpha, beta = parameters
    whole = alpha + beta + number - 2
    return float((lost * np.log(alpha / whole) + kept * np.log((beta + number - 2) / whole)).sum())
