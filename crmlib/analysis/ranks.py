"""Ranks A to E painted on the grid of recency by frequency, and the list of the most favoured customers, rank A."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import pandas as pd

from crmlib.analysis.checks import require_choice, require_columns
from crmlib.analysis.rfm import summary
from crmlib.analysis.segments import SCORES

RANKS = ("A", "B", "C", "D", "E")
TOP = RANKS[0]
Painting = tuple[str, ...]  # five texts from R5 down to R1, each with the ranks of F1 to F5

# Tools let the user paint (support.uchideno-kozuchi.com 274, 1140) and publish no painting: both are our proposal.
PAINTINGS: dict[str, Painting] = {
    # A needs both scores at 4 or 5. One order, some orders (F2 and F3) and many (F4 and F5) are a rank apart, and so is
    # each step of silence from R4 down.
    "standard": ("CBBAA", "CBBAA", "DCCBB", "EDDCC", "EEEDD"),
    # By the sum of both scores: A 9 to 10, B 7 to 8, C 5 to 6, D 4, E 2 to 3.
    "sum": ("CBBAA", "CCBBA", "DCCBB", "EDCCB", "EEDCC"),
}
LIST = [
    "customer_id", "r", "f", "m", "n_orders", "amount", "share_amount", "cumulative_share_amount", "recency_days",
    "last_day",
]  # fmt: skip


def choose_painting(ranks: str | Sequence[str | Sequence[str]] | None = None) -> Painting:
    """A painting by its name, or one of one's own: five rows from R5 down to R1, each the ranks of F1 to F5.

    Raises:
        ValueError: an unknown name, or not five rows of five ranks A to E.

    Example:
        >>> choose_painting(["CBBAA", "CCBBA", "DCCBB", "EDCCB", "EEDCC"]) == PAINTINGS["sum"]
        True
    """
    if ranks is None or isinstance(ranks, str):
        name = ranks or "standard"
        require_choice("ranks", name, PAINTINGS)
        return PAINTINGS[name]
    rows = tuple("".join(map(str, row)).upper() for row in ranks)
    if len(rows) != len(SCORES) or any(len(row) != len(SCORES) or set(row) - set(RANKS) for row in rows):
        raise ValueError(f"ranks == {list(ranks)!r}, must be five rows from R5 to R1 of five ranks A to E, F1 to F5.")
    return rows


def falls_somewhere(painting: Painting) -> bool:
    """Whether somewhere a better R or F score gives a worse rank, which a reader would not expect.

    Example:
        >>> [falls_somewhere(painting) for painting in PAINTINGS.values()]
        [False, False]
    """
    columns = ["".join(row[place] for row in reversed(painting)) for place in range(len(SCORES))]
    return any(list(line) != sorted(line, reverse=True) for line in [*painting, *columns])


def assign_ranks(scored: pd.DataFrame, *, painting: Painting) -> pd.DataFrame:
    """The rank of every customer by the cell of R and F scores.

    Returns columns:
        those of `scored`; rf_rank (ordered categorical, A first).

    Raises:
        ValueError: a column is missing.

    Example:
        >>> scored = pd.DataFrame({"r": [5, 1], "f": [4, 1]})
        >>> assign_ranks(scored, painting=PAINTINGS["standard"])["rf_rank"].tolist()
        ['A', 'E']
    """
    require_columns("scored", scored.columns, ["r", "f"])
    found = [_rank(painting, r, f) for r, f in zip(scored["r"].tolist(), scored["f"].tolist(), strict=True)]
    return scored.assign(rf_rank=pd.Categorical(found, categories=list(RANKS), ordered=True))


def rank_table(ranked: pd.DataFrame) -> pd.DataFrame:
    """Customers, orders and sales of each rank; a rank that nobody has keeps its row.

    Returns columns:
        rf_rank; n_customers; share_customers (of all); n_orders; share_orders (of all); amount (smallest unit);
        share_amount (of all, NaN without sales); average_order_amount (NaN without orders).

    Raises:
        ValueError: a column is missing.
    """
    table = summary(ranked, by="rf_rank")
    n_orders = int(table["n_orders"].sum())
    share = table["n_orders"] / n_orders if n_orders else table["n_orders"] * float("nan")
    table.insert(list(table.columns).index("n_orders") + 1, "share_orders", share)
    return table


def painted_grid(ranked: pd.DataFrame, *, painting: Painting) -> pd.DataFrame:
    """All 25 cells with their rank and what is in them, R5 first and F1 first, empty ones with true zeros.

    Returns columns:
        r, f (1 to 5); rf_rank; n_customers; share_customers (of all); amount (smallest unit); share_amount (of all).

    Raises:
        ValueError: a column is missing.
    """
    require_columns("ranked", ranked.columns, ["r", "f", "amount"])
    cells = pd.MultiIndex.from_tuples(list(product(reversed(SCORES), SCORES)), names=["r", "f"])
    found = ranked.groupby(["r", "f"]).agg(n_customers=("amount", "size"), amount=("amount", "sum"))
    grid = found.reindex(cells, fill_value=0).astype("int64").reset_index()
    for name, whole in (("n_customers", len(ranked)), ("amount", ranked["amount"].sum())):
        grid[f"share_{name.removeprefix('n_')}"] = grid[name] / whole if whole else float("nan")
    grid["rf_rank"] = [_rank(painting, r, f) for r, f in zip(grid["r"].tolist(), grid["f"].tolist(), strict=True)]
    return grid[["r", "f", "rf_rank", "n_customers", "share_customers", "amount", "share_amount"]]


def painting_table(painting: Painting) -> pd.DataFrame:
    """The painting as it is used.

    Returns columns:
        r (5 to 1); f_1 to f_5 (the rank at that F score).
    """
    table = pd.DataFrame([list(row) for row in painting], columns=[f"f_{score}" for score in SCORES])
    table.insert(0, "r", list(reversed(SCORES)))
    return table


def favoured(ranked: pd.DataFrame) -> pd.DataFrame:
    """The customers of rank A by falling sales, ties by id, each with the share of all sales.

    Returns columns:
        customer_id; r, f, m; n_orders; amount (smallest unit); share_amount (of the sales of all customers, NaN
        without sales); cumulative_share_amount (with all above); recency_days; last_day.

    Raises:
        ValueError: a column is missing.
    """
    require_columns("ranked", ranked.columns, ["rf_rank", "customer_id", "r", "f", "m", "n_orders", "amount"])
    top = ranked[ranked["rf_rank"] == TOP].sort_values(["amount", "customer_id"], ascending=[False, True])
    whole = ranked["amount"].sum() or float("nan")
    top = top.assign(share_amount=top["amount"] / whole, cumulative_share_amount=top["amount"].cumsum() / whole)
    return top[LIST].reset_index(drop=True)


def _rank(painting: Painting, r: int, f: int) -> str:
    return painting[len(SCORES) - r][f - 1]
