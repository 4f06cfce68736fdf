"""Whether two arms were alike before the experiment: each trait's standardised difference, and all traits at once."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype
from scipy import special

from crmlib.analysis.checks import require_columns

if TYPE_CHECKING:
    from crmlib.analysis.intervals import Floats

THRESHOLD = 0.1
SINGULAR = 1e-10
TRAIT_COLUMNS = ["trait", "level", "n_control", "n_treatment", "value_control", "value_treatment"]


@dataclass(frozen=True, kw_only=True)
class BalanceResult:
    """Traits of two arms from before the experiment, and the test that chance formed the arms.

    `table` has one row a number and one row a level of a category: trait, level (NA for a number), n_control,
    n_treatment (units with the trait known), value_control, value_treatment (means, or shares of the level),
    standardised_difference, is_balanced (at most 0.1 away from 0). `statistic` is chi-squared with
    `degrees_of_freedom`; a small `pvalue` says that the arms differ by more than chance does. Units with a missing
    trait are left out of the test: `n_left`. No interval inverts it: a verdict follows `pvalue`.
    """

    table: pd.DataFrame
    statistic: float
    degrees_of_freedom: int
    pvalue: float
    n_left: int


def balance(units: pd.DataFrame, *, traits: list[str], arm: str = "arm") -> BalanceResult:
    """Compare the traits of the arms `control` and `treatment`, one row a unit; words are categories.

    standardised_difference = (mean_t - mean_c) / sqrt((var_t + var_c) / 2), a level's variance being p (1 - p): it does
    not grow with n, as a test does. Omnibus test: d' C^-1 d with d the differences of all columns and C their
    covariance over all units times n / (n_c n_t), chi-squared with its rank under random assignment.

    Raises:
        ValueError: a column is missing.

    Source: Austin (2009), Statistics in Medicine 28, 3083-3107; Hansen and Bowers (2008), Statistical Science 23,
    219-236.

    Example:
        >>> units = pd.DataFrame({"arm": ["control"] * 2 + ["treatment"] * 2, "n_orders": [1, 3, 2, 4]})
        >>> round(float(balance(units, traits=["n_orders"]).table["standardised_difference"].iloc[0]), 6)
        0.707107
    """
    require_columns("units", units.columns, [arm, *traits])
    known = units[units[arm].isin(["control", "treatment"])]
    columns = [column for trait in traits for column in _columns(known[trait])]
    treated = (known[arm] == "treatment").to_numpy()
    rows = [_row(trait, level, values, treated) for trait, level, values in columns]
    table = pd.DataFrame(rows, columns=[*TRAIT_COLUMNS, "standardised_difference"])
    table["is_balanced"] = table["standardised_difference"].abs() <= THRESHOLD
    matrix = np.column_stack([values for *_, values in columns]) if columns else np.empty((len(known), 0))
    whole = ~np.isnan(matrix).any(axis=1)
    statistic, degrees = _omnibus(matrix[whole], treated[whole])
    return BalanceResult(
        table=table,
        statistic=statistic,
        degrees_of_freedom=degrees,
        pvalue=float(special.chdtrc(degrees, statistic)) if degrees else float("nan"),
        n_left=int((~whole).sum()),
    )


def _columns(trait: pd.Series) -> list[tuple[str, object, Floats]]:
    name = str(trait.name)
    if is_numeric_dtype(trait) and not is_bool_dtype(trait):
        return [(name, pd.NA, trait.to_numpy(dtype="float64", na_value=np.nan))]
    missing = trait.isna().to_numpy()
    levels = sorted(trait.dropna().unique(), key=str)
    shown = [(level, (trait == level).fillna(value=False).to_numpy(dtype="float64")) for level in levels]
    return [(name, level, np.where(missing, np.nan, values)) for level, values in shown]


def _row(trait: str, level: object, values: Floats, treated: np.ndarray) -> tuple[object, ...]:
    arms = [values[side & ~np.isnan(values)] for side in (~treated, treated)]
    if not all(arm.size for arm in arms):
        means = [float(arm.mean()) if arm.size else float("nan") for arm in arms]
        return trait, level, arms[0].size, arms[1].size, *means, float("nan")
    counts_alone = level is not pd.NA
    spread = sum(float(arm.var(ddof=0 if counts_alone or arm.size < 2 else 1)) for arm in arms) / 2
    means = [float(arm.mean()) for arm in arms]
    difference = means[1] - means[0]
    unlike = math.copysign(math.inf, difference) if difference else 0.0
    return trait, level, arms[0].size, arms[1].size, *means, difference / math.sqrt(spread) if spread else unlike


def _omnibus(matrix: Floats, treated: np.ndarray) -> tuple[float, int]:
    n_t, n = int(treated.sum()), len(treated)
    n_c = n - n_t
    if min(n_c, n_t) == 0 or n < 3 or not matrix.shape[1]:
        return float("nan"), 0
    # Each column on its own scale, so that what is singular does not depend on the unit of money.
    scale = matrix.std(axis=0)
    scaled = matrix[:, scale > 0] / scale[scale > 0]
    if not scaled.shape[1]:
        return float("nan"), 0
    d = scaled[treated].mean(axis=0) - scaled[~treated].mean(axis=0)
    covariance = np.atleast_2d(np.cov(scaled, rowvar=False)) * n / n_c / n_t
    rank = int(np.linalg.matrix_rank(covariance, rtol=SINGULAR, hermitian=True))
    return float(d @ np.linalg.pinv(covariance, rtol=SINGULAR, hermitian=True) @ d), rank
