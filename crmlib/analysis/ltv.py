"""What a customer is worth, by six definitions in use, each from observed customers only."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import special

from crmlib.analysis.checks import require_at_least, require_between, require_choice, require_columns
from crmlib.analysis.intervals import UNKNOWN, Interval, wilson

MEASURES = ("amount", "profit")
LEAST_KNOWN = 0.95  # below this share of sales with a known cost, gross profit is not told from costs
NAN = float("nan")


@dataclass(frozen=True, kw_only=True)
class MarginResult:
    """How much of the sales has a known cost, and the gross margin rate that follows.

    `rate` is that of the sales with a known cost; `rate_used` stands in where a cost is missing, NaN where gross
    profit cannot be told. `basis` says why: all_costs_known, filled (nearly all known, the known rate for
    the rest), given (the rate handed in for the rest) or untellable.
    """

    share_known: float
    rate: float
    rate_used: float
    basis: str

    @property
    def fill(self) -> float | None:
        """The rate for the aggregates; None where none may stand in."""
        return None if math.isnan(self.rate_used) else self.rate_used


@dataclass(frozen=True, kw_only=True)
class ValueResult:
    """One value a customer with its interval and the customers it rests on; NaN where none was observed so long."""

    value: float
    interval: Interval
    n: int


def margin(counts: pd.DataFrame, *, margin_rate: float | None = None, least_known: float = LEAST_KNOWN) -> MarginResult:
    """The margin rate to fill in with, from `aggregates.margin_counts`: a rate handed in, else the known one.

    Raises:
        ValueError: a column is missing, or margin_rate is not between 0 and 1.

    Example:
        >>> counts = pd.DataFrame({"amount": [1000], "amount_known": [980], "profit_known": [490.0]})
        >>> margin(counts)
        MarginResult(share_known=0.98, rate=0.5, rate_used=0.5, basis='filled')
    """
    require_columns("counts", counts.columns, ["amount", "amount_known", "profit_known"])
    if margin_rate is not None:
        require_between("margin_rate", margin_rate, 0, 1)
    sums = counts[["amount", "amount_known", "profit_known"]].sum()
    share = float(sums["amount_known"] / sums["amount"]) if sums["amount"] else NAN
    rate = float(sums["profit_known"] / sums["amount_known"]) if sums["amount_known"] else NAN
    basis = _basis(share, margin_rate, least_known)
    used = {"untellable": NAN, "given": margin_rate or NAN}.get(basis, rate)
    return MarginResult(share_known=share, rate=rate, rate_used=used, basis=basis)


def value_days(horizon_days: int, *, observed_days: int | None = None, step: int = 30) -> list[int]:
    """Every 30th day up to a horizon and the days observed, with 180 and 365 for half-year and annual values.

    Raises:
        ValueError: horizon_days is below 30.

    Example:
        >>> value_days(90)
        [30, 60, 90, 180, 365]
    """
    require_at_least("horizon_days", horizon_days, step)
    last = horizon_days if observed_days is None else max(min(horizon_days, observed_days), step)
    return sorted({*range(step, last + 1, step), 180, 365})


def by_group(
    sums: pd.DataFrame, *, day: int = 365, measure: str = "amount", confidence_level: float = 0.95
) -> pd.DataFrame:
    """Value a customer up to a day after the first order, for each group, from `aggregates.value_sums`.

    ltv = sum / n_eligible over the customers observed that many days; the interval is Student's of the mean. The naive
    figure divides the sales of everybody by everybody, also those who have not had the time.

    Returns columns:
        group; n_customers; n_eligible; ltv, ltv_low, ltv_high (smallest unit a customer); ltv_naive (sales only, NaN
        for gross profit). NaN where nobody was observed so long; no interval below two customers.

    Raises:
        ValueError: a column is missing, the day is not among the sums, or the measure is unknown.

    Example:
        >>> sums = pd.DataFrame({"group": ["tv"], "day": [365], "n_customers": [4], "n_eligible": [2],
        ...                      "amount": [300.0], "amount_squares": [50000.0], "amount_all": [360.0]})
        >>> by_group(sums)[["ltv", "ltv_naive"]].values.tolist()
        [[150.0, 90.0]]
    """
    rows = _on_day(sums, day)
    table = rows[["group", "n_customers", "n_eligible"]].reset_index(drop=True)
    ltv, low, high = mean_bounds(rows, measure, confidence_level)
    naive = rows["amount_all"] / rows["n_customers"].where(rows["n_customers"] > 0) if measure == "amount" else NAN
    return table.assign(ltv=ltv, ltv_low=low, ltv_high=high, ltv_naive=np.asarray(naive, dtype="float64"))


def cumulative(sums: pd.DataFrame, *, measure: str = "amount", confidence_level: float = 0.95) -> pd.DataFrame:
    """L1: value a customer up to each day, over those observed so long, and over one fixed set of customers.

    The customers change from day to day, so `ltv` need not rise; `ltv_fixed` follows only those observed to the last
    day and can fall by nothing but a loss.

    Returns columns:
        group; day; n_eligible; ltv, ltv_low, ltv_high; n_fixed; ltv_fixed (smallest unit a customer).

    Raises:
        ValueError: a column is missing or the measure is unknown.
    """
    require_columns("sums", sums.columns, ["group", "day", "n_fixed", f"{measure}_fixed"])
    table = sums[["group", "day", "n_eligible", "n_fixed"]].reset_index(drop=True)
    ltv, low, high = mean_bounds(sums, measure, confidence_level)
    fixed = sums[f"{measure}_fixed"] / sums["n_fixed"].where(sums["n_fixed"] > 0)
    table = table.assign(ltv=ltv, ltv_low=low, ltv_high=high, ltv_fixed=fixed.to_numpy(dtype="float64"))
    return table[["group", "day", "n_eligible", "ltv", "ltv_low", "ltv_high", "n_fixed", "ltv_fixed"]]


def first_year(sums: pd.DataFrame, *, day: int = 365, measure: str = "amount") -> ValueResult:
    """L2: value a customer in the first year after the first order, over all groups together.

    Raises:
        ValueError: a column is missing, the day is not among the sums, or the measure is unknown.
    """
    rows = _on_day(sums, day)
    together = rows[["n_eligible", measure, f"{measure}_squares"]].sum(skipna=False).to_frame().T
    ltv, low, high = (float(part[0]) for part in mean_bounds(together, measure, 0.95))
    return ValueResult(value=ltv, interval=Interval(low, high), n=int(together["n_eligible"].iloc[0]))


def active_year(counts: pd.DataFrame) -> ValueResult:
    """L2 of 新CPM: a year's sales divided by the customers who bought in it, from `aggregates.active_counts`.

    A count, not an estimate, so it has no interval.
    """
    row = counts.iloc[0]
    n = int(row["n_active"])
    return ValueResult(value=float(row["amount_active"]) / n if n else NAN, interval=UNKNOWN, n=n)


def price_frequency_years(counts: pd.DataFrame, *, days: int = 365) -> ValueResult:
    """L3: average order value x orders a year x years.

    Orders a year are those of the customers active in the year; they stay active a year after their last order, so
    years = mean tenure / 365 + 1. Tenure is that so far, which is too short for customers who will buy again.

    Example:
        >>> counts = pd.DataFrame({"n_customers": [4], "tenure_days": [1460], "n_active": [2], "n_orders_active": [6],
        ...                        "amount_active": [600]})
        >>> price_frequency_years(counts).value
        600.0
    """
    row = counts.iloc[0]
    n, n_customers = int(row["n_active"]), int(row["n_customers"])
    if not n:
        return ValueResult(value=NAN, interval=UNKNOWN, n=n_customers)
    years = row["tenure_days"] / n_customers / days + 1
    return ValueResult(value=float(row["amount_active"] / n * years), interval=UNKNOWN, n=n_customers)


def with_whole_years(counts: pd.DataFrame, *, days_seen: int, days: int = 365) -> pd.DataFrame:
    """The counts of `aggregates.active_counts` without the year before where the data do not cover it whole.

    Of a year that the data begin in, those who bought in it are only some of those who did: no rate of leaving it can
    be told, and n_active_before and n_kept are 0.

    Example:
        >>> with_whole_years(pd.DataFrame({"n_active_before": [9], "n_kept": [5]}), days_seen=546).to_numpy().tolist()
        [[0, 0]]
    """
    if days_seen >= 2 * days:
        return counts
    return counts.assign(n_active_before=0, n_kept=0)


def leave_rate(counts: pd.DataFrame, *, confidence_level: float = 0.95) -> ValueResult:
    """L4: a year's sales an active customer / the share of active customers who leave in a year.

    The leave rate is the share of those who bought in the year before and did not in the last one. The interval is
    that of the rate (Wilson); the sales are taken as they are.
    """
    row = counts.iloc[0]
    before, kept = int(row["n_active_before"]), int(row["n_kept"])
    yearly = active_year(counts).value
    if not before or before == kept:
        return ValueResult(value=NAN, interval=UNKNOWN, n=before)
    rate = wilson(before - kept, before, confidence_level=confidence_level)
    value = yearly / (1 - kept / before)
    return ValueResult(value=value, interval=Interval(yearly / rate.high, yearly / rate.low), n=before)


def mean_bounds(sums: pd.DataFrame, measure: str, confidence_level: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean and Student's interval of each row from n_eligible, a sum and a sum of squares."""
    require_choice("measure", measure, MEASURES)
    require_between("confidence_level", confidence_level, 0, 1)
    require_columns("sums", sums.columns, ["n_eligible", measure, f"{measure}_squares"])
    n = sums["n_eligible"].to_numpy(dtype="float64")
    total = sums[measure].to_numpy(dtype="float64")
    squares = sums[f"{measure}_squares"].to_numpy(dtype="float64")
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(n > 0, total / n, np.nan)
        # A difference of large sums can fall below 0 by a rounding error.
        variance = np.where(n > 1, np.maximum(squares - n * mean**2, 0) / (n - 1), np.nan)
        half = special.stdtrit(np.maximum(n - 1, 1), 0.5 + confidence_level / 2) * np.sqrt(variance / n)
    return mean, mean - half, mean + half


def _on_day(sums: pd.DataFrame, day: int) -> pd.DataFrame:
    require_columns("sums", sums.columns, ["group", "day"])
    require_at_least("day", day, 0)
    rows = sums[sums["day"] == day]
    if rows.empty and len(sums):
        days = ", ".join(str(known) for known in sorted(sums["day"].unique()))
        raise ValueError(f"day == {day}, must be one of {days}.")
    return rows


def _basis(share: float, margin_rate: float | None, least_known: float) -> str:
    if share == 1:
        return "all_costs_known"
    if margin_rate is not None:
        return "given"
    return "filled" if share >= least_known else "untellable"
