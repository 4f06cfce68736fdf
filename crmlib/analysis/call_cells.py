"""The call list from compact columns, so that moved rules need no customer table: equal to making it anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from crmlib.analysis.calls import STEPS, draw, funnel_of, gathered
from crmlib.analysis.consents import (
    ALLOWED,
    CAMPAIGN,
    CHANNELS,
    NOT_KNOWN,
    REFUSED,
    choose_channel,
)
from crmlib.analysis.zones import ZONES, zone_of

NEVER = -(10**9)
STATES = (ALLOWED, REFUSED, CAMPAIGN, NOT_KNOWN)
FITTING = STEPS[2:]
PREVIEW = ["priority", "customer_id", "n_orders", "recency_days", "silence_zone", "amount", "contact_channel"]
# All combinations of the states of the channels; a customer's consents are one place among them.
COMBINATIONS = pd.DataFrame(list(product(STATES, repeat=len(CHANNELS))), columns=list(CHANNELS))


@dataclass(frozen=True, kw_only=True)
class Rules:
    """The rules of the list, as `calls.call_table` takes them, the share held out of it, and who counts as dormant."""

    min_orders: int = 2
    zone_days: Sequence[int] = (30, 60)
    zones: Sequence[str] = ZONES[1:]
    channels: Sequence[str] = CHANNELS
    rest_days: int = 14
    order_by: str = "source"
    most: int | None = None
    held_out_share: float = 0.0
    dormant_days: int = 60


@dataclass(frozen=True, kw_only=True, eq=False)
class CallCells:
    """Every customer by most orders, longest silence and id; consents as a place among their combinations."""

    as_of_day: int
    told: bool
    customer_id: np.ndarray
    n_orders: np.ndarray
    recency_days: np.ndarray
    amount: np.ndarray
    amount_year: np.ndarray
    asked_not: np.ndarray
    contacted_day: np.ndarray
    consent: np.ndarray
    lot: np.ndarray


@dataclass(frozen=True, kw_only=True, eq=False)
class Preview:
    """A list under its rules.

    Attributes:
        fitting: of those who fit by their orders: step, silence_zone, amount_year, as the findings take a call table.
        funnel: of `calls.funnel`. first: the first rows by id. n_called, n_held_out: of the list.
        n_due: who could be called today, were the list as long as it takes.
        n_dormant: of those called, who have been silent for longer than the dormant days.
    """

    fitting: pd.DataFrame
    funnel: pd.DataFrame
    first: pd.DataFrame
    n_called: int
    n_held_out: int
    n_due: int
    n_dormant: int


def prepare(
    customers: pd.DataFrame, *, recent: pd.DataFrame, gaps: pd.DataFrame, consents: pd.DataFrame,
    contacts: pd.DataFrame, as_of_day: int,
) -> CallCells:  # fmt: skip
    """Aggregate once what moved rules need; the arguments are those of `calls.call_table`.

    Raises:
        ValueError: a column is missing.
    """
    table = gathered(customers, recent, gaps, consents, contacts).sort_values(
        ["n_orders", "recency_days", "customer_id"], ascending=[False, False, True], ignore_index=True
    )
    place = np.zeros(len(table), dtype="int32")
    for channel in CHANNELS:
        place = place * len(STATES) + pd.Categorical(table[channel], categories=STATES).codes
    return CallCells(
        as_of_day=as_of_day,
        told=not consents.empty,
        customer_id=table["customer_id"].to_numpy(dtype="object"),
        n_orders=table["n_orders"].to_numpy(dtype="int32"),
        recency_days=table["recency_days"].to_numpy(dtype="int32"),
        amount=table["amount"].to_numpy(dtype="float64"),
        amount_year=table["amount_year"].to_numpy(dtype="float64"),
        asked_not=table["asked_not"].to_numpy(dtype=bool),
        # Never contacted is longer ago than any rest.
        contacted_day=table["last_contacted_day"].fillna(NEVER).to_numpy(dtype="int32"),
        consent=place.astype("int16"),
        lot=np.array([draw(key) for key in table["customer_id"]], dtype="float64"),
    )


def preview(cells: CallCells, rules: Rules, *, rows: int = 10) -> Preview:
    """Who is on the list under these rules, who is left out and why, and its first rows.

    Raises:
        ValueError: a rule is out of range or not known.
    """
    days = np.arange(int(cells.recency_days.max(initial=0)) + 1)
    zones = zone_of(pd.Series(days), rules.zone_days).codes
    # By falling orders: those with enough come first.
    n_enough = int(np.searchsorted(-cells.n_orders, -rules.min_orders, side="right"))
    called = np.isin(zones, [ZONES.index(name) for name in rules.zones])
    fitting = np.flatnonzero(called[cells.recency_days[:n_enough]])
    zone = zones[cells.recency_days[fitting]]
    step = _steps(cells, rules, fitting)
    places = _in_order(zone, step, rules)
    if rules.most is not None:
        step[places[rules.most :]] = STEPS.index("beyond_maximum")
        places = places[: rules.most]
    listed = fitting[places]
    held = cells.lot[listed] < rules.held_out_share
    counts = pd.Series(np.bincount(step, minlength=len(STEPS)), index=list(STEPS))
    counts["few_orders"] = len(cells.n_orders) - n_enough
    counts["other_zone"] = n_enough - len(fitting)
    return Preview(
        fitting=pd.DataFrame({
            "step": pd.Categorical.from_codes(step, categories=list(STEPS)),
            "silence_zone": pd.Categorical.from_codes(zone, categories=list(ZONES), ordered=True),
            "amount_year": cells.amount_year[fitting],
        }),
        funnel=funnel_of(counts, told=cells.told or not len(cells.n_orders)),
        first=_first(cells, rules, np.concatenate([listed[~held], listed[held]])[:rows]),
        n_called=int((~held).sum()), n_held_out=int(held.sum()),
        n_due=int(counts["on_the_list"] + counts["beyond_maximum"]),
        n_dormant=int((cells.recency_days[listed[~held]] > rules.dormant_days).sum()),
    )  # fmt: skip


def _steps(cells: CallCells, rules: Rules, fitting: np.ndarray) -> np.ndarray:
    """The step of those who fit by their orders, as a place in STEPS; the maximum comes later."""
    free = STEPS.index("on_the_list")
    consent = choose_channel(COMBINATIONS, channels=rules.channels)["consent"]
    cases = {REFUSED: STEPS.index("not_contactable"), NOT_KNOWN: STEPS.index("consent_not_known")}
    by_consent = consent.map(cases if cells.told else {}).fillna(free).to_numpy(dtype="int8")
    step = by_consent[cells.consent[fitting]]
    just = cells.contacted_day[fitting] >= cells.as_of_day - rules.rest_days
    step[just & (step == free)] = STEPS.index("recently_contacted")
    step[cells.asked_not[fitting]] = STEPS.index("asked_not_to_be_called")
    return step


def _in_order(zone: np.ndarray, step: np.ndarray, rules: Rules) -> np.ndarray:
    """The places of those on the list among those who fit, in the order in which they are called."""
    free = np.flatnonzero(step == STEPS.index("on_the_list"))
    if rules.order_by != "zone_first":
        return free
    first = zone[free] == ZONES.index("zone_action")
    return np.concatenate([free[first], free[~first]])


def _first(cells: CallCells, rules: Rules, rows: np.ndarray) -> pd.DataFrame:
    channels = choose_channel(COMBINATIONS, channels=rules.channels)["contact_channel"].to_numpy()
    zones = zone_of(pd.Series(cells.recency_days[rows]), rules.zone_days)
    return pd.DataFrame({
        "priority": np.arange(1, len(rows) + 1),
        "customer_id": cells.customer_id[rows],
        "n_orders": cells.n_orders[rows].astype("int64"),
        "recency_days": cells.recency_days[rows].astype("int64"),
        "silence_zone": np.asarray(zones, dtype="object"),
        "amount": cells.amount[rows],
        "contact_channel": channels[cells.consent[rows]] if cells.told else NOT_KNOWN,
    })[PREVIEW]  # fmt: skip
