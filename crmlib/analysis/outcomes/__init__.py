"""What became of every unit of an experiment within its window, by the arm it was assigned to; a module a metric."""

from crmlib.analysis.outcomes.found import unit_outcomes
from crmlib.analysis.outcomes.metrics import AMOUNTS, LOWER_IS_BETTER, METRICS, RATES, SURVIVAL, all_wanted, missing
from crmlib.analysis.outcomes.units import ARMS, KEYS, compared_arms, experiment_units

__all__ = [
    "AMOUNTS",
    "ARMS",
    "KEYS",
    "LOWER_IS_BETTER",
    "METRICS",
    "RATES",
    "SURVIVAL",
    "all_wanted",
    "compared_arms",
    "experiment_units",
    "missing",
    "unit_outcomes",
]
