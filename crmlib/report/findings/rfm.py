"""What the RFM tables say, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmlib.words import Sentence, say

if TYPE_CHECKING:
    from pandas import DataFrame

BEST = ("champions",)
SLIPPING = ("at_risk", "cannot_lose")


def best(segments: DataFrame) -> Sentence:
    """How much of the sales the best segment brought, from the segment table."""
    rows = segments[segments["segment"].isin(BEST)]
    n, amount = int(rows["n_customers"].sum()), rows["amount"].sum()
    if n == 0:
        return say("No customer is in the best segment by the cuts in use.")
    return say(
        "The best segment, {n:customers} ({share:share} of all), brought {part:share} of sales.",
        n=n, share=n / segments["n_customers"].sum(), part=amount / segments["amount"].sum(),
    )  # fmt: skip


def slipping(segments: DataFrame) -> Sentence:
    """Repeat customers who have been silent for long: how many, and what they brought so far."""
    rows = segments[segments["segment"].isin(SLIPPING)]
    n = int(rows["n_customers"].sum())
    if n == 0:
        return say("No repeat customer has been silent for long by the cuts in use.")
    return say(
        "{n:customers} who used to buy often have gone silent; they brought {amount:money} so far and are worth a"
        " personal word before they are lost.",
        n=n, amount=rows["amount"].sum(),
    )  # fmt: skip


def one_time(customers: DataFrame) -> Sentence:
    """The share of customers with one order, from the customer table."""
    n = len(customers)
    if n == 0:
        return say("There is no counted order.")
    once = int((customers["n_orders"] == 1).sum())
    return say(
        "{once:customers} of {n:customers} ({share:share}) have bought once only; among them are those who had no time"
        " to come back yet.",
        once=once, n=n, share=once / n,
    )  # fmt: skip


def segments_title(segments: DataFrame) -> Sentence:
    """The message of the segment chart: the segment with the largest share of sales."""
    if not segments["amount"].sum():
        return say("Customers and sales by segment")
    top = segments.loc[segments["amount"].idxmax()]
    return say(
        "“{segment:label}” brings the largest part of sales, {part:share}",
        segment=top["segment"], part=top["share_amount"],
    )  # fmt: skip


def rules_checked(check: Any) -> Sentence:
    """What the check of the rule table found; gaps and unreachable rows were refused before."""
    n = sum(shared for _, _, shared in check.overlaps)
    if n == 0:
        return say("The rules cover all 125 score cells, and no two rows take the same cell.")
    return say(
        "The rules cover all 125 score cells; {n:count} times a cell fits a later row too, and the first row wins.", n=n
    )
