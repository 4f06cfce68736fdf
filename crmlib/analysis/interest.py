"""What a silent customer is interested in, from past purchases, and what to offer, balanced with the best-sellers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from crmlib.analysis.checks import require_columns
from crmlib.analysis.consents import NOT_KNOWN, REFUSED, choose_channel, consent_states

WEIGHTS = (1.0, 0.7, 0.5, 0.3)
NOT_OFFERED = ("trial", "insert")
OFFERS = 2


def interests(amounts: pd.DataFrame, *, weights: Sequence[float] = WEIGHTS) -> pd.DataFrame:
    """Each customer's first and second category of interest, recent purchases weighing more.

    interest = sum over the ages of weight x amount, as a share of all the customer's categories.

    Args:
        amounts: of `aggregates.interest_amounts`, with one column amount_0, amount_1, … a weight.
        weights: of purchases by age, the most recent first [our choice].

    Returns columns:
        customer_id; interest_1, interest_share_1; interest_2, interest_share_2 (missing where there is no second).

    Raises:
        ValueError: a column is missing.
    """
    names = [f"amount_{place}" for place in range(len(weights))]
    require_columns("amounts", amounts.columns, ["customer_id", "item", *names])
    weighed = amounts.assign(interest=amounts[names].clip(lower=0).to_numpy(dtype="float64") @ np.asarray(weights))
    whole = weighed.groupby("customer_id")["interest"].transform("sum")
    weighed["share"] = weighed["interest"] / whole.where(whole > 0)
    ranked = weighed.sort_values(["customer_id", "interest", "item"], ascending=[True, False, True])
    ranked["place"] = ranked.groupby("customer_id").cumcount() + 1
    table = ranked[["customer_id"]].drop_duplicates().reset_index(drop=True)
    for place in (1, 2):
        found = ranked.loc[ranked["place"] == place, ["customer_id", "item", "share"]]
        found = found.rename(columns={"item": f"interest_{place}", "share": f"interest_share_{place}"})
        table = table.merge(found, on="customer_id", how="left", validate="one_to_one")
    return table


def offers(
    interested: pd.DataFrame, owned: pd.DataFrame, sold: pd.DataFrame, products: pd.DataFrame, *, level: str,
    bestseller_weight: float = 0.3,
) -> pd.DataFrame:  # fmt: skip
    """Two products each customer has not bought yet, by interest and popularity together.

    score = (1 - bestseller_weight) x share of interest in the product's category x its part of that category's sales
    + bestseller_weight x its part of all sales. Trial products and inserts are not offered, nor what has not sold in
    the days that `sold` covers.

    Args:
        interested: of `interests`.
        owned: of `aggregates.bought_products`.
        sold: of `aggregates.goods_sold` for recent days: what sells now.
        products: the canonical products.
        level: the category that `interests` is about.
        bestseller_weight: 0 follows interest alone, 1 the best-sellers alone.

    Returns columns:
        customer_id; offer_1, offer_2 (product ids; missing where nothing is left to offer).

    Raises:
        ValueError: a column is missing or bestseller_weight is not within 0 to 1.
    """
    if not 0 <= bestseller_weight <= 1:
        raise ValueError(f"bestseller_weight == {bestseller_weight}, must be within 0 and 1.")
    require_columns("products", products.columns, ["product_id", "role", level])
    goods = _goods(sold, products, level)
    scores = np.tile(bestseller_weight * goods["part_of_all"].to_numpy(), (len(interested), 1))
    for place in (1, 2):
        same = interested[f"interest_{place}"].to_numpy(dtype=object)[:, None] == goods["item"].to_numpy(dtype=object)
        liked = interested[f"interest_share_{place}"].fillna(0).to_numpy(dtype="float64")[:, None]
        scores += (1 - bestseller_weight) * same * liked * goods["part_of_item"].to_numpy()
    scores[_owned(interested, owned, goods)] = -np.inf
    return pd.DataFrame({"customer_id": interested["customer_id"], **_best(scores, goods["product_id"].to_numpy())})


def dormant_list(
    customers: pd.DataFrame, interested: pd.DataFrame, offered: pd.DataFrame, consents: pd.DataFrame
) -> pd.DataFrame:
    """The silent customers with their interest, offers and consent, by what they have brought so far.

    Returns columns:
        customer_id; n_orders; amount (smallest unit); last_day; recency_days; those of `interests` and `offers`;
        contact_channel, consent (of `consents.choose_channel`; who is not in `consents` is not_known).

    Raises:
        ValueError: a column is missing.
    """
    require_columns("customers", customers.columns, ["customer_id", "recency_days", "n_orders", "amount", "last_day"])
    kept = customers[["customer_id", "n_orders", "amount", "last_day", "recency_days"]]
    both = interested.merge(offered, on="customer_id", validate="one_to_one")
    table = kept.merge(both, on="customer_id", how="inner", validate="one_to_one")
    states = consent_states(consents)
    told = states[["customer_id"]].join(choose_channel(states))
    table = table.merge(told, on="customer_id", how="left", validate="one_to_one")
    table["consent"] = table["consent"].fillna(NOT_KNOWN)
    # Nothing recorded is not nothing allowed.
    table["contact_channel"] = table["contact_channel"].where(table["consent"] != NOT_KNOWN, NOT_KNOWN)
    return table.sort_values(["amount", "customer_id"], ascending=[False, True], ignore_index=True)


def may_be_offered(dormant: pd.DataFrame) -> pd.DataFrame:
    """Those of a dormant list who have not refused every channel.

    Raises:
        ValueError: a column is missing.
    """
    require_columns("dormant", dormant.columns, ["consent"])
    return dormant[dormant["consent"] != REFUSED].reset_index(drop=True)


def _goods(sold: pd.DataFrame, products: pd.DataFrame, level: str) -> pd.DataFrame:
    """Products that may be offered, with their parts of their category's and of all sales; at most 500."""
    offered = products[~products["role"].isin(NOT_OFFERED)].assign(item=products[level])
    table = sold.merge(offered[["product_id", "item"]], on="product_id").dropna(subset=["item"])
    table = table[table["amount"] > 0].sort_values(["amount", "product_id"], ascending=[False, True]).head(500)
    table["part_of_all"] = table["amount"] / (table["amount"].sum() or 1)
    table["part_of_item"] = table["amount"] / table.groupby("item")["amount"].transform("sum")
    return table.reset_index(drop=True)


def _owned(interested: pd.DataFrame, owned: pd.DataFrame, goods: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    row = pd.Series(np.arange(len(interested)), index=interested["customer_id"])
    column = pd.Series(np.arange(len(goods)), index=goods["product_id"])
    known = owned[owned["customer_id"].isin(row.index) & owned["product_id"].isin(column.index)]
    return row[known["customer_id"]].to_numpy(), column[known["product_id"]].to_numpy()


def _best(scores: np.ndarray, ids: np.ndarray) -> dict[str, list[object]]:
    order = np.argsort(-scores, axis=1, kind="stable")[:, :OFFERS]
    found: dict[str, list[object]] = {}
    for place in range(OFFERS):
        if place >= order.shape[1]:
            found[f"offer_{place + 1}"] = [None] * len(scores)
            continue
        best = order[:, place]
        left = np.isfinite(scores[np.arange(len(scores)), best])
        found[f"offer_{place + 1}"] = [ids[at] if ok else None for at, ok in zip(best, left, strict=True)]
    return found
