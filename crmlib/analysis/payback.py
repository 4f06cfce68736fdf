"""When a new customer has paid back the cost of winning him: cumulative gross profit against the cost."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crmlib.analysis.checks import require_at_least, require_columns
from crmlib.analysis.ltv import NAN, mean_bounds

MONTH_DAYS = 30


def curves(
    sums: pd.DataFrame, costs: pd.DataFrame, *, measure: str = "profit", least: int = 30, confidence_level: float = 0.95
) -> pd.DataFrame:
    """Cumulative value a customer less the cost of a new customer, for each medium and day.

    net = mean value up to the day - cost; payback is where it crosses 0. Points that rest on fewer than `least`
    customers observed so long are left out. Day 0 comes before the first order: nothing earned, the cost spent.

    Args:
        sums: of `aggregates.value_sums` by medium.
        costs: media and cpa (cost a new customer); media without a cost are left out.
        measure: profit (gross profit less variable cost) or amount (sales).
        least: customers that a point needs.
        confidence_level: of the interval of the mean.

    Returns columns:
        media; day; n_eligible; value (cumulative, a customer); cpa; net, net_low, net_high (smallest unit).

    Raises:
        ValueError: a column is missing or least is below 1.
    """
    require_columns("sums", sums.columns, ["group", "day", "n_eligible"])
    require_columns("costs", costs.columns, ["media", "cpa"])
    require_at_least("least", least, 1)
    known = costs.loc[np.isfinite(costs["cpa"].astype("float64")), ["media", "cpa"]]
    rows = sums[sums["n_eligible"] >= least].reset_index(drop=True)
    value, low, high = mean_bounds(rows, measure, confidence_level)
    table = pd.DataFrame({"media": rows["group"], "day": rows["day"], "n_eligible": rows["n_eligible"]})
    table = table.assign(value=value, value_low=low, value_high=high).dropna(subset=["value"])
    table = table.merge(known, on="media", how="inner")
    start = known.merge(table.groupby("media")["n_eligible"].max().reset_index(), on="media", how="inner")
    start = start.assign(day=0, value=0.0, value_low=0.0, value_high=0.0)
    whole = pd.concat([start[table.columns], table], ignore_index=True) if len(start) else table
    for end in ("", "_low", "_high"):
        whole[f"net{end}"] = whole[f"value{end}"] - whole["cpa"]
    names = ["media", "day", "n_eligible", "value", "cpa", "net", "net_low", "net_high"]
    return whole.sort_values(["media", "day"], ignore_index=True)[names]


def months(curves: pd.DataFrame, *, horizon_days: int = 720) -> pd.DataFrame:
    """The first month (of 30 days) by whose end each medium's customers have paid back their cost.

    Not reached and not yet observed are different answers: a medium is not_reached when its customers were followed
    to `horizon_days` without paying back, not_observed_yet when the data end before.

    Returns columns:
        media; payback_state (reached, not_reached, not_observed_yet); payback_month (NaN unless reached); observed_days
        (the longest day with enough customers).

    Raises:
        ValueError: a column is missing.

    Example:
        >>> one = {"media": ["tv"] * 3, "day": [0, 30, 60], "net": [-100.0, -20.0, 5.0]}
        >>> months(pd.DataFrame(one))[["payback_state", "payback_month"]].values.tolist()
        [['reached', 2.0]]
    """
    require_columns("curves", curves.columns, ["media", "day", "net"])
    rows = [_payback(str(media), part, horizon_days) for media, part in curves.groupby("media", sort=True)]
    return pd.DataFrame(rows, columns=["media", "payback_state", "payback_month", "observed_days"])


def _payback(media: str, curve: pd.DataFrame, horizon_days: int) -> tuple[str, str, float, int]:
    observed = int(curve["day"].max())
    back = curve.loc[(curve["net"] >= 0) & (curve["day"] > 0), "day"]
    if len(back):
        return media, "reached", float(np.ceil(back.min() / MONTH_DAYS)), observed
    return media, "not_reached" if observed >= horizon_days else "not_observed_yet", NAN, observed
