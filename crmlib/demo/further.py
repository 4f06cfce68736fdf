"""Six more experiments: cross-sell, three arms, cancellation, before and after, the step mails, and one without effect.

Nobody's orders are touched. An arm is drawn given what the customer did: where a share p of a group succeeds and the
arms are to differ, P(arm | success) and P(arm | none) follow from Bayes. The joint distribution of arm and outcome is
that of customers drawn at random and moved by an effect; within a group the arms are equal before they start.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from crmlib.demo import market
from crmlib.demo.experiments import _standing
from crmlib.demo.further_trials import (
    ARMS,
    BEFORE_AFTER,
    CANCELLATION,
    CONTROL,
    CROSS_SELL,
    INSERT,
    STEP_MAIL,
    THREE_ARMS,
    TREATMENT,
    TRIALS,
    A,
    B,
    Trial,
)
from crmlib.demo.market import SUBSCRIPTION, TRIAL

__all__ = [
    "ARMS",
    "BEFORE_AFTER",
    "CANCELLATION",
    "CONTROL",
    "CROSS_SELL",
    "INSERT",
    "STEP_MAIL",
    "THREE_ARMS",
    "TREATMENT",
    "TRIALS",
    "A",
    "B",
    "Trial",
    "chances",
    "further_assignments",
]  # fmt: skip

ARRIVAL_DAYS = 2  # from the order to the box at the door


def further_assignments(
    rng: np.random.Generator,
    people: pd.DataFrame,
    orders: pd.DataFrame,
    lines: pd.DataFrame,
    subscribed: pd.DataFrame,
    *,
    last_day: int,
) -> pd.DataFrame:
    """Who was assigned to which arm of TRIALS, in the order of experiment, day and customer.

    `subscribed`: rows of the subscriptions. Columns: experiment (row of TRIALS), customer, subscription (0 where the
    unit is the customer), day, arm (row of ARMS), done, outcome (success; for the three arms an order value above
    those alike), value (what the metric measures: 1 or 0, or yen), size (what it is divided by), and chance_0 to
    chance_2 (of each arm in the order of the trial's arms).
    """
    first_day = market.three_years_before(last_day)
    units = (
        _cross_sell(people, orders, lines, first_day, last_day),
        _three_arms(people, orders, last_day),
        _cancellations(orders, subscribed, first_day, last_day),
        _everyone(people, orders, last_day),
        _first_orders(people, orders, first_day, last_day),
        _deliveries(orders, first_day, last_day),
    )
    parts = [_drawn(rng, frame, place) for place, frame in enumerate(units)]
    joined = pd.concat(parts, ignore_index=True)
    return joined.sort_values(["experiment", "day", "customer", "subscription"], ignore_index=True)


def chances(outcome: np.ndarray, group: np.ndarray, planned: Sequence[float], ratio: Sequence[float]) -> np.ndarray:
    """The chance of each arm given the outcome, so that in every group arm k succeeds `ratio[k]` times as often.

    With p the group's share of successes: planned_k ratio_k for a success, planned_k (1 - p ratio_k) / (1 - p) else.

    >>> chances(np.array([True, False, False, False]), np.zeros(4, int), [0.5, 0.5], [0.8, 1.2])[:2].round(3).tolist()
    [[0.4, 0.6], [0.533, 0.467]]
    """
    shares, ratios = np.array(planned), np.array(ratio)
    sizes = np.maximum(np.bincount(group), 1)
    p = (np.bincount(group, weights=outcome) / sizes)[group]
    # A group of successes only cannot be told apart: it keeps the planned shares.
    rest = (1 - np.minimum(p, 0.999)[:, None] * ratios) / (1 - np.minimum(p, 0.999)[:, None])
    other = shares * rest.clip(min=0)
    other /= other.sum(axis=1, keepdims=True)
    return np.where(outcome[:, None] & (p < 1)[:, None], shares * ratios, np.where((p < 1)[:, None], other, shares))


def _drawn(rng: np.random.Generator, units: pd.DataFrame, place: int) -> pd.DataFrame:
    trial = TRIALS[place]
    n = len(units)
    outcome = units["outcome"].to_numpy(dtype=bool)
    chance = chances(outcome, units["group"].to_numpy(dtype=int), trial.planned, trial.ratio)
    bought = units["size"].to_numpy() > 0
    chance = np.where(bought[:, None], chance, np.array(trial.planned))
    drawn = (rng.random(n)[:, None] > np.cumsum(chance, axis=1)).sum(axis=1).clip(max=len(trial.arms) - 1)
    arm = np.array(trial.arms)[drawn]
    told = {f"chance_{k}": chance[:, k] if k < len(trial.arms) else 0.0 for k in range(3)}
    done = (arm != CONTROL) & (rng.random(n) < trial.done)
    return units.drop(columns="group").assign(experiment=place, arm=arm, done=done, **told)


def _cross_sell(
    people: pd.DataFrame, orders: pd.DataFrame, lines: pd.DataFrame, first_day: int, last_day: int
) -> pd.DataFrame:
    trial = TRIALS[CROSS_SELL]
    second = orders[orders["number"] == 2]
    units = _enrolled(second.assign(day=second["day"] + 7), trial, first_day, last_day)
    units = units[people["mail_optin"].to_numpy()[units["customer"]]]
    essence = np.unique(lines["order"].to_numpy()[lines["product"] == trial.target_product])
    bought = orders.iloc[essence]
    first = np.full(len(people), np.iinfo(np.int64).max)
    np.minimum.at(first, bought["customer"].to_numpy(), bought["day"].to_numpy())
    units = units[first[units["customer"]] > units["day"]]
    hit = first[units["customer"]] - units["day"] <= trial.window_days
    return _units(units, hit, group=people["media"].to_numpy()[units["customer"]])


def _three_arms(people: pd.DataFrame, orders: pd.DataFrame, last_day: int) -> pd.DataFrame:
    trial = TRIALS[THREE_ARMS]
    day = last_day - trial.enrolled[0]
    standing = _standing(orders, n_people=len(people), day=day)
    chosen = standing[(standing["recency_days"] <= 120) & people["mail_optin"]]
    customer = chosen["customer"].to_numpy()
    after = orders[(orders["day"] > day) & (orders["day"] <= day + trial.window_days)]
    n_orders, amount = _sums(after, len(people))
    before_n, before_amount = _sums(orders[orders["day"] <= day], len(people))
    group = _quarters((before_amount / np.maximum(before_n, 1))[customer])
    group += 4 * (n_orders[customer] > 0)
    mean = amount[customer] / np.maximum(n_orders[customer], 1)
    middle = pd.Series(mean).groupby(group).transform("median").to_numpy()
    units = pd.DataFrame({"customer": customer, "subscription": 0, "day": day})
    return _units(units, mean > middle, group=group, value=amount[customer], size=n_orders[customer])


def _cancellations(orders: pd.DataFrame, subscribed: pd.DataFrame, first_day: int, last_day: int) -> pd.DataFrame:
    trial = TRIALS[CANCELLATION]
    third = orders[orders["delivery"] == 3]
    units = _enrolled(third.assign(day=third["day"] + 3), trial, first_day, last_day)
    keys = ["customer", "subscription"]
    units = units.merge(subscribed[[*keys, "cancel_day", "media"]], on=keys, suffixes=("", "_of"))
    wait = units["cancel_day"] - units["day"]
    hit = (units["cancel_day"] > 0) & (wait >= 1) & (wait <= trial.window_days)
    return _units(units, hit.to_numpy(), group=units["media_of"].to_numpy() + 1, by_subscription=True)


def _everyone(people: pd.DataFrame, orders: pd.DataFrame, last_day: int) -> pd.DataFrame:
    """All who had registered well before, so that the days before count for all; no lot, no control."""
    trial = TRIALS[BEFORE_AFTER]
    day = last_day - trial.enrolled[0]
    arrived = people["arrival_day"].to_numpy()
    customer = np.flatnonzero((arrived <= day - 60) & (arrived > day - 425))
    after = orders[(orders["day"] > day) & (orders["day"] <= day + trial.window_days)]
    n_orders, amount = _sums(after, len(people))
    units = pd.DataFrame({"customer": customer, "subscription": 0, "day": day})
    return _units(units, n_orders[customer] > 0, group=np.zeros(len(units), dtype=int), value=amount[customer])


def _first_orders(people: pd.DataFrame, orders: pd.DataFrame, first_day: int, last_day: int) -> pd.DataFrame:
    trial = TRIALS[STEP_MAIL]
    first = orders[(orders["number"] == 1) & (orders["kind"] == TRIAL)]
    units = _enrolled(first.assign(day=first["day"] + ARRIVAL_DAYS), trial, first_day, last_day)
    units = units[people["mail_optin"].to_numpy()[units["customer"]]]
    second = _day_of(orders[orders["number"] == 2], len(people))[units["customer"]]
    units, second = units[second > units["day"]], second[second > units["day"]]
    hit = second - units["day"].to_numpy() <= trial.window_days
    return _units(units, hit, group=people["media"].to_numpy()[units["customer"]])


def _deliveries(orders: pd.DataFrame, first_day: int, last_day: int) -> pd.DataFrame:
    trial = TRIALS[INSERT]
    start = orders[(orders["kind"] == SUBSCRIPTION) & (orders["delivery"] == 1)]
    units = _enrolled(start, trial, first_day, last_day)
    keys = ["customer", "subscription"]
    reached = orders.loc[orders["delivery"] == trial.target_number, [*keys, "day"]]
    units = units.merge(reached, on=keys, how="left", suffixes=("", "_reached"))
    hit = (units["day_reached"] - units["day"] <= trial.window_days).to_numpy()
    return _units(units, hit, group=np.zeros(len(units), dtype=int), by_subscription=True)


def _enrolled(units: pd.DataFrame, trial: Trial, first_day: int, last_day: int) -> pd.DataFrame:
    start, end = max(last_day - trial.enrolled[0], first_day), last_day - trial.enrolled[1]
    return units[(units["day"] >= start) & (units["day"] <= end)]


def _units(
    units: pd.DataFrame,
    outcome: np.ndarray,
    *,
    group: np.ndarray,
    value: np.ndarray | None = None,
    size: np.ndarray | None = None,
    by_subscription: bool = False,
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer": units["customer"].to_numpy(),
            "subscription": units["subscription"].to_numpy() if by_subscription else 0,
            "day": units["day"].to_numpy(),
            "outcome": outcome,
            "group": np.asarray(group),
            "value": np.asarray(outcome if value is None else value, dtype=np.int64),
            "size": 1 if size is None else size,
        }
    )


def _sums(orders: pd.DataFrame, n: int) -> tuple[np.ndarray, np.ndarray]:
    customer = orders["customer"].to_numpy()
    amount = np.bincount(customer, weights=orders["amount"], minlength=n).astype(np.int64)
    return np.bincount(customer, minlength=n), amount


def _day_of(orders: pd.DataFrame, n: int) -> np.ndarray:
    day = np.full(n, np.iinfo(np.int64).max // 2)
    day[orders["customer"]] = orders["day"]
    return day


def _quarters(values: np.ndarray) -> np.ndarray:
    return np.searchsorted(np.quantile(values, [0.25, 0.5, 0.75]), values, side="right")
