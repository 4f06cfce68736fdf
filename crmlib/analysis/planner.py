"""What the next experiment takes: units an arm, months, the smallest effect it could see; from the client's data."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from crmlib.analysis.checks import require_at_least, require_between
from crmlib.analysis.comparison import direction
from crmlib.analysis.detectable import (
    Sizes,
    sizes_means,
    sizes_proportions,
    smallest_difference_means,
    smallest_difference_proportions,
)
from crmlib.analysis.event_planning import events_needed, smallest_hazard_ratio, units_for_events
from crmlib.analysis.outcomes import METRICS, RATES, SURVIVAL, unit_outcomes
from crmlib.analysis.populations import MONTH_DAYS, arrivals_per_month, members
from crmlib.analysis.ratio_metrics import deviation_per_unit, ratio_moments
from crmlib.analysis.sizes import units_for_buyers

if TYPE_CHECKING:
    from crmlib.analysis.outcomes.metrics import Tables

LEAST = 30
SAME = ("continuation",)  # of customers it is what repurchase is
BASE_COLUMNS = ["primary_metric", "n_baseline", "eligible_share", "baseline_value", "spread", "least"]
COLUMNS = [
    "primary_metric", "n_baseline", "baseline_rate", "baseline_amount", "n_needed_control", "n_needed_treatment",
    "months_needed", "detectable_gain", "decidable",
]  # fmt: skip


def baselines(
    customers: Sequence[str], orders: pd.DataFrame, *, as_of_day: int, window_days: int,
    tables: Tables | None = None, target_number: int | None = None, target_product: str | None = None,
) -> pd.DataFrame:  # fmt: skip
    """What each metric was for customers who belonged to the population one window before the day of the report.

    They are measured as if all had been assigned that day, by the rules of the experiments themselves.

    Args:
        customers: who belonged to the population on day as_of_day - window_days.
        orders: customer_id, order_day, amount, as the experiments take them.
        as_of_day: where observation ends.
        window_days: how long an outcome is watched.
        tables: as `unit_outcomes` takes them.
        target_number: the delivery or order of "delivery_reached".
        target_product: the product of "cross_sell"; else all with the role cross or backend.

    Returns columns:
        primary_metric (those that can be told); n_baseline (customers who are eligible), eligible_share (of all);
        baseline_value (share, or smallest
        unit; NaN below 30 customers); spread (standard deviation a customer, also one who buys nothing, of sales and of
        the order value); least (customers an arm of whom 20 buy, of the same two).

    Raises:
        ValueError: window_days is below 1.
    """
    require_at_least("window_days", window_days, 1)
    day = as_of_day - window_days
    # Typed, so that a population of nobody still meets the orders.
    units = pd.DataFrame({"unit_id": pd.Series(list(customers), dtype="str")})
    assigned = units.assign(experiment_id="plan", arm="control", assigned_day=day, actually_treated=False)
    assigned = assigned.astype({"assigned_day": "int64"})
    design = {"experiment_id": "plan", "unit": "customer", "window_days": window_days, "target_number": target_number,
              "target_product": target_product}  # fmt: skip
    rows = []
    for metric in (metric for metric in METRICS if metric not in SAME):
        found = unit_outcomes(design | {"primary_metric": metric}, assigned, orders, as_of_day=as_of_day, tables=tables)
        counted = found[found["state"] == "observed"]
        if counted["value"].notna().any():
            sizes = {"n_baseline": len(counted), "eligible_share": len(counted) / max(len(found), 1)}
            rows.append({"primary_metric": metric, **sizes, **_baseline(metric, counted)})
    return pd.DataFrame(rows, columns=BASE_COLUMNS)


def plan(
    baselines: pd.DataFrame, *, n_now: int, per_month: float, window_days: int, smallest_gain: float,
    hold_out_share: float = 0.5, power: float = 0.8, alpha: float = 0.05, most_months: float = 6,
) -> pd.DataFrame:  # fmt: skip
    """For each metric the customers an arm, the months until the answer, and the smallest gain that can be seen.

    n_needed is for a relative gain of smallest_gain over the baseline (fewer cancellations: a reduction, also of the
    hazard where the time to cancellation is compared) by the test that will judge it. Of those in the population and of
    those who enter it, eligible_share can have the outcome. months_needed: until as many have
    entered the population, those in it today counted, plus the window. detectable_gain: the relative gain that those of
    today and of most_months less the window would find. decidable: decidable_now (today's customers are enough),
    decidable_in_time (within most_months), not_decidable (also where most_months are shorter than the window),
    gain_impossible (a rate above 1), baseline_not_known (below 30 customers, or a baseline of 0).

    Returns columns:
        primary_metric; n_baseline; baseline_rate, baseline_amount (one of them, by metric); n_needed_control,
        n_needed_treatment; months_needed; detectable_gain (relative); decidable.

    Raises:
        ValueError: hold_out_share, power or alpha is not between 0 and 1, or smallest_gain is not above 0.

    Source: those of `detectable` and `event_planning`.
    """
    for name, value in (("hold_out_share", hold_out_share), ("power", power), ("alpha", alpha)):
        require_between(name, value, 0, 1)
    require_between("smallest_gain", smallest_gain, 0, math.inf)
    how = {"treatment_share": 1 - hold_out_share, "power": power, "alpha": alpha}
    over = most_months * MONTH_DAYS >= window_days
    # Before the window is over nobody's outcome is known, however many could be assigned today.
    n_time = n_now + max(most_months - window_days / MONTH_DAYS, 0) * max(0, per_month) if over else 0
    rows = []
    for base in baselines.to_dict("records"):
        told = {str(name): value for name, value in base.items()}
        share = told["eligible_share"]
        sizes = needed(told, smallest_gain, **how)
        months = _months(sizes, n_now * share, per_month * share) + window_days / MONTH_DAYS
        gain = detectable_gain(told, n_time * share, **how)
        verdict = _decidable(told["baseline_value"], sizes, n_now * share, months, most_months, over=over)
        rows.append(_row(told, sizes, months, gain, verdict))
    return pd.DataFrame(rows, columns=COLUMNS)


def detectable_gain(
    base: dict[str, Any], n: float, *, treatment_share: float = 0.5, power: float = 0.8, alpha: float = 0.05
) -> float:
    """The smallest relative gain over a baseline that n units of both arms together find; NaN where none can be.

    Example:
        >>> round(detectable_gain({"primary_metric": "repurchase", "baseline_value": 0.1, "spread": None}, 7682), 3)
        0.2
    """
    value, metric = base["baseline_value"], base["primary_metric"]
    arms = {"n_control": n * (1 - treatment_share), "n_treatment": n * treatment_share}
    how = {"power": power, "alpha": alpha}
    if min(arms.values()) < 2 or not value > 0:
        return float("nan")
    if metric in SURVIVAL:
        events = n * (1 - value)
        return 1 - smallest_hazard_ratio(events, treatment_share=treatment_share, **how) if events >= 1 else math.nan
    if metric in RATES:
        up = direction(metric) > 0
        known = value < 1
        return smallest_difference_proportions(value, upwards=up, **arms, **how) / value if known else math.nan
    if not base["spread"] > 0 or min(arms.values()) < base["least"]:
        return math.nan
    return smallest_difference_means(base["spread"], **arms, **how) / value


def needed(
    base: dict[str, Any], gain: float, *, treatment_share: float = 0.5, power: float = 0.8, alpha: float = 0.05
) -> Sizes | None:
    """Units of both arms for a relative gain over a baseline; None where the baseline does not tell it."""
    value, metric = base["baseline_value"], base["primary_metric"]
    how = {"treatment_share": treatment_share, "power": power, "alpha": alpha}
    if not value > 0:
        return None
    if metric in SURVIVAL:
        if not (gain < 1 and value < 1):
            return None
        events = events_needed(1 - gain, **how)
        n = units_for_events(
            events, event_share_control=1 - value, hazard_ratio=1 - gain, treatment_share=treatment_share
        )
        return Sizes(math.ceil(n * (1 - treatment_share)), math.ceil(n * treatment_share))
    if metric in RATES:
        other = value * (1 + direction(metric) * gain)
        return sizes_proportions(value, other, **how) if value < 1 and 0 < other < 1 else None
    return _with_buyers(sizes_means(value * gain, base["spread"], **how), base["least"]) if base["spread"] > 0 else None


def _with_buyers(sizes: Sizes, least: float) -> Sizes:
    # Sales of too few buyers are not judged, however large the effect: the smaller arm must have enough of them.
    factor = max(least / min(sizes), 1.0)
    return Sizes(*(math.ceil(n * factor - 1e-9) for n in sizes))


def _baseline(metric: str, counted: pd.DataFrame) -> dict[str, float]:
    nan = float("nan")
    if len(counted) < LEAST:
        return {"baseline_value": nan, "spread": nan, "least": nan}
    value = float(counted["value"].mean())
    if metric in (*SURVIVAL, *RATES):
        return {"baseline_value": 1 - value if metric in SURVIVAL else value, "spread": nan, "least": nan}
    least = units_for_buyers(counted["n_orders"])
    if metric == "revenue":
        return {"baseline_value": value, "spread": float(counted["value"].std()), "least": least}
    sums = counted["amount"], counted["n_orders"]
    return {"baseline_value": ratio_moments(*sums).mean, "spread": deviation_per_unit(*sums), "least": least}


def _months(sizes: Sizes | None, n_now: float, per_month: float) -> float:
    if sizes is None:
        return float("nan")
    lacking = max(sum(sizes) - n_now, 0)
    if not lacking:
        return 0.0
    return lacking / per_month if per_month > 0 else float("nan")


def _decidable(
    value: float, sizes: Sizes | None, n_now: float, months: float, most_months: float, *, over: bool
) -> str:
    if sizes is None:
        return "gain_impossible" if value > 0 else "baseline_not_known"
    if not over:
        return "not_decidable"
    if sum(sizes) <= n_now:
        return "decidable_now"
    return "decidable_in_time" if months <= most_months else "not_decidable"


def _row(base: dict[str, Any], sizes: Sizes | None, months: float, gain: float, decidable: str) -> dict[str, Any]:
    value, nan = base["baseline_value"], float("nan")
    amount = base["primary_metric"] not in (*RATES, *SURVIVAL)
    return {
        "primary_metric": base["primary_metric"],
        "n_baseline": base["n_baseline"],
        "baseline_rate": nan if amount else value,
        "baseline_amount": value if amount else nan,
        "n_needed_control": nan if sizes is None else float(sizes.n_control),
        "n_needed_treatment": nan if sizes is None else float(sizes.n_treatment),
        "months_needed": months,
        "detectable_gain": gain,
        "decidable": decidable,
    }


@dataclass(frozen=True, kw_only=True)
class NextResult:
    """The plan of the next experiment: its table, who is in the population today, and how many enter it a month.

    `measured` is what each metric was one window ago, of `baselines`.
    """

    table: pd.DataFrame
    measured: pd.DataFrame
    members: pd.DataFrame
    n_now: int
    per_month: float


def next_experiment(
    orders: pd.DataFrame, tables: Tables, *, population: str, as_of_day: int, window_days: int, smallest_gain: float,
    dormant_days: int = 60, target_number: int | None = None, hold_out_share: float = 0.5, power: float = 0.8,
    alpha: float = 0.05, most_months: float = 6,
) -> NextResult:  # fmt: skip
    """`baselines` of a population one window ago and the `plan` from them, for those who are in it today.

    Raises:
        ValueError: an unknown population; window_days or dormant_days is below 1; a share outside 0 to 1.
    """
    contracts = tables.get("subscriptions")
    who: dict[str, Any] = {"orders": orders, "contracts": contracts, "dormant_days": dormant_days}
    then, now = (members(population, day=day, **who) for day in (as_of_day - window_days, as_of_day))
    per_month = arrivals_per_month(population, as_of_day=as_of_day, **who)
    measured = baselines(
        then["customer_id"].tolist(), orders, as_of_day=as_of_day, window_days=window_days, tables=tables,
        target_number=target_number,
    )  # fmt: skip
    table = plan(
        measured, n_now=len(now), per_month=per_month, window_days=window_days, smallest_gain=smallest_gain,
        hold_out_share=hold_out_share, power=power, alpha=alpha, most_months=most_months,
    )  # fmt: skip
    return NextResult(table=table, measured=measured, members=now, n_now=len(now), per_month=per_month)
