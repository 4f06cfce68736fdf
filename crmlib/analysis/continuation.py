"""The dictionary of 継続率: every definition in use, side by side on the same contracts, and why they differ."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from crmlib.analysis.checks import require_at_least, require_columns
from crmlib.analysis.intervals import wilson
from crmlib.analysis.reasons import monthly
from crmlib.analysis.subscriptions import GRACE, steps
from crmlib.analysis.survival import KaplanMeierResult, kaplan_meier, share_past

REFERENCE = "survival_due"
ROLLING_DAYS = 30
YEAR_MONTHS = 12
# Each definition with its rule and with the reason why it differs from the reference; who calls it so is in `USERS`.
WHY = {
    "survival_due": "why_reference",
    "survival_customer": "why_other_unit",
    "survival_complete": "why_old_starters",
    "survival_naive": "why_young_starters",
    "step_previous": "why_one_step",
    "second_naive": "why_second_only",
    "kaplan_meier_days": "why_cancel_record",
    "monthly_last": "why_mixed_ages",
    "monthly_year": "why_mixed_ages",
    "rolling_30": "why_new_added",
    "active_now": "why_growth",
    "mean_over_max": "why_one_oldest",
    "mean_deliveries": "why_not_over",
    "expected_deliveries": "why_cut",
}
RULES = {name: f"rule_{name}" for name in WHY}
USERS = {
    "survival_due": "users_survival", "survival_customer": "users_customers", "survival_complete": "users_survival",
    "survival_naive": "users_naive", "step_previous": "users_step", "second_naive": "users_second",
    "kaplan_meier_days": "users_statistics", "monthly_last": "users_monthly", "monthly_year": "users_monthly",
    "rolling_30": "users_stripe", "active_now": "users_active", "mean_over_max": "users_raku",
    "mean_deliveries": "users_raku", "expected_deliveries": "users_statistics",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One definition: a share or a number of deliveries, with its numerator and denominator where it has them."""

    definition: str
    unit: str = "contract"
    rate: float = math.nan
    average: float = math.nan
    low: float = math.nan
    high: float = math.nan
    numerator: float = math.nan
    denominator: float = math.nan


def dictionary(
    timeline: pd.DataFrame,
    customers: pd.DataFrame,
    *,
    as_of_day: int,
    at_delivery: int = 6,
    grace: float = GRACE,
    subscriptions: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """What is called 継続率, every way, on the same contracts; the reference is the survival by the due rule.

    Args:
        timeline: of `subscriptions.timeline` by subscription.
        customers: the same by customer.
        as_of_day: where observation ends.
        at_delivery: the delivery N that survival and step are read at.
        grace: how late a delivery may be, in intervals, as in the timelines.
        subscriptions: contracts with start, status and cancellation; without it, or without a row, what needs them is
            untellable.

    Returns columns:
        definition; unit (contract, customer); defined_rate, defined_rate_low, defined_rate_high;
        average_deliveries (of the definitions that are no share); numerator, denominator (NaN where it is a product of
        rates); reference_difference (rate minus the reference's); rule, why, users (codes).

    Raises:
        ValueError: a column is missing or at_delivery is below 2.
    """
    require_at_least("at_delivery", at_delivery, 2)
    require_columns("timeline", timeline.columns, ["first_day", "first_delivery", "last_delivery", "interval_days"])
    known = subscriptions is not None and len(subscriptions) > 0
    found = [
        _due("survival_due", timeline, at_delivery, "contract"),
        _due("survival_customer", customers, at_delivery, "customer"),
        _complete(timeline, as_of_day, at_delivery, grace),
        _naive("survival_naive", timeline, at_delivery),
        _previous(timeline, at_delivery),
        _naive("second_naive", timeline, 2),
        *(_by_contract(subscriptions, timeline, as_of_day, at_delivery) if known and subscriptions is not None else []),
        *_averages(timeline),
    ]
    entries = {entry.definition: entry for entry in found}
    rows = [_row(entries.get(name), name, entries[REFERENCE].rate) for name in WHY]
    names = ["definition", "unit", "defined_rate", "defined_rate_low", "defined_rate_high"]
    rest = ["average_deliveries", "numerator", "denominator", "reference_difference", "rule", "why", "users"]
    return pd.DataFrame(rows, columns=[*names, *rest])


def cancel_durations(subscriptions: pd.DataFrame, *, as_of_day: int) -> KaplanMeierResult:
    """Days from the start of a contract to its cancellation; active, paused and completed contracts are censored.

    A completed contract has no day of its end: it is censored at its start, which leaves it out of the curve.

    Raises:
        ValueError: a column is missing.
    """
    require_columns("subscriptions", subscriptions.columns, ["start_day", "status", "cancel_day"])
    cancel = pd.to_numeric(subscriptions["cancel_day"]).astype("float64")
    end = cancel.fillna(as_of_day).where(subscriptions["status"] != "completed", subscriptions["start_day"])
    days = (end - subscriptions["start_day"]).clip(lower=0).astype("int64")
    event = (cancel.notna() & (subscriptions["status"] != "completed")).astype("int64")
    counts = pd.DataFrame({"duration_days": days, "n_events": event, "n_censored": 1 - event})
    return kaplan_meier(counts.groupby("duration_days", as_index=False).sum())


def _row(entry: Entry | None, name: str, reference: float) -> tuple[object, ...]:
    why, rule, users = WHY[name], RULES[name], USERS[name]
    if entry is None:
        nan = math.nan
        return (name, "contract", nan, nan, nan, nan, nan, nan, nan, rule, "untellable_contracts", users)
    rates = (entry.rate, entry.low, entry.high, entry.average, entry.numerator, entry.denominator)
    return (name, entry.unit, *rates, entry.rate - reference, rule, why, users)


def _due(name: str, timeline: pd.DataFrame, at: int, unit: str) -> Entry:
    last = steps(timeline, max_delivery=at).iloc[-1]
    return Entry(
        definition=name, unit=unit, rate=last["survival"], low=last["survival_low"], high=last["survival_high"]
    )


def _complete(timeline: pd.DataFrame, as_of_day: int, at: int, grace: float) -> Entry:
    whole = timeline[timeline["first_delivery"] == 1]
    wait = whole["interval_days"] * (at - 1 + grace)
    old = whole[whole["first_day"] + wait <= as_of_day]
    return _share("survival_complete", int((old["last_delivery"] >= at).sum()), len(old))


def _naive(name: str, timeline: pd.DataFrame, at: int) -> Entry:
    whole = timeline[timeline["first_delivery"] == 1]
    return _share(name, int((whole["last_delivery"] >= at).sum()), len(whole))


def _previous(timeline: pd.DataFrame, at: int) -> Entry:
    last = steps(timeline, max_delivery=at - 1).iloc[-1]
    return _share("step_previous", int(last["n_next"]), int(last["n_due"]))


def _share(name: str, numerator: int, denominator: int) -> Entry:
    interval = wilson(numerator, denominator)
    rate = numerator / denominator if denominator else math.nan
    return Entry(
        definition=name, rate=rate, low=interval.low, high=interval.high, numerator=numerator, denominator=denominator
    )


def _by_contract(subscriptions: pd.DataFrame, timeline: pd.DataFrame, as_of_day: int, at: int) -> list[Entry]:
    months = monthly(subscriptions, as_of_day=as_of_day)
    over = months[(months["state"] == "observed") & (months["n_active"] > 0)]
    entries = [_kept(name, over.tail(n)) for name, n in (("monthly_last", 1), ("monthly_year", YEAR_MONTHS))]
    active = int(subscriptions["status"].isin(["active", "paused"]).sum())
    now = _share("active_now", active, len(subscriptions))
    day = float(timeline["interval_days"].median()) * (at - 1) if len(timeline) else math.nan
    return [_kaplan_meier(subscriptions, as_of_day, day), *entries, _rolling(subscriptions, as_of_day), now]


def _kept(name: str, months: pd.DataFrame) -> Entry:
    n = int(months["n_active"].sum())
    return _share(name, n - int(months["n_cancelled"].sum()), n)


def _rolling(subscriptions: pd.DataFrame, as_of_day: int) -> Entry:
    first = as_of_day - ROLLING_DAYS + 1
    cancel = pd.to_numeric(subscriptions["cancel_day"]).astype("float64")
    there = subscriptions[(subscriptions["start_day"] <= as_of_day) & ~(cancel < first)]
    gone = int(cancel[there.index].between(first, as_of_day).sum())
    return _share("rolling_30", len(there) - gone, len(there))


def _kaplan_meier(subscriptions: pd.DataFrame, as_of_day: int, day: float) -> Entry:
    result = cancel_durations(subscriptions, as_of_day=as_of_day)
    if math.isnan(day) or day <= 0 or not result.table["day"].max() >= day:
        return Entry(definition="kaplan_meier_days")
    # The delivery of that day is received when the contract still stands on the day before.
    found = share_past(result, math.ceil(day) - 1)
    return Entry(definition="kaplan_meier_days", rate=found.value, low=found.interval.low, high=found.interval.high)


def _averages(timeline: pd.DataFrame) -> list[Entry]:
    whole = timeline[timeline["first_delivery"] == 1]
    n, received = len(whole), int(whole["last_delivery"].sum())
    longest = int(whole["last_delivery"].max()) if n else 0
    mean = received / n if n else math.nan
    table = steps(timeline, max_delivery=YEAR_MONTHS)
    expected = float(table["survival"].sum()) if table["survival"].notna().all() else math.nan
    return [
        Entry(
            definition="mean_over_max",
            rate=mean / longest if n else math.nan,
            numerator=received,
            denominator=n * longest,
        ),
        Entry(definition="mean_deliveries", average=mean, numerator=received, denominator=n),
        Entry(definition="expected_deliveries", average=expected),
    ]
