"""Second purchases counted by days, so that a moved window needs no customer: equal to `entry_rates` on customers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crmlib.analysis.checks import require_at_least, require_columns
from crmlib.analysis.delivery_curves import grouped
from crmlib.analysis.entry_rates import (
    GROUP_COUNTS,
    MIN_N,
    WINDOW_COUNTS,
    in_months,
    rated_groups,
    rated_windows,
)
from crmlib.analysis.months import month_of_day
from crmlib.analysis.survival import KaplanMeierResult, kaplan_meier

BY = ("product_id", "acq_media")
MONTH = "month"
ALL = "all"


@dataclass(frozen=True, kw_only=True, eq=False)
class DayCounts:
    """Customers of some groups by days: how many were observed N days, how many bought again within N of these.

    Attributes:
        names: of the groups. n_reached: customers of each. seen, came: a row a group, a column for each N from 0; the
            last column holds every N beyond, where nobody has been observed.
    """

    names: list[str]
    n_reached: np.ndarray
    seen: np.ndarray
    came: np.ndarray

    def at(self, window_days: int) -> pd.DataFrame:
        """The counts of a window: group, n_reached, n_eligible, n_next."""
        place = min(window_days, self.seen.shape[1] - 1)
        columns = [self.names, self.n_reached, self.seen[:, place], self.came[:, place]]
        return pd.DataFrame(dict(zip(GROUP_COUNTS, columns, strict=True)))


@dataclass(frozen=True, kw_only=True, eq=False)
class ReturnDays:
    """All customers by days, together and by what they began with, and the curve of their second purchases.

    Attributes:
        n: customers. counts: of `all` and of each way to group them. sources: where the media are from (orders,
            customers or none).
    """

    n: int
    counts: dict[str, DayCounts]
    curve: KaplanMeierResult
    media_source: str = "orders"


def with_media(returns: pd.DataFrame, customers: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """The customers with the medium of the first order, or, where no order has one, that of the customer table.

    Returns:
        the table, and where its media are from: orders, customers, or none where neither knows one.

    Example:
        >>> returns = pd.DataFrame({"customer_id": ["a", "b"], "acq_media": ["unknown", ""]})
        >>> known = pd.DataFrame({"customer_id": ["b"], "acq_media": ["tv"]})
        >>> table, source = with_media(returns, known)
        >>> table["acq_media"].tolist(), source
        (['', 'tv'], 'customers')
    """
    require_columns("returns", returns.columns, ["customer_id", "acq_media"])
    if _named(returns["acq_media"]):
        return returns, "orders"
    if customers.empty or not _named(customers["acq_media"]):
        return returns, "none"
    known = customers.drop_duplicates("customer_id").set_index("customer_id")["acq_media"].astype(object)
    found = returns["customer_id"].map(known)
    return returns.assign(acq_media=found.where(found.notna(), "").astype("str")), "customers"


def prepare(returns: pd.DataFrame, *, as_of_day: int, most: int = 12, media_source: str = "orders") -> ReturnDays:
    """Count once what every window and every way to group needs.

    Args:
        returns: of `aggregates.return_table`; used are first_day, next_days, product_id, acq_media.
        as_of_day: the day of the report.
        most: groups kept by name; the rest is `others`, as in `entry_rates.by_group`.
        media_source: where the media are from, as `with_media` says.

    Raises:
        ValueError: a column is missing, or `most` is below 1.
    """
    require_columns("returns", returns.columns, ["first_day", "next_days", *BY])
    require_at_least("most", most, 1)
    open_days = (as_of_day - returns["first_day"]).to_numpy(dtype="int64")
    next_days = returns["next_days"].fillna(-1).to_numpy(dtype="int64")
    counts = {ALL: _counted(open_days, next_days, np.zeros(len(returns), dtype="int64"), [ALL])}
    for name in BY:
        places, names = pd.factorize(grouped(returns[name], most=most), sort=True)
        counts[name] = _counted(open_days, next_days, places, [str(each) for each in names])
    days, place = np.unique(returns["first_day"].to_numpy(dtype="int64"), return_inverse=True)
    months = np.array([month_of_day(int(day)) for day in days], dtype="int64")
    known, of_day = np.unique(months, return_inverse=True)
    counts[MONTH] = _counted(open_days, next_days, of_day[place], [str(month) for month in known])
    came = next_days >= 0
    durations = pd.DataFrame({"duration_days": np.where(came, next_days, open_days), "n_events": came.astype("int64")})
    ends = durations.groupby("duration_days")["n_events"].agg(n="size", n_events="sum").reset_index()
    curve = kaplan_meier(ends.assign(n_censored=ends["n"] - ends["n_events"]))
    return ReturnDays(n=len(returns), counts=counts, curve=curve, media_source=media_source)


def by_group(days: ReturnDays, *, group: str, window_days: int, min_n: int = MIN_N) -> pd.DataFrame:
    """The table of `entry_rates.by_group` for any window; `group` is product_id or acq_media.

    Raises:
        ValueError: window_days or min_n is below 1.
    """
    require_at_least("window_days", window_days, 1)
    return rated_groups(days.counts[group].at(window_days), min_n=min_n)


def by_month(days: ReturnDays, *, window_days: int, min_n: int = MIN_N) -> pd.DataFrame:
    """The table of `entry_rates.by_month` for any window.

    Raises:
        ValueError: window_days or min_n is below 1.
    """
    return in_months(by_group(days, group=MONTH, window_days=window_days, min_n=min_n))


def by_window(days: ReturnDays, *, windows: Sequence[int]) -> pd.DataFrame:
    """The table of `entry_rates.by_window` for these windows, each once and in order.

    Raises:
        ValueError: a window is below 1.
    """
    wanted = sorted(set(windows))
    require_at_least("window_days", wanted[0], 1)
    parts = [days.counts[ALL].at(window).assign(window_days=window) for window in wanted]
    return rated_windows(pd.concat(parts, ignore_index=True)[WINDOW_COUNTS], days.curve)


def _counted(open_days: np.ndarray, next_days: np.ndarray, places: np.ndarray, names: list[str]) -> DayCounts:
    width = int(open_days.max(initial=0)) + 2
    came = next_days >= 0
    # Who came back after n days and was observed for m counts within N for every N from n to m.
    observed = _table(places, open_days, len(names), width)
    begins = _table(places[came], next_days[came], len(names), width)
    ends = _table(places[came], open_days[came] + 1, len(names), width)
    n_reached = observed.sum(axis=1)
    seen = n_reached[:, None] - np.cumsum(observed, axis=1) + observed
    return DayCounts(names=names, n_reached=n_reached, seen=seen, came=np.cumsum(begins - ends, axis=1))


def _table(places: np.ndarray, days: np.ndarray, height: int, width: int) -> np.ndarray:
    return np.bincount(places * width + days, minlength=height * width).reshape(height, width)


def _named(values: pd.Series) -> bool:
    return bool((values.notna() & ~values.isin(["", "unknown"])).any())
