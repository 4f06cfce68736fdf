"""What lifetime value, its levers and the outlook say, in sentences."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from crmlib.words import Sentence, label, say

if TYPE_CHECKING:
    from pandas import DataFrame

OUTLOOK_GAP = 0.2  # a prediction of the past farther off than this is said to be one not to plan with


def annual(sales: Any, profit: Any, day: int) -> Sentence:
    """L2 with its interval and denominator, in sales and in gross profit."""
    if not sales.n or math.isnan(sales.value):
        return say("Annual LTV cannot be told: nobody has been observed for {days:days} yet.", days=day)
    values = {"n": sales.n, "days": day, "value": sales.value}
    if math.isnan(sales.interval.low):
        return say("{n:customers} observed for {days:days} brought {value:money} each; too few for more.", **values)
    values |= {"low": sales.interval.low, "high": sales.interval.high}
    if math.isnan(profit.value):
        return say(
            "{n:customers} observed for {days:days} each brought {value:money} in sales (95% interval {low:money} to"
            " {high:money}); the gross profit cannot be told, because costs are missing.",
            **values,
        )
    return say(
        "{n:customers} observed for {days:days} each brought {value:money} in sales (95% interval {low:money} to"
        " {high:money}) and {profit:money} in gross profit after variable cost.",
        profit=profit.value, **values,
    )  # fmt: skip


def definitions(table: DataFrame) -> Sentence:
    """How far the definitions of one customer's value lie apart."""
    known = table[(table["counted_unit"] == "customer") & table["ltv"].notna()].sort_values("ltv")
    if len(known) < 2:
        return say("Too few of the LTV definitions can be computed on these data to compare them.")
    low, high = known.iloc[0], known.iloc[-1]
    if round(low["ltv"]) == round(high["ltv"]):
        return say("Every LTV definition that can be computed on these data gives {low:money}.", low=low["ltv"])
    return say(
        "The LTV of the same customers is {low:money} or {high:money} depending on the definition ({first} against"
        " {last}), so a figure without its definition says nothing.",
        low=low["ltv"], high=high["ltv"], first=label(low["definition"]), last=label(high["definition"]),
    )  # fmt: skip


def costs_known(margin: Any) -> Sentence:
    """What gross profit rests on."""
    if margin.basis == "untellable":
        if math.isnan(margin.share_known):
            return say("Gross profit cannot be told: no order has a product with a known cost.")
        return say(
            "Gross profit cannot be told: the cost is known for {share:share} of sales only. Give a gross margin, or"
            " the products' costs.",
            share=margin.share_known,
        )
    if margin.basis == "all_costs_known":
        return say("Costs are known for all sales; the gross margin is {rate:share}.", rate=margin.rate)
    return say(
        "Costs are known for {share:share} of sales; where they are missing, a gross margin of {rate:share} stands in.",
        share=margin.share_known, rate=margin.rate_used,
    )  # fmt: skip


def levers(table: DataFrame, n_customers: int, unit: str) -> Sentence:
    """The element whose small improvement brings most, in yen a customer or subscription and for the cohort."""
    if table.empty:
        return say("Which element raises LTV most cannot be told from these data.")
    top = table.iloc[0]
    values = {"gain": top["difference_up"], "total": top["difference_cohort"]}
    values |= {"name": label(top["element"]), "n": n_customers}
    if unit == "subscription":
        return say(
            "For subscriptions the largest lever is “{name}”: its step brings {gain:money} more a subscription, or"
            " {total:money} over the {n:count} begun in the last 365 days.",
            **values,
        )
    return say(
        "For all customers the largest lever is “{name}”: its step brings {gain:money} more gross profit a customer in"
        " the first year, or {total:money} over the {n:customers} won in the last 365 days.",
        **values,
    )


def steady(pvalue: float) -> Sentence:
    """Whether one cancellation rate fits all deliveries, which L5 takes for granted."""
    if math.isnan(pvalue):
        return say("Whether one cancellation rate fits every delivery cannot be told.")
    if pvalue < 0.05:
        return say(
            "Cancellation differs between deliveries (p-value {p:pvalue}), so L5, which takes one rate for all, does"
            " not hold; read L6.",
            p=pvalue,
        )
    return say("No difference of cancellation between deliveries is seen (p-value {p:pvalue}).", p=pvalue)


def outlook(ahead: Any, past: Any) -> list[Sentence]:
    """What one-off buyers are expected to buy, and how the same model did on the past."""
    if ahead.state == "too_few":
        return [say("No outlook on one-off buyers: {n:customers} came back, too few for a model.", n=ahead.n_repeat)]
    if ahead.state != "fitted":
        return [say("No outlook on one-off buyers: the model does not fit these data.")]
    interval = ahead.purchases_interval
    expected = say(
        "{n:customers} who buy one-off are expected to make {value:count} purchases in the next {days:days} (95%"
        " interval of the model's parameters {low:count} to {high:count}), {amount:money} a customer.",
        n=ahead.n, value=round(ahead.purchases), days=ahead.days, low=round(interval.low), high=round(interval.high),
        amount=ahead.amount_per_customer,
    )  # fmt: skip
    return [expected, _checked(past)]


def survival(value: float, interval: Any, horizon: int, n: int, gap: float) -> list[Sentence]:
    """L6 by the model up to a delivery that nobody has reached, and how far the model is from what was observed."""
    if math.isnan(value):
        return [say("No outlook on subscriptions: there are none, too few, or the model does not fit.")]
    worth = say(
        "Extended by the model to delivery {k:rank}, a subscription is worth {value:money} in sales (95% interval of"
        " the parameters {low:money} to {high:money}; {n:count} contracts).",
        k=horizon, value=value, low=interval.low, high=interval.high, n=n,
    )  # fmt: skip
    if math.isnan(gap):
        return [worth]
    return [
        worth,
        say(
            "Where deliveries were observed, the model is off by up to {gap:points}, which the interval does not hold.",
            gap=gap,
        ),
    ]


def cumulative_title(sales: Any, day: int) -> Sentence:
    """The message of the cumulative curve."""
    if math.isnan(sales.value):
        return say("Cumulative value a customer by days since the first order")
    return say("A customer has brought {value:money} by day {day:rank}", value=sales.value, day=day)


def levers_title(table: DataFrame) -> Sentence:
    """The message of the tornado."""
    if table.empty:
        return say("What a small improvement of each element brings")
    return say("The largest lever on LTV: {name}", name=label(table.iloc[0]["element"]))


def survival_title(value: float, horizon: int) -> Sentence:
    """The message of the subscription outlook."""
    if math.isnan(value):
        return say("Share of subscriptions that receives each delivery")
    return say("To delivery {k:rank} a subscription is worth {value:money}", k=horizon, value=value)


def _checked(past: Any) -> Sentence:
    if past.state != "fitted" or not past.n_bought:
        return say("The model could not be checked on the past: too few one-off buyers a year ago.")
    values = {"days": past.days, "predicted": round(past.purchases), "bought": int(past.n_bought)}
    if abs(past.purchases / past.n_bought - 1) > OUTLOOK_GAP:
        return say(
            "Fitted to the data up to {days:days} before, the model predicted {predicted:count} purchases where"
            " {bought:count} were made: too far off to plan with.",
            **values,
        )
    return say(
        "Fitted to the data up to {days:days} before, the model predicted {predicted:count} purchases where"
        " {bought:count} were made.",
        **values,
    )
