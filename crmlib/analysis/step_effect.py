"""Receivers of a scenario against those held out of it, as assigned on the first day, whatever came afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from crmlib.analysis.checks import require_at_least, require_columns
from crmlib.analysis.intervals import wilson_bounds
from crmlib.analysis.proportions import proportions
from crmlib.analysis.step_mail import with_entries

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FEWEST = 30
KEYS = ["scenario_id", "customer_id"]
OUTCOMES = ("goal", "continued", "crossed", "rose", "left", "cancelled")
LESS_IS_BETTER = ("left", "cancelled")
SHOWN = ["n_sent_group", "n_met_sent", "rate_sent", "n_held_group", "n_met_held", "rate_held", "effect_difference",
         "effect_difference_low", "effect_difference_high", "pvalue"]  # fmt: skip


def entrants(rows: pd.DataFrame, outcomes: pd.DataFrame, messages: pd.DataFrame) -> pd.DataFrame:
    """One row a customer and scenario: the group of the first day, and what followed from it on.

    Whoever is recorded as held out on the first day is held out, even if a mail of the same time in the scenario went
    out (`mixed`); later times in it are not looked at, and rows whose group is not known are left out.

    Args:
        rows: of `aggregates.send_table`, with scenario_id.
        outcomes: of `aggregates.product_outcomes`, with scenario_id.
        messages: of `step_mail.steps`.

    Returns columns:
        scenario_id, customer_id; group (sent, held_out); mixed (bool); entry_day, entry_offset (offset_days of the
        first message, NaN where not stated); started (bool: the scenario starts with the order of that day); goal_day,
        next_day, repeat_day, cross_day (NaN where there is none); n_lines.

    Raises:
        ValueError: a column is missing.
    """
    require_columns("rows", rows.columns, [*KEYS, "message_id", "sent_day", "held_out", "group_known", "started"])
    known = with_entries(rows[rows["group_known"] == 1], messages)
    known = known[known["entry_number"] == 0]
    order = [*KEYS, "sent_day", "held_out", "step_no"]
    known = known.sort_values(order, ascending=[True, True, True, False, True], ignore_index=True)
    groups = known.groupby(KEYS)
    known["mixed"] = groups["held_out"].transform("max") != groups["held_out"].transform("min")
    first = known.drop_duplicates(KEYS).rename(columns={"sent_day": "entry_day", "offset_days": "entry_offset"})
    first = first.assign(group=np.where(first["held_out"] == 1, "held_out", "sent"))
    names = ["group", "mixed", "entry_day", "entry_offset", "started", "goal_day", "next_day"]
    later = outcomes[[*KEYS, "repeat_day", "cross_day", "n_lines"]]
    return first[[*KEYS, *names]].merge(later, on=KEYS, how="left").reset_index(drop=True)


def add_outcomes(
    entered: pd.DataFrame, marks: pd.DataFrame, subscriptions: pd.DataFrame, *, roles_known: bool, as_of_day: int,
    follow_days: int = 90, leave_days: int = 60,
) -> pd.DataFrame:  # fmt: skip
    """Every outcome as 1, 0, or NaN where it cannot be told or was not observed so long.

    goal: the goal purchase within follow_days of the entry. continued: a product owned is bought again (any order where
    no line has a product); crossed: a product never bought before. rose: the stage by orders is higher then. left: no
    order within leave_days. cancelled: a contract that ran on the entry was cancelled within follow_days.

    Args:
        entered: of `entrants`.
        marks: customer_id, second_day, nth_day, full_day, wanted_day, viewed_day; of `stage_evidence.gather`.
        subscriptions: customer_id, start_day, cancel_day.
        roles_known: the shop says which products are back-end or cross.
        as_of_day: where observation ends.
        follow_days: days in which an outcome counts.
        leave_days: days without an order after which a customer has left.

    Returns columns:
        those of `entered`; stage_before, stage_after (0 purchaser, 1 general, 2 excellent, by orders; NaN where not
        observed, or no order yet); goal, continued, crossed, rose, left, cancelled.

    Raises:
        ValueError: a column is missing, or a number of days is below 1.
    """
    require_at_least("follow_days", follow_days, 1)
    require_at_least("leave_days", leave_days, 1)
    require_columns("subscriptions", subscriptions.columns, ["customer_id", "start_day", "cancel_day"])
    entry = entered["entry_day"]
    seen, silent = entry + follow_days <= as_of_day, entry + leave_days <= as_of_day
    with_lines = entered["n_lines"].fillna(0) > 0
    again = entered["repeat_day"].where(with_lines, entered["next_day"])
    table = entered.assign(
        goal=_within(entered["goal_day"], entry, follow_days, seen),
        continued=_within(again, entry, follow_days, seen),
        crossed=_within(entered["cross_day"], entry, follow_days, seen & with_lines),
        left=1 - _within(entered["next_day"], entry, leave_days, silent),
    )
    table["stage_before"] = _stage(entered, marks, entry - 1 + entered["started"].astype("int64"), roles_known)
    table["stage_after"] = _stage(entered, marks, entry + follow_days, roles_known).where(seen)
    known = table["stage_before"].notna() & table["stage_after"].notna()
    table["rose"] = (table["stage_after"] > table["stage_before"]).astype("float64").where(known)
    table["cancelled"] = _cancelled(entered, subscriptions, follow_days).where(seen)
    return table


def compare(followed: pd.DataFrame, *, confidence_level: float = 0.95) -> pd.DataFrame:
    """Every scenario and outcome: receivers less hold-out, by the score test, with Mee's interval, which inverts it.

    A goal is what a scenario is judged by: each is an experiment of its own and not corrected. The k other outcomes
    that can be told are corrected together by Bonferroni: p-value min(1, k p), intervals at 1 - (1 - level) / k. So a
    verdict never contradicts the interval beside it. No rate below 30 customers in a group.

    Args:
        followed: of `add_outcomes`.
        confidence_level: of the goals' intervals, and of all other intervals together.

    Returns columns:
        scenario_id; effect_outcome (outcome_goal, …); n_sent_group, n_met_sent, rate_sent; n_held_group, n_met_held,
        rate_held; effect_difference, effect_difference_low, effect_difference_high (sent - held out); pvalue,
        pvalue_adjusted (NaN for goals); interval_level; effect_verdict (effect_better, effect_worse, effect_not_clear,
        effect_untellable).

    Raises:
        ValueError: a column is missing or confidence_level is not between 0 and 1.
    """
    require_columns("followed", followed.columns, ["scenario_id", "group", *OUTCOMES])
    rows = []
    for scenario, part in followed.groupby("scenario_id", sort=True):
        for outcome in OUTCOMES:
            found = _compared(part, outcome)
            rows.append({"scenario_id": scenario, "effect_outcome": f"outcome_{outcome}", **found})
    table = pd.DataFrame(rows, columns=["scenario_id", "effect_outcome", *SHOWN])
    told = table[table["n_sent_group"] + table["n_held_group"] > 0].reset_index(drop=True)
    return _judged(told, confidence_level, alone=told["effect_outcome"] == "outcome_goal")


def by_step(
    followed: pd.DataFrame, messages: pd.DataFrame, *, as_of_day: int, bought_days: int = 14,
    confidence_level: float = 0.95,
) -> pd.DataFrame:  # fmt: skip
    """The goal purchase after each step, of those who had not bought by then, receivers against hold-out.

    The step's day is the entry plus its offset, the same for both groups; the window ends after bought_days or the day
    before the next step. From the second step on the groups are no longer those drawn, but who had not bought by then.

    Returns columns:
        scenario_id, step_no, message_name; those of `compare` from n_sent_group on, all corrected for their number.

    Raises:
        ValueError: a column is missing, or bought_days is below 1.
    """
    require_at_least("bought_days", bought_days, 1)
    rows = []
    for message in messages.to_dict("records"):
        part = followed[followed["scenario_id"] == message["scenario_id"]]
        due = part["entry_day"] + (message["offset_days"] - part["entry_offset"])
        until = due + min(bought_days, message["gap_days"] - 1 if message["gap_days"] >= 1 else bought_days)
        began = (due >= part["entry_day"]) & (due + bought_days <= as_of_day)
        open_ = began & ~(part["goal_day"] < due)
        met = (part["goal_day"] <= until).astype("float64").where(open_)
        names = {"scenario_id": message["scenario_id"], "step_no": message["step_no"]}
        named = {**names, "message_name": message["message_name"]}
        rows.append({**named, **_compared(part.assign(met=met), "met")})
    return _judged(pd.DataFrame(rows, columns=["scenario_id", "step_no", "message_name", *SHOWN]), confidence_level)


def stage_moves(followed: pd.DataFrame, *, stages: Sequence[str]) -> pd.DataFrame:
    """Customers by stage on the entry and after it, receivers and hold-out.

    Args:
        followed: of `add_outcomes`.
        stages: codes of the three stages that orders tell.

    Returns columns:
        scenario_id; send_group (group_sent, group_held_out); stage_before (code); n_entered_stage; n_rose; n_stayed;
        rose_rate, rose_rate_low, rose_rate_high (Wilson; NaN below 30).
    """
    rows = followed[followed["rose"].notna()]
    named = rows.assign(send_group="group_" + rows["group"].astype(str))
    groups = named.groupby(["scenario_id", "send_group", "stage_before"])["rose"].agg(["size", "sum"]).reset_index()
    table = groups.rename(columns={"size": "n_entered_stage", "sum": "n_rose"})
    table["stage_before"] = table["stage_before"].astype("int64").map(dict(enumerate(stages)))
    table["n_stayed"] = table["n_entered_stage"] - table["n_rose"]
    enough = table["n_entered_stage"].where(table["n_entered_stage"] >= FEWEST).astype("float64")
    table["rose_rate"] = table["n_rose"] / enough
    table["rose_rate_low"], table["rose_rate_high"] = wilson_bounds(table["n_rose"], enough.fillna(0))
    return table


def _within(day: pd.Series, entry: pd.Series, days: int, seen: pd.Series) -> pd.Series:
    return (day <= entry + days).astype("float64").where(seen)


def _stage(entered: pd.DataFrame, marks: pd.DataFrame, day: pd.Series, roles_known: bool) -> pd.Series:
    """0 with an order, 1 from the second on, 2 with a back-end or cross product; NaN before the first order."""
    names = ["first_day", "second_day", "nth_day", "full_day", "wanted_day", "viewed_day"]
    known = marks.set_index("customer_id")[names].reindex(entered["customer_id"]).set_axis(entered.index)
    passed = known.le(day, axis=0)
    general = passed["second_day"] & passed["full_day"]
    excellent = general & passed["nth_day"] & (passed["wanted_day"] | passed["viewed_day"]) & roles_known
    return (general.astype("float64") + excellent.astype("float64")).where(passed["first_day"])


def _cancelled(entered: pd.DataFrame, subscriptions: pd.DataFrame, follow_days: int) -> pd.Series:
    """1 where a contract that ran on the entry was cancelled in time, NaN where none ran."""
    contracts = subscriptions[["customer_id", "start_day", "cancel_day"]].astype({"start_day": "float64",
                                                                                 "cancel_day": "float64"})  # fmt: skip
    rows = entered[["customer_id", "entry_day"]].assign(place=np.arange(len(entered)))
    both = rows.merge(contracts, on="customer_id")
    both = both[(both["start_day"] <= both["entry_day"]) & ~(both["cancel_day"] < both["entry_day"])]
    soon = (both["cancel_day"] <= both["entry_day"] + follow_days).astype("float64")
    found = soon.groupby(both["place"]).max().reindex(np.arange(len(entered)))
    return found.set_axis(entered.index)


def _compared(part: pd.DataFrame, outcome: str) -> dict[str, float]:
    told = part[part[outcome].notna()]
    held = told["group"] == "held_out"
    n_t, n_c = int((~held).sum()), int(held.sum())
    x_t, x_c = int(told.loc[~held, outcome].sum()), int(told.loc[held, outcome].sum())
    nan = float("nan")
    rates = [x_t / n_t if n_t >= FEWEST else nan, x_c / n_c if n_c >= FEWEST else nan]
    both = n_t >= FEWEST and n_c >= FEWEST
    pvalue = proportions(x_c, n_c, x_t, n_t).pvalue if both else nan
    return dict(
        zip(SHOWN, [n_t, x_t, rates[0], n_c, x_c, rates[1], rates[0] - rates[1], nan, nan, pvalue], strict=True)
    )


def _judged(table: pd.DataFrame, confidence_level: float, *, alone: pd.Series | None = None) -> pd.DataFrame:
    """Levels, intervals, corrected p-values and verdicts; the rows of `alone` are not corrected."""
    pvalues = table["pvalue"].astype("float64")
    single = alone.astype(bool) if alone is not None else pd.Series(False, index=table.index)
    k = max(int((pvalues.notna() & ~single).sum()), 1)
    alpha = 1 - confidence_level
    table["pvalue_adjusted"] = (pvalues * k).clip(upper=1).mask(single)
    table["interval_level"] = np.where(single, confidence_level, 1 - alpha / k)
    table["interval_level"] = table["interval_level"].where(pvalues.notna())
    ends = ["effect_difference_low", "effect_difference_high"]
    table[ends] = np.array([_interval(row) for row in table.to_dict("records")], dtype="float64").reshape(-1, 2)
    decisive = table["pvalue_adjusted"].where(~single, pvalues)
    better = table["effect_difference"].astype("float64") > 0
    if "effect_outcome" in table.columns:
        better ^= table["effect_outcome"].isin([f"outcome_{name}" for name in LESS_IS_BETTER])
    rules = [decisive.isna(), ~(decisive < alpha), better]
    codes = ["effect_untellable", "effect_not_clear", "effect_better"]
    return table.assign(effect_verdict=np.select(rules, codes, default="effect_worse").astype(str))


def _interval(row: Mapping[str, float]) -> tuple[float, float]:
    if np.isnan(row["interval_level"]):
        return float("nan"), float("nan")
    x_c, n_c, x_t, n_t = (int(row[name]) for name in ("n_met_held", "n_held_group", "n_met_sent", "n_sent_group"))
    found = proportions(x_c, n_c, x_t, n_t, confidence_level=row["interval_level"]).difference_interval
    return found.low, found.high
