"""Do buyers of back-end products come back more often (R079)? Compared at the same order number and kind of order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from crmlib.analysis.checks import require_columns
from crmlib.analysis.intervals import UNKNOWN, Interval, normal_quantile
from crmlib.analysis.proportions import proportions

ROLES = ("backend", "cross")


@dataclass(frozen=True, kw_only=True)
class StratifiedResult:
    """Buyers minus others over all strata (Mantel and Haenszel), with its interval; NaN without a stratum of both."""

    n_buyers: int
    n_others: int
    n_strata: int
    difference: float
    interval: Interval


def product_ids(products: pd.DataFrame) -> list[str]:
    """The back-end and cross products of a product table, sorted.

    Example:
        >>> product_ids(pd.DataFrame({"product_id": ["gel", "serum"], "role": ["front", "backend"]}))
        ['serum']
    """
    require_columns("products", products.columns, ["product_id", "role"])
    return sorted(products.loc[products["role"].isin(ROLES), "product_id"].astype(str))


def compare(counts: pd.DataFrame) -> pd.DataFrame:
    """Repeat rates of buyers and of others after order n, stratum by stratum of order number and kind of order.

    Returns columns:
        order_number; order_kind (`not_known` without one); n_others, n_buyers; rate_others, rate_buyers;
        buyer_difference, buyer_difference_low, buyer_difference_high (buyers minus others, Newcombe). NaN where one
        side is empty.

    Raises:
        ValueError: a column is missing.

    Source: Newcombe (1998), Statistics in Medicine 17, 873-890.
    """
    names = ["order_number", "order_kind", "exposed", "n_eligible", "n_next"]
    require_columns("counts", counts.columns, names)
    rows = [_row(key, part) for key, part in counts.groupby(["order_number", "order_kind"], sort=True)]
    sides = ["n_others", "n_next_others", "n_buyers", "n_next_buyers", "rate_others", "rate_buyers"]
    ends = ["buyer_difference", "buyer_difference_low", "buyer_difference_high"]
    return pd.DataFrame(rows, columns=["order_number", "order_kind", *sides, *ends])


def stratified(compared: pd.DataFrame, *, confidence_level: float = 0.95) -> StratifiedResult:
    """One difference over all strata, weighted by n_buyers x n_others / n, so that like is compared with like.

    The variance is Greenland and Robins'; a customer can be in the strata of several order numbers, whose returns are
    taken as independent given that order n was made.

    Raises:
        ValueError: a column is missing or confidence_level is not between 0 and 1.

    Source: Greenland and Robins (1985), Biometrics 41, 55-68.
    """
    both = compared[(compared["n_others"] > 0) & (compared["n_buyers"] > 0)]
    n1, n0, a, b = (both[c].to_numpy(float) for c in ("n_buyers", "n_others", "n_next_buyers", "n_next_others"))
    counts = {"n_buyers": int(n1.sum()), "n_others": int(n0.sum()), "n_strata": len(both)}
    z = normal_quantile(confidence_level)
    if both.empty:
        return StratifiedResult(**counts, difference=float("nan"), interval=UNKNOWN)
    weight = n1 * n0 / (n1 + n0)
    difference = float((weight * (a / n1 - b / n0)).sum() / weight.sum())
    spread = a * (n1 - a) * n0**3 + b * (n0 - b) * n1**3
    error = float(np.sqrt((spread / (n1 * n0 * (n1 + n0) ** 2)).sum()) / weight.sum())
    return StratifiedResult(
        **counts, difference=difference, interval=Interval(difference - z * error, difference + z * error)
    )


def _row(key: tuple[int, str], part: pd.DataFrame) -> tuple[object, ...]:
    sides = part.set_index("exposed")[["n_eligible", "n_next"]].reindex([0, 1], fill_value=0)
    (n0, x0), (n1, x1) = sides.to_numpy(dtype="int64").tolist()
    found = proportions(x0, n0, x1, n1, method="newcombe")
    rates = (x0 / n0 if n0 else np.nan, x1 / n1 if n1 else np.nan)
    ends = found.difference_interval
    return (int(key[0]), key[1] or "not_known", n0, x0, n1, x1, *rates, found.difference, ends.low, ends.high)
