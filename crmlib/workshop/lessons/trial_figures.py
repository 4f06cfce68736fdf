"""What lesson 6 rests on: the figures that are right, and those that are usually got wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from crmlib.analysis import aggregates, experiments
from crmlib.workshop.lessons.kept import kept

if TYPE_CHECKING:
    from crmlib.workshop.lesson import Lesson

CALL, BROKEN, BY_HAND = "EX01", "EX03", "EX04"
EARLY_DAYS = 35


@kept
def trial(lesson: Lesson, experiment: str) -> dict[str, Any]:
    """One experiment's row of the A/B report."""
    return evaluated(lesson, experiment)


@kept
def units(lesson: Lesson, experiment: str) -> pd.DataFrame:
    """The customers of one experiment with what became of each."""
    return each(lesson, experiment)[0][1]


def tables(lesson: Lesson, experiment: str) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """What an experiment is read from."""
    shop = lesson.shop
    designs = shop.table("experiments")
    orders = aggregates.orders_between(shop.orders, first_day=shop.first_day, last_day=shop.as_of_day)
    return designs[designs["experiment_id"] == experiment], shop.table("assignments"), orders


def each(lesson: Lesson, experiment: str) -> list[experiments.Trial]:
    """The design of one experiment and its units."""
    return experiments.each(*tables(lesson, experiment), as_of_day=lesson.shop.as_of_day)


def evaluated(lesson: Lesson, experiment: str) -> dict[str, Any]:
    """The report's row as a plain dictionary."""
    table = experiments.judge(each(lesson, experiment))
    return {str(name): value for name, value in table.iloc[0].to_dict().items()}


@kept
def early(lesson: Lesson) -> float:
    """The difference weeks before the planned end."""
    designs, assigned, orders = tables(lesson, CALL)
    table = experiments.evaluate(
        designs.assign(window_days=EARLY_DAYS), assigned, orders, as_of_day=lesson.shop.as_of_day
    )
    return float(table["difference"].iloc[0])


def shares(lesson: Lesson, experiment: str, column: str = "value") -> pd.Series[float]:
    """The share of each arm with a value above zero."""
    found = units(lesson, experiment)
    seen = found[found["state"] == "observed"]
    return (seen[column] > 0).groupby(seen["arm"]).mean()


def of_treated(lesson: Lesson) -> float:
    """Those who were reached against all of the control."""
    found = units(lesson, CALL)
    reached = found[(found["arm"] == "treatment") & found["actually_treated"]]
    return float(reached["value"].mean() - shares(lesson, CALL)["control"])


def ordered_of_treated(lesson: Lesson) -> float:
    """Orders of those reached over all of the call arm, less the control."""
    found = units(lesson, CALL)
    arm = found[(found["arm"] == "treatment") & (found["state"] == "observed")]
    hit = (arm["value"] > 0) & arm["actually_treated"].astype("bool")
    return float(hit.mean() - shares(lesson, CALL)["control"])


def gap_before(lesson: Lesson) -> float:
    """What the groups differed by before the call."""
    rates = shares(lesson, BY_HAND, "pre_orders")
    return float(rates["treatment"] - rates["control"])


def orders_before(lesson: Lesson) -> float:
    """The same in orders a head."""
    means = units(lesson, BY_HAND).groupby("arm")["pre_orders"].mean()
    return float(means["treatment"] - means["control"])


def ends_subtracted(lesson: Lesson) -> float:
    """Lower end of one arm less upper end of the other."""
    found = trial(lesson, CALL)
    return float(found["value_treatment_low"] - found["value_control_high"])


def arms_said(lesson: Lesson) -> str:
    """What the sizes of the arms allow to be said."""
    return "c" if trial(lesson, BROKEN)["ratio_ok"] else "b"
