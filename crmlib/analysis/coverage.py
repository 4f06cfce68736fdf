"""Which months the data cover: whole ones, the ends that are cut off, and those that look like a hole in the export."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from crmlib.analysis.checks import require_at_least, require_between, require_columns
from crmlib.analysis.months import last_day, month_of_day, month_state, refuse_later

if TYPE_CHECKING:
    from pandas import DataFrame

# A month looks like a hole when its orders are fewer than this share of the median of its neighbours, whole months
# on either side; below so many orders a month may be small by chance.
HOLE_SHARE = 0.4
NEIGHBOURS = 3
LEAST_ORDERS = 10
# By chance alone less than one month in a hundred is without orders where there are so many on average.
LEAST_FOR_EMPTY = 5


def months(
    daily: DataFrame, *, as_of_day: int, hole_share: float = HOLE_SHARE, neighbours: int = NEIGHBOURS,
    least_orders: int = LEAST_ORDERS,
) -> DataFrame:  # fmt: skip
    """Orders month by month without a gap, and whether a month is whole, cut off, empty or far below its neighbours.

    The first month is cut off (`begins`) where the data begin after its first day by more than the longest time
    without an order within the data; the last one (`partial`) where it has not ended by `as_of_day`. A whole month is
    `far_below` where it has less than `hole_share` of the median of up to `neighbours` whole months on each side, if
    that median is at least `least_orders`; it is `empty` without an order, if it is at least `LEAST_FOR_EMPTY`.

    Returns columns:
        month (year * 12 + month - 1); n_orders, n_rows, n_order_days (days with an order); quiet_days (longest run of
        days without one); amount (smallest unit); n_neighbours (that median, NaN without a whole neighbour);
        month_verdict (whole, begins, partial, empty, far_below); state (observed, partial).

    Raises:
        ValueError: a column is missing, a share or number is not allowed, or a day lies after as_of_day.

    Example:
        >>> import pandas as pd
        >>> daily = pd.DataFrame({"order_day": [0, 70], "n_orders": 9, "n_rows": 9, "amount": [5, 7]})
        >>> months(daily, as_of_day=89)["month_verdict"].tolist()
        ['whole', 'empty', 'whole']
    """
    require_columns("daily", daily.columns, ["order_day", "n_orders", "n_rows", "amount"])
    require_between("hole_share", hole_share, 0, 1)
    require_at_least("neighbours", neighbours, 1)
    names = ["n_orders", "n_rows", "amount"]
    found = daily.assign(month=[month_of_day(day) for day in daily["order_day"].tolist()])
    refuse_later("daily", found["month"].tolist(), as_of_day=as_of_day)
    every = _every_month(found["month"], as_of_day)
    table = found.groupby("month")[names].sum().reindex(every, fill_value=0)
    table["n_order_days"] = found.groupby("month").size().reindex(every, fill_value=0)
    days = np.sort(daily["order_day"].to_numpy())
    table["quiet_days"] = [_quiet(days, month, as_of_day) for month in every]
    table["state"] = [month_state(month, as_of_day=as_of_day) for month in every]
    table["month_verdict"] = "whole"
    _mark_ends(table, days)
    _mark_holes(table, hole_share, neighbours, least_orders)
    shown = ["n_orders", "n_rows", "n_order_days", "quiet_days", "amount", "n_neighbours", "month_verdict", "state"]
    return table.rename_axis("month").reset_index()[["month", *shown]]


def _every_month(found: Any, as_of_day: int) -> range:
    return range(int(found.min()), month_of_day(as_of_day) + 1) if len(found) else range(0)


def _quiet(days: Any, month: int, as_of_day: int) -> int:
    """The longest run of days without an order that lies in the month, up to the base date."""
    first, last = last_day(month - 1) + 1, min(last_day(month), as_of_day)
    inside = days[(days >= first) & (days <= last)]
    edges = np.concatenate([[first - 1], inside, [last + 1]])
    return int(np.diff(edges).max() - 1)


def _mark_ends(table: DataFrame, days: Any) -> None:
    if not len(days):
        return
    longest = int(np.diff(days).max() - 1) if len(days) > 1 else 0
    first = table.index[0]
    if days[0] - (last_day(first - 1) + 1) > longest:
        table.loc[first, "month_verdict"] = "begins"
    table.loc[table["state"] == "partial", "month_verdict"] = "partial"


def _mark_holes(table: DataFrame, hole_share: float, neighbours: int, least_orders: int) -> None:
    whole = table["month_verdict"].to_numpy() == "whole"
    orders = table["n_orders"].to_numpy()
    places = range(len(table))
    medians = [_median(orders, whole, place, neighbours) for place in places]
    table["n_neighbours"] = np.array(medians, dtype="float64")
    low = [m >= least_orders and n < hole_share * m for n, m in zip(orders, medians, strict=True)]
    table.loc[whole & np.array(low, dtype=bool), "month_verdict"] = "far_below"
    missed = (orders == 0) & (np.array(medians) >= LEAST_FOR_EMPTY)
    table.loc[whole & missed, "month_verdict"] = "empty"


def _median(orders: Any, whole: Any, place: int, neighbours: int) -> float:
    """The median of the nearest whole months with an order on each side; NaN without one."""
    fit = whole & (orders > 0)
    before, after = np.flatnonzero(fit[:place])[-neighbours:], np.flatnonzero(fit[place + 1 :])[:neighbours] + place + 1
    found = orders[[*before, *after]]
    return float(np.median(found)) if len(found) else float("nan")


def holes(table: DataFrame) -> DataFrame:
    """The months of `months` that are not whole, with the rule that says so."""
    shown = ["month", "n_orders", "n_neighbours", "n_order_days", "quiet_days", "month_verdict"]
    return table[table["month_verdict"] != "whole"][shown].reset_index(drop=True)
