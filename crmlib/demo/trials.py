"""Experiments with a known truth, made in memory by the hundred, to ask whether an analysis finds it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from crmlib.demo.trial_power import power
from crmlib.demo.trial_tables import METRICS, TARGET_PRODUCT, Units, own_sizes, simulated
from crmlib.demo.trial_truth import ARMS, LEAVING, Plan, true_of

__all__ = ["KINDS", "METRIC", "METRICS", "SimulatedExperiment", "power", "simulate_experiment"]

KINDS = ("effect", "none", "broken_ratio", "manual")
METRIC = {"effect": "continuation", "none": "repurchase", "broken_ratio": "revenue", "manual": "repurchase"}
# The chance of success in control: of an order, a cancellation or a purchase along.
CONTROL_RATE = {
    "repurchase": 0.30, "continuation": 0.80, "revenue": 0.30, "second_purchase": 0.30, "delivery_reached": 0.80,
    "cancellation": 0.25, "time_to_cancellation": 0.25, "cross_sell": 0.12, "order_value": 0.50,
}  # fmt: skip
OF_CONTRACTS = ("delivery_reached", "cancellation", "time_to_cancellation")
BROKEN = 0.88  # of its planned share is what the first arm but control keeps where the ratio is broken
START_DAY, ENROLMENT_DAYS = 20_000, 90


@dataclass(frozen=True, kw_only=True)
class SimulatedExperiment:
    """One experiment in canonical tables, and what is true of it.

    `tables`: what the metric needs beside the orders, by name (order_items, subscriptions, subscription_events).

    truth: kind, metric, n, alpha, planned_share, true_share (of all arms but control); arms: by arm planned_share,
    true_share, rate (chance of success in the window), value (what the metric measures: the rate, yen a unit or an
    order, the share that has not left), effect (value less control's), relative, power (two-sided at alpha, n units in
    the planned shares) and power_corrected (at alpha shared among the arms compared, by Bonferroni: Holm's is no less);
    rate_control, rate_treatment, effect, power: those of the first arm but control. For "manual" rates and values are
    those of a unit of average loyalty, and there is no effect.
    """

    experiments: pd.DataFrame
    assignments: pd.DataFrame
    orders: pd.DataFrame
    tables: dict[str, pd.DataFrame]
    truth: dict[str, Any]


def simulate_experiment(
    rng: np.random.Generator,
    *,
    kind: str,
    n: int,
    lift: float = 0.07,
    control_rate: float | None = None,
    metric: str | None = None,
    treatment_share: float | None = None,
    window_days: int = 60,
    alpha: float = 0.05,
    arms: int = 2,
    lifts: Sequence[float] | None = None,
    target_number: int = 4,
    history: bool = False,
) -> SimulatedExperiment:
    """Simulate an experiment of `n` units: `kind` is effect, none, broken_ratio or manual; of 2 to 5 arms.

    Only "effect" has one: an arm succeeds within `window_days` with chance `control_rate + lift`, of cancellations
    `control_rate - lift`; an order value is `1 + lift` times control's. `lifts` gives one for each arm but control.
    "broken_ratio" loses 12 % of the first of these arms to control; "manual" treats those who would do better anyway.
    orders: customer_id, subscription_id, order_day, amount, subscription_seq. Every customer also ordered before being
    assigned; with `history`, and where picked by hand, several times, and people's own sizes of orders stay the same.

    Raises:
        ValueError: `kind` or `metric` is none of theirs, `n` below 2, `arms` outside 2 to 5, or as many `lifts` as arms
            but control are not given.

    >>> trial = simulate_experiment(np.random.default_rng(1), kind="effect", n=900)
    >>> round(trial.truth["power"], 2), len(trial.assignments)
    (0.81, 900)
    >>> trial = simulate_experiment(np.random.default_rng(1), kind="none", n=90, metric="cross_sell", arms=3)
    >>> sorted(set(trial.assignments["arm"])), list(trial.tables)
    (['a', 'b', 'control'], ['order_items'])
    """
    chosen = METRIC.get(kind, "") if metric is None else metric
    _check(kind, chosen, n, arms, lifts)
    rate = CONTROL_RATE[chosen] if control_rate is None else control_rate
    effects = np.array([0.0, *(lifts if lifts is not None else [lift] * (arms - 1))]) * (kind == "effect")
    planned = _planned(treatment_share, arms)
    true = _broken(planned) if kind == "broken_ratio" else planned
    loyalty = rng.normal(0.0, 1.0, size=n)
    arm = _arms(rng, loyalty, true, by_hand=kind == "manual")
    day = START_DAY + rng.integers(0, ENROLMENT_DAYS, size=n)
    units = _units(
        rng, arm, day, loyalty, metric=chosen, rate=rate, effects=effects, by_hand=kind == "manual", history=history,
        window_days=window_days, target_number=target_number,
    )  # fmt: skip
    orders, tables = simulated(rng, units, chosen)
    own_size = history and kind != "manual"
    plan = Plan(metric=chosen, n=n, rate=rate, effects=effects, planned=planned, true=true, own_size=own_size)
    share = float(1 - planned[0])
    return SimulatedExperiment(
        experiments=_experiment(kind, chosen, share=share, window_days=window_days, target_number=target_number),
        assignments=_assignments(chosen, units, np.array(ARMS[arms], dtype=object)[arm]),
        orders=orders,
        tables=tables,
        truth={"kind": kind, "metric": chosen, "n": n, "planned_share": share, **true_of(plan, alpha=alpha)},
    )


def _check(kind: str, metric: str, n: int, arms: int, lifts: Sequence[float] | None) -> None:
    if kind not in KINDS:
        raise ValueError(f"kind == {kind!r}, must be one of {', '.join(KINDS)}.")
    if metric not in METRICS:
        raise ValueError(f"metric == {metric!r}, must be one of {', '.join(METRICS)}.")
    if n < 2:
        raise ValueError(f"n == {n}, must be at least 2.")
    if arms not in ARMS:
        raise ValueError(f"arms == {arms}, must be from 2 to 5.")
    if lifts is not None and len(lifts) != arms - 1:
        raise ValueError(f"lifts has {len(lifts)} numbers, must have {arms - 1}: one for each arm but control.")


def _planned(treatment_share: float | None, arms: int) -> np.ndarray:
    others = 1 - 1 / arms if treatment_share is None else treatment_share
    return np.array([1 - others, *[others / (arms - 1)] * (arms - 1)])


def _broken(planned: np.ndarray) -> np.ndarray:
    lost = planned[1] * (1 - BROKEN)
    return np.round(planned + np.array([lost, -lost, *[0.0] * (len(planned) - 2)]), 12)


def _arms(rng: np.random.Generator, loyalty: np.ndarray, shares: np.ndarray, *, by_hand: bool) -> np.ndarray:
    """The arm of each unit; by hand those who are liked best come into the last one."""
    if not by_hand:
        # From above, so that two arms draw as a single comparison with the treatment's share does.
        reach = np.cumsum(shares[:0:-1])
        return (rng.random(len(loyalty))[:, None] < reach).sum(axis=1)
    liking = loyalty + rng.normal(0.0, 0.5, size=len(loyalty))
    return np.searchsorted(np.quantile(liking, np.cumsum(shares)[:-1]), liking, side="right")


def _units(
    rng: np.random.Generator,
    arm: np.ndarray,
    day: np.ndarray,
    loyalty: np.ndarray,
    *,
    metric: str,
    rate: float,
    effects: np.ndarray,
    by_hand: bool,
    history: bool,
    window_days: int,
    target_number: int,
) -> Units:
    n, own = len(arm), rng.spawn(1)[0]
    sign = -1 if metric in LEAVING else 1
    base = _spread(rate, sign * loyalty) if by_hand else np.full(n, rate)
    counts_orders = metric not in OF_CONTRACTS and metric != "second_purchase"
    many = (history or by_hand) and counts_orders
    return Units(
        ids=np.char.zfill(np.arange(1, n + 1).astype(str), 7).astype(object),
        day=day,
        chance=base if metric == "order_value" else base + sign * effects[arm],
        value=1 + effects[arm],
        size=own_sizes(loyalty) if history or by_hand else np.ones(n),
        earlier=own.poisson(1.5 * own_sizes(loyalty)) if many else np.zeros(n, dtype=np.int64),
        window_days=window_days,
        target_number=target_number,
    )


def _spread(rate: float, loyalty: np.ndarray) -> np.ndarray:
    logits = np.log(rate / (1 - rate)) + loyalty
    return 1 / (1 + np.exp(-logits))


def _experiment(kind: str, metric: str, *, share: float, window_days: int, target_number: int) -> pd.DataFrame:
    row = {
        "experiment_id": "X1",
        "name": kind,
        "hypothesis": "",
        "unit": "subscription" if metric in OF_CONTRACTS else "customer",
        "assigned_method": "manual" if kind == "manual" else "random",
        "start_date": pd.Timestamp(START_DAY, unit="D"),
        "end_date": pd.Timestamp(START_DAY + ENROLMENT_DAYS - 1, unit="D"),
        "start_day": START_DAY,
        "end_day": START_DAY + ENROLMENT_DAYS - 1,
        "primary_metric": metric,
        "window_days": window_days,
        "treatment_share": share,
        "target_number": target_number if metric == "delivery_reached" else None,
        "target_product": TARGET_PRODUCT if metric == "cross_sell" else None,
    }
    return pd.DataFrame([row])


def _assignments(metric: str, units: Units, arm: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "experiment_id": "X1",
            "unit_id": "T" + units.ids if metric in OF_CONTRACTS else units.ids,
            "arm": arm,
            "assigned_at": pd.to_datetime(units.day, unit="D"),
            "assigned_day": units.day,
            "actually_treated": arm != "control",
        }
    )
