"""The sizes of an experiment's arms: against the plan, and against what it would have taken."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy import special

from crmlib.analysis.allocation import RATIO_ALPHA, sample_ratio
from crmlib.analysis.comparison import FEWEST_BUYERS, direction
from crmlib.analysis.outcomes import RATES
from crmlib.analysis.planning import sample_size_means, sample_size_proportions
from crmlib.analysis.ratio_metrics import deviation_per_unit

if TYPE_CHECKING:
    from crmlib.analysis.comparison import Compared


def arm_sizes(design: Mapping[str, Any], units: pd.DataFrame, arms: Sequence[str], arm: str) -> dict[str, Any]:
    """Units assigned to the baseline and to one arm, and whether all arms fit the plan.

    With two arms treatment_share is the planned share of the second; with more the baseline has 1 - treatment_share
    where that is given, and the others share the rest alike. A half, which also stands for a blank, is then taken for
    equal arms or for a baseline of a half, whichever fits better. Sizes follow a plan only where chance
    assigned: a group picked by hand has whatever size it has.
    """
    sizes = _sizes(units[units["state"] != "conflict"], arms)
    plans = planned_shares(design.get("treatment_share"), len(arms))
    planned = max(plans, key=lambda plan: np.nan_to_num(ratio_pvalue(sizes, plan)))
    told: dict[str, Any] = {"n_assigned_control": sizes[0], "n_assigned_treatment": sizes[list(arms).index(arm)]}
    told["n_assigned"] = sum(sizes)
    told["treatment_share_planned"] = planned[list(arms).index(arm)]
    if design["assigned_method"] != "random":
        return told | {"ratio_pvalue": float("nan"), "ratio_ok": True}
    # Both sets: chance may have assigned well, and what is observed of it still be a choice.
    seen = _sizes(units[units["state"] == "observed"], arms)
    pvalue = float(np.fmin(ratio_pvalue(sizes, planned), ratio_pvalue(seen, planned)))
    return told | {"ratio_pvalue": pvalue, "ratio_ok": not pvalue < RATIO_ALPHA}


def planned_shares(treatment_share: float | None, n_arms: int) -> list[list[float]]:
    """What the plan may have been: the share of each arm, the baseline first; without a plan all are alike.

    Example:
        >>> planned_shares(0.75, 2), planned_shares(0.5, 3)
        ([[0.25, 0.75]], [[0.3333333333333333, 0.3333333333333333, 0.3333333333333333], [0.5, 0.25, 0.25]])
    """
    equal = [1 / n_arms] * n_arms
    if n_arms < 2 or treatment_share is None or pd.isna(treatment_share):
        return [equal]
    given = [1 - treatment_share, *[treatment_share / (n_arms - 1)] * (n_arms - 1)]
    return [equal, given] if n_arms > 2 and treatment_share == 0.5 else [given]


def ratio_pvalue(sizes: Sequence[int], planned: Sequence[float]) -> float:
    """Of the sizes against the plan: `sample_ratio` with two arms, Pearson's chi-squared with more; NaN without units.

    Example:
        >>> round(ratio_pvalue([90, 100, 110], [1 / 3, 1 / 3, 1 / 3]), 4)
        0.3679
    """
    if len(sizes) == 2:
        return sample_ratio(sizes[0], sizes[1], treatment_share=planned[1]).pvalue
    total = sum(sizes)
    if not total:
        return float("nan")
    statistic = sum((n - total * p) ** 2 / (total * p) for n, p in zip(sizes, planned, strict=True))
    return float(special.chdtrc(len(sizes) - 1, statistic))


def n_needed(
    design: Mapping[str, Any], units: pd.DataFrame, compared: Compared, *, alpha: float, power: float,
    smallest_relative: float | None,
) -> float:  # fmt: skip
    """Units an arm, both equal, for a relative gain, or for the difference observed; NaN where it is not defined.

    A gain is fewer cancellations. Units are those assigned, of whom only some buy; for sales and order values as many
    that 20 of them will.
    """
    control, metric = compared.value_control, design["primary_metric"]
    difference = compared.difference if smallest_relative is None else control * smallest_relative * direction(metric)
    if not difference or math.isnan(difference):
        return float("nan")
    if metric in ("revenue", "order_value"):
        spread = _pooled_deviation(units) if metric == "revenue" else deviation_of_orders(units)
        if not spread > 0:
            return float("nan")
        least = units_for_buyers(units.loc[units["state"] == "observed", "n_orders"])
        return float(max(sample_size_means(difference, spread, power=power, alpha=alpha), least))
    if metric not in RATES or not (0 < control < 1 and 0 < control + difference < 1):
        return float("nan")
    return float(sample_size_proportions(control, control + difference, power=power, alpha=alpha))


def deviation_of_orders(units: pd.DataFrame) -> float:
    """What an observed unit of any arm, also one without orders, adds to the error of the order value."""
    seen = units[units["state"] == "observed"]
    return deviation_per_unit(seen["amount"], seen["n_orders"])


def units_for_buyers(n_orders: pd.Series) -> float:
    """Units of an arm of whom 20 will buy, as many as it takes to judge sales; NaN where nobody did.

    Example:
        >>> units_for_buyers(pd.Series([0, 2, 0, 1]))
        40
    """
    share = float((n_orders > 0).mean())
    return math.ceil(FEWEST_BUYERS / share - 1e-9) if share > 0 else float("nan")


def _sizes(units: pd.DataFrame, arms: Sequence[str]) -> list[int]:
    return [int((units["arm"] == arm).sum()) for arm in arms]


def _pooled_deviation(units: pd.DataFrame) -> float:
    spreads = units[units["state"] == "observed"].groupby("arm")["amount"].var()
    return math.sqrt(spreads.mean()) if len(spreads) > 1 else float("nan")
