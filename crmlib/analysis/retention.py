"""Who stays: cohorts by month in three cell states, purchases from one to the next, new against repeat sales."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from crmlib.analysis.checks import require_at_least, require_columns
from crmlib.analysis.intervals import UNKNOWN, Interval, product_bounds, wilson_bounds
from crmlib.analysis.months import month_of_day, month_state, refuse_later

NOT_YET = ["n_customers", "amount", "rate", "amount_per_customer"]


@dataclass(frozen=True, kw_only=True)
class LossResult:
    """The step at which most customers are lost, as a share of all first-time buyers.

    `order_number` n stands for the step from the n-th order to the next, None where no step was observed;
    `share_lost` is the drop of the cumulative rate there, `share_of_losses` that drop over all observed drops.
    """

    order_number: int | None
    n_eligible: int
    n_lost: int
    share_lost: float
    share_of_losses: float
    step_rate: float
    interval: Interval


def cohorts(counts: pd.DataFrame, *, as_of_day: int, horizon: int = 12) -> pd.DataFrame:
    """Every cohort's months 0 to `horizon` after its first, each cell observed, partial or not yet.

    `rate` is n_customers / n_start with Wilson's interval; at k = 0 it is 1 by definition. A month counts as observed
    from its last day on; the running month is partial: its figures so far are given without an interval. Cells that
    are not yet there are NaN, cells observed without an order are true zeros.

    Returns columns:
        cohort_month (year * 12 + month - 1); k (months since); n_start (customers of the cohort); n_customers (who
        bought in that month); amount (smallest unit, in that month); rate, rate_low, rate_high; amount_per_customer
        (amount / n_start); state (observed, partial, not_yet).

    Raises:
        ValueError: a column is missing, a month lies after as_of_day or horizon is below 0.
    """
    require_columns("counts", counts.columns, ["cohort_month", "month", "n_customers", "amount"])
    require_at_least("horizon", horizon, 0)
    refuse_later("counts", counts["month"].tolist(), as_of_day=as_of_day)
    cells = _cells(counts, horizon)
    months = cells["cohort_month"] + cells["k"]
    cells["state"] = [month_state(month, as_of_day=as_of_day) for month in months]
    cells["rate"] = cells["n_customers"] / cells["n_start"]
    cells["amount_per_customer"] = cells["amount"] / cells["n_start"]
    cells[NOT_YET] = cells[NOT_YET].astype("float64").where(cells["state"] != "not_yet")
    low, high = wilson_bounds(cells["n_customers"], cells["n_start"])
    first = cells["k"] == 0
    cells["rate_low"] = pd.Series(low).mask(first, 1.0).where(cells["state"] == "observed")
    cells["rate_high"] = pd.Series(high).mask(first, 1.0).where(cells["state"] == "observed")
    names = ["cohort_month", "k", "n_start", "n_customers", "amount", "rate", "rate_low", "rate_high"]
    return cells[[*names, "amount_per_customer", "state"]]


def pooled(cohorts: pd.DataFrame) -> pd.DataFrame:
    """All cohorts together, month by month after the first, from observed cells only.

    Returns columns:
        k; n_cohorts (with an observed cell); n_start (their customers); n_customers; rate, rate_low, rate_high
        (Wilson); amount_per_customer (smallest unit). A k that no cohort reached is NaN beside n_cohorts 0.

    Raises:
        ValueError: a column is missing.
    """
    require_columns("cohorts", cohorts.columns, ["k", "n_start", "n_customers", "amount", "state"])
    every = pd.Index(sorted(cohorts["k"].unique()), name="k")
    groups = cohorts[cohorts["state"] == "observed"].groupby("k")
    sums = groups.agg(
        n_cohorts=("n_start", "size"),
        n_start=("n_start", "sum"),
        n_customers=("n_customers", "sum"),
        amount=("amount", "sum"),
    )
    table = sums.reindex(every, fill_value=0).reset_index()
    table[["n_start", "n_customers"]] = table[["n_start", "n_customers"]].astype("int64")
    start = table["n_start"].where(table["n_start"] > 0)
    table["rate"] = table["n_customers"] / start
    low, high = wilson_bounds(table["n_customers"], table["n_start"])
    first = table["k"] == 0
    table["rate_low"] = pd.Series(low).mask(first, table["rate"])
    table["rate_high"] = pd.Series(high).mask(first, table["rate"])
    table["amount_per_customer"] = table["amount"] / start
    return table.drop(columns="amount")


def steps(step_counts: pd.DataFrame) -> pd.DataFrame:
    """From each order to the next: step and cumulative rate, the naive figures beside them.

    Row n is the step from the n-th order to the next. step_rate = n_next / n_eligible with Wilson's interval, of all
    who reached order n, also those who came late. cumulative_rate is the share of first-time buyers who made every
    purchase up to order n + 1 within the window of the one before: the product of n_kept_next / n_kept, in which only
    those count who have kept to the window so far, with the interval of `product_bounds`. (The product of the step
    rates would mix late comers in and be the rate of nothing.) The naive rates divide by everybody, also by those who
    have not had the time: n_next_any / n_reached and n_next_any / n_reached of the first row.

    Returns columns:
        order_number; n_reached; n_eligible; n_next; n_kept; n_kept_next; step_rate, step_rate_low, step_rate_high;
        cumulative_rate, cumulative_rate_low, cumulative_rate_high; naive_step_rate; naive_cumulative_rate. Rates are
        NaN where nobody is eligible, and the cumulative rate from there on.

    Raises:
        ValueError: a column is missing.
    """
    names = ["order_number", "n_reached", "n_eligible", "n_next"]
    require_columns("step_counts", step_counts.columns, [*names, "n_next_any", "n_kept", "n_kept_next"])
    table = step_counts.sort_values("order_number", ignore_index=True)
    eligible = table["n_eligible"].where(table["n_eligible"] > 0).to_numpy(dtype="float64")
    n_next = table["n_next"].to_numpy(dtype="float64")
    table["step_rate"] = n_next / eligible
    table["step_rate_low"], table["step_rate_high"] = wilson_bounds(n_next, eligible)
    kept = table["n_kept"].where(table["n_kept"] > 0).to_numpy(dtype="float64")
    kept_next = table["n_kept_next"].to_numpy(dtype="float64")
    table["cumulative_rate"] = np.cumprod(kept_next / kept)
    variance = _greenwood(kept - kept_next, kept)
    low, high = product_bounds(table["cumulative_rate"], variance, kept)
    table["cumulative_rate_low"], table["cumulative_rate_high"] = low, high
    table["naive_step_rate"] = table["n_next_any"] / table["n_reached"].where(table["n_reached"] > 0)
    everybody = table["n_reached"].iloc[0] if len(table) else 0
    table["naive_cumulative_rate"] = table["n_next_any"] / (everybody or np.nan)
    return table.drop(columns="n_next_any")


def largest_loss(steps: pd.DataFrame) -> LossResult:
    """The step at which the cumulative rate drops most; of equal drops the first.

    Raises:
        ValueError: a column is missing.
    """
    require_columns("steps", steps.columns, ["order_number", "n_eligible", "n_next", "step_rate", "cumulative_rate"])
    reached = steps["cumulative_rate"].shift(1, fill_value=1.0)
    lost = reached - steps["cumulative_rate"]
    if lost.isna().all():
        nan = float("nan")
        return LossResult(
            order_number=None,
            n_eligible=0,
            n_lost=0,
            share_lost=nan,
            share_of_losses=nan,
            step_rate=nan,
            interval=UNKNOWN,
        )
    row = steps.loc[lost.idxmax()]
    return LossResult(
        order_number=int(row["order_number"]),
        n_eligible=int(row["n_eligible"]),
        n_lost=int(row["n_eligible"] - row["n_next"]),
        share_lost=float(lost.max()),
        share_of_losses=float(lost.max() / lost.sum()) if lost.sum() > 0 else float("nan"),
        step_rate=float(row["step_rate"]),
        interval=Interval(float(row["step_rate_low"]), float(row["step_rate_high"])),
    )


def new_repeat(monthly: pd.DataFrame, *, as_of_day: int) -> pd.DataFrame:
    """New against repeat sales, every month from the first to the running one; months without an order are zeros.

    Returns columns:
        month; n_orders_new, n_orders_repeat; amount_new, amount_repeat (smallest unit); n_customers_new,
        n_customers_repeat; repeat_share (amount_repeat / all sales, NaN without sales); state (observed, partial).

    Raises:
        ValueError: a column is missing or a month lies after as_of_day.
    """
    require_columns("monthly", monthly.columns, ["month", "amount_new", "amount_repeat"])
    refuse_later("monthly", monthly["month"].tolist(), as_of_day=as_of_day)
    first = monthly["month"].min() if len(monthly) else month_of_day(as_of_day) + 1
    every = pd.RangeIndex(int(first), month_of_day(as_of_day) + 1, name="month")
    table = monthly.set_index("month").reindex(every, fill_value=0).reset_index()
    total = table["amount_new"] + table["amount_repeat"]
    table["repeat_share"] = table["amount_repeat"] / total.where(total != 0)
    table["state"] = [month_state(month, as_of_day=as_of_day) for month in table["month"]]
    return table


def _cells(counts: pd.DataFrame, horizon: int) -> pd.DataFrame:
    # Every cohort gets every k; what is not yet observed is blanked by its state, the rest are true zeros.
    k = counts["month"] - counts["cohort_month"]
    start = counts.loc[k == 0].set_index("cohort_month")["n_customers"]
    every = pd.MultiIndex.from_product([sorted(start.index), range(horizon + 1)], names=["cohort_month", "k"])
    cells = counts.assign(k=k).set_index(["cohort_month", "k"])[["n_customers", "amount"]]
    table = cells.reindex(every, fill_value=0).reset_index()
    table["n_start"] = table["cohort_month"].map(start).astype("int64")
    return table


def _greenwood(lost: np.ndarray, at_risk: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.cumsum(lost / (at_risk * (at_risk - lost)))
