"""What the customer portfolio says, in sentences."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from crmlib.words import Sentence, say

if TYPE_CHECKING:
    from pandas import DataFrame

LEAST = 30  # customers below which a rate is not compared
TOO_WIDE = 0.3  # of an interval: what is not known to 30 points is not stated as a rate


def thresholds(used: Any, *, preset: str, average: float) -> Sentence:
    """From which sum on a customer is trend or excellent, and where it comes from."""
    if preset == "make_repeater" and not math.isnan(average) and used.amount == max(1, round(7 * average)):
        return say(
            "Trend and excellent begin at {amount:money}, seven times the shop's average order value of"
            " {average:money}; a customer counts as left after {leave:days} without an order.",
            amount=used.amount, average=average, leave=used.leave_days,
        )  # fmt: skip
    return say(
        "Trend and excellent begin at {amount:money}; a customer counts as left after {leave:days} without an order.",
        amount=used.amount,
        leave=used.leave_days,
    )


def leak(rates: DataFrame, *, n_months: int) -> Sentence:
    """The step that loses most customers a month, by number; rates of `monthly_flows.leave_table`."""
    rows = rates[(rates["cpm_step"] != "all_steps") & (rates["n_start"] > 0)]
    total = int(rows["n_made_move"].sum())
    if rows.empty:
        return say("Which step loses most customers cannot be told: the data are shorter than the leave threshold.")
    if not total:
        return say("Nobody has left in the last {n:months}.", n=n_months)
    top = rows.loc[rows["n_made_move"].idxmax()]
    if not top["rate_moved_high"] - top["rate_moved_low"] < TOO_WIDE:
        return say(
            "Most customers leave from the step “{step:label}”: {lost:count} of {total:count} times in the last"
            " {n:months}; the months differ too much for a monthly rate.",
            step=top["cpm_step"], lost=int(top["n_made_move"]), total=total, n=n_months,
        )  # fmt: skip
    return say(
        "Most customers leave from the step “{step:label}”: {lost:count} of {total:count} times in the last {n:months},"
        " or {rate:share} of its active customers a month (95% interval {low:share} to {high:share}).",
        step=top["cpm_step"], lost=int(top["n_made_move"]), total=total, n=n_months, rate=top["rate_moved"],
        low=top["rate_moved_low"], high=top["rate_moved_high"],
    )  # fmt: skip


def leakiest(rates: DataFrame) -> Sentence:
    """The step with the highest rate of leaving, among those with enough customers."""
    rows = rates[(rates["cpm_step"] != "all_steps") & (rates["n_start"] >= LEAST)]
    if len(rows) < 2 or not rows["n_made_move"].sum():
        return say("The rates of leaving cannot be compared between the steps.")
    top, low = rows.loc[rows["rate_moved"].idxmax()], rows.loc[rows["rate_moved"].idxmin()]
    if not top["rate_moved_high"] - top["rate_moved_low"] < TOO_WIDE:
        return say("The rates of leaving cannot be compared between the steps: the months differ too much.")
    if top["rate_moved_low"] <= low["rate_moved_high"]:
        return say("The rates of leaving do not differ clearly between the steps.")
    return say(
        "The rate of leaving is highest at “{top:label}” ({high:share} a month) and lowest at “{bottom:label}”"
        " ({low:share}).",
        top=top["cpm_step"], high=top["rate_moved"], bottom=low["cpm_step"], low=low["rate_moved"],
    )  # fmt: skip


def cancelled(groups: DataFrame) -> Sentence:
    """How many active customers have cancelled all their subscriptions; they are not moved."""
    found = groups["n_all_cancelled"]
    active = int(groups.loc[groups["standing"].astype("str") == "still_active", "n_customers"].sum())
    if found.isna().any():
        return say(
            "How many active customers have cancelled all their subscriptions cannot be told: the table of"
            " subscriptions is missing."
        )
    n = int(found.sum())
    if not n or not active:
        return say("No active customer has cancelled all subscriptions without a later order.")
    return say(
        "{n:customers} of the {active:count} who count as active ({share:share}) have cancelled all their subscriptions"
        " and not ordered since; they stay in their group, but are in fact gone.",
        n=n, active=active, share=n / active,
    )  # fmt: skip


def fixed(result: Any) -> Sentence:
    """How many of those who came one to two years ago have become fixed customers."""
    if not result.n_eligible:
        return say("How many become fixed customers cannot be told: nobody has been observed for a year yet.")
    return say(
        "Of {n:customers} who first bought one to two years ago, {fixed:count} ({rate:share}; 95% interval {low:share}"
        " to {high:share}) have become fixed customers: active, with two or more orders over the first tenure"
        " threshold.",
        n=result.n_eligible, fixed=result.n_fixed, rate=result.rate, low=result.interval.low,
        high=result.interval.high,
    )  # fmt: skip


def soon(alerts: DataFrame, *, days: int) -> Sentence:
    """How many active customers reach the leave threshold soon, and what they have brought."""
    n = len(alerts)
    if not n:
        return say("No active customer reaches the leave threshold within {days:days}.", days=days)
    repeat = alerts[alerts["n_orders"] > 1]
    if len(repeat) == n:
        return say(
            "{n:customers} will count as left within {days:days} unless they order; all of them have bought more than"
            " once, and they brought {amount:money} so far.",
            n=n, days=days, amount=repeat["amount"].sum(),
        )  # fmt: skip
    return say(
        "{n:customers} will count as left within {days:days} unless they order; of them, {repeat:count} bought more"
        " than once and brought {amount:money} so far.",
        n=n, days=days, repeat=len(repeat), amount=repeat["amount"].sum(),
    )  # fmt: skip


def moved(rates: DataFrame, first_day: int, last_day: int, *, leave_days: int) -> list[Sentence]:
    """Who left, stepped up and came back between two days; rates of `monthly_flows.flow_rates` over one step."""
    days = {"first": first_day, "last": last_day}
    found = {row["flow"]: row for row in rates[rates["cpm_step"] == "all_steps"].to_dict("records")}
    leave = found["leave"]
    if not leave["n_start"]:
        return [
            say(
                "Who left from {first:date} to {last:date} cannot be told: nobody was active at the first date, or the"
                " data begin less than {leave:days} before it.",
                leave=leave_days, **days,
            )
        ]  # fmt: skip
    whole = say(
        "Of {n:customers} active on {first:date}, {lost:count} had left by {last:date} ({rate:share}; 95% interval"
        " {low:share} to {high:share}) and {up:count} had stepped up; {back:count} of {gone:count} who had left came"
        " back.",
        n=int(leave["n_start"]), lost=int(leave["n_made_move"]), rate=leave["rate_moved"], low=leave["rate_moved_low"],
        high=leave["rate_moved_high"], up=int(found["step_up"]["n_made_move"]),
        back=int(found["return"]["n_made_move"]), gone=int(found["return"]["n_start"]), **days,
    )  # fmt: skip
    steps = rates[(rates["cpm_step"] != "all_steps") & (rates["flow"] == "leave")]
    if not leave["n_made_move"]:
        return [whole]
    top = steps.loc[steps["n_made_move"].idxmax()]
    most = say(
        "Most of them left from the step “{step:label}”: {n:count}.", step=top["cpm_step"], n=int(top["n_made_move"])
    )
    return [whole, most]


def nobody_left_yet(last_day: int, *, leave_days: int) -> Sentence:
    """That the data are too short for anybody to have left at the base date."""
    return say(
        "Nor can it be told who has left by {last:date}: the data begin less than {leave:days} before it. The table"
        " therefore has the steps alone, all customers counted as active.",
        last=last_day, leave=leave_days,
    )  # fmt: skip


def months_title(months: DataFrame) -> Sentence:
    """The message of the monthly chart: active customers now and at its beginning."""
    if months.empty:
        return say("Customers by CPM step at the month ends")
    active = months[months["cpm_step"].astype("str") != "has_left"].groupby("month")["n_customers"].sum()
    if len(active) < 2:
        return say("Customers by CPM step at the month ends")
    return say(
        "Active customers went from {first:count} in {start:month} to {last:count} in {end:month}",
        first=active.iloc[0], start=active.index[0], last=active.iloc[-1], end=active.index[-1],
    )  # fmt: skip


def leave_title(rates: DataFrame) -> Sentence:
    """The message of the chart of leave rates: all steps together."""
    rows = rates[rates["cpm_step"] == "all_steps"]
    if rows.empty:
        return say("Share of active customers who leave in a month, by step")
    return say("{rate:share} of active customers leave in a month", rate=rows["rate_moved"].iloc[0])
