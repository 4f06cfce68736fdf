"""What the retention tables say, in sentences."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from crmlib.words import Sentence, say

if TYPE_CHECKING:
    from pandas import DataFrame


def second_step(steps: DataFrame, window_days: int, least: int = 0) -> Sentence:
    """The rate of a second purchase within the window, with its interval and its denominator; of few, counts only."""
    first = steps.iloc[0] if len(steps) else None
    if first is None or math.isnan(first["step_rate"]):
        return say(
            "How many come back for a second purchase cannot be told: nobody has been observed for {window:days} yet.",
            window=window_days,
        )
    if first["n_eligible"] < least:
        return say(
            "Of {n:customers} observed for at least {window:days} since their first purchase, {back:count} bought a"
            " second time within {window:days}; of fewer than {least:customers} no rate is told.",
            n=int(first["n_eligible"]), window=window_days, back=int(first["n_next"]), least=least,
        )  # fmt: skip
    return say(
        "Of {n:customers} observed for at least {window:days} since their first purchase, {rate:share} (95% interval"
        " {low:share} to {high:share}) bought a second time within {window:days}.",
        n=int(first["n_eligible"]), window=window_days, rate=first["step_rate"], low=first["step_rate_low"],
        high=first["step_rate_high"],
    )  # fmt: skip


def largest_loss(loss: Any, window_days: int, least: int = 0) -> Sentence:
    """The step at which most customers leave, from `analysis.retention.largest_loss`; of few, counts only."""
    if loss is None or loss.order_number is None:
        return say("At which purchase most customers leave cannot be told: too few have been observed long enough.")
    number = int(loss.order_number)
    if not loss.n_lost:
        return say(
            "No purchase has lost a customer so far: all of {total:customers} observed long enough came back within"
            " {window:days}.",
            total=int(loss.n_eligible), window=window_days,
        )  # fmt: skip
    if loss.n_eligible < least:
        return say(
            "The largest loss lies between purchase {n:rank} and purchase {next:rank}: {lost:count} of"
            " {total:customers} did not come back within {window:days}; of fewer than {least:customers} no share is"
            " told.",
            n=number, next=number + 1, window=window_days, lost=int(loss.n_lost), total=int(loss.n_eligible),
            least=least,
        )  # fmt: skip
    return say(
        "The largest loss lies between purchase {n:rank} and purchase {next:rank}: {lost:count} of"
        " {total:customers} ({share:share}; 95% interval {low:share} to {high:share}) did not come back within"
        " {window:days}.",
        n=number, next=number + 1, window=window_days, lost=int(loss.n_lost),
        total=int(loss.n_eligible), share=1 - loss.step_rate, low=1 - loss.interval.high, high=1 - loss.interval.low,
    )  # fmt: skip


def naive_gap(steps: DataFrame) -> Sentence:
    """The naive second-purchase figure, and why it is no rate to compare with."""
    first = steps.iloc[0] if len(steps) else None
    if first is None or math.isnan(first["step_rate"]) or math.isnan(first["naive_step_rate"]):
        return say("The naive figure cannot be compared: nobody has been observed long enough yet.")
    return say(
        "Dividing by every customer and counting returns at any time would give {naive:share}; customers who came"
        " lately lower it and late returns raise it, so it cannot be compared with {rate:share}.",
        naive=first["naive_step_rate"], rate=first["step_rate"],
    )  # fmt: skip


def days_to_second(result: Any) -> Sentence:
    """The median days to the second purchase among all customers, from the Kaplan-Meier result."""
    if not result.n:
        return say("There is no first purchase to follow.")
    if math.isnan(result.median):
        return say(
            "Less than half of {n:customers} had bought a second time by the end of observation, so the median number"
            " of days to the second purchase is not reached.",
            n=result.n,
        )
    low, high = result.median_interval.low, result.median_interval.high
    values = {"median": result.median, "n": result.n, "low": low}
    if math.isnan(low):
        return say(
            "The median time to the second purchase is estimated at {median:days}, from too few customers for an"
            " interval (n = {n:customers}, those still without one counted up to the base date).",
            median=result.median, n=result.n,
        )  # fmt: skip
    if math.isnan(high):
        return say(
            "The median time to the second purchase is estimated at {median:days} (95% interval from {low:days}, its"
            " upper end not reached; n = {n:customers}, those still without one counted up to the base date).",
            **values,
        )
    return say(
        "The median time to the second purchase is estimated at {median:days} (95% interval {low:days} to {high:days};"
        " n = {n:customers}, those still without one counted up to the base date).",
        high=high, **values,
    )  # fmt: skip


def repeat_sales(months: DataFrame) -> Sentence:
    """The repeat share of sales over the last twelve complete months against the twelve before."""
    complete = months[months["state"] == "observed"]
    last = complete.tail(12)
    total = (last["amount_new"] + last["amount_repeat"]).sum()
    if last.empty:
        return say("No complete month of sales has been observed yet.")
    if not total:
        return say("There were no sales in the last {n:months}.", n=len(last))
    if not last["amount_new"].sum():
        return say(
            "No first purchase falls in the last {n:months}, so the repeat share of sales says nothing.", n=len(last)
        )
    share = last["amount_repeat"].sum() / total
    before = complete.iloc[-24:-12]
    earlier = (before["amount_new"] + before["amount_repeat"]).sum()
    if len(last) < 12 or len(before) < 12 or not earlier:
        return say("Over the last {n:months} repeat orders brought {share:share} of sales.", n=len(last), share=share)
    was = before["amount_repeat"].sum() / earlier
    values = {"share": share, "was": was}
    if share > was:
        return say(
            "Repeat orders brought {share:share} of the last twelve months' sales, up from {was:share}.", **values
        )
    return say("Repeat orders brought {share:share} of the last twelve months' sales, after {was:share}.", **values)


def curves_title(pooled: DataFrame) -> Sentence:
    """The message of the cohort curves: the pooled share after one and after six months."""
    rates = {int(row["k"]): row["rate"] for row in pooled.to_dict("records") if not math.isnan(row["rate"])}
    if 1 in rates and 6 in rates:
        return say(
            "{one:share} of a cohort buys in the calendar month after its first purchase, {six:share} in the sixth",
            one=rates[1], six=rates[6],
        )  # fmt: skip
    return say("Share of each cohort that bought, by months since the first purchase")


def steps_title(loss: Any, window_days: int) -> Sentence:
    """The message of the step chart."""
    if loss is None or loss.order_number is None or not loss.n_lost:
        return say("Purchases step by step")
    number = int(loss.order_number)
    return say(
        "Most customers without a next purchase within {window:days} stop after purchase {n:rank}",
        window=window_days, n=number,
    )  # fmt: skip


def second_title(share: float, day: int) -> Sentence:
    """The message of the second-purchase curve: the share back by one named day."""
    if math.isnan(share):
        return say("Days to the second purchase")
    return say("{share:share} have bought a second time by day {day:rank}", share=share, day=day)


def sales_title(months: DataFrame) -> Sentence:
    """The message of the new and repeat sales chart: the latest complete month."""
    complete = months[months["state"] == "observed"]
    complete = complete[complete["repeat_share"].notna()]
    if complete.empty:
        return say("New and repeat sales by month")
    last = complete.iloc[-1]
    if not complete["amount_new"].tail(12).sum():
        return say("New and repeat sales by month")
    return say(
        "In {month:month} repeat orders brought {share:share} of sales", month=last["month"], share=last["repeat_share"]
    )
