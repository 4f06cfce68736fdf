"""What is said of RFM as a forecast, and of a promotion to a list: what it would meet, and what it must bring."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from crmlib.words import Sentence, say

if TYPE_CHECKING:
    from pandas import DataFrame

FEW = 30  # customers followed below which a rate says more than they can carry


def predicts(found: DataFrame, *, days: int, days_seen: int) -> list[Sentence]:
    """Whether R, F and M went with buying afterwards, the strongest first; what does not is said too."""
    told = found[(found["later_outcome"] == "bought_later") & found["rho_low"].notna()]
    if told.empty:
        return [_not_told(days, days_seen)]
    order = told.sort_values("rho", ascending=False, kind="stable").to_dict("records")
    return [_strength(row, days=days, first=place == 0) for place, row in enumerate(order)]


def predicts_title(rates: DataFrame, *, days: int) -> Sentence:
    """The message of the chart of later rates: the best score against the lowest of the measure that divides most."""
    best = _widest(rates)
    if best is None:
        return say("Share who bought afterwards, by R, F and M score")
    measure, high, low = best
    return say(
        "Within {days:days}, {high:share} of the best and {low:share} of the lowest {measure:label} score bought again",
        days=days, high=high, low=low, measure=measure,
    )  # fmt: skip


def reach(now: DataFrame, *, channel: str) -> Sentence:
    """How many customers may be contacted by the channel, or that the shop has no consent for it."""
    n, told = len(now), now["contactable"].notna().any()
    if not told:
        return say(
            "Who may be contacted by {channel:label} cannot be told: the data have no consent for it, and sizes are all"
            " customers.",
            channel=_channel(channel),
        )
    return say(
        "{n:count} of {all:customers} may be contacted by {channel:label}; where consent is not known the customer is"
        " left out.",
        n=int(now["contactable"].sum()), all=n, channel=_channel(channel),
    )  # fmt: skip


def best_list(table: DataFrame, *, days: int) -> Sentence:
    """Which segment buys most of its own accord and which least, so that the efficiency of the dormant is seen."""
    known = _judged(table)
    if known.empty:
        return say("What a promotion to a list would meet cannot be told: too few customers were followed, or bought.")
    high = known.loc[known["expected_per_contact"].idxmax()]
    low = known.loc[known["expected_per_contact"].idxmin()]
    if high["segment"] == low["segment"]:
        return say(
            "Without a promotion of its own, a customer of “{high:label}” buys for {most:money} within {days:days}; no"
            " other segment can be judged.",
            high=high["segment"], most=high["expected_per_contact"], days=days,
        )  # fmt: skip
    return say(
        "Without a promotion of its own, a customer of “{high:label}” buys for {most:money} within {days:days} and one"
        " of “{low:label}” for {least:money} (95% interval {floor:money} to {ceiling:money}): only what comes on top is"
        " the promotion's.",
        days=days, high=high["segment"], most=high["expected_per_contact"], low=low["segment"],
        least=low["expected_per_contact"], floor=low["expected_per_contact_low"],
        ceiling=low["expected_per_contact_high"],
    )  # fmt: skip


def contact_title(table: DataFrame) -> Sentence:
    """The message of the chart of sales per contact."""
    known = _judged(table)
    if known.empty:
        return say("Expected sales per contact, by segment")
    best = known.loc[known["expected_per_contact"].idxmax(), "segment"]
    return say("A contact to “{segment:label}” meets the most purchases, before a promotion adds any", segment=best)


def pays(*, contact_cost: float, margin_rate: float) -> Sentence:
    """What a contact must bring in addition to pay for itself, or what is missing to tell."""
    if math.isnan(contact_cost):
        return say("Cost, ROI and break-even cannot be told: the cost of one contact is not given.")
    if math.isnan(margin_rate) or margin_rate <= 0:
        return say(
            "ROI and break-even cannot be told: the gross margin is not given, and no product has a unit"
            " cost. A contact costs {cost:money}.",
            cost=contact_cost,
        )
    return say(
        "A contact costs {cost:money}; at a gross margin of {margin:share} it pays when it brings {needed:money} of"
        " sales that would not have come without it.",
        cost=contact_cost, margin=margin_rate, needed=contact_cost / margin_rate,
    )  # fmt: skip


def narrowed(targets: DataFrame) -> Sentence:
    """From the broad list to the narrow one: size and expected sales per contact."""
    first, last = targets.iloc[0], targets.iloc[-1]
    known = not math.isnan(first["expected_per_contact"]) and not math.isnan(last["expected_per_contact"])
    sizes = {"all": first["n_customers"], "few": last["n_customers"]}
    if not known or not last["n_customers"]:
        return say(
            "Narrowing the list takes it from {all:customers} to {few:count}; its efficiency cannot be told.", **sizes
        )
    return say(
        "Narrowing the list from {all:customers} to the {few:count} of rank A takes what a customer buys as things"
        " go from {broad:money} to {narrow:money}.",
        **sizes, broad=first["expected_per_contact"], narrow=last["expected_per_contact"],
    )  # fmt: skip


def _judged(table: DataFrame) -> DataFrame:
    return table[(table["n_followed"] >= FEW) & table["expected_per_contact_low"].notna()]


def _not_told(days: int, days_seen: int) -> Sentence:
    if days_seen <= days:
        return say(
            "Whether R, F and M tell who buys next cannot be told yet: the data cover {seen:days}, and {days:days} of"
            " them are needed to look ahead.",
            seen=days_seen, days=days,
        )  # fmt: skip
    return say(
        "Whether R, F and M tell who buys next cannot be told: too few customers had ordered {days:days} before the"
        " base date, or all did the same afterwards.",
        days=days,
    )  # fmt: skip


def _strength(row: dict[Any, Any], *, days: int, first: bool) -> Sentence:
    facts = {"measure": row["rfm_measure"], "rho": row["rho"], "low": row["rho_low"], "high": row["rho_high"]}
    if row["rho_low"] > 0 and first:
        return say(
            "In this shop's own past, {measure:label} was related most closely to buying in the {days:days} after: rank"
            " correlation {rho:ratio} (95% interval {low:ratio} to {high:ratio}; {n:customers}).",
            **facts, days=days, n=row["n_followed"],
        )  # fmt: skip
    if row["rho_low"] > 0:
        return say(
            "{measure:label} was related to it too: {rho:ratio} (95% interval {low:ratio} to {high:ratio}).", **facts
        )
    if row["rho_high"] < 0:
        return say(
            "{measure:label} went the other way: {rho:ratio} ({low:ratio} to {high:ratio}); the better score bought"
            " less often afterwards.",
            **facts,
        )
    return say(
        "{measure:label} did not tell who bought afterwards: {rho:ratio} ({low:ratio} to {high:ratio}) is not told from"
        " zero.",
        **facts,
    )


def _widest(rates: DataFrame) -> tuple[str, float, float] | None:
    known = rates[rates["n_start"] >= FEW]
    ends = [
        (name, part.iloc[0]["later_rate"], part.iloc[-1]["later_rate"]) for name, part in known.groupby("rfm_measure")
    ]
    return max(ends, key=lambda end: end[1] - end[2], default=None)


def _channel(channel: str) -> str:
    return f"by_{channel}"
