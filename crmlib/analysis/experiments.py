"""From assignments and orders to a verdict on every experiment, arms as assigned."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from crmlib.analysis.allocation import sample_ratio
from crmlib.analysis.checks import require_between, require_columns
from crmlib.analysis.means import MeansResult, means, moments
from crmlib.analysis.outcomes import ARMS, unit_outcomes
from crmlib.analysis.planning import sample_size_means, sample_size_proportions
from crmlib.analysis.proportions import ProportionsResult, proportions

if TYPE_CHECKING:
    from crmlib.analysis.intervals import Interval

ALPHA = 0.05
SMALLEST_EXPECTED = 5
VERDICTS = (
    "treatment_better", "treatment_worse", "no_clear_difference", "ratio_broken", "not_observed", "not_testable",
)  # fmt: skip
DESIGN = ["experiment_id", "name", "unit", "assigned_method", "primary_metric", "window_days"]
ASSIGNED = ["experiment_id", "unit_id", "arm", "assigned_day", "actually_treated"]
COLUMNS = [
    "experiment_id", "name", "assigned_method", "primary_metric", "window_days", "n_assigned_control",
    "n_assigned_treatment", "n_control", "n_treatment", "n_not_yet", "n_conflicts", "treatment_share_planned",
    "ratio_pvalue", "ratio_ok", "value_control", "value_control_low", "value_control_high", "value_treatment",
    "value_treatment_low", "value_treatment_high", "difference", "difference_low", "difference_high", "relative",
    "relative_low", "relative_high", "pvalue", "alpha", "n_needed_per_arm", "share_treated", "is_random", "verdict",
]  # fmt: skip
ARM_COLUMNS = [
    "experiment_id", "name", "primary_metric", "arm", "n_assigned", "n_not_yet", "n", "n_buyers", "n_orders", "amount",
    "value", "value_low", "value_high", "share_treated",
]  # fmt: skip
Row = dict[str, Any]


def evaluate(
    experiments: pd.DataFrame,
    assignments: pd.DataFrame,
    orders: pd.DataFrame,
    *,
    as_of_day: int,
    alpha: float = ALPHA,
    power: float = 0.8,
    smallest_relative: float | None = None,
) -> pd.DataFrame:
    """One row an experiment: sizes against the plan first, then the outcome of the arms as assigned, then a verdict.

    A unit counts when its window is over by as_of_day; its outcome are its orders of the days after assignment up to
    window_days. "repurchase" and "continuation" compare the shares of units with an order (score test), "revenue" the
    amount per unit assigned (Welch); intervals are at 1 - alpha. `n_needed_per_arm` is the size for `power`, both arms
    equal whatever the planned share, at the control's observed value and spread, for a relative difference of
    `smallest_relative` or, without it, for the difference observed.

    The verdict is the first that holds: "ratio_broken" (not ratio_ok); "not_observed" (an arm without an observed
    unit); "not_testable" (no p-value, or a rate whose smallest expected count under the pooled rate p, the smaller arm
    times min(p, 1 - p), is below 5, where the score test is not to be trusted whatever its p-value);
    "no_clear_difference" (p-value not below alpha); "treatment_better" or "treatment_worse".

    Returns columns:
        experiment_id, name, assigned_method, primary_metric, window_days; n_assigned_control, n_assigned_treatment (all
        but conflicts); n_control, n_treatment (observed); n_not_yet (window not over); n_conflicts (assigned to both
        arms, left out); treatment_share_planned; ratio_pvalue (the smaller of those of the assigned and the observed
        units; NaN where assignment was not random), ratio_ok (it is not below 0.001); value_control, value_treatment,
        difference (share, or smallest unit per unit assigned), relative, each with _low and _high; pvalue, alpha;
        n_needed_per_arm (NaN where it is not defined); share_treated (of the treatment arm, in fact treated);
        is_random; verdict (see VERDICTS). Without a counted unit in an arm the outcome is NaN.

    Raises:
        ValueError: a column is missing; an unknown unit, metric or arm; alpha or power outside 0 to 1.

    Source: the least expected count of 5 is Cochran's rule (1954), Biometrics 10, 417-451.
    """
    require_between("alpha", alpha, 0, 1)
    require_between("power", power, 0, 1)
    rows = [
        _evaluated(design, units, alpha=alpha, power=power, smallest_relative=smallest_relative)
        for design, units in _each(experiments, assignments, orders, as_of_day=as_of_day)
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def arms(
    experiments: pd.DataFrame, assignments: pd.DataFrame, orders: pd.DataFrame, *, as_of_day: int, alpha: float = ALPHA
) -> pd.DataFrame:
    """Two rows an experiment, control and treatment: who was assigned, who counts, what they bought.

    Returns columns:
        experiment_id, name, primary_metric, arm; n_assigned (but conflicts); n_not_yet; n (observed); n_buyers (with
        an order in the window); n_orders; amount (smallest unit); value, value_low, value_high (share of buyers, or
        amount per unit assigned for "revenue"); share_treated.

    Raises:
        ValueError: a column is missing; an unknown unit, metric or arm; alpha outside 0 to 1.
    """
    require_between("alpha", alpha, 0, 1)
    rows: list[Row] = []
    for design, units in _each(experiments, assignments, orders, as_of_day=as_of_day):
        compared = _compare(design, units, alpha)
        rows += [_arm_row(design, units, compared, arm) for arm in ARMS]
    return pd.DataFrame(rows, columns=ARM_COLUMNS)


def _each(
    experiments: pd.DataFrame, assignments: pd.DataFrame, orders: pd.DataFrame, *, as_of_day: int
) -> list[tuple[Row, pd.DataFrame]]:
    require_columns("experiments", experiments.columns, DESIGN)
    require_columns("assignments", assignments.columns, ASSIGNED)
    designs: list[Row] = [{str(name): value for name, value in row.items()} for row in experiments.to_dict("records")]
    return [(design, unit_outcomes(design, assignments, orders, as_of_day=as_of_day)) for design in designs]


def _evaluated(design: Row, units: pd.DataFrame, *, alpha: float, power: float, smallest_relative: float | None) -> Row:
    ratio = _ratio(design, units)
    compared = _compare(design, units, alpha)
    state = units["state"].value_counts()
    treated = units.loc[(units["arm"] == "treatment") & (units["state"] == "observed"), "actually_treated"]
    return {
        **{name: design[name] for name in COLUMNS[:5]},
        **_assigned(units),
        "n_control": compared.n_control,
        "n_treatment": compared.n_treatment,
        "n_not_yet": int(state.get("not_yet", 0)),
        "n_conflicts": int(state.get("conflict", 0)),
        **ratio,
        **_figures(compared),
        "pvalue": compared.pvalue,
        "alpha": alpha,
        "n_needed_per_arm": _n_needed(design, units, compared, alpha, power, smallest_relative),
        "share_treated": _share(treated),
        "is_random": design["assigned_method"] == "random",
        "verdict": _verdict(compared, alpha, ratio_ok=ratio["ratio_ok"]),
    }


def _ratio(design: Row, units: pd.DataFrame) -> Row:
    # Sizes follow a plan only where chance assigned; a group picked by hand has whatever size it has.
    share = design.get("treatment_share")
    planned = 0.5 if share is None or pd.isna(share) else float(share)
    told = {"treatment_share_planned": planned, "ratio_pvalue": float("nan"), "ratio_ok": True}
    if design["assigned_method"] != "random":
        return told
    # Both sets: chance may have assigned well, and what is observed of it still be a choice.
    sets = (units["state"] != "conflict", units["state"] == "observed")
    found = [sample_ratio(*_sizes(units[chosen]), treatment_share=planned) for chosen in sets]
    pvalue = float(np.fmin(found[0].pvalue, found[1].pvalue))
    return {**told, "ratio_pvalue": pvalue, "ratio_ok": all(result.ok for result in found)}


def _assigned(units: pd.DataFrame) -> Row:
    sizes = _sizes(units[units["state"] != "conflict"])
    return {f"n_assigned_{arm}": size for arm, size in zip(ARMS, sizes, strict=True)}


def _sizes(units: pd.DataFrame) -> tuple[int, int]:
    control, treatment = (int((units["arm"] == arm).sum()) for arm in ARMS)
    return control, treatment


def _compare(design: Row, units: pd.DataFrame, alpha: float) -> ProportionsResult | MeansResult:
    control, treatment = (units[(units["arm"] == arm) & (units["state"] == "observed")] for arm in ARMS)
    if design["primary_metric"] == "revenue":
        return means(moments(control["amount"]), moments(treatment["amount"]), confidence_level=1 - alpha)
    bought = [int((arm["n_orders"] > 0).sum()) for arm in (control, treatment)]
    return proportions(bought[0], len(control), bought[1], len(treatment), confidence_level=1 - alpha)


def _values(compared: ProportionsResult | MeansResult) -> tuple[float, float]:
    if isinstance(compared, MeansResult):
        return compared.mean_control, compared.mean_treatment
    return compared.rate_control, compared.rate_treatment


def _figures(compared: ProportionsResult | MeansResult) -> Row:
    control, treatment = _values(compared)
    told = {
        "value_control": (control, compared.interval_control),
        "value_treatment": (treatment, compared.interval_treatment),
        "difference": (compared.difference, compared.difference_interval),
        "relative": (compared.relative, compared.relative_interval),
    }
    return {key: figure for name, (value, interval) in told.items() for key, figure in _ends(name, value, interval)}


def _ends(name: str, value: float, interval: Interval) -> list[tuple[str, float]]:
    # An open end (the ratio to a control without success) is no number for a table.
    low, high = (end if math.isfinite(end) else float("nan") for end in (interval.low, interval.high))
    return [(name, value), (f"{name}_low", low), (f"{name}_high", high)]


def _n_needed(
    design: Row,
    units: pd.DataFrame,
    compared: ProportionsResult | MeansResult,
    alpha: float,
    power: float,
    smallest_relative: float | None,
) -> float:
    control, _ = _values(compared)
    difference = compared.difference if smallest_relative is None else control * smallest_relative
    if not difference or math.isnan(difference):
        return float("nan")
    if design["primary_metric"] == "revenue":
        spread = _pooled_deviation(units)
        return float(sample_size_means(difference, spread, power=power, alpha=alpha)) if spread > 0 else float("nan")
    if not (0 < control < 1 and 0 < control + difference < 1):
        return float("nan")
    return float(sample_size_proportions(control, control + difference, power=power, alpha=alpha))


def _pooled_deviation(units: pd.DataFrame) -> float:
    spreads = units[units["state"] == "observed"].groupby("arm")["amount"].var()
    return math.sqrt(spreads.mean()) if len(spreads) == len(ARMS) else float("nan")


def _share(treated: pd.Series) -> float:
    return float(treated.astype("bool").mean()) if len(treated) else float("nan")


def _verdict(compared: ProportionsResult | MeansResult, alpha: float, *, ratio_ok: bool) -> str:
    if not ratio_ok:
        return "ratio_broken"
    if not (compared.n_control and compared.n_treatment):
        return "not_observed"
    if not _testable(compared):
        return "not_testable"
    if not compared.pvalue < alpha:
        return "no_clear_difference"
    return "treatment_better" if compared.difference > 0 else "treatment_worse"


def _testable(compared: ProportionsResult | MeansResult) -> bool:
    if isinstance(compared, MeansResult):
        return not math.isnan(compared.pvalue)
    sizes = compared.n_control, compared.n_treatment
    rates = compared.rate_control, compared.rate_treatment
    successes = sum(round(rate * n) for rate, n in zip(rates, sizes, strict=True))
    # Whole numbers on both sides, so that an expected count of exactly 5 is 5.
    return min(sizes) * min(successes, sum(sizes) - successes) >= SMALLEST_EXPECTED * sum(sizes)


def _arm_row(design: Row, units: pd.DataFrame, compared: ProportionsResult | MeansResult, arm: str) -> Row:
    assigned = units[(units["arm"] == arm) & (units["state"] != "conflict")]
    observed = assigned[assigned["state"] == "observed"]
    value = _values(compared)[ARMS.index(arm)]
    interval = compared.interval_control if arm == "control" else compared.interval_treatment
    return {
        **{name: design[name] for name in ("experiment_id", "name", "primary_metric")},
        "arm": arm,
        "n_assigned": len(assigned),
        "n_not_yet": len(assigned) - len(observed),
        "n": len(observed),
        "n_buyers": int((observed["n_orders"] > 0).sum()),
        "n_orders": int(observed["n_orders"].sum()),
        "amount": int(observed["amount"].sum()),
        **dict(_ends("value", value, interval)),
        "share_treated": _share(observed["actually_treated"]),
    }
