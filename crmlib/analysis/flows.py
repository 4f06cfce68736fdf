"""Who moved where between two dates: customers of each group at the first date, by their group at the second."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from crmlib.analysis.checks import require_columns
from crmlib.analysis.intervals import wilson_bounds

NEW = "came_new"


def movement(before: pd.DataFrame, after: pd.DataFrame, *, groups: Sequence[str]) -> pd.DataFrame:
    """Every pair of groups with its customers, rate and the sales between the two dates; empty pairs are true zeros.

    rate = n_customers / n_start with Wilson's interval. Customers who are only in `after` started in between and have
    `group_before` came_new. `amount` is the sales of these customers between the two dates, so that its sum is all
    sales between them.

    Args:
        before: one row a customer at the first date: customer_id, group, amount (so far, smallest unit).
        after: the same at the second date; it holds every customer of `before`.
        groups: the groups in the order they are shown.

    Returns columns:
        group_before, group_after (ordered categories); n_start (customers in group_before); n_customers (of these in
        group_after); rate, rate_low, rate_high (NaN where n_start is 0); amount (smallest unit).

    Raises:
        ValueError: a column is missing, a customer of `before` is not in `after`, or a group is not in `groups`.

    Example:
        >>> before = pd.DataFrame({"customer_id": ["a"], "group": ["first"], "amount": [100]})
        >>> after = pd.DataFrame({"customer_id": ["a", "b"], "group": ["steady", "first"], "amount": [150, 70]})
        >>> found = movement(before, after, groups=["first", "steady"])
        >>> found.loc[found["n_customers"] > 0, ["group_before", "group_after", "amount"]].to_numpy().tolist()
        [['came_new', 'first', 70], ['first', 'steady', 50]]
    """
    for name, table in (("before", before), ("after", after)):
        require_columns(name, table.columns, ["customer_id", "group", "amount"])
        _refuse_unknown(name, table, groups)
    both = after.merge(before, on="customer_id", how="outer", suffixes=("_after", "_before"), validate="one_to_one")
    if both["group_after"].isna().any():
        raise ValueError(f"{int(both['group_after'].isna().sum())} customers of before are missing in after.")
    rows = pd.DataFrame({
        "group_before": both["group_before"].astype(object).where(both["group_before"].notna(), NEW),
        "group_after": both["group_after"].astype(object),
        "amount": both["amount_after"] - both["amount_before"].fillna(0),
    })  # fmt: skip
    pairs = rows.groupby(["group_before", "group_after"])["amount"].agg(n_customers="size", amount="sum")
    return movement_of_pairs(pairs, groups=groups)


def movement_of_pairs(pairs: pd.DataFrame, *, groups: Sequence[str]) -> pd.DataFrame:
    """`movement` from the sums of its pairs, indexed by group_before and group_after: n_customers and amount."""
    every = pd.MultiIndex.from_product([[NEW, *groups], groups], names=["group_before", "group_after"])
    filled = pairs.reindex(every, fill_value=0)
    sums = (filled[name].to_numpy(dtype="int64") for name in ("n_customers", "amount"))
    return movement_of_sums(*sums, groups=groups)


def movement_of_sums(n: np.ndarray, amount: np.ndarray, *, groups: Sequence[str]) -> pd.DataFrame:
    """`movement` from customers and sales of its pairs: came_new and the groups, each by the groups it leads to."""
    starts, ends = [NEW, *groups], list(groups)
    n_start = np.repeat(n.reshape(len(starts), len(ends)).sum(axis=1), len(ends))
    low, high = wilson_bounds(n, n_start)
    before = np.repeat(np.arange(len(starts)), len(ends))
    return pd.DataFrame({
        "group_before": pd.Categorical.from_codes(before, starts, ordered=True),
        "group_after": pd.Categorical.from_codes(np.tile(np.arange(len(ends)), len(starts)), ends, ordered=True),
        "n_start": n_start,
        "n_customers": n,
        "rate": np.divide(n, n_start, out=np.full(len(n), np.nan), where=n_start > 0),
        "rate_low": low,
        "rate_high": high,
        "amount": amount,
    })  # fmt: skip


def _refuse_unknown(name: str, table: pd.DataFrame, groups: Sequence[str]) -> None:
    unknown = sorted(set(table["group"].astype(str)) - set(groups))
    if unknown:
        raise ValueError(f"{name} has the group '{unknown[0]}', must be one of {', '.join(groups)}.")
