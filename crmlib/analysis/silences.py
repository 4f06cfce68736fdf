"""Where silence becomes dormancy: quantiles of the days between orders, and the chance of another order after them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from crmlib.analysis.checks import require_at_least, require_columns
from crmlib.analysis.goods import names_of
from crmlib.analysis.intervals import product_bounds
from crmlib.analysis.survival import kaplan_meier

QUANTILES = (0.80, 0.95)
MIN_GAPS = 30
COUNTS = ["duration_days", "n_events", "n_censored"]


def gap_quantiles(counts: pd.DataFrame) -> pd.DataFrame:
    """The 80th and 95th percentile of the days between orders: of those that ended, and of all by Kaplan-Meier.

    Gaps that ended leave out everyone who has not come back yet, so their percentiles are too short; Kaplan-Meier
    counts the open ones for as long as they were observed. It has no 95th percentile where more than 5 % never come
    back. A percentile is the first day by which that share has ordered again.

    Returns columns:
        n_gaps (all), n_ended, open_share (of all); ended_80_days, ended_95_days (NaN with fewer than 30 that ended);
        km_80_days, km_95_days (NaN where the curve does not reach it).

    Raises:
        ValueError: a column is missing.

    Example:
        >>> counts = pd.DataFrame({"duration_days": [10, 20], "n_events": [80, 20], "n_censored": [0, 0]})
        >>> gap_quantiles(counts)[["ended_80_days", "km_95_days"]].iloc[0].tolist()
        [10.0, 20.0]
    """
    require_columns("counts", counts.columns, COUNTS)
    curve = kaplan_meier(counts).table
    ended, open_ = int(counts["n_events"].sum()), int(counts["n_censored"].sum())
    found: dict[str, float] = {"n_gaps": ended + open_, "n_ended": ended}
    found["open_share"] = open_ / (ended + open_) if ended + open_ else np.nan
    for share in QUANTILES:
        found[f"ended_{share * 100:.0f}_days"] = _of_ended(counts, share)
    for share in QUANTILES:
        reached = curve.loc[curve["survival"] <= 1 - share + 1e-12, "day"]
        found[f"km_{share * 100:.0f}_days"] = float(reached.iloc[0]) if len(reached) else np.nan
    return pd.DataFrame([found])


def gap_quantiles_by_product(counts: pd.DataFrame, products: pd.DataFrame, *, most: int = 15) -> pd.DataFrame:
    """The same for the whole shop (first row) and after an order about each product with most gaps.

    Returns columns:
        gap_product (name, else code; `whole_shop` for the first row); those of `gap_quantiles`.

    Raises:
        ValueError: a column is missing or most is below 1.
    """
    require_columns("counts", counts.columns, ["product_id", *COUNTS])
    require_at_least("most", most, 1)
    sizes = counts.assign(n=counts["n_events"] + counts["n_censored"]).groupby("product_id", as_index=False)["n"].sum()
    sizes = sizes[sizes["product_id"] != ""].sort_values(["n", "product_id"], ascending=[False, True])
    names = names_of(products)
    parts = [gap_quantiles(counts).assign(gap_product="whole_shop")]
    for product in sizes["product_id"].head(most):
        label = names.get(product, product)
        parts.append(gap_quantiles(counts[counts["product_id"] == product]).assign(gap_product=label))
    table = pd.concat(parts, ignore_index=True)
    return table[["gap_product", *[name for name in table.columns if name != "gap_product"]]]


def chance_after_silence(
    counts: pd.DataFrame, *, horizon_days: int = 365, step_days: int = 10, most_days: int = 365
) -> pd.DataFrame:
    """The chance of another order within `horizon_days` of a customer who has been silent for R days.

    1 - S(R + horizon) / S(R), with S the Kaplan-Meier curve of the days to the next order over all orders. The interval
    is that of `product_bounds` over the days from R to R + horizon; it takes gaps for independent, though a customer
    with many orders gives many of them. NaN where no gap was observed to R + horizon.

    Returns columns:
        silent_days; n_silent (gaps longer than that); buys_again, buys_again_low, buys_again_high.

    Raises:
        ValueError: a column is missing or a number is below 1.

    Example:
        >>> counts = pd.DataFrame({"duration_days": [5, 10, 400], "n_events": [5, 3, 0], "n_censored": [0, 0, 2]})
        >>> chance_after_silence(counts, horizon_days=100).loc[[0, 1], "buys_again"].round(2).tolist()
        [0.8, 0.0]
    """
    require_columns("counts", counts.columns, COUNTS)
    for name, value in (("horizon_days", horizon_days), ("step_days", step_days), ("most_days", most_days)):
        require_at_least(name, value, 1)
    curve = kaplan_meier(counts).table
    marks = range(0, most_days + 1, step_days)
    rows = [_chance(curve, mark, horizon_days) for mark in marks] if len(curve) else []
    return pd.DataFrame(rows, columns=["silent_days", "n_silent", "buys_again", "buys_again_low", "buys_again_high"])


def marked(table: pd.DataFrame, limits: Mapping[str, int]) -> pd.DataFrame:
    """The rows of `chance_after_silence` with a column `limit`: the name of a limit at or just before its day.

    Example:
        >>> marked(pd.DataFrame({"silent_days": [0, 10, 20]}), {"life_dormant": 15})["limit"].tolist()
        ['', 'life_dormant', '']
    """
    names = np.full(len(table), "", dtype=object)
    for name, day in limits.items():
        place = int((table["silent_days"] <= day).sum()) - 1
        if place >= 0:
            names[place] = name
    return table.assign(limit=names.astype(str))


def limit_table(quantiles: pd.DataFrame, *, dormant_days: int, lapsed_days: int) -> pd.DataFrame:
    """The limits in use beside those that the gaps of the whole shop would give.

    Args:
        quantiles: of `gap_quantiles`, one row.
        dormant_days: in use.
        lapsed_days: in use.

    Returns columns:
        life_source (in_use, from_ended_gaps, from_all_gaps); dormant_from, lapsed_from (days, NaN where not reached).
    """
    names = ["ended_80_days", "ended_95_days", "km_80_days", "km_95_days"]
    a, b, c, d = quantiles[names].iloc[0].tolist() if len(quantiles) else [np.nan] * 4
    rows = [("in_use", dormant_days, lapsed_days), ("from_ended_gaps", a, b), ("from_all_gaps", c, d)]
    table = pd.DataFrame(rows, columns=["life_source", "dormant_from", "lapsed_from"])
    return table.astype({"dormant_from": "float64", "lapsed_from": "float64"})


def _of_ended(counts: pd.DataFrame, share: float) -> float:
    ended = counts.groupby("duration_days")["n_events"].sum().sort_index()
    if ended.sum() < MIN_GAPS:
        return np.nan
    reached = ended.cumsum() >= share * ended.sum() - 1e-9
    return float(reached.index[reached][0])


def _chance(curve: pd.DataFrame, silent: int, horizon: int) -> tuple[int, int, float, float, float]:
    later = curve[curve["day"] > silent]
    at_risk = int(later["n_at_risk"].iloc[0]) if len(later) else 0
    if curve["day"].max() < silent + horizon:
        return silent, at_risk, np.nan, np.nan, np.nan
    # Those observed to the end of the horizon are one more step, in which nobody orders.
    end = curve.loc[curve["day"] >= silent + horizon, ["n_at_risk"]].head(1).assign(n_events=0)
    span = pd.concat([later[later["day"] <= silent + horizon], end])
    events, risk = span["n_events"].to_numpy(dtype="float64"), span["n_at_risk"].to_numpy(dtype="float64")
    with np.errstate(divide="ignore", invalid="ignore"):
        stay, variance = np.cumprod(1 - events / risk), np.cumsum(events / (risk * (risk - events)))
    low, high = product_bounds(stay, variance, risk)
    return silent, at_risk, 1 - float(stay[-1]), 1 - float(high[-1]), 1 - float(low[-1])
