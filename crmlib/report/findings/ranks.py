"""What ranks, deciles and the movement between two dates say, in sentences."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from crmlib.words import Sentence, say

if TYPE_CHECKING:
    from pandas import DataFrame

TOP, LOWEST = "A", "E"
LEAST = 5  # customers, of whom one is a fifth
NEAR = 0.02  # either side of 80 % that still counts as the rule of thumb


def favoured(ranks: DataFrame) -> Sentence:
    """What the most favoured customers, rank A, bring, from the table of ranks."""
    top = ranks[ranks["rf_rank"] == TOP].iloc[0]
    if not top["n_customers"]:
        return say("No customer has rank A by the cuts and the painting in use, so the most favoured list is empty.")
    if math.isnan(top["share_amount"]):
        return say("{n:customers} have rank A; there are no sales to share.", n=top["n_customers"])
    return say(
        "To be favoured most (rank A): {n:customers} ({share:share} of all), who brought {part:share} of"
        " sales with {orders:share} of the orders.",
        n=top["n_customers"], share=top["share_customers"], part=top["share_amount"], orders=top["share_orders"],
    )  # fmt: skip


def grid_title(ranks: DataFrame) -> Sentence:
    """The message of the painted grid: how many customers the best and the lowest rank hold."""
    n = ranks.set_index("rf_rank")["n_customers"]
    if not n.sum():
        return say("Ranks A to E on recency by frequency")
    return say(
        "{top:share} of customers have rank A, {lowest:share} the lowest, E",
        top=n[TOP] / n.sum(), lowest=n[LOWEST] / n.sum(),
    )  # fmt: skip


def painting(falls: bool) -> Sentence:
    """Whether the painting in use gives a better score a worse rank anywhere."""
    if falls:
        return say("Somewhere in this painting a better score has a worse rank; check that it is meant so.")
    return say(
        "A better R or F score never has a worse rank. The standard painting is our proposal; the field has none."
    )


def concentration(found: Any) -> Sentence:
    """The client's own 2:8, computed: more, about or less concentrated than the rule of thumb."""
    if 0 < found.n < LEAST and math.isnan(found.amount_of_top_20):
        return say(
            "How far sales hang on few customers cannot be told: a fifth of {n:customers} is not even one.", n=found.n
        )
    if math.isnan(found.amount_of_top_20):
        return say("How far sales hang on few customers cannot be told: there are no sales, or some are below zero.")
    shares = {"top": found.amount_of_top_20, "needed": found.customers_for_80, "n": found.n}
    if found.amount_of_top_20 > 0.8 + NEAR:
        return say(
            "The best fifth of {n:customers} brings {top:share} of sales, and {needed:share} of customers bring four"
            " fifths: sales hang on fewer customers than the 2:8 rule of thumb says.",
            **shares,
        )
    if found.amount_of_top_20 < 0.8 - NEAR:
        return say(
            "The best fifth of {n:customers} brings {top:share} of sales, and it takes {needed:share} of customers to"
            " bring four fifths: sales are spread wider than the 2:8 rule of thumb says.",
            **shares,
        )
    return say(
        "The best fifth of {n:customers} brings {top:share} of sales, and {needed:share} of customers bring four"
        " fifths: here the 2:8 rule of thumb holds.",
        **shares,
    )


def pareto_title(found: Any) -> Sentence:
    """The message of the Pareto curve."""
    if math.isnan(found.amount_of_top_20):
        return say("Share of customers and share of sales")
    return say("The best fifth of customers brings {top:share} of sales", top=found.amount_of_top_20)


def once(deciles: DataFrame) -> Sentence:
    """How many of the first decile stand there by one single purchase."""
    top = deciles.iloc[0]
    if not top["n_customers"]:
        return say("There are no customers to put into deciles.")
    if not top["n_once"]:
        return say("Every customer of the first decile has bought more than once.")
    return say(
        "{n:customers} of the first decile ({share:share}) bought once only: one large purchase put them there, and"
        " they are not yet regular customers.",
        n=top["n_once"], share=top["share_once"],
    )  # fmt: skip


def decile_note(n: int) -> Sentence:
    """How the deciles are made; a warning where they hold fewer than ten customers."""
    if n < 100:
        return say(
            "Caution: with {n:customers} a decile holds fewer than ten; one customer more or less changes its figures.",
            n=n,
        )
    return say(
        "Ten groups of equal size by sales of the whole period; of equal sales the later last order comes first, then"
        " the id. One large purchase is enough for a high decile: read it beside the share who bought once."
    )


def moved(directions: DataFrame, *, days: int, n_before: int) -> Sentence:
    """How many customers moved up, down and to the lowest rank between the two dates."""
    if n_before == 0:
        return say("Who moved cannot be told: no customer had ordered yet {days:days} before the base date.", days=days)
    n = directions.set_index("rank_direction")["n_moved"]
    return say(
        "Of {n:customers} with a rank {days:days} before the base date, {up:count} have moved up, {down:count} down and"
        " {lowest:count} to the lowest rank; {new:count} customers are new since then.",
        n=n_before, days=days, up=n["rank_up"], down=n["rank_down"], lowest=n["rank_lowest"], new=n["new_since"],
    )  # fmt: skip


def kept_top(moves: DataFrame) -> Sentence:
    """How many of the customers of rank A still have it."""
    row = moves[(moves["rank_before"] == TOP) & (moves["rank_after"] == TOP)].iloc[0]
    if not row["n_start"]:
        return say("No customer had rank A on the earlier date.")
    return say(
        "Of {n:customers} of rank A on the earlier date, {kept:count} still have it ({share:share}, 95% interval"
        " {low:share} to {high:share}).",
        n=row["n_start"], kept=row["n_moved"], share=row["share_moved"], low=row["share_moved_low"],
        high=row["share_moved_high"],
    )  # fmt: skip


def earlier_reach(*, days_seen: int, days: int, cuts: Any, method: str) -> Sentence:
    """Whether the earlier date could show the longest silence; where it could, that the sales add up."""
    seen, silence = days_seen - days, int(cuts.recency_days[3])
    if method == "fixed" and seen <= silence:
        return say(
            "On the earlier date the data covered {seen:days}, so nobody could have been silent for more than"
            " {silence:days}; a part of those who fell is due to that.",
            seen=max(seen, 0), silence=silence,
        )  # fmt: skip
    return say("The sales of all movements are the sales between the two dates, checked against the orders.")
