"""Do R, F and M of a past day go with what was bought afterwards? Rank correlations and later rates by score."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from crmlib.analysis.checks import require_columns
from crmlib.analysis.intervals import UNKNOWN, Interval, normal_quantile, wilson_bounds

# Each measure so that more of it should mean more later purchases: recency is taken as days ago, reversed.
MEASURES = {"recency": ("recency_days", -1), "frequency": ("n_orders", 1), "money": ("amount", 1)}
SCORES = {"recency": "r", "frequency": "f", "money": "m"}
OUTCOMES = ("bought_later", "amount_later")
SMALLEST = 4  # customers below which the interval of a correlation has no meaning
ALMOST = 1e-12  # a correlation of one but for rounding


def outcomes(base: pd.DataFrame, window: pd.DataFrame) -> pd.DataFrame:
    """Customers of the base day beside what they bought in the window after it; who bought nothing has true zeros.

    Customers of `window` who are not in `base` started after the base day and are left out.

    Args:
        base: customers with an order up to the base day, measured on that day: nothing later may be in it.
        window: of `aggregates.customer_window`, from the day after the base day on.

    Returns columns:
        those of `base`; orders_later; amount_later (smallest unit); bought_later (0 or 1).

    Raises:
        ValueError: a column is missing.
    """
    require_columns("base", base.columns, ["customer_id"])
    require_columns("window", window.columns, ["customer_id", "n_orders", "amount"])
    later = window.set_index("customer_id")[["n_orders", "amount"]].reindex(base["customer_id"], fill_value=0)
    found = base.assign(orders_later=later["n_orders"].to_numpy(), amount_later=later["amount"].to_numpy())
    return found.assign(bought_later=(found["orders_later"] > 0).astype("int64"))


def correlations(followed: pd.DataFrame) -> pd.DataFrame:
    """Spearman's rank correlation of recency (reversed), frequency and money with each later outcome.

    Returns columns:
        rfm_measure (recency, frequency, money); later_outcome (bought_later, amount_later); n_followed; rho, rho_low,
        rho_high (-1 to 1; NaN where either side is the same for all, the bounds also below four customers).

    Raises:
        ValueError: a column is missing.
    """
    names = [name for name, _ in MEASURES.values()]
    require_columns("followed", followed.columns, [*names, *OUTCOMES])
    rows = []
    for outcome in OUTCOMES:
        for measure, (name, sign) in MEASURES.items():
            pair = sign * followed[name].to_numpy(dtype="float64"), followed[outcome].to_numpy(dtype="float64")
            bounds = spearman_interval(*pair)
            rows.append((measure, outcome, len(followed), spearman(*pair), bounds.low, bounds.high))
    return pd.DataFrame(rows, columns=["rfm_measure", "later_outcome", "n_followed", "rho", "rho_low", "rho_high"])


def spearman(x: ArrayLike, y: ArrayLike) -> float:
    """Pearson's correlation of the ranks, equal values with their mean rank; NaN where either side is constant.

    Source: Spearman (1904), American Journal of Psychology 15, 72-101; equal to scipy.stats.spearmanr.

    Example:
        >>> round(spearman([1, 2, 3, 4, 5], [5, 6, 7, 8, 7]), 4)
        0.8208
    """
    first, second = (_ranks(values) for values in (x, y))
    if len(first) < 2 or np.ptp(first) == 0 or np.ptp(second) == 0:
        return math.nan
    return float(np.clip(np.corrcoef(first, second)[0, 1], -1, 1))


def spearman_interval(x: ArrayLike, y: ArrayLike, *, confidence_level: float = 0.95) -> Interval:
    """Interval of a rank correlation that stays right where many values are equal, as with order counts and yes or no.

    tanh(atanh(rho) ± z se / (1 - rho²)), with se² the mean square of the influence of one customer on rho, over n. The
    usual variance (1 + rho² / 2) / (n - 3) is for values without ties; with them it holds the truth too seldom.

    Source: Borkowf (2002), Computational Statistics and Data Analysis 39, 271-286, for the variance; Fisher (1921) for
    the scale.
    """
    rho, n = spearman(x, y), len(np.asarray(x))
    if math.isnan(rho) or n < SMALLEST:
        return UNKNOWN
    if abs(rho) > 1 - ALMOST:
        return Interval(rho, rho)
    error = math.sqrt(np.mean(_influence(x, y, rho) ** 2) / n)
    half = normal_quantile(confidence_level) * error / (1 - rho**2)
    return Interval(math.tanh(math.atanh(rho) - half), math.tanh(math.atanh(rho) + half))


def later_rates(followed: pd.DataFrame) -> pd.DataFrame:
    """For each score of R, F and M the share that bought later, against the share of all customers.

    Returns columns:
        rfm_measure (recency, frequency, money); score (5 to 1); n_start (customers with that score on the base day);
        n_bought_later (of these); later_rate, later_rate_low, later_rate_high (Wilson); later_lift (later_rate / that
        of all); amount_per_customer (smallest unit, sold later per customer of n_start). NaN where nobody has the
        score.

    Raises:
        ValueError: a column is missing.
    """
    require_columns("followed", followed.columns, [*SCORES.values(), *OUTCOMES])
    parts = []
    for measure, score in SCORES.items():
        sums = {"n_start": ("bought_later", "size"), "n_bought_later": ("bought_later", "sum")}
        part = followed.groupby(score).agg(**sums, sold=("amount_later", "sum"))
        part = part.reindex(range(5, 0, -1), fill_value=0).rename_axis("score").reset_index()
        parts.append(part.assign(rfm_measure=measure))
    table = pd.concat(parts, ignore_index=True).astype({"n_start": "int64", "n_bought_later": "int64"})
    size = table["n_start"].where(table["n_start"] > 0)
    table["later_rate"] = table["n_bought_later"] / size
    table["later_rate_low"], table["later_rate_high"] = wilson_bounds(table["n_bought_later"], table["n_start"])
    table["later_lift"] = table["later_rate"] / (followed["bought_later"].mean() or math.nan)
    table["amount_per_customer"] = table["sold"] / size
    bounds = ["later_rate", "later_rate_low", "later_rate_high"]
    return table[["rfm_measure", "score", "n_start", "n_bought_later", *bounds, "later_lift", "amount_per_customer"]]


def _influence(x: ArrayLike, y: ArrayLike, rho: float) -> np.ndarray:
    """How far each pair moves the correlation of the middles of the distribution functions."""
    u, v = (_middles(values) for values in (x, y))
    parts = [(u, v), (u, u), (v, v)]
    both, first, second = ((a * b + _above(a, b) + _above(b, a) - 3 * np.mean(a * b)) for a, b in parts)
    spread = [np.mean(a**2) for a in (u, v)]
    return both / math.sqrt(spread[0] * spread[1]) - rho / 2 * (first / spread[0] + second / spread[1])


def _ranks(values: ArrayLike) -> np.ndarray:
    """Mean ranks from 1, as scipy.stats.rankdata gives them; loading scipy.stats takes longer than most analyses."""
    return pd.Series(np.asarray(values, dtype="float64")).rank().to_numpy()


def _middles(values: ArrayLike) -> np.ndarray:
    # The share below and half of the share equal, less one half: the mean is 0.
    ranks = _ranks(values)
    return (ranks - 0.5) / len(ranks) - 0.5


def _above(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """For each value the mean over all of weight x (1 where theirs is larger, one half where it is equal)."""
    _, group = np.unique(values, return_inverse=True)
    sums = np.bincount(group, weights=weights)
    larger = sums[::-1].cumsum()[::-1] - sums
    return (larger + sums / 2)[group] / len(values)
