"""The plan of one experiment as it is talked over: arms, days, weeks, and what would be missed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import brentq

from crmlib.analysis.checks import require_at_least, require_between
from crmlib.analysis.outcomes import RATES
from crmlib.analysis.planner import detectable_gain, needed

WEEK = 7
POINTS = 24
ROW_COLUMNS = [
    "gain", "n_needed_control", "n_needed_treatment", "n_planned", "days_assigning", "days_planned", "weeks_planned",
]  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What is agreed before an experiment.

    Attributes:
        hold_out_share: of all customers, who are left to the control.
        n_arms: the control and the others, which share the rest alike.
        power: the share of true effects that is to be found. alpha: false alarms allowed over all arms.
        n_start: customers who can be assigned at once. per_day: more of them a day. window_days: of the outcome.
    """

    hold_out_share: float = 0.5
    n_arms: int = 2
    power: float = 0.8
    alpha: float = 0.05
    n_start: float = 0.0
    per_day: float = 0.0
    window_days: int = 0

    def __post_init__(self) -> None:
        require_between("hold_out_share", self.hold_out_share, 0, 1)
        require_at_least("n_arms", self.n_arms, 2)

    @property
    def how(self) -> dict[str, float]:
        """What `planner.needed` takes for one arm beside the control; alpha is shared by the arms (Bonferroni)."""
        each = (1 - self.hold_out_share) / (self.n_arms - 1)
        share = each / (each + self.hold_out_share)
        return {"treatment_share": share, "power": self.power, "alpha": self.alpha / (self.n_arms - 1)}

    @property
    def of_all(self) -> float:
        """Which part of all customers the control and one arm are."""
        return self.hold_out_share + (1 - self.hold_out_share) / (self.n_arms - 1)


def own_rate(rate: float) -> dict[str, Any]:
    """A baseline that is typed in: a rate of which more is better."""
    nan = float("nan")
    return {"primary_metric": "repurchase", "n_baseline": 0, "eligible_share": 1.0, "baseline_value": rate,
            "spread": nan, "least": nan}  # fmt: skip


def rows(base: dict[str, Any], gains: Sequence[float], setting: Setting) -> pd.DataFrame:
    """What each relative gain over the baseline takes; with two arms the sizes of `planner.plan`.

    Returns columns:
        gain (relative); n_needed_control, n_needed_treatment (units of the control and of each other arm; NaN where the
        baseline does not tell it); n_planned (of all arms); days_assigning (until as many have come, those of the start
        counted); days_planned (these and the window); weeks_planned (whole ones).

    Example:
        >>> setting = Setting(n_start=1682, per_day=100, window_days=60)
        >>> rows(own_rate(0.1), [0.2], setting).iloc[0, 1:].tolist()
        [3841.0, 3841.0, 7682.0, 60.0, 120.0, 18.0]
    """
    found = []
    for gain in gains:
        sizes = needed(base, gain, **setting.how)
        control, treatment = (float("nan"),) * 2 if sizes is None else map(float, sizes)
        total = control + (setting.n_arms - 1) * treatment
        assigning = _days(total, base["eligible_share"], setting)
        days = assigning + setting.window_days
        found.append(
            (gain, control, treatment, total, assigning, days, math.ceil(days / WEEK) if days == days else days)
        )
    return pd.DataFrame(found, columns=ROW_COLUMNS, dtype="float64")


def gain_seen(base: dict[str, Any], n: float, setting: Setting) -> float:
    """The smallest relative gain that n units of all arms would find; NaN where none can be."""
    return detectable_gain(base, n * setting.of_all, **setting.how)


def missed(base: dict[str, Any], gain: float, n: float, setting: Setting) -> float:
    """The chance to miss a gain with n units of all arms: the power at which just that gain would be found, from 1.

    Example:
        >>> round(missed(own_rate(0.1), 0.2, 7682, Setting()), 3)
        0.2
    """
    low, high = setting.how["alpha"] / 2 + 1e-9, 1 - 1e-9
    how = {name: value for name, value in setting.how.items() if name != "power"}

    def over(power: float) -> float:
        seen = detectable_gain(base, n * setting.of_all, power=power, **how)
        # Where no gain could be found at this power, it is out of reach.
        return (seen if seen == seen else math.inf) - gain

    if math.isnan(detectable_gain(base, n * setting.of_all, power=low, **how)) or over(low) > 0:
        return 1.0
    if over(high) < 0:
        return 0.0
    return float(1 - brentq(lambda power: max(min(over(power), 1e6), -1e6), low, high, xtol=1e-6))


def in_time(base: dict[str, Any], days: float, setting: Setting) -> float:
    """Units that can be assigned so early that their window is over within so many days; none before it is over."""
    if days < setting.window_days:
        return 0.0
    return (setting.n_start + max(days - setting.window_days, 0.0) * setting.per_day) * base["eligible_share"]


def curve(base: dict[str, Any], setting: Setting, *, n_planned: float, n_time: float) -> pd.DataFrame:
    """The smallest gain that is seen by units of all arms, up to twice the plan or what the time allows.

    Returns columns:
        n_planned (units of all arms), detectable_gain (relative), is_planned (the row of the plan itself). Empty where
        nothing can be found.
    """
    most = np.nanmax([n_planned * 2, min(n_time, n_planned * 4) if n_planned == n_planned else n_time, 0.0])
    sizes = np.unique(np.geomspace(max(most / 50, 4), max(most, 4), POINTS).round())
    table = pd.DataFrame({"n_planned": sizes, "is_planned": False})
    if n_planned == n_planned:
        own = pd.DataFrame({"n_planned": [n_planned], "is_planned": [True]})
        table = pd.concat([table[table["n_planned"] != n_planned], own], ignore_index=True)
    table["detectable_gain"] = [gain_seen(base, n, setting) for n in table["n_planned"]]
    known = table.dropna(subset=["detectable_gain"]).sort_values("n_planned", ignore_index=True)
    return known[["n_planned", "detectable_gain", "is_planned"]]


def is_rate(base: dict[str, Any]) -> bool:
    """Whether the baseline is a share, not sales."""
    return base["primary_metric"] in RATES


def _days(total: float, eligible_share: float, setting: Setting) -> float:
    lacking = max(total - setting.n_start * eligible_share, 0.0)
    if not lacking or total != total:
        return total * 0.0
    arriving = setting.per_day * eligible_share
    return float(math.ceil(lacking / arriving - 1e-9)) if arriving > 0 else float("nan")
