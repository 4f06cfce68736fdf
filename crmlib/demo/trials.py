"""Experiments with a known truth, made in memory by the hundred, to ask whether an analysis finds it."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd

KINDS = ("effect", "none", "broken_ratio", "manual")
METRIC = {"effect": "continuation", "none": "repurchase", "broken_ratio": "revenue", "manual": "repurchase"}
CONTROL_RATE = {"effect": 0.80, "none": 0.30, "broken_ratio": 0.30, "manual": 0.30}
BROKEN_SHARE = 0.44
START_DAY, ENROLMENT_DAYS = 20_000, 90


@dataclass(frozen=True, kw_only=True)
class SimulatedExperiment:
    """One experiment in canonical tables, and what is true of it.

    truth: kind, metric, n, planned_share, true_share (of treatment), rate_control, rate_treatment (chance of an order
    in the window), effect (their difference), power (of a two-sided test at alpha with n units in the planned shares).
    """

    experiments: pd.DataFrame
    assignments: pd.DataFrame
    orders: pd.DataFrame
    truth: dict[str, Any]


def simulate_experiment(
    rng: np.random.Generator,
    *,
    kind: str,
    n: int,
    lift: float = 0.07,
    control_rate: float | None = None,
    metric: str | None = None,
    treatment_share: float = 0.5,
    window_days: int = 60,
    alpha: float = 0.05,
) -> SimulatedExperiment:
    """Simulate an experiment of `n` customers: `kind` is effect, none, broken_ratio or manual.

    Only "effect" has one: treatment orders within `window_days` with chance `control_rate + lift`. "broken_ratio" puts
    44 % instead of `treatment_share` into treatment. "manual" treats those who were going to order anyway.
    orders: customer_id, subscription_id, order_day, amount; every customer also ordered before being assigned.

    Raises:
        ValueError: when `kind` is not one of the four or `n` is below 2.

    >>> trial = simulate_experiment(np.random.default_rng(1), kind="effect", n=900)
    >>> round(trial.truth["power"], 2), len(trial.assignments)
    (0.81, 900)
    """
    if kind not in KINDS:
        raise ValueError(f"kind == {kind!r}, must be one of {', '.join(KINDS)}.")
    if n < 2:
        raise ValueError(f"n == {n}, must be at least 2.")
    rate = CONTROL_RATE[kind] if control_rate is None else control_rate
    effect = lift if kind == "effect" else 0.0
    true_share = BROKEN_SHARE if kind == "broken_ratio" else treatment_share
    loyalty = rng.normal(0.0, 1.0, size=n)
    treatment = _arms(rng, loyalty, share=true_share, by_hand=kind == "manual")
    chance = _spread(rate, loyalty) if kind == "manual" else np.full(n, rate)
    assigned_day = START_DAY + rng.integers(0, ENROLMENT_DAYS, size=n)
    ordered = rng.random(n) < chance + effect * treatment
    chosen_metric = METRIC[kind] if metric is None else metric
    return SimulatedExperiment(
        experiments=_experiment(kind, chosen_metric, share=treatment_share, window_days=window_days),
        assignments=_assignments(treatment, assigned_day),
        orders=_orders(rng, assigned_day, ordered, window_days=window_days),
        truth={
            "kind": kind,
            "metric": chosen_metric,
            "n": n,
            "planned_share": treatment_share,
            "true_share": true_share,
            "rate_control": rate,
            "rate_treatment": rate + effect,
            "effect": effect,
            "alpha": alpha,
            "power": power(rate, rate + effect, n * (1 - treatment_share), n * treatment_share, alpha=alpha),
        },
    )


def power(rate_control: float, rate_treatment: float, n_control: float, n_treatment: float, *, alpha: float) -> float:
    """Power of the two-sided score test of two proportions, by the normal approximation with the pooled null.

    >>> round(power(0.80, 0.85, 906, 906, alpha=0.05), 2)
    0.8
    """
    n = n_control + n_treatment
    pooled = (rate_control * n_control + rate_treatment * n_treatment) / n
    null = sqrt(pooled * (1 - pooled) * (1 / n_control + 1 / n_treatment))
    spread = sqrt(rate_control * (1 - rate_control) / n_control + rate_treatment * (1 - rate_treatment) / n_treatment)
    limit, shift = NormalDist().inv_cdf(1 - alpha / 2) * null, rate_treatment - rate_control
    return NormalDist().cdf((shift - limit) / spread) + NormalDist().cdf((-shift - limit) / spread)


def _arms(rng: np.random.Generator, loyalty: np.ndarray, *, share: float, by_hand: bool) -> np.ndarray:
    if not by_hand:
        return rng.random(len(loyalty)) < share
    liking = loyalty + rng.normal(0.0, 0.5, size=len(loyalty))
    return liking >= np.quantile(liking, 1 - share)


def _spread(rate: float, loyalty: np.ndarray) -> np.ndarray:
    logits = np.log(rate / (1 - rate)) + loyalty
    return 1 / (1 + np.exp(-logits))


def _ids(n: int) -> np.ndarray:
    return np.char.zfill(np.arange(1, n + 1).astype(str), 7).astype(object)


def _experiment(kind: str, metric: str, *, share: float, window_days: int) -> pd.DataFrame:
    row = {
        "experiment_id": "X1",
        "name": kind,
        "hypothesis": "",
        "unit": "customer",
        "assigned_method": "manual" if kind == "manual" else "random",
        "start_date": pd.Timestamp(START_DAY, unit="D"),
        "end_date": pd.Timestamp(START_DAY + ENROLMENT_DAYS - 1, unit="D"),
        "start_day": START_DAY,
        "end_day": START_DAY + ENROLMENT_DAYS - 1,
        "primary_metric": metric,
        "window_days": window_days,
        "treatment_share": share,
    }
    return pd.DataFrame([row])


def _assignments(treatment: np.ndarray, assigned_day: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "experiment_id": "X1",
            "unit_id": _ids(len(treatment)),
            "arm": np.where(treatment, "treatment", "control"),
            "assigned_at": pd.to_datetime(assigned_day, unit="D"),
            "assigned_day": assigned_day,
            "actually_treated": treatment,
        }
    )


def _orders(
    rng: np.random.Generator, assigned_day: np.ndarray, ordered: np.ndarray, *, window_days: int
) -> pd.DataFrame:
    n = len(assigned_day)
    later = ~ordered & (rng.random(n) < 0.3)
    inside = assigned_day + rng.integers(1, window_days + 1, size=n)
    outside = assigned_day + window_days + rng.integers(1, 120, size=n)
    days = np.concatenate([assigned_day - 3, inside[ordered], outside[later]])
    ids = _ids(n)
    who = np.concatenate([ids, ids[ordered], ids[later]])
    amount = np.round(np.exp(rng.normal(np.log(5200), 0.4, size=len(days))) / 10).astype(np.int64) * 10
    return pd.DataFrame({"customer_id": who, "subscription_id": "T" + who, "order_day": days, "amount": amount})
