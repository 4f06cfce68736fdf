"""Break-even of an experiment in money: what the treatment brought, what it cost, and where both meet."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from crmlib.analysis.checks import require_between
from crmlib.analysis.comparison import direction, enough_buyers, expected_enough
from crmlib.analysis.exact import exact
from crmlib.analysis.experiments import Pair
from crmlib.analysis.intervals import UNKNOWN, Interval
from crmlib.analysis.means import means, moments
from crmlib.analysis.outcomes import RATES, SURVIVAL
from crmlib.analysis.proportions import proportions

NAMES = ["experiment_id", "name", "primary_metric", "arm", "is_random"]
FIGURES = [
    "extra_customers", "extra_orders", "extra_amount", "more_profit", "net_profit", "cost_per_customer",
    "cost_per_order", "break_even_cost",
]  # fmt: skip
COLUMNS = [
    *NAMES, "n_treatment", "n_treated", "treatment_cost", "profit_known",
    *[f"{name}{end}" for name in FIGURES for end in ("", "_low", "_high")],
]  # fmt: skip
Figure = tuple[float, Interval]
NOTHING: Figure = (float("nan"), UNKNOWN)


def break_even(pairs: Sequence[Pair], *, as_of_day: int, alpha: float = 0.05) -> pd.DataFrame:
    """One row a comparison: increments of the arm over its baseline, times its units, against what it cost.

    Only units whose window is over count. extra_customers = n_treatment * (rate of the arm - rate of the baseline) of
    the metric where it is a rate, of customers with an order otherwise; fewer cancellations are customers kept.
    extra_orders, extra_amount and more_profit are n_treatment times the difference of the means per unit (Welch); with
    fewer than 20 buyers in an arm they have no interval, as sales so skewed would not hold to it.
    treatment_cost = cost_per_unit * units treated + fixed_cost, what is blank of the two being 0; NaN where both are
    blank; with several arms each carries the whole fixed cost. cost_per_customer and cost_per_order are treatment_cost
    divided by the increment; net_profit is more_profit - treatment_cost; break_even_cost, the cost of one unit at which
    net_profit is 0, is (more_profit - fixed_cost) / units treated. The intervals are those of the increments carried
    through, each at 1 - alpha; where an increment may be 0 or below, a cost per increment has no upper end, and where
    it is itself 0 or below no value.

    Returns columns:
        experiment_id, name, primary_metric, arm, is_random; n_treatment (observed), n_treated (of these; NaN where it
        is not recorded); treatment_cost; profit_known (bool: the cost of every order's goods is known, or a margin
        was stated); each figure with _low and _high, in customers, orders or the smallest unit of money.

    Raises:
        ValueError: alpha is not between 0 and 1.
    """
    require_between("alpha", alpha, 0, 1)
    rows = [_row(_whole(pair, as_of_day), 1 - alpha) for pair in pairs if not pair.design["missing"]]
    return pd.DataFrame(rows, columns=COLUMNS)


def cost_of(design: Mapping[str, Any], n_treated: int) -> float:
    """What the treatment of so many units cost; NaN where the client does not say.

    Example:
        >>> cost_of({"cost_per_unit": 300, "fixed_cost": None}, 10)
        3000.0
    """
    unit, fixed = (_known(design.get(name)) for name in ("cost_per_unit", "fixed_cost"))
    if math.isnan(unit) and math.isnan(fixed):
        return float("nan")
    return (0.0 if math.isnan(unit) else unit) * n_treated + (0.0 if math.isnan(fixed) else fixed)


def _known(value: Any) -> float:
    return float("nan") if value is None or pd.isna(value) else float(value)


def _whole(pair: Pair, as_of_day: int) -> Pair:
    # A survival curve also takes units that are still under way; of their sales the rest is missing.
    window = int(pair.design["window_days"])
    control, treatment = (rows[rows["assigned_day"] + window <= as_of_day] for rows in (pair.control, pair.treatment))
    return Pair(design=pair.design, arm=pair.arm, control=control, treatment=treatment)


def _row(pair: Pair, level: float) -> dict[str, Any]:
    n, told = len(pair.treatment), pair.treatment["actually_treated"].notna().any()
    # Where nobody knows who was treated, the cost is that of all: rather too much than nothing.
    treated = int(pair.treatment["actually_treated"].sum()) if told else n
    cost = cost_of(pair.design, treated)
    fixed = _known(pair.design.get("fixed_cost"))
    customers = _times(n, _customers(pair, level))
    orders, amount, profit = (_times(n, _mean(pair, name, level)) for name in ("n_orders", "amount", "profit"))
    figures = {
        "extra_customers": customers, "extra_orders": orders, "extra_amount": amount, "more_profit": profit,
        "net_profit": _shifted(profit, -cost), "cost_per_customer": _cost_per(cost, customers),
        "cost_per_order": _cost_per(cost, orders),
        "break_even_cost": _over(_shifted(profit, 0.0 if math.isnan(fixed) else -fixed), treated),
    }  # fmt: skip
    told = {f"{name}{end}": value for name, (middle, ends) in figures.items()
            for end, value in (("", middle), ("_low", ends.low), ("_high", ends.high))}  # fmt: skip
    named = {name: pair.design[name] for name in NAMES[:3]}
    return {
        **named,
        "arm": pair.arm,
        "is_random": pair.design["assigned_method"] == "random",
        "n_treatment": n,
        "n_treated": float(treated) if told else float("nan"),
        "treatment_cost": cost,
        "profit_known": not math.isnan(profit[0]),
        **told,
    }


def _customers(pair: Pair, level: float) -> Figure:
    metric = pair.design["primary_metric"]
    arms = (pair.control, pair.treatment)
    by_value = metric in RATES or metric in SURVIVAL
    hits = [arm["value"] > 0 if by_value else arm["n_orders"] > 0 for arm in arms]
    counts = [int(number) for hit in hits for number in (hit.sum(), len(hit))]
    if not (counts[1] and counts[3]):
        return NOTHING
    # As the verdict of a rate is reached, so that both tables of a report show one interval.
    found = (proportions if expected_enough(*counts) else exact)(*counts, confidence_level=level)
    sign = -1 if metric in SURVIVAL else direction(metric)
    return _scaled((found.difference, found.difference_interval), sign)


def _mean(pair: Pair, name: str, level: float) -> Figure:
    columns = [arm[name] for arm in (pair.control, pair.treatment)]
    if any(column.isna().any() or not len(column) for column in columns):
        return NOTHING
    found = means(moments(columns[0]), moments(columns[1]), confidence_level=level)
    return found.difference, found.difference_interval if enough_buyers(pair.control, pair.treatment) else UNKNOWN


def _scaled(figure: Figure, factor: float) -> Figure:
    value, ends = figure
    low, high = sorted((factor * ends.low, factor * ends.high)) if not math.isnan(ends.low) else (ends.low, ends.high)
    return factor * value, Interval(low, high)


def _times(n: int, figure: Figure) -> Figure:
    return _scaled(figure, n)


def _over(figure: Figure, n: int) -> Figure:
    return _scaled(figure, 1 / n) if n else NOTHING


def _shifted(figure: Figure, by: float) -> Figure:
    value, ends = figure
    return value + by, Interval(ends.low + by, ends.high + by)


def _cost_per(cost: float, increment: Figure) -> Figure:
    value, ends = increment
    nan = float("nan")
    # An increment of nothing at the lower end makes the cost of one unbounded above, which is no number.
    high = cost / ends.low if ends.low > 0 else nan
    return cost / value if value > 0 else nan, Interval(cost / ends.high if ends.high > 0 else nan, high)
