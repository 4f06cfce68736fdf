"""How customers buy: who comes again, when, and what lies in the box."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from crmlib.demo import market
from crmlib.demo.market import ONE_OFF, SUBSCRIPTION, TRIAL

# Chance of a next order for an average customer, by the number of the delivery or of the one-off order.
# The shop promises nothing beyond the third delivery (3回お受け取り), so the third is where subscribers leave.
DELIVERY_STEP = np.array([0.892, 0.850, 0.790, 0.865, 0.895, 0.910, 0.920, 0.925, 0.930, 0.935])
ONE_OFF_STEP = np.array([0.25, 0.42, 0.52, 0.60, 0.64, 0.67, 0.69, 0.70])
TRIAL_STEP = 0.30
TO_SUBSCRIPTION = np.array([0.62, 0.10, 1.0])  # by kind: trial, one-off, subscription
REVIVAL = np.array([0.04, 0.10, 0.09])
SKIP, DOUBLE_SKIP = 0.06, 0.01
FOLLOW_UP_DELIVERY = 3
FOLLOW_UP_LIFT = 0.07
FOLLOW_UP_LAG_DAYS = 3  # the call comes three days after the order


@dataclass(frozen=True, kw_only=True)
class Histories:
    """Orders of one batch of customers, and the follow-up experiment that acted on them."""

    orders: pd.DataFrame
    follow_up: pd.DataFrame


def histories(rng: np.random.Generator, people: pd.DataFrame, *, last_day: int, follow_up: range) -> Histories:
    """Every order of `people` up to `last_day`, one row an order; `follow_up` are the days of enrolment.

    A customer moves from order to order; each order is one pass of the loop over everybody still buying.
    orders: customer (row of people), number, day, kind, delivery (0 when not a subscription), subscription
    (0, or the customer's n-th subscription), chance (of the next order), goes_on (bool: drawn from chance).
    follow_up: customer, day, treated, chance_control, chance_treatment.
    """
    return _run(rng, _entrance(people), people, last_day=last_day, follow_up=follow_up)


def onward(rng: np.random.Generator, state: pd.DataFrame, people: pd.DataFrame, *, last_day: int) -> pd.DataFrame:
    """The orders of `state` and all that come after them, as `histories` gives them; nobody is enrolled."""
    return _run(rng, state, people, last_day=last_day, follow_up=range(0)).orders


def _run(
    rng: np.random.Generator, state: pd.DataFrame, people: pd.DataFrame, *, last_day: int, follow_up: range
) -> Histories:
    enrolled = np.zeros(len(people), dtype=bool)
    orders: list[pd.DataFrame] = []
    calls: list[pd.DataFrame] = []
    while len(state) > 0 or not orders:
        called = _called(rng, state, people, enrolled=enrolled, follow_up=follow_up)
        enrolled[called["customer"]] = True
        calls.append(called)
        state = _decide(rng, state, people, called)
        orders.append(state)
        following = _following(rng, state)
        state = following[following["day"] <= last_day].reset_index(drop=True)
    joined = pd.concat(orders).sort_values(["customer", "number"], kind="stable").reset_index(drop=True)
    return Histories(orders=joined, follow_up=pd.concat(calls).reset_index(drop=True))


def _entrance(people: pd.DataFrame) -> pd.DataFrame:
    kind = people["entry"].to_numpy()
    return pd.DataFrame(
        {
            "customer": np.arange(len(people)),
            "number": 1,
            "day": people["arrival_day"].to_numpy(),
            "kind": kind,
            "delivery": (kind == SUBSCRIPTION).astype(int),
            "subscription": (kind == SUBSCRIPTION).astype(int),
            "n_one_off": (kind == ONE_OFF).astype(int),
        }
    )


def chance_of_next(state: pd.DataFrame, people: pd.DataFrame) -> np.ndarray:
    """The chance of a next order: the step's base rate, moved in logits by medium, usage and the person."""
    kind = state["kind"].to_numpy()
    by_delivery = DELIVERY_STEP[(state["delivery"].to_numpy() - 1).clip(0, len(DELIVERY_STEP) - 1)]
    by_one_off = ONE_OFF_STEP[(state["n_one_off"].to_numpy() - 1).clip(0, len(ONE_OFF_STEP) - 1)]
    base = np.select([kind == SUBSCRIPTION, kind == ONE_OFF], [by_delivery, by_one_off], TRIAL_STEP)
    who = state["customer"].to_numpy()
    media, usage, frailty = (people[name].to_numpy()[who] for name in ("media", "usage", "frailty"))
    shift = market.MEDIA["shift"].to_numpy()[media] + market.USAGE_SHIFT[usage] + frailty
    return 1 / (1 + np.exp(-(np.log(base / (1 - base)) + shift)))


def _called(
    rng: np.random.Generator, state: pd.DataFrame, people: pd.DataFrame, *, enrolled: np.ndarray, follow_up: range
) -> pd.DataFrame:
    call_day = state["day"] + FOLLOW_UP_LAG_DAYS
    due = (state["delivery"] == FOLLOW_UP_DELIVERY) & (call_day >= follow_up.start) & (call_day < follow_up.stop)
    chosen = state[due & ~enrolled[state["customer"]]]
    control = chance_of_next(chosen, people)
    return pd.DataFrame(
        {
            "customer": chosen["customer"].to_numpy(),
            "day": chosen["day"].to_numpy() + FOLLOW_UP_LAG_DAYS,
            "treated": rng.random(len(chosen)) < 0.5,
            "chance_control": control,
            "chance_treatment": np.minimum(control + FOLLOW_UP_LIFT, 0.985),
        }
    )


def _decide(rng: np.random.Generator, state: pd.DataFrame, people: pd.DataFrame, called: pd.DataFrame) -> pd.DataFrame:
    lifted, followed = np.full(len(people), np.nan), np.zeros(len(people), dtype=bool)
    treated = called[called["treated"]]
    lifted[treated["customer"]] = treated["chance_treatment"]
    followed[called["customer"]] = True
    who = state["customer"].to_numpy()
    chance = np.where(np.isnan(lifted[who]), chance_of_next(state, people), lifted[who])
    return state.assign(chance=chance, goes_on=rng.random(len(state)) < chance, followed=followed[who])


def _following(rng: np.random.Generator, state: pd.DataFrame) -> pd.DataFrame:
    """The next order of everyone who has one: those who go on, and those who come back long after leaving."""
    kind = state["kind"].to_numpy()
    goes_on = state["goes_on"].to_numpy()
    returns = ~goes_on & (rng.random(len(state)) < REVIVAL[kind])
    subscribes = (kind == SUBSCRIPTION) | (rng.random(len(state)) < TO_SUBSCRIPTION[kind])
    new_kind = np.where(goes_on & subscribes, SUBSCRIPTION, ONE_OFF)
    gap = np.where(goes_on, _gaps(rng, state), rng.integers(95, 420, size=len(state)))
    following = state.assign(
        number=state["number"] + 1,
        day=state["day"] + gap,
        kind=new_kind,
        delivery=np.where(new_kind == SUBSCRIPTION, np.where(kind == SUBSCRIPTION, state["delivery"], 0) + 1, 0),
        subscription=state["subscription"] + ((new_kind == SUBSCRIPTION) & (kind != SUBSCRIPTION)),
        n_one_off=state["n_one_off"] + (new_kind == ONE_OFF),
    )
    return following[goes_on | returns].drop(columns=["chance", "goes_on", "followed"])


def _gaps(rng: np.random.Generator, state: pd.DataFrame) -> np.ndarray:
    n = len(state)
    irregular = np.exp(rng.normal(np.log(50), 0.5, size=n)).clip(5, 175)
    pulled_up = np.exp(rng.normal(np.log(17), 0.6, size=n)).clip(3, 120)
    skips = rng.random(n)
    n_skips = (skips < SKIP).astype(int) + ((skips < DOUBLE_SKIP) & ~state["followed"].to_numpy())
    # A skip after a follow-up call is counted as going on, so its delivery must fall inside the 60 days.
    regular = 30 + rng.integers(-1, 2, size=n) + 30 * n_skips
    kind = state["kind"].to_numpy()
    return np.select([kind == SUBSCRIPTION, kind == TRIAL], [regular, pulled_up], irregular).astype(int)
