"""Triggers: how many customers set one off, and how many bought anyway, which a scenario must beat."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from crmlib.analysis import aggregates
from crmlib.analysis.checks import require_at_least, require_between, require_columns
from crmlib.analysis.intervals import wilson
from crmlib.analysis.planning import sample_size_proportions

FEWEST = 30
# Trigger: what starts a scenario of it, and the kind of engagement that sets it off (none: the order itself).
TRIGGERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "trigger_browse": ("item_view", ("item_view",)),
    "trigger_cart": ("cart_abandon", ("cart_abandon",)),
    "trigger_purchase": ("order", ()),
}
COUNTS = ["n_triggered", "n_same_day", "n_unbought", "n_sent", "n_bought"]


def started_by(messages: pd.DataFrame, scenarios: pd.DataFrame, start_event: str) -> list[str]:
    """The messages of the scenarios that an event starts.

    Example:
        >>> messages = pd.DataFrame({"message_id": ["m"], "scenario_id": ["s"]})
        >>> started_by(messages, pd.DataFrame({"scenario_id": ["s"], "start_event": ["order"]}), "order")
        ['m']
    """
    require_columns("scenarios", scenarios.columns, ["scenario_id", "start_event"])
    chosen = scenarios.loc[scenarios["start_event"] == start_event, "scenario_id"]
    return sorted(messages.loc[messages["scenario_id"].isin(chosen), "message_id"].astype(str))


def count_triggers(
    engagement: Any, orders: Any, sends: Any, messages: pd.DataFrame, scenarios: pd.DataFrame, *, as_of_day: int,
    within_days: int = 14, lookback_days: int = 365, engaged: bool = True,
) -> dict[str, pd.DataFrame]:  # fmt: skip
    """The counts of every trigger over the days that are observed for within_days; without engagement, of orders only.

    Raises:
        ValueError: a column is missing, or a number of days is below 1.
    """
    require_at_least("lookback_days", lookback_days, 1)
    last = as_of_day - within_days
    days = {"first_day": last - lookback_days + 1, "last_day": last, "within_days": within_days}
    found = {}
    for trigger, (start_event, kinds) in TRIGGERS.items():
        events, day = (engagement, "event_day") if kinds else (orders, "order_day")
        if engaged or not kinds:
            chosen = started_by(messages, scenarios, start_event)
            found[trigger] = aggregates.trigger_counts(
                events, orders, sends, day=day, kinds=kinds or None, messages=chosen, **days
            )
    return found


def trigger_table(counts: Mapping[str, pd.DataFrame], *, lift: float, power: float = 0.8) -> pd.DataFrame:
    """One row a trigger: customers, those still without an order, those mailed, and the rate that a scenario must beat.

    bought_rate = n_bought / n_unbought with Wilson's interval, mailed or not. It is the base rate where nobody was
    mailed or held out. Where some were, those who entered (mailed or held out) count with the rate of the hold-out and
    all others with their own: (n_others x rate_others + n_entered x rate_held_out) / n_unbought, with the interval of
    the two Wilson intervals (MOVER); not known without a hold-out of 30. Neither alone is the base rate: who bought
    before the mail went out was not mailed, and the scenario may be for a few of those who set off the trigger.
    n_needed is the size of each group, half to be mailed and half to be held out, to see base rate + lift by the score
    test.

    Args:
        counts: for each trigger the row of `aggregates.trigger_counts`; triggers whose table is missing stand not in
            it.
        lift: smallest difference worth seeing, as a share.
        power: probability to see it.

    Returns columns:
        trigger (code); n_triggered; n_same_day; n_unbought; n_sent; n_bought; bought_rate, bought_rate_low,
        bought_rate_high; n_base (not mailed); base_rate, base_rate_low, base_rate_high; base_basis (base_nobody_mailed,
        base_held_out, base_not_known); n_needed (NaN where the base rate is not known). Rates NaN below 30 customers.

    Source: Zou and Donner (2008), Statistics in Medicine 27, 1693-1702 (MOVER).

    Raises:
        ValueError: a column is missing, or lift or power is not between 0 and 1.
    """
    require_between("lift", lift, 0, 1)
    rows = []
    for trigger, frame in counts.items():
        row = frame.iloc[0]
        found = {name: int(row[name]) for name in COUNTS}
        bought = _rate(int(row["n_bought"]), int(row["n_unbought"]), "bought_rate")
        n, base, basis = _base(row)
        needed = needed_each(base["base_rate"], lift, power)
        last = {"n_base": n, **base, "base_basis": basis, "n_needed": needed}
        rows.append({"trigger": trigger, **found, **bought, **last})
    rates = [f"{name}{end}" for name in ("bought_rate", "base_rate") for end in ("", "_low", "_high")]
    names = ["trigger", *COUNTS, *rates[:3], "n_base", *rates[3:], "base_basis", "n_needed"]
    return pd.DataFrame(rows, columns=names)


def _base(row: pd.Series) -> tuple[int, dict[str, float], str]:
    n, sent, held = (int(row[name]) for name in ("n_unbought", "n_sent", "n_held_out"))
    if not sent and not held:
        return n, _rate(int(row["n_bought"]), n, "base_rate"), "base_nobody_mailed"
    if held < FEWEST:
        return n - sent, _rate(0, 0, "base_rate"), "base_not_known"
    drawn = _rate(int(row["n_bought_held_out"]), held, "base_rate")
    others = n - sent - held
    if not others:
        return held, drawn, "base_held_out"
    x = int(row["n_bought"] - row["n_bought_sent"] - row["n_bought_held_out"])
    bounds, share = wilson(x, others), (sent + held) / n
    parts = [(share, *drawn.values()), (1 - share, x / others, bounds.low, bounds.high)]
    rate = sum(weight * middle for weight, middle, _, _ in parts)
    low = rate - math.hypot(*(weight * (middle - end) for weight, middle, end, _ in parts))
    high = rate + math.hypot(*(weight * (end - middle) for weight, middle, _, end in parts))
    return n - sent, {"base_rate": rate, "base_rate_low": low, "base_rate_high": high}, "base_held_out"


def _rate(x: int, n: int, name: str) -> dict[str, float]:
    if n < FEWEST:
        return dict.fromkeys((name, f"{name}_low", f"{name}_high"), float("nan"))
    bounds = wilson(x, n)
    return {name: x / n, f"{name}_low": bounds.low, f"{name}_high": bounds.high}


def needed_each(rate: float, lift: float, power: float) -> float:
    """Customers in each of two groups that show rate + lift, NaN without a rate to start from."""
    if not 0 < rate < 1 - lift:
        return float("nan")
    return float(sample_size_proportions(rate, rate + lift, power=power))
