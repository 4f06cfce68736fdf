"""Who was assigned to which arm, when, and whether the window is over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from crmlib.analysis.checks import require_choice

# The order in which arms are shown; the first that is there is the baseline, except `treatment`.
ARMS = ("control", "treatment", "a", "b", "c", "d")
KEYS = {"customer": "customer_id", "subscription": "subscription_id"}


def experiment_units(
    experiment: Mapping[str, Any], assignments: pd.DataFrame, *, as_of_day: int, censored: bool = False
) -> pd.DataFrame:
    """One row a unit: its arm, the day of its first assignment and whether it counts.

    A unit assigned to several arms is a conflict; one whose window is not over by as_of_day is not yet observed. With
    `censored` units count from the first day after assignment on, as a survival curve takes them.

    Returns columns:
        unit_id; arm; actually_treated (any of its rows says so; missing where no row of the experiment
        tells it); assigned_day (the first); state (observed, not_yet, conflict).

    Raises:
        ValueError: an unknown arm.
    """
    own = assignments.loc[assignments["experiment_id"] == experiment["experiment_id"]]
    for arm in own["arm"].unique():
        require_choice("arm", arm, ARMS)
    told = own["actually_treated"].notna().any()
    own = own.assign(actually_treated=own["actually_treated"].fillna(False).astype("bool"))
    units = own.groupby("unit_id", as_index=False).agg(
        arm=("arm", "min"),
        actually_treated=("actually_treated", "any"),
        assigned_day=("assigned_day", "min"),
        n_arms=("arm", "nunique"),
    )
    if not told:
        units["actually_treated"] = pd.array([None] * len(units), dtype="boolean")
    wait = 1 if censored else int(experiment["window_days"])
    over = units["assigned_day"] + wait <= as_of_day
    units["state"] = np.where(units["n_arms"] > 1, "conflict", np.where(over, "observed", "not_yet"))
    return units.drop(columns="n_arms")


def compared_arms(found: Iterable[str]) -> list[str]:
    """The arms of an experiment, the baseline first: control, else the first of a, b, c, d.

    With fewer than two arms among the assignments the usual pair is named, so that the empty arm is seen.

    Example:
        >>> compared_arms(["b", "a", "c"]), compared_arms(["treatment"])
        (['a', 'b', 'c'], ['control', 'treatment'])
    """
    there = set(found)
    if there <= {"control", "treatment"}:
        return ["control", "treatment"]
    if len(there) == 1:
        there |= {"a"} if there != {"a"} else {"b"}
    ordered = [arm for arm in ARMS if arm in there]
    base = "control" if "control" in there else next(arm for arm in ordered if arm != "treatment")
    return [base, *[arm for arm in ordered if arm != base]]
