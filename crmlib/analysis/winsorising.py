"""Values above a quantile of all arms together are set to it, and counted: a few orders must not decide a test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from crmlib.analysis.checks import require_between

if TYPE_CHECKING:
    from crmlib.analysis.intervals import Floats


@dataclass(frozen=True, kw_only=True)
class Winsorised:
    """The values of both arms, cut at `cap`; `n_control_cut` and `n_treatment_cut` units were above it.

    What is compared then is the mean of min(value, cap), not of the value: say so, with the share it leaves of the
    total (`kept_control`, `kept_treatment`; NaN where an arm's total is 0).
    """

    control: Floats
    treatment: Floats
    cap: float
    quantile: float
    n_control_cut: int
    n_treatment_cut: int
    kept_control: float
    kept_treatment: float


def winsorise(control: ArrayLike, treatment: ArrayLike, *, quantile: float = 0.99) -> Winsorised:
    """Cut both arms' values at one cap, the quantile of all values together, so that the cap is no effect of an arm.

    The cap is the smallest value seen that at least a share `quantile` of the units do not exceed.

    Returns:
        Winsorised; without a value the cap is NaN.

    Raises:
        ValueError: quantile is not between 0 and 1, or a value is missing.

    Source: Tukey (1962), Annals of Mathematical Statistics 33, 1-67.

    Example:
        >>> found = winsorise([0, 10, 20], [0, 30, 900], quantile=0.8)
        >>> found.cap, found.treatment.tolist(), found.n_treatment_cut
        (30.0, [0.0, 30.0, 30.0], 1)
    """
    require_between("quantile", quantile, 0, 1)
    arms = [np.asarray(values, dtype="float64") for values in (control, treatment)]
    every = np.concatenate(arms)
    if np.isnan(every).any():
        raise ValueError(f"{int(np.isnan(every).sum())} of {every.size} values are missing, must be none.")
    cap = float(np.quantile(every, quantile, method="inverted_cdf")) if every.size else float("nan")
    cut = [np.minimum(values, cap) for values in arms]
    return Winsorised(
        control=cut[0],
        treatment=cut[1],
        cap=cap,
        quantile=quantile,
        n_control_cut=int((arms[0] > cap).sum()),
        n_treatment_cut=int((arms[1] > cap).sum()),
        kept_control=_kept(arms[0], cut[0]),
        kept_treatment=_kept(arms[1], cut[1]),
    )


def _kept(before: Floats, after: Floats) -> float:
    return float(after.sum() / before.sum()) if before.sum() else float("nan")
