"""Movement between ranks over two dates: up, down, to the lowest, and what was sold in between."""

from __future__ import annotations

import pandas as pd

from crmlib.analysis.flows import NEW, movement
from crmlib.analysis.intervals import wilson_bounds
from crmlib.analysis.ranks import RANKS

DIRECTIONS = ("rank_up", "rank_same", "rank_down", "rank_lowest", "new_since")


def rank_moves(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Customers of each rank at the first date by their rank at the second, with the sales in between.

    Args:
        before: customers of the first date with rf_rank, as `ranks.assign_ranks` gives them, by the cuts of `after`.
        after: the same at the second date; it holds every customer of `before`.

    Returns columns:
        rank_before (A to E, then new_since: no order up to the first date), rank_after (A to E); n_start (customers of
        rank_before); n_moved (of these in rank_after); share_moved, share_moved_low, share_moved_high (Wilson, NaN
        where n_start is 0); amount (smallest unit, sold to them between the dates).

    Raises:
        ValueError: a column is missing, or a customer of `before` is not in `after`.
    """
    frames = [table.rename(columns={"rf_rank": "group"}).astype({"group": object}) for table in (before, after)]
    found = movement(*frames, groups=RANKS)
    names = {
        "group_before": "rank_before",
        "group_after": "rank_after",
        "n_customers": "n_moved",
        "rate": "share_moved",
    }
    names |= {f"rate_{end}": f"share_moved_{end}" for end in ("low", "high")}
    moves = found.rename(columns=names)
    order = [*RANKS, "new_since"]
    told = moves["rank_before"].astype(object).replace(NEW, "new_since")
    moves["rank_before"] = pd.Categorical(told, categories=order, ordered=True)
    moves["rank_after"] = pd.Categorical(moves["rank_after"], categories=list(RANKS), ordered=True)
    return moves.sort_values(["rank_before", "rank_after"], ignore_index=True)


def direction_table(moves: pd.DataFrame) -> pd.DataFrame:
    """The movements by their direction; going to the lowest rank counts as that, not as down.

    Returns columns:
        rank_direction (rank_up, rank_same, rank_down, rank_lowest, new_since); n_moved; share_moved, share_moved_low,
        share_moved_high (of all customers at the first date with Wilson's interval; NaN for new_since, who were not
        among them, and without customers); amount (smallest unit).
    """
    pairs = zip(moves["rank_before"], moves["rank_after"], strict=True)
    told = moves.assign(rank_direction=[_direction(*pair) for pair in pairs])
    sums = told.groupby("rank_direction")[["n_moved", "amount"]].sum().reindex(DIRECTIONS, fill_value=0)
    table = sums.rename_axis("rank_direction").reset_index()
    old = table["rank_direction"] != "new_since"
    n_start = int(table.loc[old, "n_moved"].sum())
    low, high = wilson_bounds(table["n_moved"].where(old, 0), old.astype("int64") * n_start)
    share = (table["n_moved"] / n_start).where(old) if n_start else table["n_moved"] * float("nan")
    for place, (name, values) in enumerate({"": share, "_low": low, "_high": high}.items(), start=2):
        table.insert(place, f"share_moved{name}", values)
    return table


def pairs(moves: pd.DataFrame) -> pd.DataFrame:
    """The movements that somebody made, the frequent ones first within each rank of the first date."""
    made = moves[moves["n_moved"] > 0]
    return made.sort_values(["rank_before", "n_moved", "rank_after"], ascending=[True, False, True], ignore_index=True)


def between(moves: pd.DataFrame) -> pd.DataFrame:
    """The movements with their sales only, for a matrix whose sums add up."""
    return moves[["rank_before", "rank_after", "amount"]]


def check_sales(moves: pd.DataFrame, window: pd.DataFrame) -> None:
    """Refuse movements whose sales are not those of the orders between the two dates.

    Raises:
        ValueError: the sums differ, with both.
    """
    found, sold = int(moves["amount"].sum()), int(window["amount"].sum())
    if found != sold:
        raise ValueError(f"the sales of the movement add up to {found}, the orders between to {sold}; must be equal.")


def sales_by_date(before: pd.DataFrame, moves: pd.DataFrame) -> pd.DataFrame:
    """All sales as those up to the first date and those between the two, to be reconciled with the ledger.

    Returns columns:
        state (up_to_then, in_between); amount (smallest unit).
    """
    sums = [int(before["amount"].sum()), int(moves["amount"].sum())]
    return pd.DataFrame({"state": ["up_to_then", "in_between"], "amount": sums})


def _direction(before: str, after: str) -> str:
    if before == "new_since":
        return "new_since"
    if before == after:
        return "rank_same"
    if after < before:
        return "rank_up"
    return "rank_lowest" if after == RANKS[-1] else "rank_down"
