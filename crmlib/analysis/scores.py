"""Scores 1 to 5 of recency, frequency and money: fixed cuts by business model, quantiles, and those of R's rfm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from crmlib.analysis.checks import require_choice, require_columns
from crmlib.analysis.segments import SCORES

METHODS = ("fixed", "quantile", "r_package")
MEASURES = {"r": "recency_days", "f": "n_orders", "m": "amount"}


@dataclass(frozen=True, kw_only=True)
class Cuts:
    """Four upper bounds for each measure, inclusive: days ascending from score 5, orders and money from score 1."""

    recency_days: Sequence[float]
    orders: Sequence[float]
    amount: Sequence[float]

    def __post_init__(self) -> None:
        for name in ("recency_days", "orders", "amount"):
            bounds = list(getattr(self, name))
            if len(bounds) != 4 or any(low >= high for low, high in pairwise(bounds)):
                raise ValueError(f"cuts {name} == {bounds}, must be four increasing upper bounds.")


WHOLE_CURRENCIES = ("JPY", "KRW")
# R5, R1, F5, F1, M1 and M5 are published (support.uchideno-kozuchi.com 10748); the bounds between are our proposal.
_MONEY = (5_000, 10_000, 15_000, 20_000)
CUTS = {
    "single_item": Cuts(recency_days=(30, 60, 180, 365), orders=(1, 3, 6, 11), amount=_MONEY),
    "one_off": Cuts(recency_days=(30, 90, 365, 730), orders=(1, 2, 3, 4), amount=_MONEY),
}


def choose_cuts(
    business_model: str,
    *,
    currency: str,
    recency_days: Sequence[float] | None = None,
    orders: Sequence[float] | None = None,
    amount: Sequence[float] | None = None,
) -> Cuts:
    """The cuts of a business model, with those replaced that are given; money is given in the currency, not its cents.

    Raises:
        ValueError: an unknown business model, cuts that are not four increasing bounds, or no `amount` for a currency
            other than yen, in which the money cuts of the business models are.

    Example:
        >>> choose_cuts("one_off", currency="USD", amount=[20, 50, 100, 200]).amount
        [2000, 5000, 10000, 20000]
    """
    require_choice("business_model", business_model, CUTS)
    model, cents = CUTS[business_model], 1 if currency in WHOLE_CURRENCIES else 100
    if amount is None and currency != "JPY":
        raise ValueError(
            f"m_cuts == None, but the money cuts of {business_model!r} are in yen; "
            f"give four increasing upper bounds in {currency}."
        )
    money = model.amount if amount is None else [round(bound * cents) for bound in amount]
    return Cuts(recency_days=recency_days or model.recency_days, orders=orders or model.orders, amount=money)


def score(customers: pd.DataFrame, *, method: str = "fixed", cuts: Cuts | None = None) -> pd.DataFrame:
    """Scores 1 to 5 beside the customer table; equal values always share a score, and recency is reversed.

    "fixed" uses `cuts` (default: single-item repeat), upper bounds inclusive. "quantile" gives each score about an
    equal number of the customers not yet scored, from the lowest up (see `quantile_scores`). "r_package" is the rule of
    the R package rfm 0.3.0: type-7 quantiles at 20, 40, 60 and 80 % plus 1, lower bound inclusive.

    Returns columns:
        those of `customers`; r, f, m (1 to 5, 5 is best).

    Raises:
        ValueError: a column is missing or the method is not known.

    Example:
        >>> customers = pd.DataFrame({"recency_days": [30, 31], "n_orders": [1, 12], "amount": [5000, 5001]})
        >>> score(customers)[["r", "f", "m"]].to_numpy().tolist()
        [[5, 1, 1], [4, 5, 2]]
    """
    require_choice("method", method, METHODS)
    require_columns("customers", customers.columns, MEASURES.values())
    scored = customers.copy()
    for name, measure in MEASURES.items():
        values = customers[measure].to_numpy(dtype="float64")
        scored[name] = _scores(values, method, _bounds(cuts or CUTS["single_item"])[measure], reverse=name == "r")
    return scored


def quantile_scores(values: np.ndarray) -> np.ndarray:
    """Scores 1 to 5 by a sequential cut in which a tie always shares one score, so that many equal values do no harm.

    The lowest score takes whole groups of equal values until their number is nearest to an equal share of the
    customers; the rest are cut anew among the scores that remain. So with 90 % one-time buyers these get 1, and the
    repeat buyers still spread over 2 to 5. With fewer than five different values the scores are spread over 1 to 5;
    where all are equal the score is 1.

    Example:
        >>> quantile_scores(np.array([1, 1, 1, 1, 1, 1, 1, 1, 2, 3, 4, 5])).tolist()
        [1, 1, 1, 1, 1, 1, 1, 1, 2, 3, 4, 5]
    """
    _, group, counts = np.unique(values, return_inverse=True, return_counts=True)
    if len(counts) < len(SCORES):
        spread = np.rint(np.linspace(1, 5, len(counts))).astype("int64")
        return spread[group]
    return _sequential_scores(counts)[group]


def rescore(customers: pd.DataFrame, *, like: pd.DataFrame, method: str, cuts: Cuts) -> pd.DataFrame:
    """Customers of another day scored by the bounds in use at the day of `like`, so that only customers move.

    Under "fixed" the bounds are `cuts`; else the largest value of each score found in `like`, whatever made it.

    Returns columns:
        those of `customers`; r, f, m (1 to 5, 5 is best).

    Raises:
        ValueError: a column is missing or the method is not known.
    """
    if method == "fixed":
        return score(customers, method=method, cuts=cuts)
    require_choice("method", method, METHODS)
    require_columns("customers", customers.columns, MEASURES.values())
    scored = customers.copy()
    for name, measure in MEASURES.items():
        sign = -1 if name == "r" else 1
        bounds = _bounds_found(like[name], sign * like[measure])
        scored[name] = 1 + np.searchsorted(bounds, sign * customers[measure].to_numpy(dtype="float64"), side="left")
    return scored


def _scores(values: np.ndarray, method: str, bounds: Sequence[float], *, reverse: bool) -> np.ndarray:
    if method == "quantile":
        return quantile_scores(-values if reverse else values)
    if method == "r_package":
        cuts = np.quantile(values, [0.2, 0.4, 0.6, 0.8]) + 1 if len(values) else np.zeros(4)
        place = np.searchsorted(cuts, values, side="right")
    else:
        place = np.searchsorted(np.asarray(bounds, dtype="float64"), values, side="left")
    return (5 - place if reverse else 1 + place).astype("int64")


def _bounds_found(scores: pd.Series, values: pd.Series) -> np.ndarray:
    # A score that nobody has takes the bound below it, so that nobody gets it.
    largest = values.groupby(scores).max().reindex(SCORES[:-1]).to_numpy(dtype="float64", na_value=-np.inf)
    return np.maximum.accumulate(largest)


def _bounds(cuts: Cuts) -> dict[str, Sequence[float]]:
    return {"recency_days": cuts.recency_days, "n_orders": cuts.orders, "amount": cuts.amount}


def _sequential_scores(counts: np.ndarray) -> np.ndarray:
    scores = np.empty(len(counts), dtype="int64")
    start = 0
    for number in SCORES:
        left = len(SCORES) - number
        sizes = np.cumsum(counts[start : len(counts) - left])  # each later score keeps at least one group
        target = counts[start:].sum() / (left + 1)
        end = start + 1 + int(np.argmin(np.abs(sizes - target))) if left else len(counts)
        scores[start:end] = number
        start = end
    return scores
