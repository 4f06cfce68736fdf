"""What the data can bear, in sentences: how much of the export counts, and what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmlib.words import Sentence, say

if TYPE_CHECKING:
    from pandas import DataFrame

HOLES = ("empty", "far_below")
NOT_REASONS = ("read", "used")


def covered(daily: DataFrame, *, n_customers: int) -> Sentence:
    """How many orders, customers and days the analyses rest on."""
    if daily.empty:
        return say("There is no counted order.")
    first, last = int(daily["order_day"].min()), int(daily["order_day"].max())
    return say(
        "The analyses rest on {orders:orders} of {customers:customers}, {amount:money} in all, over {days:days}; every "
        "row and every amount of the export is used or left out for one stated reason.",
        orders=int(daily["n_orders"].sum()), customers=n_customers, amount=daily["amount"].sum(), days=last - first + 1,
    )  # fmt: skip


def left_out(exclusion: DataFrame) -> Sentence:
    """The share of the rows left out, and the most frequent reason."""
    read = int(exclusion.loc[exclusion["reason"] == "read", "n_rows"].sum())
    reasons = exclusion[~exclusion["reason"].isin(NOT_REASONS)]
    n = int(reasons["n_rows"].sum())
    if n == 0:
        return say("No row of the orders was left out.")
    most = reasons.sort_values("n_rows", ascending=False, kind="stable").iloc[0]
    return say(
        "{n:rows} of the orders' {read:count} ({share:share}) were left out; the most frequent reason is"
        " “{reason:label}” with {most:rows}.",
        n=n, read=read, share=n / read, reason=str(most["reason"]), most=int(most["n_rows"]),
    )  # fmt: skip


def holes(months: DataFrame, *, least: int) -> Sentence:
    """The months that look like a hole in the export; `least`: orders a month below which a small one may be chance."""
    found = months[months["month_verdict"].isin(HOLES)]
    if not (months["month_verdict"] == "whole").any() and found.empty:
        return say("Whether a part of the export is missing cannot be told yet: no month is whole.")
    if found.empty and _quiet(months):
        return say(
            "Whether a part of the export is missing cannot be told: there are months without orders, but the others"
            " have so few that it may be chance."
        )
    if found.empty and not (months["n_neighbours"] >= least).any():
        return say(
            "No whole month is without orders; whether one is too small cannot be told from months of fewer than "
            "{least:orders}.",
            least=least,
        )  # fmt: skip
    if found.empty:
        return say("No whole month is without orders or far below its neighbours: the export shows no hole.")
    first = int(found["month"].iloc[0])
    if len(found) == 1:
        return say(
            "{month:month} has {n:orders}, far fewer than the months around it: ask whether the export is complete "
            "before any trend is believed.",
            month=first, n=int(found["n_orders"].iloc[0]),
        )  # fmt: skip
    return say(
        "{months:months} look like holes, the first is {month:month}: ask whether the export is complete before any "
        "trend is believed.",
        months=len(found), month=first,
    )  # fmt: skip


def _quiet(months: DataFrame) -> bool:
    """True where a month without orders may be chance, because its neighbours have few."""
    return bool(((months["n_orders"] == 0) & (months["month_verdict"] == "whole")).any())


def months_title(months: DataFrame) -> Sentence:
    """The message of the chart of months."""
    n = int(months["month_verdict"].isin(HOLES).sum())
    if months.empty:
        return say("There is no order to show")
    if not n and _quiet(months):
        return say("Orders month by month")
    if n == 1:
        return say("One month looks like a hole in the export")
    if n:
        return say("{n:months} look like holes in the export", n=n)
    return say("No month looks like a hole in the export")


def ends(months: DataFrame) -> Sentence:
    """Whether the first and the last month are cut off."""
    verdicts = set(months["month_verdict"])
    if {"begins", "partial"} <= verdicts:
        return say("The first and the last month are cut off; neither can be compared with whole months.")
    if "begins" in verdicts:
        return say("The first month is cut off: the data begin within it, so it cannot be compared with whole months.")
    if "partial" in verdicts:
        return say("The last month has not ended by the base date and cannot be compared with whole months.")
    return say("The first and the last month are whole.")


def silence(daily: DataFrame, *, as_of_day: int) -> Sentence:
    """Days between the last order and the base date."""
    if daily.empty:
        return say("There is no counted order.")
    n = as_of_day - int(daily["order_day"].max())
    if n == 0:
        return say("The last order was placed on the base date.")
    return say(
        "The last order was placed {n:days} before the base date; if orders of these days are missing from the export, "
        "every silence is overstated by as much.",
        n=n,
    )  # fmt: skip


def same_customer(identity: DataFrame) -> Sentence:
    """How sure it is that one customer is one person."""
    found = identity.set_index("check")
    surrogates, customers = int(found.loc["surrogate_keys", "n_found"]), int(found.loc["surrogate_keys", "n_of"])
    guests, twice = int(found.loc["no_customer", "n_found"]), found.loc["same_day_orders"]
    if customers == 0:
        return say("There is no customer.")
    if surrogates == customers:
        return say(
            "Customers are told apart by mail, telephone or name, replaced by random ids: one person with two "
            "addresses counts as two. {guests:rows} without one were left out; {n:orders} came on a day of an earlier "
            "order.",
            guests=guests, n=int(twice["n_found"]),
        )  # fmt: skip
    return say(
        "Customers are told apart by the export's own number: guests and second accounts of one person are not joined. "
        "{guests:rows} without a number were left out; {n:orders} came on a day of an earlier order.",
        guests=guests, n=int(twice["n_found"]),
    )  # fmt: skip


def missing(switch: DataFrame) -> Sentence:
    """How many of the optional tables are not there."""
    n = int((switch["presence"] == "not_there").sum())
    if n == 0:
        return say("All optional tables are there: no analysis is switched off.")
    return say(
        "{n:count} of {total:count} optional tables are not there; what they would tell is marked as not tellable, "
        "never guessed.",
        n=n, total=len(switch),
    )  # fmt: skip


def thin(attributes: DataFrame, *, least: float) -> Sentence:
    """The attributes that are there and filled for too few."""
    there = attributes[(attributes["n_of"] > 0) & (attributes["n_filled"] > 0)]
    if there.empty:
        return say("The data have none of the attributes that customers, orders and products can be compared by.")
    rows = there[there["share"] < least].sort_values(["share", "attribute"])
    if rows.empty:
        return say("Every attribute that the data have at all is filled for at least {least:share}.", least=least)
    first = rows.iloc[0]
    if len(rows) == 1:
        return say(
            "“{name:label}” is filled for {share:share} only: comparisons by it speak of those alone who are known.",
            name=str(first["attribute"]), share=float(first["share"]),
        )  # fmt: skip
    return say(
        "{n:count} attributes are filled for less than {least:share}, the least “{name:label}” with {share:share}: "
        "comparisons by them speak of those alone who are known.",
        n=len(rows), least=least, name=str(first["attribute"]), share=float(first["share"]),
    )  # fmt: skip
