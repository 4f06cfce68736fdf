"""What is true of a simulated experiment: by arm its share, its rate, what its metric measures, and the power."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from crmlib.demo.trial_power import order_value_moments, power, power_of_log_rank, power_of_means, revenue_moments
from crmlib.demo.trial_tables import hazard_ratio

LEAVING = ("cancellation", "time_to_cancellation")
ARMS = {2: ("control", "treatment"), **{k: ("control", *"abcd"[: k - 1]) for k in (3, 4, 5)}}


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What an experiment is simulated from; `effects`, `planned` and `true` (shares) by arm, control first."""

    metric: str
    n: int
    rate: float
    effects: np.ndarray
    planned: np.ndarray
    true: np.ndarray
    own_size: bool

    def rate_of(self, place: int) -> float:
        """The chance of success of an arm within the window."""
        if self.metric == "order_value":
            return self.rate
        return self.rate + (-1 if self.metric in LEAVING else 1) * float(self.effects[place])

    def moments(self, place: int) -> tuple[float, float]:
        """What the metric measures in an arm, and its variance of one unit."""
        rate = self.rate_of(place)
        if self.metric == "revenue":
            return revenue_moments(rate, own_size=self.own_size)
        if self.metric == "order_value":
            mean, variance = order_value_moments(rate, own_size=self.own_size)
            factor = 1 + float(self.effects[place])
            return mean * factor, variance * factor**2
        return (1 - rate if self.metric == "time_to_cancellation" else rate), rate * (1 - rate)

    def power(self, place: int, *, alpha: float) -> float:
        """Power of the comparison of an arm with control, with the units in their planned shares."""
        sizes = self.n * float(self.planned[0]), self.n * float(self.planned[place])
        rates = self.rate_of(0), self.rate_of(place)
        if self.metric == "time_to_cancellation":
            return power_of_log_rank(*rates, *sizes, alpha=alpha)
        if self.metric not in ("revenue", "order_value"):
            return power(*rates, *sizes, alpha=alpha)
        (base, spread), (value, other) = self.moments(0), self.moments(place)
        return power_of_means(value - base, spread, other, *sizes, alpha=alpha)


def true_of(plan: Plan, *, alpha: float) -> dict[str, Any]:
    """The truth of `SimulatedExperiment`, but for the kind, the metric and the size."""
    names = ARMS[len(plan.planned)]
    arms = {name: _arm(plan, place, alpha) for place, name in enumerate(names)}
    first = arms[names[1]]
    told: dict[str, Any] = {"rate_control": plan.rate, "rate_treatment": first["rate"], "effect": first["effect"]}
    told |= {"true_share": round(float(1 - plan.true[0]), 12), "alpha": alpha, "power": first["power"], "arms": arms}
    if plan.metric == "time_to_cancellation":
        told["hazard_ratio"] = hazard_ratio(plan.rate, first["rate"])
    return told


def _arm(plan: Plan, place: int, alpha: float) -> dict[str, float]:
    control, value = plan.moments(0)[0], plan.moments(place)[0]
    told = {
        "planned_share": float(plan.planned[place]),
        "true_share": float(plan.true[place]),
        "rate": plan.rate_of(place),
        "value": value,
        "effect": value - control,
        "relative": value / control - 1,
    }
    if place == 0:
        return told
    corrected = alpha / (len(plan.planned) - 1)
    return told | {"power": plan.power(place, alpha=alpha), "power_corrected": plan.power(place, alpha=corrected)}
