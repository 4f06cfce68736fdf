"""A/B tests in one place: compare two arms, check their sizes, plan, correct for many, and judge every experiment."""

from __future__ import annotations

from crmlib.analysis.allocation import RATIO_ALPHA, SampleRatioResult, sample_ratio
from crmlib.analysis.experiments import ALPHA, VERDICTS, arms, evaluate
from crmlib.analysis.means import MeansResult, Moments, means, moments
from crmlib.analysis.multiplicity import adjust_pvalues
from crmlib.analysis.outcomes import ARMS, METRICS, missing, unit_outcomes
from crmlib.analysis.planning import power_means, power_proportions, sample_size_means, sample_size_proportions
from crmlib.analysis.proportions import ProportionsResult, proportions

__all__ = [
    "ALPHA",
    "ARMS",
    "METRICS",
    "RATIO_ALPHA",
    "VERDICTS",
    "MeansResult",
    "Moments",
    "ProportionsResult",
    "SampleRatioResult",
    "adjust_pvalues",
    "arms",
    "evaluate",
    "means",
    "missing",
    "moments",
    "power_means",
    "power_proportions",
    "proportions",
    "sample_ratio",
    "sample_size_means",
    "sample_size_proportions",
    "unit_outcomes",
]
