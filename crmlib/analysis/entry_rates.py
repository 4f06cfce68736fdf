"""The second purchase by what the customer began with: windows, groups against the rest, months and weeks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from crmlib.analysis.checks import require_at_least, require_columns
from crmlib.analysis.delivery_curves import grouped
from crmlib.analysis.intervals import wilson_bounds
from crmlib.analysis.months import month_of_day
from crmlib.analysis.proportions import ProportionsResult, proportions
from crmlib.analysis.survival import KaplanMeierResult, kaplan_meier, share_past

ALPHA = 0.05
MIN_N = 30  # below it a percentage says more than the customers can carry
GROUP_COUNTS = ["group", "n_reached", "n_eligible", "n_next"]
WINDOW_COUNTS = ["window_days", "n_reached", "n_eligible", "n_next"]
RATES = ["f2_rate", "f2_rate_low", "f2_rate_high", "f2_difference", "f2_difference_low", "f2_difference_high", "pvalue"]


def by_window(
    returns: pd.DataFrame, *, as_of_day: int, windows: Sequence[int] = tuple(range(30, 361, 30))
) -> pd.DataFrame:
    """The second-purchase rate within N days, for each N; beside it Kaplan-Meier's share by day N.

    f2_rate = n_next / n_eligible with Wilson's interval, of the customers whose first purchase lies at least N days
    before the day of the report; each row has its own denominator. Kaplan-Meier uses everybody for as long as they
    were observed.

    Returns columns:
        window_days; n_reached; n_eligible; n_next; f2_rate, f2_rate_low, f2_rate_high; share_returned,
        share_returned_low, share_returned_high. NaN where nobody was observed so long.

    Raises:
        ValueError: a column is missing or a window is below 1.

    Example:
        >>> returns = pd.DataFrame({"first_day": [0, 0, 80], "next_days": [20.0, None, None]})
        >>> by_window(returns, as_of_day=100, windows=[30])[["n_eligible", "n_next", "f2_rate"]].iloc[0].tolist()
        [2.0, 1.0, 0.5]
    """
    require_columns("returns", returns.columns, ["first_day", "next_days"])
    rows = []
    for window in windows:
        require_at_least("window_days", window, 1)
        eligible = returns["first_day"] <= as_of_day - window
        n_next = int((eligible & (returns["next_days"] <= window)).sum())
        rows.append((window, len(returns), int(eligible.sum()), n_next))
    counts = pd.DataFrame(rows, columns=WINDOW_COUNTS)
    return rated_windows(counts, kaplan_meier(_durations(returns, as_of_day)))


def rated_windows(counts: pd.DataFrame, curve: KaplanMeierResult) -> pd.DataFrame:
    """The table of `by_window` from its counts (window_days, n_reached, n_eligible, n_next) and the curve."""
    require_columns("counts", counts.columns, WINDOW_COUNTS)
    shares = ["share_returned", "share_returned_low", "share_returned_high"]
    found = [_returned(curve, window) for window in counts["window_days"]]
    table = pd.concat([counts[WINDOW_COUNTS], pd.DataFrame(found, columns=shares, index=counts.index)], axis=1)
    table[shares] = table[shares].astype("float64").where(table["n_eligible"] > 0)
    return _rated(table)[[*WINDOW_COUNTS, "f2_rate", "f2_rate_low", "f2_rate_high", *shares]]


def by_group(
    returns: pd.DataFrame,
    *,
    group: str,
    as_of_day: int,
    window_days: int,
    min_n: int = MIN_N,
    most: int = 12,
) -> pd.DataFrame:
    """The second-purchase rate of each group of a column, and its difference from everybody else.

    Groups of fewer than `min_n` eligible customers keep their counts and lose their rate. The rest beyond the largest
    `most` groups is `others`, customers without a name are `not_known`, so the counts add up to all. Intervals and
    p-values of the differences are corrected for the k groups with a rate (Bonferroni: intervals at 1 - 0.05 / k), so
    that where no group differs one is named in at most about 5 % of the reports.

    Returns columns:
        group; n_reached; n_eligible; n_next; f2_rate, f2_rate_low, f2_rate_high; f2_difference, f2_difference_low,
        f2_difference_high (group minus rest); pvalue; verdict (above_rest, below_rest, no_clear_difference,
        only_group, too_few).

    Raises:
        ValueError: a column is missing; window_days or min_n is below 1.

    Source: Newcombe (1998) for the interval of the difference, whose inversion gives the p-value.
    """
    require_columns("returns", returns.columns, ["first_day", "next_days", group])
    require_at_least("window_days", window_days, 1)
    require_at_least("min_n", min_n, 1)
    eligible = returns["first_day"] <= as_of_day - window_days
    marks = pd.DataFrame({"group": grouped(returns[group], most=most), "eligible": eligible.astype("int64")})
    marks["next"] = (eligible & (returns["next_days"] <= window_days)).astype("int64")
    sums = marks.groupby("group", sort=True).agg(
        n_reached=("next", "size"), n_eligible=("eligible", "sum"), n_next=("next", "sum")
    )
    return rated_groups(sums.reset_index(), min_n=min_n)


def rated_groups(counts: pd.DataFrame, *, min_n: int = MIN_N) -> pd.DataFrame:
    """The table of `by_group` from the counts of its groups (group, n_reached, n_eligible, n_next).

    Raises:
        ValueError: a column is missing or min_n is below 1.
    """
    require_columns("counts", counts.columns, GROUP_COUNTS)
    require_at_least("min_n", min_n, 1)
    table = _against_rest(_rated(counts[GROUP_COUNTS].copy()), min_n)
    last = table["group"].map({"others": 1, "not_known": 2}).fillna(0)
    order = table.assign(last=last).sort_values(["last", "n_eligible", "group"], ascending=[True, False, True])
    return order.drop(columns="last").reset_index(drop=True)


def by_month(returns: pd.DataFrame, *, as_of_day: int, window_days: int, min_n: int = MIN_N) -> pd.DataFrame:
    """`by_group` for the month of the first purchase, in the order of time; months not observed for the window stay.

    Returns columns:
        month (year * 12 + month - 1); all others of `by_group`.
    """
    months = [month_of_day(day) for day in returns["first_day"]]
    named = returns.assign(month=[str(month) for month in months])
    how = {"as_of_day": as_of_day, "window_days": window_days, "min_n": min_n}
    return in_months(by_group(named, group="month", most=max(len(set(months)), 1), **how))


def in_months(table: pd.DataFrame) -> pd.DataFrame:
    """The table of `by_month` from one of `by_group` whose groups are months as texts."""
    return table.rename(columns={"group": "month"}).astype({"month": "int64"}).sort_values("month", ignore_index=True)


def by_week(returns: pd.DataFrame, *, as_of_day: int, most: int = 26) -> pd.DataFrame:
    """Second purchases by week since the first, and the customers whose observation ends in that week without one.

    Week 1 is day 0 to 6. The weeks after `most` are one row, `week` NaN. Customers still without a second purchase are
    not there yet: a week's number is what has been seen, not what will be.

    Returns columns:
        week; n_events (second purchases); n_censored (still without one, observed until that week); n_at_risk (still
        without one when the week begins).

    Raises:
        ValueError: a column is missing.
    """
    require_columns("returns", returns.columns, ["first_day", "next_days"])
    require_at_least("most", most, 1)
    counts = _durations(returns, as_of_day)
    week = (counts["duration_days"] // 7 + 1).clip(upper=most + 1)
    sums = counts.groupby(week)[["n_events", "n_censored"]].sum()
    table = sums.reindex(range(1, most + 2), fill_value=0).rename_axis("week").reset_index()
    gone = (table["n_events"] + table["n_censored"]).cumsum()
    table["n_at_risk"] = len(returns) - gone.shift(1, fill_value=0)
    table["week"] = table["week"].astype("float64").where(table["week"] <= most)
    return table


def _durations(returns: pd.DataFrame, as_of_day: int) -> pd.DataFrame:
    open_days = as_of_day - returns["first_day"]
    came = returns["next_days"].notna()
    days = returns["next_days"].where(came, open_days).astype("int64")
    counts = pd.DataFrame(
        {"duration_days": days, "n_events": came.astype("int64"), "n_censored": (~came).astype("int64")}
    )
    return counts.groupby("duration_days", as_index=False).sum()


def _returned(curve: KaplanMeierResult, day: int) -> tuple[float, float, float]:
    found = share_past(curve, day)
    return 1 - found.value, 1 - found.interval.high, 1 - found.interval.low


def _rated(table: pd.DataFrame) -> pd.DataFrame:
    table["f2_rate"] = table["n_next"] / table["n_eligible"].where(table["n_eligible"] > 0)
    table["f2_rate_low"], table["f2_rate_high"] = wilson_bounds(table["n_next"], table["n_eligible"])
    return table


def _against_rest(table: pd.DataFrame, min_n: int) -> pd.DataFrame:
    told = table["n_eligible"] >= min_n
    k = max(int(told.sum()), 1)
    n_all, next_all = int(table["n_eligible"].sum()), int(table["n_next"].sum())
    found = [_difference(row, n_all, next_all, 1 - ALPHA / k) for row in table.to_dict("records")]
    table["f2_difference"] = [r.difference for r in found]
    table["f2_difference_low"] = [r.difference_interval.low for r in found]
    table["f2_difference_high"] = [r.difference_interval.high for r in found]
    table["pvalue"] = (k * pd.Series([r.pvalue for r in found], dtype="float64")).clip(upper=1)
    table[RATES] = table[RATES].astype("float64").where(told)
    clear = table["pvalue"] < ALPHA
    side = np.where(table["f2_difference"] > 0, "above_rest", "below_rest")
    compared = np.where(clear, side, np.where(table["pvalue"].isna(), "only_group", "no_clear_difference"))
    table["verdict"] = np.where(told, compared, "too_few")
    return table


def _difference(row: dict[str, int], n_all: int, next_all: int, level: float) -> ProportionsResult:
    n, x = int(row["n_eligible"]), int(row["n_next"])
    return proportions(next_all - x, n_all - n, x, n, method="newcombe", confidence_level=level)
