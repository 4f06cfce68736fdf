"""The canonical tables of a simulated experiment: what its units did before and after they were assigned."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import log

import numpy as np
import pandas as pd

from crmlib.demo.trial_power import BETWEEN, MEDIAN_AMOUNT, MORE_ORDERS, OWN_SIZE, SPREAD, WITHIN

FIRST_PRODUCT, TARGET_PRODUCT = "P1", "P2"
REASONS = np.array(["no_effect", "surplus", "price"], dtype=object)
LATER_SHARE, LATER_DAYS = 0.3, 119  # of those without success, who have it after the window, within so many days
Tables = dict[str, pd.DataFrame]


@dataclass(frozen=True, kw_only=True)
class Units:
    """The units of an experiment. `chance`: of success within the window; `value`: by what order values are multiplied.

    `size`: of a person's own orders, 1 where people do not differ. `earlier`: orders in the days before, by unit.
    """

    ids: np.ndarray
    day: np.ndarray
    chance: np.ndarray
    value: np.ndarray
    size: np.ndarray
    earlier: np.ndarray
    window_days: int
    target_number: int


def simulated(rng: np.random.Generator, units: Units, metric: str) -> tuple[pd.DataFrame, Tables]:
    """Orders, and the further tables that the metric needs."""
    return _MAKERS[metric](rng, units)


def _ordered(rng: np.random.Generator, units: Units) -> tuple[pd.DataFrame, Tables]:
    """One order before, and with the unit's chance one in the window."""
    success = rng.random(len(units.ids)) < units.chance
    inside, outside, later = _when(rng, units, success)
    days = np.concatenate([units.day - 3, inside[success], outside[later]])
    place = _places(success, later)
    amount = np.exp(rng.normal(np.log(MEDIAN_AMOUNT), SPREAD, size=len(days))) * units.size[place]
    return _with_history(rng, units, place, days, amount), {}


def _deliveries(rng: np.random.Generator, units: Units) -> tuple[pd.DataFrame, Tables]:
    """Every delivery before the target, 30 days apart, and the target within the window or not."""
    success = rng.random(len(units.ids)) < units.chance
    inside, outside, later = _when(rng, units, success)
    before = np.arange(units.target_number - 1, 0, -1)
    n = len(units.ids)
    days = [units.day - 3 - 30 * place for place in range(len(before))]
    place = np.concatenate([np.tile(np.arange(n), len(before)), np.flatnonzero(success), np.flatnonzero(later)])
    number = np.concatenate([np.repeat(before, n), np.full(success.sum() + later.sum(), units.target_number)])
    orders = _orders(units, place, np.concatenate([*days, inside[success], outside[later]]), units.size[place] * 4380)
    return orders.assign(subscription_seq=number), {}


def _cancelled(rng: np.random.Generator, units: Units) -> tuple[pd.DataFrame, Tables]:
    """A contract each, cancelled in the window with the unit's chance, on any of its days."""
    success = rng.random(len(units.ids)) < units.chance
    inside, outside, later = _when(rng, units, success)
    return _contracts(rng, units, np.select([success, later], [inside, outside], -1))


def _lived(rng: np.random.Generator, units: Units) -> tuple[pd.DataFrame, Tables]:
    """A contract each, with a constant hazard that takes `chance` of them within the window."""
    hazard = -np.log1p(-units.chance) / units.window_days
    wait = np.ceil(rng.exponential(1.0, size=len(units.ids)) / hazard).astype(np.int64)
    return _contracts(rng, units, np.where(wait <= units.window_days + LATER_DAYS, units.day + wait, -1))


def _crossed(rng: np.random.Generator, units: Units) -> tuple[pd.DataFrame, Tables]:
    """Half of all buy the usual product again in the window; the target is bought with the unit's chance."""
    n = len(units.ids)
    success = rng.random(n) < units.chance
    inside, outside, later = _when(rng, units, success)
    usual = rng.random(n) < 0.5
    place = np.concatenate([np.arange(n), np.flatnonzero(usual), np.flatnonzero(success), np.flatnonzero(later)])
    days = np.concatenate([units.day - 3, units.day[usual] + 7, inside[success], outside[later]])
    target = np.arange(len(place)) >= n + usual.sum()
    amount = np.where(target, 8800, 5480) * units.size[place]
    orders = _orders(units, place, days, amount)
    items = orders[["customer_id", "order_day"]].assign(
        product_id=np.where(target, TARGET_PRODUCT, FIRST_PRODUCT),
        quantity=1,
        line_amount=orders["amount"],
        line_type="product",
    )
    return _with_history(rng, units, place, days, amount), {"order_items": items}


def _valued(rng: np.random.Generator, units: Units) -> tuple[pd.DataFrame, Tables]:
    """Some buy, once or several times, each order as large as the person, the arm and chance make it."""
    n = len(units.ids)
    bought = np.where(rng.random(n) < units.chance, 1 + rng.poisson(MORE_ORDERS, size=n), 0)
    after = np.repeat(np.arange(n), bought)
    place = np.concatenate([np.arange(n), after])
    days = np.concatenate([units.day - 3, units.day[after] + rng.integers(1, units.window_days + 1, size=len(after))])
    person = rng.normal(0.0, BETWEEN, size=n)
    amount = MEDIAN_AMOUNT * np.exp(person[place] + rng.normal(0.0, WITHIN, size=len(place))) * units.size[place]
    amount[n:] *= units.value[after]
    return _with_history(rng, units, place, days, amount), {}


_MAKERS: dict[str, Callable[[np.random.Generator, Units], tuple[pd.DataFrame, Tables]]] = {
    **dict.fromkeys(("repurchase", "continuation", "revenue", "second_purchase"), _ordered),
    "delivery_reached": _deliveries,
    "cancellation": _cancelled,
    "time_to_cancellation": _lived,
    "cross_sell": _crossed,
    "order_value": _valued,
}
METRICS = tuple(_MAKERS)


def _when(rng: np.random.Generator, units: Units, success: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A day inside the window and one after it for each unit, and who has success only then."""
    n = len(units.ids)
    later = ~success & (rng.random(n) < LATER_SHARE)
    inside = units.day + rng.integers(1, units.window_days + 1, size=n)
    outside = units.day + units.window_days + rng.integers(1, LATER_DAYS + 1, size=n)
    return inside, outside, later


def _places(success: np.ndarray, later: np.ndarray) -> np.ndarray:
    return np.concatenate([np.arange(len(success)), np.flatnonzero(success), np.flatnonzero(later)])


def _contracts(rng: np.random.Generator, units: Units, cancel_day: np.ndarray) -> tuple[pd.DataFrame, Tables]:
    gone = cancel_day >= 0
    start = units.day - 63
    reason = REASONS[rng.integers(len(REASONS), size=len(units.ids))]
    subscription = "T" + units.ids
    rows = pd.DataFrame(
        {
            "subscription_id": subscription,
            "customer_id": units.ids,
            "start_day": start,
            "status": np.where(gone, "cancelled", "active"),
            "cancel_day": pd.Series(cancel_day, dtype="Int64").mask(~gone),
            "cancel_reason": pd.Series(reason, dtype=object).where(gone),
        }
    )
    events = pd.DataFrame(
        {
            "subscription_id": np.concatenate([subscription, subscription[gone]]),
            "event_day": np.concatenate([start, cancel_day[gone]]),
            "event": np.repeat(["start", "cancelled"], [len(start), gone.sum()]),
            "reason": np.concatenate([np.full(len(start), "not_answered", dtype=object), reason[gone]]),
        }
    )
    place = np.arange(len(units.ids))
    orders = _orders(units, place, units.day - 3, 4380 * units.size)
    return orders, {"subscriptions": rows, "subscription_events": events}


def _with_history(
    rng: np.random.Generator, units: Units, place: np.ndarray, days: np.ndarray, amount: np.ndarray
) -> pd.DataFrame:
    """With the earlier orders, in as many days before the assignment as the window has."""
    if not units.earlier.any():
        return _orders(units, place, days, amount)
    before = np.repeat(np.arange(len(units.ids)), units.earlier)
    when = units.day[before] - rng.integers(1, units.window_days + 1, size=len(before))
    size = MEDIAN_AMOUNT * np.exp(rng.normal(0.0, SPREAD, size=len(before))) * units.size[before]
    return _orders(units, *(np.concatenate(pair) for pair in ((place, before), (days, when), (amount, size))))


def _orders(units: Units, place: np.ndarray, days: np.ndarray, amount: np.ndarray) -> pd.DataFrame:
    who = units.ids[place]
    yen = np.round(amount / 10).astype(np.int64) * 10
    columns = {"customer_id": who, "subscription_id": "T" + who, "order_day": days, "amount": yen}
    return pd.DataFrame({**columns, "subscription_seq": np.nan})


def own_sizes(loyalty: np.ndarray) -> np.ndarray:
    """The size of each person's orders, 1 on average over people.

    >>> round(float(own_sizes(np.random.default_rng(1).normal(size=100_000)).mean()), 2)
    1.0
    """
    return np.exp(OWN_SIZE * loyalty - OWN_SIZE**2 / 2)


def hazard_ratio(rate_control: float, rate_treatment: float) -> float:
    """Of two constant hazards by which these shares have left at the end of the window.

    >>> round(hazard_ratio(0.75, 0.5), 3)
    0.5
    """
    return log(1 - rate_treatment) / log(1 - rate_control)
