"""An experiment of which only the counts of two arms are known, judged as one of the shop's is."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pandas as pd

from crmlib.analysis.allocation import RATIO_ALPHA, sample_ratio
from crmlib.analysis.always_valid import AlwaysValidResult, always_valid_means, always_valid_proportions
from crmlib.analysis.comparison import compare_counts
from crmlib.analysis.experiments import ALPHA, COLUMNS, Pair, figures, judged
from crmlib.analysis.means import Moments, moments
from crmlib.analysis.outcomes import RATES, SURVIVAL
from crmlib.analysis.readings import values
from crmlib.analysis.sizes import n_needed

Counts = tuple[int, int, int, int]
Look = Counts | tuple[Moments, Moments]


def judge(
    counts: Counts, *, name: str, treatment_share: float = 0.5, smallest_relative: float | None = None,
    power: float = 0.8, alpha: float = ALPHA,
) -> pd.DataFrame:  # fmt: skip
    """The row of `experiments.evaluate` for two arms drawn at random, all units of which are observed.

    Args:
        counts: successes and units of the control, then of the treatment.
        name: what the experiment is called.
        treatment_share: planned, of both arms.
        smallest_relative: the gain that n_needed_per_arm is for; without it the difference found.
        power: of n_needed_per_arm.
        alpha: intervals are at 1 - alpha.

    Raises:
        ValueError: successes are not between 0 and the units, or a share, power or alpha is outside 0 to 1.

    Example:
        >>> row = judge((120, 1000, 150, 1000), name="Mail").iloc[0]
        >>> row["verdict"], row[["difference", "pvalue"]].astype(float).round(5).tolist()
        ('treatment_better', [0.03, 0.04964])
    """
    compared = compare_counts(*counts, confidence_level=1 - alpha)
    n_control, n_treatment = counts[1], counts[3]
    ratio = sample_ratio(n_control, n_treatment, treatment_share=treatment_share).pvalue
    design = {"experiment_id": "typed", "name": name, "unit": "customer", "assigned_method": "random",
              "primary_metric": "repurchase"}  # fmt: skip
    row: dict[str, Any] = design | {
        "baseline": "control", "arm": "treatment", "n_arms": 2, "n_assigned": n_control + n_treatment,
        "n_assigned_control": n_control, "n_assigned_treatment": n_treatment,
        "n_control": n_control, "n_treatment": n_treatment, "n_not_yet": 0, "n_conflicts": 0, "n_not_eligible": 0,
        "treatment_share_planned": treatment_share, "ratio_pvalue": ratio, "ratio_ok": not ratio < RATIO_ALPHA,
        "is_random": True, "alpha": alpha, "missing": "",
        "pvalue": compared.pvalue, "pvalue_holm": compared.pvalue, "pvalue_bh": compared.pvalue,
    } | figures(compared)  # fmt: skip
    row["n_needed_per_arm"] = n_needed(
        design, pd.DataFrame(), compared, alpha=alpha, power=power, smallest_relative=smallest_relative
    )
    return pd.DataFrame([row | judged(row, compared, "holm")], columns=COLUMNS)


def with_gain(results: pd.DataFrame, *, smallest_relative: float, power: float) -> pd.DataFrame:
    """The results with n_needed_per_arm for another gain or power; of sales they keep what they have.

    As `experiments.judge` gives them, without the outcomes.
    """
    table = results.copy()
    for place, row in zip(table.index, table.to_dict("records"), strict=True):
        if row["primary_metric"] in RATES:
            seen: Any = SimpleNamespace(value_control=row["value_control"], difference=row["difference"])
            table.loc[place, "n_needed_per_arm"] = n_needed(
                {str(name): value for name, value in row.items()}, pd.DataFrame(), seen, alpha=row["alpha"],
                power=power, smallest_relative=smallest_relative,
            )  # fmt: skip
    return table


def looks(pairs: list[Pair]) -> dict[tuple[str, str], Look]:
    """By experiment and arm what an interval for any number of looks needs: counts of rates, moments of sales.

    Left out is what cannot be read before the end: times to cancellation, order values, arms that chance did not form.
    """
    found: dict[tuple[str, str], Look] = {}
    for pair in pairs:
        design = pair.design
        untold = design["primary_metric"] in (*SURVIVAL, "order_value") or design["missing"]
        if untold or design["assigned_method"] != "random":
            continue
        control, treatment = values(pair)
        key = str(design["experiment_id"]), pair.arm
        if design["primary_metric"] in RATES:
            found[key] = int(control.sum()), len(control), int(treatment.sum()), len(treatment)
        else:
            found[key] = moments(control), moments(treatment)
    return found


def at_any_look(look: Look, *, n_planned: float, confidence_level: float = 0.95) -> AlwaysValidResult:
    """The difference with the interval that holds however often one looks, as `readings` gives it.

    Raises:
        ValueError: n_planned is below 2.
    """
    how: dict[str, Any] = {"n_planned": n_planned, "confidence_level": confidence_level}
    if len(look) == 2:
        return always_valid_means(*look, **how)
    return always_valid_proportions(*look, **how)
