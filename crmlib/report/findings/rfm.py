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


def slipping(segments: DataFrame, *, days_seen: int, cuts: Any, method: str) -> Sentence:
    """The segments of frequent buyers who have been silent for long: how many, and what they brought so far.

    They have R score 1 or 2; under fixed cuts nobody can have it while the data are shorter than that silence. The
    segments are named, for they leave out who bought twice or three times only.
    """
    silence = int(cuts.recency_days[2])
    if method == "fixed" and days_seen <= silence:
        return say(
            "Whether repeat customers have gone silent cannot be told yet: the data cover {seen:days}, and long silence"
            " begins after {silence:days}.",
            seen=days_seen, silence=silence,
        )  # fmt: skip
    rows = segments[segments["segment"].isin(SLIPPING)]
    n, (first, second) = int(rows["n_customers"].sum()), SLIPPING
    if n == 0:
        return say("Nobody is in the segments “{first:label}” and “{second:label}” by the cuts in use.",
                   first=first, second=second)  # fmt: skip
    if method == "fixed":
        return say(
            "{n:customers} in the segments “{first:label}” and “{second:label}” have not bought for more than"
            " {silence:days}; they brought {amount:money} so far and are the first to consider for a personal"
            " follow-up.",
            n=n, first=first, second=second, amount=rows["amount"].sum(), silence=silence,
        )  # fmt: skip
    return say(
        "{n:customers} in the segments “{first:label}” and “{second:label}” are among those silent longest; they"
        " brought {amount:money} so far and are the first to consider for a personal follow-up.",
        n=n, first=first, second=second, amount=rows["amount"].sum(),
    )  # fmt: skip


def one_time(customers: DataFrame, *, as_of_day: int, days: int) -> Sentence:
    """The share of customers with one order, and how many of these came within the last `days`."""
    n = len(customers)
    if n == 0:
        return say("There is no counted order.")
    single = customers[customers["n_orders"] == 1]
    once, late = len(single), int((single["first_day"] > as_of_day - days).sum())
    return say(
        "{once:count} of {n:customers} ({share:share}) have bought once only; {late:count} of these bought for the"
        " first time within the last {days:days}.",
        once=once, n=n, share=once / n, late=late, days=days,
    )  # fmt: skip


def reach(*, days_seen: int, cuts: Any, method: str) -> Sentence:
    """Which of the longest silences the data are too short to show; where they are long enough, that sums add up."""
    longest = int(cuts.recency_days[3])
    if method == "fixed" and days_seen <= longest:
        return say(
            "The data cover {seen:days}, less than the longest silence of {silence:days}; segments without customers at"
            " the lowest R scores cannot be judged yet.",
            seen=days_seen, silence=longest,
        )  # fmt: skip
    return say("Every customer is in exactly one segment; the sales add up to the sales used in the ledger.")


def scores_title(method: str) -> Sentence:
    """Whether the ranges are the cuts in use or what was found."""
    if method == "fixed":
        return say("What each score means, and how many customers have it")
    return say("Lowest and highest value of each score, and how many customers have it")


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
