"""Experiments at the desk: the planner of the next one, and the reader of one that has run."""

from crmlib.panels.trial_plan import planner
from crmlib.panels.trial_reading import reader

__all__ = ["planner", "reader"]
