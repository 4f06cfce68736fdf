"""What products bought together and one after the other say, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmlib.words import Sentence, say

if TYPE_CHECKING:
    from pandas import DataFrame

NOTHING = "nothing_yet"


def together(strongest: DataFrame, *, unit: str, told: bool = True) -> Sentence:
    """The pair with the strongest lift, of those whose lift is surely above 1; `told`: the data name products."""
    if not told:
        return _untold(unit)
    if strongest.empty and unit == "order":
        return say("No two products stand in one order more often than chance would have it, as far as the data tell.")
    if strongest.empty:
        return say(
            "No two products are bought by one customer more often than chance would have it, as far as the data tell."
        )
    top = strongest.iloc[0]
    facts = {"a": top["item_a"], "b": top["item_b"], "rate": top["pair_rate"], "lift": top["lift"]}
    if unit == "order":
        return say(
            "{rate:share} of the orders with “{a:label}” also hold “{b:label}”, {lift:ratio} times the share among all"
            " orders.",
            **facts,
        )
    return say(
        "{rate:share} of the customers who bought “{a:label}” also bought “{b:label}”, {lift:ratio} times the share"
        " among all customers.",
        **facts,
    )


def _untold(unit: str) -> Sentence:
    if unit == "order":
        return say("What stands together in one order cannot be told: no counted order names a product.")
    return say("What one customer buys over time cannot be told: no counted order names a product.")


def next_offer(followed: DataFrame, window_days: int) -> Sentence:
    """The second product that most customers add, and when."""
    if followed.empty:
        return say("No product has yet been added by enough customers to say what to offer next.")
    # The pair that is surely taken up most: the largest of many rates would be the luckiest of few customers.
    top = followed.sort_values(["follow_rate_low", "item_a"], ascending=[False, True]).iloc[0]
    return say(
        "The likeliest next offer: of {n:customers} who had “{a:label}” and not yet “{b:label}”, {rate:share} bought it"
        " within {window:days}, half of them within {median:days}.",
        n=top["n_could"], a=top["item_a"], b=top["item_b"], rate=top["follow_rate"], window=window_days,
        median=top["median_days"],
    )  # fmt: skip


def dead_end(next_products: DataFrame, window_days: int) -> Sentence:
    """The item after which surely most customers have no further order within the window."""
    ends = next_products[next_products["next_item"] == NOTHING]
    if ends.empty:
        return say("No item has enough customers, observed long enough, to say what follows it.")
    # By the lower end: among many items the largest share is one of few customers.
    top = ends.sort_values(["next_share_low", "item"], ascending=[False, True]).iloc[0]
    return say(
        "After the first order about “{item:label}”, {share:share} of {n:customers} did not order again within"
        " {window:days}.",
        item=top["item"], share=top["next_share"], n=top["n_start"], window=window_days,
    )  # fmt: skip


def concentration(products: DataFrame) -> Sentence:
    """How few products bring 70 % of sales."""
    known = products[products["abc"].notna()]
    if known.empty:
        return say("The data name no products.")
    n, every = int((known["abc"] == "abc_a").sum()), len(known)
    if every == 1:
        return say("All sales come from one product.")
    return say(
        "{n:count} of {every:count} products bring {share:share} of sales.",
        n=n, every=every, share=float(known["share_amount"].iloc[:n].sum()),
    )  # fmt: skip


def roles(role_table: DataFrame) -> Sentence:
    """The part of back-end and cross products; or that the roles are not known."""
    by_role = role_table.set_index("role")
    if not by_role.loc[["trial", "front", "backend", "cross"], "n_products"].sum():
        return say("Which products are entry, back-end or cross-serve cannot be told: the products have no roles.")
    share = float(by_role.loc[["backend", "cross"], "share_amount"].sum())
    return say("Back-end and cross-serve products bring {share:share} of sales.", share=share)


def breadth(n: int, every: int) -> Sentence:
    """How many customers have bought more than one product."""
    if not every:
        return say("No counted order names a product.")
    return say(
        "{n:customers} of {every:count} ({share:share}) have bought more than one product.",
        n=n, every=every, share=n / every,
    )  # fmt: skip


def dormant_offers(dormant: DataFrame, offers: DataFrame, silent_days: int, *, n_silent: int = 0) -> Sentence:
    """How many silent customers there are, how many of them may be offered something, and whether consent is known.

    `n_silent`: all silent customers, also those of whom no product is known and who are not in `dormant`.
    """
    if dormant.empty and n_silent:
        return say(
            "What to offer to {n:customers} who have been silent for more than {days:days} cannot be told: no product"
            " that they bought is known.",
            n=n_silent, days=silent_days,
        )  # fmt: skip
    if dormant.empty:
        return say("No customer has been silent for more than {days:days}.", days=silent_days)
    facts = {"n": len(dormant), "days": silent_days, "offered": int(offers["offer_1"].notna().sum())}
    if dormant["consent"].eq("not_known").all() and facts["offered"] == facts["n"]:
        return say(
            "{n:customers} have been silent for more than {days:days}; there is a product to offer to each of them."
            " Whether they may be contacted cannot be told: no consent is recorded.",
            n=facts["n"], days=silent_days,
        )  # fmt: skip
    if dormant["consent"].eq("not_known").all():
        return say(
            "{n:customers} have been silent for more than {days:days}; for {offered:count} of them there is a product"
            " to offer. Whether they may be contacted cannot be told: no consent is recorded.",
            **facts,
        )
    return say(
        "{n:customers} have been silent for more than {days:days}; {offered:count} of them have not refused every"
        " channel and have a product in their interest, or among the best-sellers, that they have not bought yet.",
        **facts,
    )


def products_title(products: DataFrame) -> Sentence:
    """The message of the chart of products: the largest one."""
    known = products[products["abc"].notna()]
    if known.empty or not known["amount"].sum():
        return say("Sales by product")
    top = known.iloc[0]
    return say("“{item:label}” brings {share:share} of sales", item=top["item"], share=top["share_amount"])


def follow_title(followed: DataFrame) -> Sentence:
    """The message of the cross-sell chart."""
    if followed.empty:
        return say("Cross-sell rates")
    top = followed.iloc[0]
    return say(
        "“{b:label}” is added most often, by {rate:share} of those who had “{a:label}”",
        a=top["item_a"], b=top["item_b"], rate=top["follow_rate"],
    )  # fmt: skip


def period_title(period_days: int) -> Sentence:
    """What the pairs of one customer cover."""
    return say("Pairs of one customer within {days:days}, strongest first", days=period_days)


def followed_title(window_days: int) -> Sentence:
    """What the cross-sell rates cover."""
    return say("Bought B for the first time within {days:days} after A", days=window_days)


def offers_note(silent_days: int, bestseller_weight: float) -> Sentence:
    """Who is on the list and how the offers were chosen."""
    return say(
        "Customers silent for more than {days:days}, by what they have brought so far; best-sellers weigh"
        " {weight:share}, the customer's own interest the rest. Ask for consent before writing or calling.",
        days=silent_days, weight=bestseller_weight,
    )  # fmt: skip
