"""What is bought together and what follows: rates, support and lift with intervals, and a floor under the counts."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crmlib.analysis.aggregates.sequences import NO_PRODUCT, NOTHING, medians
from crmlib.analysis.checks import require_at_least, require_columns
from crmlib.analysis.goods import names_of
from crmlib.analysis.intervals import normal_quantile, wilson_bounds

ITEMS = ("item", "item_a", "item_b", "next_item", "offer_1", "offer_2")
PAIRS = ["item_a", "item_b", "n_units", "n_a", "n_b", "n_both"]


def pairs(counts: pd.DataFrame, *, min_both: int = 10, confidence_level: float = 0.95) -> pd.DataFrame:
    """Co-purchase rate, support and lift of every ordered pair, strongest first.

    pair_rate (併売率, confidence of A to B) = n_both / n_a with Wilson's interval; support = n_both / n_units;
    lift = pair_rate / (n_b / n_units), its interval by the delta method on log(lift). A pair with fewer than `min_both`
    in common keeps its counts, and its lift is NaN: a lift of few is noise.

    Returns columns:
        item_a, item_b; n_units, n_a, n_b, n_both; pair_rate, pair_rate_low, pair_rate_high; support; lift, lift_low,
        lift_high. By lift, then n_both, then names; pairs under the floor last.

    Raises:
        ValueError: a column is missing or min_both is below 1.

    Source: Agrawal, Imielinski and Swami (1993) for support and confidence; Brin et al. (1997) for lift.

    Example:
        >>> one = pd.DataFrame([["onion", "eggs", 5, 3, 4, 3]], columns=PAIRS)
        >>> pairs(one, min_both=3)[["pair_rate", "support", "lift"]].round(2).to_numpy().tolist()
        [[1.0, 0.6, 1.25]]
    """
    require_columns("counts", counts.columns, PAIRS)
    require_at_least("min_both", min_both, 1)
    table = counts[PAIRS].reset_index(drop=True)
    n, a, b, both = (table[name].to_numpy(dtype="float64") for name in PAIRS[2:])
    table["pair_rate"] = both / a
    table["pair_rate_low"], table["pair_rate_high"] = wilson_bounds(both, a, confidence_level=confidence_level)
    table["support"] = both / n
    lift = np.where(both >= min_both, both * n / (a * b), np.nan)
    half = normal_quantile(confidence_level) * np.sqrt(_log_lift_variance(n, a, b, both, lift))
    table["lift"], table["lift_low"], table["lift_high"] = lift, lift * np.exp(-half), lift * np.exp(half)
    order = ["lift", "n_both", "item_a", "item_b"]
    return table.sort_values(order, ascending=[False, False, True, True], ignore_index=True, na_position="last")


def followed(counts: pd.DataFrame, *, min_next: int = 10) -> pd.DataFrame:
    """Time-ordered cross-selling: who bought B for the first time within the window after A, of those who could.

    follow_rate = n_added / n_could with Wilson's interval. A pair with fewer than `min_next` buyers of B is left
    out.

    Returns columns:
        item_a, item_b; n_could (bought A long enough ago, and not B by then); n_added (of these, bought B within the
        window); follow_rate, follow_rate_low, follow_rate_high; median_days. By follow_rate,
        then names.

    Raises:
        ValueError: a column is missing or min_next is below 1.
    """
    require_columns("counts", counts.columns, ["item_a", "item_b", "n_start", "n_next", "median_days"])
    require_at_least("min_next", min_next, 1)
    kept = counts[counts["n_next"] >= min_next].reset_index(drop=True)
    table = kept.rename(columns={"n_start": "n_could", "n_next": "n_added"})
    low, high = wilson_bounds(table["n_added"], table["n_could"])
    table.insert(4, "follow_rate", table["n_added"] / table["n_could"])
    table.insert(5, "follow_rate_low", low)
    table.insert(6, "follow_rate_high", high)
    order = ["follow_rate", "item_a", "item_b"]
    return table.sort_values(order, ascending=[False, True, True], ignore_index=True)


def next_products(counts: pd.DataFrame, *, min_start: int = 30, most: int = 3) -> pd.DataFrame:
    """What a customer's next order is about, for each item: the likeliest items, and who had no next order.

    next_share = n_bought_next / n_start with Wilson's interval. Items with fewer than `min_start` customers are left
    out; of each item the `most` likeliest next ones are kept, the others are one row (others), nothing_yet is the last.

    Returns columns:
        item, next_item; n_start (first order about the item long enough ago); n_bought_next; next_share,
        next_share_low, next_share_high; median_days (NaN for nothing_yet). The rows of an item add up to n_start.

    Raises:
        ValueError: a column is missing, or min_start or most is below 1.
    """
    require_columns("counts", counts.columns, ["item", "next_item", "gap_days", "n"])
    require_at_least("min_start", min_start, 1)
    require_at_least("most", most, 1)
    known = counts[counts["item"] != NO_PRODUCT]
    rows = known.assign(next_item=_kept_items(known, most))
    table = rows.groupby(["item", "next_item"], as_index=False)["n"].sum()
    table.insert(2, "n_start", table.groupby("item")["n"].transform("sum"))
    bought = medians(rows[rows["next_item"] != NOTHING], by=["item", "next_item"])
    table["median_days"] = bought.reindex(pd.MultiIndex.from_frame(table[["item", "next_item"]])).to_numpy()
    table = table[table["n_start"] >= min_start].reset_index(drop=True).rename(columns={"n": "n_bought_next"})
    low, high = wilson_bounds(table["n_bought_next"], table["n_start"])
    table.insert(4, "next_share", table["n_bought_next"] / table["n_start"])
    table.insert(5, "next_share_low", low)
    table.insert(6, "next_share_high", high)
    place = table["next_item"].map({NOTHING: 2, "others": 1}).fillna(0)
    order = table.assign(place=place).sort_values(
        ["n_start", "item", "place", "n_bought_next", "next_item"],
        ascending=[False, True, True, False, True],
        ignore_index=True,
    )
    return order.drop(columns="place")


def strongest(pairs: pd.DataFrame) -> pd.DataFrame:
    """Each unordered pair once, its stronger direction by rate, and only where the lift is surely above 1.

    Raises:
        ValueError: a column is missing.
    """
    require_columns("pairs", pairs.columns, [*PAIRS, "lift_low", "pair_rate"])
    sure = pairs[pairs["lift_low"] > 1].sort_values(["pair_rate", "item_a"], ascending=[False, True])
    key = [min(a, b) + "\x1f" + max(a, b) for a, b in zip(sure["item_a"], sure["item_b"], strict=True)]
    once = sure.assign(key=key).drop_duplicates("key").drop(columns="key")
    return once.sort_values(["lift", "n_both", "item_a"], ascending=[False, False, True], ignore_index=True)


def named(table: pd.DataFrame, products: pd.DataFrame, *, level: str) -> pd.DataFrame:
    """The table with the products' names in its item columns; a name that several products share carries its code.

    Categories are their own names, and so is a product that is not in `products`.

    Raises:
        ValueError: a column of products is missing.
    """
    require_columns("products", products.columns, ["product_id", "product_name"])
    if level != "product_id":
        return table
    names = names_of(products)
    columns = [name for name in ITEMS if name in table.columns]
    return table.assign(**{name: [names.get(item, item) for item in table[name]] for name in columns})


def follow_chart(followed: pd.DataFrame, *, most: int = 10) -> pd.DataFrame:
    """The first pairs of `followed` under one name each, `A → B`.

    Raises:
        ValueError: a column is missing.
    """
    require_columns("followed", followed.columns, ["item_a", "item_b", "follow_rate"])
    rows = followed.head(most)
    return rows.assign(pair=[f"{a} → {b}" for a, b in zip(rows["item_a"], rows["item_b"], strict=True)])


def n_units(counts: pd.DataFrame) -> int:
    """How many orders, or customers, the pairs were counted among; 0 where there is no pair.

    Raises:
        ValueError: a column is missing.
    """
    require_columns("counts", counts.columns, ["n_units"])
    return int(counts["n_units"].max()) if len(counts) else 0


def several(breadth: pd.DataFrame) -> tuple[int, int]:
    """Customers with more than one item, and all customers with any, from `aggregates.breadth_counts`.

    Raises:
        ValueError: a column is missing.
    """
    require_columns("breadth", breadth.columns, ["n_items", "n_customers"])
    more = breadth.loc[breadth["n_items"] > 1, "n_customers"].sum()
    return int(more), int(breadth["n_customers"].sum())


def shown(pairs: pd.DataFrame, *, most: int = 15) -> pd.DataFrame:
    """The first pairs as a page shows them: without the number of all, which stands under the table.

    Raises:
        ValueError: a column is missing.
    """
    require_columns("pairs", pairs.columns, PAIRS)
    return pairs.drop(columns="n_units").head(most)


def matrix(pairs: pd.DataFrame, *, most: int = 8) -> pd.DataFrame:
    """The pairs among the items that most units hold, every cell of them, those never bought together as true zeros.

    Returns columns:
        item_a, item_b; pair_rate (NaN on the diagonal); lift (NaN there and under the floor).

    Raises:
        ValueError: a column is missing.
    """
    require_columns("pairs", pairs.columns, [*PAIRS, "pair_rate", "lift"])
    sizes = pairs.drop_duplicates("item_a").sort_values(["n_a", "item_a"], ascending=[False, True])
    best = sizes["item_a"].head(most).tolist()
    every = pd.MultiIndex.from_product([best, best], names=["item_a", "item_b"])
    cells = pairs.set_index(["item_a", "item_b"])[["pair_rate", "lift"]].reindex(every).reset_index()
    never = cells["pair_rate"].isna() & (cells["item_a"] != cells["item_b"])
    return cells.assign(pair_rate=cells["pair_rate"].mask(never, 0.0))


def _kept_items(counts: pd.DataFrame, most: int) -> pd.Series[str]:
    """The next item where it is among the likeliest of its item, else others."""
    sums = counts[counts["next_item"] != NOTHING].groupby(["item", "next_item"], as_index=False)["n"].sum()
    ranked = sums.sort_values(["item", "n", "next_item"], ascending=[True, False, True])
    best = ranked.groupby("item").head(most)
    kept = set(zip(best["item"], best["next_item"], strict=True))
    names = [
        after if after == NOTHING or (item, after) in kept else "others"
        for item, after in zip(counts["item"], counts["next_item"], strict=True)
    ]
    return pd.Series(names, index=counts.index, dtype="str")


def _log_lift_variance(n: np.ndarray, a: np.ndarray, b: np.ndarray, both: np.ndarray, lift: np.ndarray) -> np.ndarray:
    # Of log p_both - log p_a - log p_b under multinomial sampling of the units.
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.maximum(1 / both - 1 / a - 1 / b + (2 * lift - 1) / n, 0)
