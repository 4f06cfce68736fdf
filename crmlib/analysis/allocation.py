"""Whether the arms have the sizes that were planned: the first question to any experiment."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy import special

from crmlib.analysis.checks import require_at_least, require_between

RATIO_ALPHA = 0.001
EXACT_BELOW = 1000


@dataclass(frozen=True, kw_only=True)
class SampleRatioResult:
    """Units of each arm against the planned share of the treatment.

    `ok` is False when the p-value is below 0.001: then the assignment went wrong somewhere and the outcome must not
    be read. Without units the p-value is NaN and `ok` True.
    """

    n_control: int
    n_treatment: int
    treatment_share: float
    treatment_share_planned: float
    method: str
    pvalue: float
    ok: bool


def sample_ratio(n_control: int, n_treatment: int, *, treatment_share: float = 0.5) -> SampleRatioResult:
    """Test of the arms' sizes against the planned share of the treatment.

    The exact two-sided binomial test below 1,000 units, from there the normal approximation with continuity
    correction.

    Raises:
        ValueError: a size is negative or treatment_share is not between 0 and 1.

    Source: the rule of tea-tasting's SampleRatio; the threshold of 0.001 is custom (Fabijan et al. 2019, KDD).

    Example:
        >>> round(sample_ratio(2023, 1977).pvalue, 7)
        0.4767667
    """
    require_at_least("n_control", n_control, 0)
    require_at_least("n_treatment", n_treatment, 0)
    require_between("treatment_share", treatment_share, 0, 1)
    n = n_control + n_treatment
    exact = n < EXACT_BELOW
    pvalue = _exact(n_treatment, n, treatment_share) if exact else _normal(n_treatment, n, treatment_share)
    return SampleRatioResult(
        n_control=n_control,
        n_treatment=n_treatment,
        treatment_share=n_treatment / n if n else float("nan"),
        treatment_share_planned=treatment_share,
        method="exact" if exact else "normal",
        pvalue=pvalue,
        ok=not pvalue < RATIO_ALPHA,
    )


def _exact(k: int, n: int, p: float) -> float:
    from scipy.stats import binomtest

    return float(binomtest(k, n, p).pvalue) if n else float("nan")


def _normal(k: int, n: int, p: float) -> float:
    off = max(abs(k - n * p) - 0.5, 0.0)
    return float(2 * special.ndtr(-off / math.sqrt(n * p * (1 - p))))
