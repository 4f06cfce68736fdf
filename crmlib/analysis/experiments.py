"""From assignments and the client's tables to a verdict on every experiment, arms as assigned."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from crmlib.analysis.checks import require_between, require_choice, require_columns
from crmlib.analysis.comparison import Compared, compare, compare_before, direction
from crmlib.analysis.multiplicity import adjust_pvalues
from crmlib.analysis.outcomes import compared_arms, missing, unit_outcomes
from crmlib.analysis.sizes import arm_sizes, n_needed

if TYPE_CHECKING:
    from crmlib.analysis.intervals import Interval
    from crmlib.analysis.outcomes.metrics import Tables

ALPHA = 0.05
CORRECTIONS = {"holm": "pvalue_holm", "benjamini_hochberg": "pvalue_bh"}
VERDICTS = (
    "treatment_better", "treatment_worse", "no_clear_difference", "ratio_broken", "not_observed", "not_testable",
    "untellable",
)  # fmt: skip
DESIGN = ["experiment_id", "name", "unit", "assigned_method", "primary_metric", "window_days"]
ASSIGNED = ["experiment_id", "unit_id", "arm", "assigned_day", "actually_treated"]
COLUMNS = [
    "experiment_id", "name", "unit", "assigned_method", "primary_metric", "window_days", "target_number", "baseline",
    "arm", "n_arms", "n_assigned", "n_assigned_control", "n_assigned_treatment", "n_control", "n_treatment",
    "n_not_yet", "n_conflicts", "n_not_eligible", "treatment_share_planned", "ratio_pvalue", "ratio_ok",
    "value_control", "value_control_low", "value_control_high",
    "value_treatment", "value_treatment_low", "value_treatment_high",
    "difference", "difference_low", "difference_high", "relative", "relative_low", "relative_high", "pvalue",
    "pvalue_holm", "pvalue_bh", "alpha", "n_needed_per_arm", "share_treated", "is_random", "verdict_by", "missing",
    "verdict",
]  # fmt: skip
ARM_COLUMNS = [
    "experiment_id", "name", "primary_metric", "arm", "n_assigned", "n_not_yet", "n_not_eligible", "n", "n_buyers",
    "n_orders", "amount", "value", "value_low", "value_high", "share_treated",
]  # fmt: skip
Row = dict[str, Any]
Trial = tuple[Row, pd.DataFrame]


@dataclass(frozen=True, kw_only=True)
class Pair:
    """An arm and the baseline of one experiment: the design and the observed units of both."""

    design: Row
    arm: str
    control: pd.DataFrame
    treatment: pd.DataFrame


def evaluate(
    experiments: pd.DataFrame,
    assignments: pd.DataFrame,
    orders: pd.DataFrame,
    *,
    as_of_day: int,
    tables: Tables | None = None,
    alpha: float = ALPHA,
    power: float = 0.8,
    smallest_relative: float | None = None,
    correction: str = "holm",
) -> pd.DataFrame:
    """One row an experiment and arm but the baseline: sizes against the plan, then the outcome, then a verdict.

    The baseline is the arm control, else the first of a, b, c, d; the columns call it control and the arm compared with
    it treatment. "before_after" with one arm alone compares the same units before, called control, with after. A unit
    counts when its window is over by as_of_day, in the arm it was assigned to. What each metric counts is in
    `unit_outcomes`, by which test arms are compared in `comparison.compare`; intervals are at 1 - alpha. With several
    arms compared to one baseline, p-values are corrected for their number and the verdict follows the corrected one.
    `n_needed_per_arm` is the size for `power`, both arms equal whatever the planned share, at the baseline's observed
    value and spread, for a relative gain of `smallest_relative` (of cancellations a fall) or, without it, for the
    difference observed.

    The verdict is the first that holds: "untellable" (`missing` says what is lacking); "ratio_broken" (not ratio_ok);
    "not_observed" (an arm without an observed unit); "not_testable" (nothing varies, or sales of fewer than 20 buyers
    in an arm); "no_clear_difference" (p-value not below alpha); "treatment_better" or "treatment_worse", fewer
    cancellations being better.

    Returns columns:
        experiment_id, name, unit, assigned_method, primary_metric, window_days, target_number; baseline, arm; n_arms;
        n_assigned (of all arms), n_assigned_control, n_assigned_treatment (all but conflicts);
        n_control, n_treatment (observed and eligible); n_not_yet (window not over), n_conflicts (assigned to several
        arms, left out), n_not_eligible (settled before assignment), of all arms; treatment_share_planned;
        ratio_pvalue (the smaller of those of the assigned and the observed units over all arms; NaN where assignment
        was not random), ratio_ok (it is not below 0.001);
        value_control, value_treatment, difference (share, or smallest unit), relative, each with _low and _high;
        pvalue; pvalue_holm, pvalue_bh (corrected for the arms of the experiment); alpha; n_needed_per_arm (NaN where
        it is not defined); share_treated (of the arm compared, in fact treated); is_random; verdict_by (by_interval,
        by_exact, by_log_rank, by_holm, by_benjamini_hochberg); missing; verdict (see VERDICTS).

    Raises:
        ValueError: a column is missing; an unknown unit, metric, arm or correction; alpha or power outside 0 to 1.
    """
    found = each(experiments, assignments, orders, as_of_day=as_of_day, tables=tables)
    return judge(found, alpha=alpha, power=power, smallest_relative=smallest_relative, correction=correction)


def judge(
    trials: Sequence[Trial], *, alpha: float = ALPHA, power: float = 0.8, smallest_relative: float | None = None,
    correction: str = "holm",
) -> pd.DataFrame:  # fmt: skip
    """`evaluate` of experiments whose outcomes are there already, of `each`.

    Raises:
        ValueError: an unknown correction; alpha or power outside 0 to 1.
    """
    require_between("alpha", alpha, 0, 1)
    require_between("power", power, 0, 1)
    require_choice("correction", correction, CORRECTIONS)
    rows: list[Row] = []
    for design, units in trials:
        found = _compared(design, units, alpha)
        told = _corrected([compared.pvalue for _, compared in found])
        for place, (arm, compared) in enumerate(found):
            row = _row(design, units, arm, compared) | {name: values[place] for name, values in told.items()}
            needed = n_needed(design, units, compared, alpha=alpha, power=power, smallest_relative=smallest_relative)
            row |= {"alpha": alpha, "missing": design["missing"], "n_needed_per_arm": needed}
            rows.append(row | judged(row, compared, correction))
    return pd.DataFrame(rows, columns=COLUMNS)


def arms(
    experiments: pd.DataFrame, assignments: pd.DataFrame, orders: pd.DataFrame, *, as_of_day: int,
    tables: Tables | None = None, alpha: float = ALPHA,
) -> pd.DataFrame:  # fmt: skip
    """One row an experiment and arm, the baseline first: who was assigned, who counts, what they bought.

    Returns columns:
        experiment_id, name, primary_metric, arm; n_assigned (but conflicts); n_not_yet; n_not_eligible; n (observed and
        eligible); n_buyers (with an order in the window); n_orders; amount (smallest unit); value, value_low,
        value_high (the metric's); share_treated.

    Raises:
        ValueError: a column is missing; an unknown unit, metric or arm; alpha outside 0 to 1.
    """
    require_between("alpha", alpha, 0, 1)
    rows: list[Row] = []
    for design, units in each(experiments, assignments, orders, as_of_day=as_of_day, tables=tables):
        found = _compared(design, units, alpha)
        first = found[0][1]
        base = "before" if alone(design, units) else compared_arms(_found(units))[0]
        rows.append(_arm_row(design, units, base, first.value_control, first.interval_control))
        rows += [_arm_row(design, units, arm, c.value_treatment, c.interval_treatment) for arm, c in found]
    return pd.DataFrame(rows, columns=ARM_COLUMNS)


def each(
    experiments: pd.DataFrame, assignments: pd.DataFrame, orders: pd.DataFrame, *, as_of_day: int,
    tables: Tables | None = None,
) -> list[Trial]:  # fmt: skip
    """Every experiment (its row, with `missing`) and the outcomes of its units, of `unit_outcomes`.

    Raises:
        ValueError: a column is missing; an unknown unit, metric or arm.
    """
    require_columns("experiments", experiments.columns, DESIGN)
    require_columns("assignments", assignments.columns, ASSIGNED)
    designs: list[Row] = [{str(name): value for name, value in row.items()} for row in experiments.to_dict("records")]
    found = [(d, unit_outcomes(d, assignments, orders, as_of_day=as_of_day, tables=tables)) for d in designs]
    return [(design | {"missing": missing(design, orders, tables)}, units) for design, units in found]


def pairs(trials: Sequence[Trial]) -> list[Pair]:
    """Every comparison of an arm with its baseline, with the observed units of both; none for one arm alone."""
    found: list[Pair] = []
    for design, units in trials:
        if alone(design, units):
            continue
        base, *others = compared_arms(_found(units))
        told, control = design | {"baseline": base}, observed(units, base)
        found += [Pair(design=told, arm=arm, control=control, treatment=observed(units, arm)) for arm in others]
    return found


def observed(units: pd.DataFrame, arm: str) -> pd.DataFrame:
    """The units of one arm that count."""
    return units[(units["arm"] == arm) & (units["state"] == "observed")]


def alone(design: Mapping[str, Any], units: pd.DataFrame) -> bool:
    """Whether an experiment has no control, only one arm before and after."""
    return design["assigned_method"] == "before_after" and len(_found(units)) == 1


def _found(units: pd.DataFrame) -> list[str]:
    return units.loc[units["state"] != "conflict", "arm"].unique().tolist()


def _compared(design: Mapping[str, Any], units: pd.DataFrame, alpha: float) -> list[tuple[str, Compared]]:
    if alone(design, units):
        (arm,) = _found(units)
        return [(arm, compare_before(design, observed(units, arm), confidence_level=1 - alpha))]
    base, *others = compared_arms(_found(units))
    control = observed(units, base)
    return [(arm, compare(design, control, observed(units, arm), confidence_level=1 - alpha)) for arm in others]


def _corrected(pvalues: list[float]) -> dict[str, list[float]]:
    return {name: adjust_pvalues(pvalues, method=method).tolist() for method, name in CORRECTIONS.items()}


def _row(design: Row, units: pd.DataFrame, arm: str, compared: Compared) -> Row:
    arms = [arm] if alone(design, units) else compared_arms(_found(units))
    state = units["state"].value_counts()
    treated = observed(units, arm)["actually_treated"]
    return {
        **{name: design.get(name, float("nan")) for name in COLUMNS[:7]},
        "baseline": "before" if alone(design, units) else arms[0],
        "arm": arm,
        "n_arms": len(arms),
        "n_control": compared.n_control,
        "n_treatment": compared.n_treatment,
        **{f"n_{name}": int(state.get(name.removesuffix("s"), 0)) for name in ("not_yet", "conflicts", "not_eligible")},
        **arm_sizes(design, units, arms, arm),
        **figures(compared),
        "pvalue": compared.pvalue,
        "share_treated": _share(treated),
        "is_random": design["assigned_method"] == "random",
    }


def figures(compared: Compared) -> Row:
    """What was found as the columns of the results."""
    told = {
        "value_control": (compared.value_control, compared.interval_control),
        "value_treatment": (compared.value_treatment, compared.interval_treatment),
        "difference": (compared.difference, compared.difference_interval),
        "relative": (compared.relative, compared.relative_interval),
    }
    return {key: figure for name, (value, interval) in told.items() for key, figure in ends(name, value, interval)}


def ends(name: str, value: float, interval: Interval) -> list[tuple[str, float]]:
    """A figure and its bounds as three columns; an open end is no number for a table."""
    low, high = (end if math.isfinite(end) else float("nan") for end in (interval.low, interval.high))
    return [(name, value), (f"{name}_low", low), (f"{name}_high", high)]


def _share(treated: pd.Series) -> float:
    return float(treated.mean()) if treated.notna().any() else float("nan")


def judged(row: Row, compared: Compared, correction: str) -> Row:
    """The verdict on a row that has all the rest, and what it follows."""
    several = row["n_arms"] > 2
    pvalue = row[CORRECTIONS[correction]] if several else compared.pvalue
    verdict = _verdict(row, compared, pvalue)
    return {"verdict": verdict, "verdict_by": f"by_{correction}" if several else compared.verdict_by}


def _verdict(row: Row, compared: Compared, pvalue: float) -> str:
    if row["missing"]:
        return "untellable"
    if not row["ratio_ok"]:
        return "ratio_broken"
    if not (compared.n_control and compared.n_treatment):
        return "not_observed"
    if not compared.is_testable:
        return "not_testable"
    if not pvalue < row["alpha"]:
        return "no_clear_difference"
    sign = compared.sign * direction(row["primary_metric"])
    return "treatment_better" if sign > 0 else "treatment_worse"


def _arm_row(design: Row, units: pd.DataFrame, arm: str, value: float, interval: Interval) -> Row:
    assigned = units[(units["arm"] == arm) & (units["state"] != "conflict")]
    counted = assigned[assigned["state"] == "observed"]
    return {
        **{name: design[name] for name in ("experiment_id", "name", "primary_metric")},
        "arm": arm,
        "n_assigned": len(assigned),
        "n_not_yet": int((assigned["state"] == "not_yet").sum()),
        "n_not_eligible": int((assigned["state"] == "not_eligible").sum()),
        "n": len(counted),
        "n_buyers": int((counted["n_orders"] > 0).sum()),
        "n_orders": int(counted["n_orders"].sum()),
        "amount": int(counted["amount"].sum()),
        **dict(ends("value", value, interval)),
        "share_treated": _share(counted["actually_treated"]),
    }
