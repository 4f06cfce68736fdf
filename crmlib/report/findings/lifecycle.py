"""What the lifecycle says, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmlib.words import Sentence, say

if TYPE_CHECKING:
    from pandas import DataFrame

SILENT = ("life_dormant", "life_lapsed")
FEW = 30


def silent(table: DataFrame) -> Sentence:
    """How many customers are dormant or lapsed, and what they brought."""
    rows = table[table["segment"].isin(SILENT)]
    n, share = rows["n_customers"].sum(), rows["share_customers"].sum()
    if not table["n_orders"].sum():
        return say("There is no counted order.")
    if n == 0:
        return say("No customer is dormant or lapsed by the limits in use.")
    return say(
        "{n:customers} ({share:share}) are dormant or lapsed; they brought {part:share} of all sales so far.",
        n=n, share=share, part=rows["share_amount"].sum(),
    )  # fmt: skip


def excellent(table: DataFrame) -> Sentence:
    """How much of the sales the excellent customers brought."""
    row = table[table["segment"] == "life_excellent"]
    if row.empty or row["n_customers"].iloc[0] == 0:
        return say("No customer is excellent by the rule in use.")
    return say(
        "Excellent: {n:customers} ({share:share}), who brought {part:share} of all sales.",
        n=row["n_customers"].iloc[0], share=row["share_customers"].iloc[0], part=row["share_amount"].iloc[0],
    )  # fmt: skip


def segments_title(table: DataFrame) -> Sentence:
    """The message of the chart: the largest segment."""
    known = table.dropna(subset=["share_customers"])
    if known.empty or not known["n_customers"].sum():
        return say("Customers by segment of the lifecycle")
    most = known.loc[known["n_customers"].idxmax()]
    return say(
        "“{segment:label}” is the largest segment, {share:share} of customers with an order",
        segment=str(most["segment"]), share=most["share_customers"],
    )  # fmt: skip


def alert(soon: DataFrame, *, within: int) -> Sentence:
    """How many dormant customers will lapse soon, and what they brought."""
    n = len(soon)
    if n == 0:
        return say("No dormant customer will lapse within {within:days}.", within=within)
    return say(
        "{n:customers} will lapse within {within:days} unless they buy; they have brought {amount:money} so far. Act"
        " before then.",
        n=n, within=within, amount=soon["amount"].sum(),
    )  # fmt: skip


def chance_title(marked: DataFrame, *, horizon: int) -> Sentence:
    """The message of the curve: the chance at the limit of dormancy."""
    row = marked[(marked["limit"] == "life_dormant") & marked["buys_again"].notna()]
    if row.empty:
        return say("Chance of another order within {horizon:days}, by days of silence", horizon=horizon)
    return say(
        "After {days:days} of silence the chance of another order within {horizon:days} is {chance:share}",
        days=int(row["silent_days"].iloc[0]), horizon=horizon, chance=row["buys_again"].iloc[0],
    )  # fmt: skip


def limits(table: DataFrame) -> Sentence:
    """The limits in use against what the gaps of the shop's own data say."""
    used = table[table["life_source"] == "in_use"].iloc[0]
    own = table[table["life_source"] == "from_ended_gaps"].iloc[0]
    if own[["dormant_from", "lapsed_from"]].isna().any():
        return say(
            "The limits in use are {dormant:days} and {lapsed:days}; too few gaps between orders have ended to offer"
            " others from the data.",
            dormant=used["dormant_from"], lapsed=used["lapsed_from"],
        )  # fmt: skip
    return say(
        "The limits in use are {dormant:days} and {lapsed:days}; of the gaps between orders that ended, 80% had by"
        " {own_dormant:days} and 95% by {own_lapsed:days}.",
        dormant=used["dormant_from"], lapsed=used["lapsed_from"], own_dormant=own["dormant_from"],
        own_lapsed=own["lapsed_from"],
    )  # fmt: skip


def revival(table: DataFrame, *, days: int) -> Sentence:
    """How the share who buy again falls with the silence."""
    known = table[table["n_customers"] >= FEW]
    if len(known) < 2:
        return say("How the return falls with silence cannot be told: too few customers on the earlier date.")
    first, last = known.iloc[0], known.iloc[-1]
    if last["buy_rate"] < first["buy_rate"] and not last["silence_band"].endswith("_up"):
        return say(
            "Of those silent for {near:label} days, {high:share} bought within {days:days}; of those silent for"
            " {far:label} days, {low:share}.",
            near=first["silence_band"], high=first["buy_rate"], days=days, far=last["silence_band"],
            low=last["buy_rate"],
        )  # fmt: skip
    if last["buy_rate"] < first["buy_rate"]:
        return say(
            "Of those silent for {near:label} days, {high:share} bought within {days:days}; of those silent for"
            " {far:days} or longer, {low:share}.",
            near=first["silence_band"], high=first["buy_rate"], days=days, far=_from_day(last["silence_band"]),
            low=last["buy_rate"],
        )  # fmt: skip
    return say(
        "Of those silent for {near:label} days, {high:share} bought within {days:days}; the share does not fall with"
        " longer silence.",
        near=first["silence_band"], high=first["buy_rate"], days=days,
    )  # fmt: skip


def _from_day(band: str) -> int:
    # The table names its bands silent_31_60 and, the last one, silent_366_up.
    return int(band.split("_")[1])


def revival_title(table: DataFrame, *, days: int) -> Sentence:
    """The message of the chart of those who came back."""
    return revival(table, days=days)


def persona(table: DataFrame, *, segment: str) -> Sentence:
    """The value by which a segment differs most from the shop."""
    rows = table[(table["segment"] == segment) & table["persona_lift"].notna()]
    if rows.empty:
        return say("How “{segment:label}” differ from the shop cannot be told: too little is known of them.",
                   segment=segment)  # fmt: skip
    rows = rows[(rows["persona_share_low"] > rows["shop_share"]) | (rows["persona_share_high"] < rows["shop_share"])]
    if rows.empty:
        return say("In what is known of them, “{segment:label}” do not differ clearly from the shop.", segment=segment)
    most = rows.loc[(rows["persona_lift"] - 1).abs().idxmax()]
    return say(
        "“{segment:label}” differ most in “{attribute:label}”: {share:share} have “{value:label}”, {shop:share} in the"
        " shop.",
        segment=segment, attribute=most["attribute"], share=most["persona_share"], value=most["attribute_value"],
        shop=most["shop_share"],
    )  # fmt: skip
