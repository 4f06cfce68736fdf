"""Whether arms differ in the mix of several outcomes, such as the reasons of cancellation, and in which of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import special

from crmlib.analysis.checks import require_at_least, require_between, require_columns
from crmlib.analysis.multiplicity import adjust_pvalues
from crmlib.analysis.proportions import ProportionsResult, proportions

if TYPE_CHECKING:
    from crmlib.analysis.intervals import Floats

# Cochran: at most a fifth of the expected counts below 5, none below 1.
SMALL, SMALLEST, SMALL_SHARE = 5, 1, 0.2
RESAMPLES = 9_999
SEED = 20_240_101
ALPHA = 0.05


@dataclass(frozen=True, kw_only=True)
class ChiSquareResult:
    """Pearson's chi-squared test of an r x c table; no interval inverts it, a verdict on the mix follows `pvalue`.

    `method` is "chi_squared", or "monte_carlo" where expected counts are small: then `pvalue` is the share of
    `resamples` random tables with the same margins that are no less uneven (plus one of each), from a stated seed.
    `cramers_v` runs from 0 (same mix) to 1. NaN with fewer than two rows or columns that hold a count.
    """

    n: int
    method: str
    statistic: float
    degrees_of_freedom: int
    pvalue: float
    cramers_v: float
    smallest_expected: float
    share_small_expected: float
    resamples: int


def chi_square(table: ArrayLike, *, resamples: int = RESAMPLES, seed: int = SEED) -> ChiSquareResult:
    """Pearson's chi-squared test that all columns have the same mix of rows; empty rows and columns do not count.

    The chi-squared distribution where at most a fifth of the expected counts are below 5 and none is below 1,
    otherwise random tables with the same margins.

    Raises:
        ValueError: a count is negative or not whole, or resamples is below 1.

    Source: Pearson (1900); the rule is Cochran's (1954), Biometrics 10, 417-451; the Monte Carlo test is that of R's
    chisq.test(simulate.p.value = TRUE).

    Example:
        >>> found = chi_square([[880, 850], [120, 150]])
        >>> round(found.statistic, 4), round(found.pvalue, 5)
        (3.8536, 0.04964)
    """
    require_at_least("resamples", resamples, 1)
    counts = _counts(table)
    n = int(counts.sum())
    nan = float("nan")
    if min(counts.shape) < 2:
        return ChiSquareResult(
            n=n, method="chi_squared", statistic=nan, degrees_of_freedom=0, pvalue=nan, cramers_v=nan,
            smallest_expected=nan, share_small_expected=nan, resamples=0,
        )  # fmt: skip
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / n
    statistic = float(((counts - expected) ** 2 / expected).sum())
    degrees = (counts.shape[0] - 1) * (counts.shape[1] - 1)
    small = float((expected < SMALL).mean())
    trusted = small <= SMALL_SHARE and expected.min() >= SMALLEST
    return ChiSquareResult(
        n=n,
        method="chi_squared" if trusted else "monte_carlo",
        statistic=statistic,
        degrees_of_freedom=degrees,
        pvalue=float(special.chdtrc(degrees, statistic)) if trusted else _simulated(counts, expected, resamples, seed),
        cramers_v=float(np.sqrt(statistic / n / (min(counts.shape) - 1))),
        smallest_expected=float(expected.min()),
        share_small_expected=small,
        resamples=0 if trusted else resamples,
    )


def rate_differences(
    control: pd.DataFrame, treatment: pd.DataFrame, *, n_control: int, n_treatment: int, alpha: float = ALPHA
) -> pd.DataFrame:
    """The rate of each reason per unit (assigned or active) of each arm and its difference, corrected for their number.

    `control` and `treatment` have one row a reason: reason, n (units with it); a reason that one of them lacks is a 0.
    For k reasons the intervals (score) are at 1 - alpha / k and `pvalue` is min(1, k p): below alpha exactly when the
    interval excludes 0. The verdict follows these two; Holm's p-value, never larger, stands beside them.

    Returns columns:
        reason; n_control, n_treatment (units of the arm); cancelled_control, cancelled_treatment (with the reason);
        rate_control, rate_treatment; difference, difference_low, difference_high (treatment - control); pvalue
        (Bonferroni); pvalue_holm; verdict (higher, lower, no_clear_difference). With an empty arm the difference is
        NaN and not called clear.

    Raises:
        ValueError: a column is missing, more units have a reason than there are, or alpha is not between 0 and 1.

    Source: Mee (1984), Biometrika 40, 1175-1176; Dunn (1961), JASA 56, 52-64; Holm (1979).

    Example:
        >>> control = pd.DataFrame({"reason": ["price", "surplus"], "n": [10, 30]})
        >>> treatment = pd.DataFrame({"reason": ["price", "surplus"], "n": [11, 8]})
        >>> rate_differences(control, treatment, n_control=200, n_treatment=200)["verdict"].tolist()
        ['no_clear_difference', 'lower']
    """
    require_between("alpha", alpha, 0, 1)
    for name, frame in (("control", control), ("treatment", treatment)):
        require_columns(name, frame.columns, ["reason", "n"])
    names = list(dict.fromkeys([*control["reason"], *treatment["reason"]]))
    seen = [frame.groupby("reason")["n"].sum().reindex(names, fill_value=0) for frame in (control, treatment)]
    level = 1 - alpha / max(len(names), 1)
    found = [
        proportions(int(x_c), n_control, int(x_t), n_treatment, confidence_level=level)
        for x_c, x_t in zip(*seen, strict=True)
    ]
    table = pd.DataFrame({"reason": names}).assign(n_control=n_control, n_treatment=n_treatment)
    table["cancelled_control"], table["cancelled_treatment"] = seen[0].to_numpy(), seen[1].to_numpy()
    return table.assign(**_figures(found, alpha))


def _figures(found: list[ProportionsResult], alpha: float) -> dict[str, list[float] | list[str] | Floats]:
    raw = np.array([result.pvalue for result in found], dtype="float64")
    pvalues = np.minimum(1.0, len(found) * raw)
    differences = [result.difference for result in found]
    clear = [
        ("higher" if d > 0 else "lower") if p < alpha else "no_clear_difference"
        for d, p in zip(differences, pvalues, strict=True)
    ]
    return {
        "rate_control": [result.rate_control for result in found],
        "rate_treatment": [result.rate_treatment for result in found],
        "difference": differences,
        "difference_low": [result.difference_interval.low for result in found],
        "difference_high": [result.difference_interval.high for result in found],
        "pvalue": pvalues,
        "pvalue_holm": adjust_pvalues(raw),
        "verdict": clear,
    }


def _counts(table: ArrayLike) -> Floats:
    counts = np.atleast_2d(np.asarray(table, dtype="float64"))
    wrong = counts[(counts < 0) | (counts != np.floor(counts))]
    if wrong.size:
        raise ValueError(f"count == {wrong[0]:g}, must be a whole number.")
    return counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]


def _simulated(counts: Floats, expected: Floats, resamples: int, seed: int) -> float:
    # Random tables with both margins: column labels dealt to the rows without replacement, row by row.
    rng = np.random.default_rng(seed)
    rows = counts.sum(axis=1).astype("int64")
    left = np.broadcast_to(counts.sum(axis=0).astype("int64"), (resamples, counts.shape[1]))
    statistic = np.zeros(resamples)
    for i, size in enumerate(rows):
        drawn = left if i == len(rows) - 1 else _dealt(rng, left, int(size))
        statistic += ((drawn - expected[i]) ** 2 / expected[i]).sum(axis=1)
        left = left - drawn
    seen = float(((counts - expected) ** 2 / expected).sum())
    return float((1 + (statistic >= seen * (1 - 1e-9)).sum()) / (1 + resamples))


def _dealt(rng: np.random.Generator, left: np.ndarray, size: int) -> np.ndarray:
    # One multivariate hypergeometric draw for each row of `left`, column by column.
    drawn, open_places, rest = np.zeros_like(left), np.full(len(left), size), left.sum(axis=1)
    for j in range(left.shape[1]):
        rest = rest - left[:, j]
        drawn[:, j] = rng.hypergeometric(left[:, j], rest, open_places)
        open_places = open_places - drawn[:, j]
    return drawn
