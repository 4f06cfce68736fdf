"""What is true of the simulated population, beyond the luck of one shop, and how it is counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from crmlib.demo import calls, market
from crmlib.demo.calls import next_days

if TYPE_CHECKING:
    from crmlib.demo.world import World

F2_DAYS, YEAR_DAYS, DUE_DAYS = 180, 365, 45
MAX_DELIVERY = 6
Sums = dict[tuple[str, str], np.ndarray]


@dataclass(frozen=True)
class Known:
    """A figure of the population and the standard error of the simulation that found it."""

    value: float
    error: float


def true_values() -> dict[str, dict[str, Known]]:
    """Figures that an analysis of a simulated shop estimates, by `benchmarks/demo_truth.py`.

    f2: share of first-time buyers who buy again within 180 days. continuation: by delivery n, the share of
    subscriptions that receive delivery n + 1. media_ltv: yen of a customer in the 365 days after the first order, by
    medium. revival: by how much a call raises the chance of an order within 90 days, of everyone on the lists of
    customers silent for 31 to 120 days who was drawn to be called, reached or not.

    >>> true_values()["continuation"]["1"].value > true_values()["continuation"]["3"].value
    True
    """
    from crmlib.demo.values import VALUES

    return {name: {key: Known(*pair) for key, pair in told.items()} for name, told in VALUES.items()}


def sums(shop: World, *, last_day: int) -> Sums:
    """Number, sum and sum of squares of every figure in one batch; add them up over batches."""
    orders = shop.orders
    gap = next_days(orders) - orders["day"].to_numpy()
    day, number = orders["day"].to_numpy(), orders["number"].to_numpy()
    told = {("f2", f"{F2_DAYS}_days"): _sums((gap <= F2_DAYS)[(number == 1) & (day <= last_day - F2_DAYS)])}
    # Whoever goes on is known to the simulation at once, also where a skip puts off the next delivery.
    goes_on, delivery = orders["goes_on"].to_numpy(), orders["delivery"].to_numpy()
    for n in range(1, MAX_DELIVERY + 1):
        told["continuation", str(n)] = _sums(goes_on[(delivery == n) & (day <= last_day - DUE_DAYS)])
    return {**told, **_media(shop, last_day=last_day), ("revival", "difference"): _revival(shop, last_day=last_day)}


def added(one: Sums, other: Sums) -> Sums:
    """The sums of both."""
    return {key: one[key] + other[key] if key in one else other[key] for key in other}


def known(total: Sums) -> dict[str, dict[str, Known]]:
    """Mean and standard error of every figure."""
    figures: dict[str, dict[str, Known]] = {}
    for (name, key), (n, first, second) in total.items():
        mean = first / n
        error = np.sqrt(max(second / n - mean**2, 0) / n)
        figures.setdefault(name, {})[key] = Known(float(mean), float(error))
    return figures


def _sums(values: np.ndarray) -> np.ndarray:
    numbers = np.asarray(values, dtype=np.float64)
    return np.array([len(numbers), numbers.sum(), (numbers**2).sum()])


def _media(shop: World, *, last_day: int) -> Sums:
    people, orders = shop.people, shop.orders
    customer = orders["customer"].to_numpy()
    arrival = people["arrival_day"].to_numpy()
    in_time = orders["day"].to_numpy() - arrival[customer] <= YEAR_DAYS
    money = np.bincount(customer, weights=orders["amount"] * in_time, minlength=len(people))
    observed = arrival <= last_day - YEAR_DAYS
    media = people["media"].to_numpy()
    return {
        ("media_ltv", name): _sums(money[observed & (media == i)]) for i, name in enumerate(market.MEDIA["acq_media"])
    }


def _revival(shop: World, *, last_day: int) -> np.ndarray:
    """The chance that a call brings back each listed customer, called or not: reached, and would never have come."""
    told = shop.contacts[shop.contacts["day"] <= last_day - calls.WINDOW_DAYS]
    reach = np.where(told["by_line"], calls.REACH["line"], calls.REACH["phone"])
    late = told["silent_days"] > calls.LATE_DAYS
    back = np.where(late, calls.WON_BACK["over_60_days"], calls.WON_BACK["up_to_60_days"])
    return _sums(reach * back * told["gone"])
