"""What the annual page of active customers and its outlook say, in sentences."""

from __future__ import annotations

import math
from typing import Any

from crmlib import words
from crmlib.words import Sentence, say

LEAST = 30  # customers that a rate of the outlook must rest on


def growth(result: Any, *, tellable_from: int) -> Sentence:
    """Whether the base of active customers grows, and by what."""
    if result is None or not result.tellable:
        return say(
            "Whether the base of active customers grows cannot be told before {day:date}: two full years are needed.",
            day=tellable_from,
        )
    values = {"n": result.n_year_active, "before": result.n_active_before, "new": result.n_new,
              "revived": result.n_revived, "lost": result.n_lost}  # fmt: skip
    if result.n_year_active > result.n_active_before:
        return say(
            "The base of active customers has grown from {before:count} to {n:customers}: {new:count} came new and"
            " {revived:count} came back, {lost:count} were lost.",
            **values,
        )
    if result.n_year_active < result.n_active_before:
        return say(
            "The base of active customers has shrunk from {before:count} to {n:customers}: {new:count} came new and"
            " {revived:count} came back, but {lost:count} were lost.",
            **values,
        )
    return say(
        "The base of active customers is as large as a year before, {n:customers}: {new:count} came new and"
        " {revived:count} came back, {lost:count} were lost.",
        n=values["n"], new=values["new"], revived=values["revived"], lost=values["lost"],
    )  # fmt: skip


def identity(result: Any) -> Sentence:
    """Sales of the year as annual LTV times active customers."""
    if result is None or not result.n_year_active:
        return say("No complete year with an order has been observed yet.")
    return say(
        "Sales of the year, {amount:money}, are {n:customers} who were active times an annual LTV of {ltv:money} each.",
        amount=result.amount,
        n=result.n_year_active,
        ltv=result.annual_ltv,
    )


def kept(result: Any, *, tellable_from: int) -> Sentence:
    """The retention of last year's customers and of the new ones."""
    if result is None or not result.tellable or math.isnan(result.rates["retention_rate"]):
        return say("How many customers are kept cannot be told before {day:date}.", day=tellable_from)
    rate, interval = result.rates["retention_rate"], result.intervals["retention_rate"]
    return say(
        "{kept:count} of {before:count} who were active in the year before were kept: {rate:share} (95% interval"
        " {low:share} to {high:share}).",
        kept=result.n_kept_on, before=result.n_active_before, rate=rate, low=interval.low, high=interval.high,
    )  # fmt: skip


def new_customers(result: Any) -> Sentence:
    """How many new customers bought again: by the definition, and among those with a full year."""
    if result is None or not result.n_second_base or math.isnan(result.rates["new_retention_rate"]):
        return say("How many new customers buy again within a year cannot be told yet.")
    return say(
        "{rate:share} of this year's new customers have bought again so far, though the latest have had little time; of"
        " the {n:count} new ones of the year before, {second:share} bought again within 365 days (95% interval"
        " {low:share} to {high:share}).",
        rate=result.rates["new_retention_rate"], n=result.n_second_base, second=result.second_rate,
        low=result.second_interval.low, high=result.second_interval.high,
    )  # fmt: skip


def point_value(result: Any) -> Sentence:
    """What one point of retention is worth in sales a year."""
    if result is None or not result.n_year_active:
        return say("What a point of retention is worth cannot be told: no complete year has been observed.")
    return say(
        "One point of retention is worth {amount:money} of sales a year: {n:customers} times the annual LTV of"
        " {ltv:money} times 0.01.",
        amount=result.point_amount, n=result.n_year_active, ltv=result.annual_ltv,
    )  # fmt: skip


def outlook(result: Any) -> Sentence:
    """Where the base of customers stands at the end of the outlook."""
    if not result.tellable:
        return say(
            "An outlook cannot be given: it needs three full years, and at least {n:customers} to estimate each rate.",
            n=LEAST,
        )
    first, last = result.table.iloc[0], result.table.iloc[-1]
    values = {"years": int(last["year_ahead"]), "n": last["n_year_active"], "low": last["n_year_active_low"],
              "high": last["n_year_active_high"], "now": first["n_year_active"]}  # fmt: skip
    values |= {name: words.to_three_figures(last[name]) for name in ("amount", "amount_low", "amount_high")}
    if last["n_year_active_low"] > first["n_year_active"]:
        return say(
            "If all goes on as in the last year, active customers rise from {now:count} to about {n:count}"
            " ({low:count} to {high:count}) in {years:count} years, and sales to {amount:money} a year"
            " ({amount_low:money} to {amount_high:money}).",
            **values,
        )
    if last["n_year_active_high"] < first["n_year_active"]:
        return say(
            "If all goes on as in the last year, active customers fall from {now:count} to about {n:count}"
            " ({low:count} to {high:count}) in {years:count} years, and sales come to {amount:money} a year"
            " ({amount_low:money} to {amount_high:money}).",
            **values,
        )
    return say(
        "If all goes on as in the last year, active customers stay about where they are: {now:count} now, {n:count}"
        " ({low:count} to {high:count}) in {years:count} years, with sales of {amount:money} a year ({amount_low:money}"
        " to {amount_high:money}).",
        **values,
    )  # fmt: skip


def assumptions(result: Any) -> Sentence:
    """What the outlook takes for granted."""
    if not result.tellable:
        return say("No outlook is given, so nothing is assumed.")
    return say(
        "Assumed: the rates of the last year-to-year transition hold for all years; every year brings {n:customers} who"
        " are new; each new and each existing customer spends what such customers spent in the latest year. The band"
        " covers the uncertainty of the rates and chance, from {draws:count} draws; it does not cover changes of the"
        " market, of prices or of what the shop does.",
        n=result.new_customers, draws=result.n_draws,
    )  # fmt: skip


def lapsed_rates(result: Any) -> Sentence:
    """Whether the return of lapsed customers in the outlook rests on their own rates."""
    if not result.tellable:
        return say("No outlook is given, so nothing is assumed.")
    seen = result.rates.set_index("from_state")["n_start"]
    if seen["lapsed_1"] < LEAST:
        return say("Fewer than {few:customers} had lapsed: the outlook lets no lapsed customer come back.", few=LEAST)
    if seen["lapsed_longer"] < LEAST:
        return say(
            "Fewer than {few:customers} were in “{longer:label}”: the outlook takes the rate of “{year:label}” for them"
            " too, whatever the row shows.",
            few=LEAST, longer="lapsed_longer", year="lapsed_1",
        )  # fmt: skip
    return say("Every rate rests on {few:customers} or more.", few=LEAST)


def bridge_title(result: Any) -> Sentence:
    """The message of the bridge: the change of active customers."""
    if result is None or not result.tellable or not result.n_active_before:
        return say("Active customers: last year and this year")
    return say(
        "Active customers changed by {change:change} against the year before",
        change=result.n_year_active / result.n_active_before - 1,
    )


def outlook_title(result: Any) -> Sentence:
    """The message of the outlook: where active customers are heading."""
    if not result.tellable:
        return say("Active customers in the years to come")
    last = result.table.iloc[-1]
    return say(
        "About {n:count} active customers in {years:count} years, if all goes on as in the last year",
        n=last["n_year_active"],
        years=int(last["year_ahead"]),
    )


def sales_outlook_title(result: Any) -> Sentence:
    """The message of the sales outlook."""
    if not result.tellable:
        return say("Sales in the years to come")
    last = result.table.iloc[-1]
    return say(
        "About {amount:money} of sales a year in {years:count} years, if all goes on as in the last year",
        amount=words.to_three_figures(last["amount"]),
        years=int(last["year_ahead"]),
    )
