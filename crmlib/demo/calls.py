"""The shop's calls to customers who fell silent: half of each list is called, and a call brings some of them back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from crmlib.demo import consents, market, purchases
from crmlib.demo.market import ONE_OFF, SUBSCRIPTION

LIST_DAY, FIRST_LIST_DAYS = 10, 270  # day of the month; days after the shop's first day
SILENT_DAYS = (31, 120)
LATE_DAYS = 60  # longer silence answers less often
LISTED_SHARE = 0.55  # what the desk can manage of everyone who is silent
AFTER_TRIAL_DAYS = 100  # a customer of the follow-up experiment is left in peace
WINDOW_DAYS = 90
RESULTS = ("reached", "absent", "ordered", "refused", "complaint", "follow_later", "unknown")
REACHED, ABSENT, ORDERED, REFUSED, COMPLAINT, FOLLOW_LATER, NOTHING = range(len(RESULTS))
STAFF = ("S01", "S02", "S03", "S04")
REACH = {"phone": 0.66, "line": 0.85}
# Of those reached who would never have come back by themselves.
WON_BACK = {"up_to_60_days": 0.12, "over_60_days": 0.10}
SUBSCRIBES_AGAIN = 0.2


@dataclass(frozen=True, kw_only=True)
class Programme:
    """Who was listed and called, and the orders that the calls brought, in the columns of the histories.

    contacts: customer, day, second, list_day, silent_days, called, by_line, staff, gone (would never come back),
    reached, won_back, result (row of RESULTS), next_day (-1 without).
    """

    contacts: pd.DataFrame
    orders: pd.DataFrame


def programme(
    rng: np.random.Generator,
    people: pd.DataFrame,
    orders: pd.DataFrame,
    follow_up: pd.DataFrame,
    *,
    last_day: int,
    spared: np.ndarray,
) -> Programme:
    """Monthly lists of silent customers, of whom a random half is called; everyone is listed once at most.

    `spared` are customers who are never listed. Nobody who would come back anyway is moved by the call.
    """
    listed = _listed(rng, people, orders, follow_up, last_day=last_day, spared=spared)
    told = _told(rng, people, listed)
    won_back = told["won_back"].to_numpy()
    before = orders.iloc[told["order"].to_numpy()[won_back]]
    first = _first_order(rng, before, told.loc[won_back, "day"].to_numpy())
    after = purchases.onward(rng, first[first["day"] <= last_day].reset_index(drop=True), people, last_day=last_day)
    result = _results(rng, told, first["day"].to_numpy())
    later = np.where(result == FOLLOW_LATER, told["day"] + rng.integers(14, 40, size=len(told)), -1)
    return Programme(contacts=told.assign(result=result, next_day=later).drop(columns="order"), orders=after)


def list_days(last_day: int) -> np.ndarray:
    """The day of every monthly list up to `last_day`."""
    first_day = market.three_years_before(last_day)
    first, last = (np.datetime64(day, "D").astype("datetime64[M]") for day in (first_day, last_day))
    days = np.arange(first, last + 1).astype("datetime64[D]").astype(np.int64) + LIST_DAY - 1
    return days[(days >= first_day + FIRST_LIST_DAYS) & (days <= last_day)]


def next_days(orders: pd.DataFrame) -> np.ndarray:
    """The day of each order's next one by the same customer; far away where there is none."""
    customer, day = orders["customer"].to_numpy(), orders["day"].to_numpy()
    following = np.full(len(orders), np.iinfo(np.int64).max)
    same = customer[1:] == customer[:-1]
    following[:-1][same] = day[1:][same]
    return following


def _listed(
    rng: np.random.Generator,
    people: pd.DataFrame,
    orders: pd.DataFrame,
    follow_up: pd.DataFrame,
    *,
    last_day: int,
    spared: np.ndarray,
) -> pd.DataFrame:
    customer, day, following = orders["customer"].to_numpy(), orders["day"].to_numpy(), next_days(orders)
    on_trial = np.full(len(people), -(10**6))
    on_trial[follow_up["customer"]] = follow_up["day"]
    free = consents.may_call(people) & ~np.isin(np.arange(len(people)), spared)
    # An active subscriber who skips is not silent: the system knows the next delivery.
    subscribed = ((orders["kind"] == SUBSCRIPTION) & orders["goes_on"]).to_numpy()
    several = (orders["number"] >= 2).to_numpy() & ~subscribed
    parts = []
    for list_day in list_days(last_day):
        planned = list_day + customer % 5  # the desk takes some days for its list
        silent = planned - day
        after_trial = planned - on_trial[customer]
        due = several & free[customer] & (silent >= SILENT_DAYS[0]) & (silent <= SILENT_DAYS[1]) & (following > planned)
        due &= ((after_trial < 0) | (after_trial >= AFTER_TRIAL_DAYS)) & (planned <= last_day)
        places = np.flatnonzero(due)
        places = places[rng.random(len(places)) < LISTED_SHARE]
        free[customer[places]] = False
        called = rng.permutation(len(places)) % 2 == 0
        columns = {"order": places, "customer": customer[places], "day": planned[places], "list_day": list_day}
        parts.append(pd.DataFrame({**columns, "silent_days": silent[places], "called": called}))
    listed = pd.concat(parts, ignore_index=True)
    gone = ~orders["goes_on"].to_numpy()[listed["order"]] & (following[listed["order"]] > last_day)
    return listed.assign(gone=gone)


def _told(rng: np.random.Generator, people: pd.DataFrame, listed: pd.DataFrame) -> pd.DataFrame:
    n = len(listed)
    account = people["line_account"].to_numpy()[listed["customer"]]
    by_line = np.isin(account, [consents.INDIVIDUAL, consents.BOTH])
    reached = rng.random(n) < np.where(by_line, REACH["line"], REACH["phone"])
    chance = np.where(listed["silent_days"] > LATE_DAYS, WON_BACK["over_60_days"], WON_BACK["up_to_60_days"])
    called = listed["called"].to_numpy()
    return listed.assign(
        second=rng.integers(10 * 3600, 18 * 3600, size=n),
        staff=rng.integers(len(STAFF), size=n),
        by_line=by_line,
        reached=called & reached,
        won_back=called & reached & listed["gone"].to_numpy() & (rng.random(n) < chance),
    )


def _first_order(rng: np.random.Generator, before: pd.DataFrame, called_day: np.ndarray) -> pd.DataFrame:
    n = len(before)
    subscribes = rng.random(n) < SUBSCRIBES_AGAIN
    delay = np.exp(rng.normal(np.log(12), 0.8, size=n)).clip(1, WINDOW_DAYS - 2).astype(int)
    return before.assign(
        number=before["number"] + 1,
        day=called_day + delay,
        kind=np.where(subscribes, SUBSCRIPTION, ONE_OFF),
        delivery=subscribes.astype(int),
        subscription=before["subscription"] + subscribes,
        n_one_off=before["n_one_off"] + ~subscribes,
    ).drop(columns=["chance", "goes_on", "followed"])


def _results(rng: np.random.Generator, told: pd.DataFrame, order_day: np.ndarray) -> np.ndarray:
    """What the desk wrote down: it sees an order only when it comes at once."""
    draw = rng.random(len(told))
    words = np.select([draw < 0.08, draw < 0.09, draw < 0.21], [REFUSED, COMPLAINT, FOLLOW_LATER], REACHED)
    won_back = told["won_back"].to_numpy()
    words = np.where(won_back & (words != FOLLOW_LATER), REACHED, words)
    at_once = np.zeros(len(told), dtype=bool)
    at_once[won_back] = order_day - told["day"].to_numpy()[won_back] <= 3
    words = np.where(at_once, ORDERED, words)
    reached, called = told["reached"].to_numpy(), told["called"].to_numpy()
    return np.select([~called, ~reached], [NOTHING, ABSENT], words)
