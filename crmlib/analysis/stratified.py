"""A difference between two arms within strata of like units, pooled: for groups that chance did not form."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd
from scipy import special

from crmlib.analysis.checks import require_between, require_columns
from crmlib.analysis.intervals import UNKNOWN, Interval, normal_quantile

COUNTS = ["n_control", "x_control", "n_treatment", "x_treatment"]
MOMENTS = ["n_control", "mean_control", "variance_control", "n_treatment", "mean_treatment", "variance_treatment"]


@dataclass(frozen=True, kw_only=True)
class StratifiedResult:
    """Treatment against control among like units; `difference` is treatment - control, weighted over the strata.

    `pvalue` is below 1 - confidence_level exactly when `difference_interval` excludes 0. `crude` is the difference
    without strata, of the units that are compared. `table` has the strata used: stratum, n_control, n_treatment,
    difference, weight (they add up to 1). A stratum without enough units of both arms compares nothing: `n_strata_left`
    of them and their `n_units_left` units are left out, and the estimate does not speak of them.
    """

    table: pd.DataFrame
    confidence_level: float
    n_control: int
    n_treatment: int
    n_strata: int
    n_strata_left: int
    n_units_left: int
    difference: float
    difference_interval: Interval
    statistic: float
    pvalue: float
    crude: float


def stratify_rates(units: pd.DataFrame, *, strata: list[str], arm: str = "arm", value: str = "value") -> pd.DataFrame:
    """Counts by stratum from one row a unit with an arm (control, treatment) and a value of 0 or 1.

    Returns columns:
        stratum (the values of the columns joined by " / "); n_control, x_control, n_treatment, x_treatment.

    Raises:
        ValueError: a column is missing.

    Example:
        >>> units = pd.DataFrame({"f": ["1", "1"], "arm": ["control", "treatment"], "value": [0, 1]})
        >>> stratify_rates(units, strata=["f"]).to_numpy().tolist()
        [['1', 1, 0, 1, 1]]
    """
    sizes = _by_stratum(units, strata, arm, value, ["size", "sum"])
    table = pd.DataFrame({"stratum": sizes.index.astype("str")})
    for name in ("control", "treatment"):
        table[f"n_{name}"] = sizes.get(("size", name), pd.Series(0, index=sizes.index)).fillna(0).to_numpy("int64")
        table[f"x_{name}"] = sizes.get(("sum", name), pd.Series(0, index=sizes.index)).fillna(0).to_numpy("int64")
    return table


def stratify_means(units: pd.DataFrame, *, strata: list[str], arm: str = "arm", value: str = "value") -> pd.DataFrame:
    """Moments by stratum from one row a unit with an arm (control, treatment) and an amount.

    Returns columns:
        stratum; n_control, mean_control, variance_control, n_treatment, mean_treatment, variance_treatment.

    Raises:
        ValueError: a column is missing.
    """
    found = _by_stratum(units, strata, arm, value, ["size", "mean", "var"])
    table = pd.DataFrame({"stratum": found.index.astype("str")})
    for name in ("control", "treatment"):
        for figure, column in (("size", "n"), ("mean", "mean"), ("var", "variance")):
            values = found.get((figure, name), pd.Series(float("nan"), index=found.index))
            table[f"{column}_{name}"] = values.fillna(0).to_numpy("int64") if column == "n" else values.to_numpy()
    return table


def mantel_haenszel(table: pd.DataFrame, *, confidence_level: float = 0.95) -> StratifiedResult:
    """Mantel and Haenszel's difference of two rates over strata, from the counts of `stratify_rates`.

    Weights n_c n_t / (n_c + n_t); variance of Greenland and Robins, sum of (x_t (n_t - x_t) n_c^3 + x_c (n_c - x_c)
    n_t^3) / (n_c n_t n^2) over the squared sum of weights, which holds for few large and for many small strata. The
    test is its z.

    Raises:
        ValueError: a column is missing or confidence_level is not between 0 and 1.

    Source: Greenland and Robins (1985), Biometrics 41, 55-68.

    Example:
        >>> row = {"n_control": 80, "x_control": 48, "n_treatment": 70, "x_treatment": 56}
        >>> round(mantel_haenszel(pd.DataFrame({"stratum": ["all"], **row})).difference, 6)
        0.2
    """
    require_columns("table", table.columns, ["stratum", *COUNTS])
    used = table[(table["n_control"] > 0) & (table["n_treatment"] > 0)].reset_index(drop=True)
    n_c, x_c, n_t, x_t = (used[name].astype("float64") for name in COUNTS)
    weight = n_c * n_t / (n_c + n_t)
    terms = (x_t * (n_t - x_t) * n_c**3 + x_c * (n_c - x_c) * n_t**3) / (n_c * n_t * (n_c + n_t) ** 2)
    crude = x_t.sum() / n_t.sum() - x_c.sum() / n_c.sum() if len(used) else float("nan")
    difference = x_t / n_t - x_c / n_c
    return _pooled(table, used, difference, weight, terms.sum(), crude=crude, level=confidence_level)


def stratified_means(table: pd.DataFrame, *, confidence_level: float = 0.95) -> StratifiedResult:
    """A difference of two means over strata, from the moments of `stratify_means`; weights n_c n_t / (n_c + n_t).

    The variance is the sum of weight^2 (variance_c / n_c + variance_t / n_t) over the squared sum of weights. Weights
    by the strata's sizes, not by their observed variances, which in a small stratum are chance and go with the mean. A
    stratum needs two units of both arms. The test is Student's with Satterthwaite's degrees of freedom.

    Raises:
        ValueError: a column is missing or confidence_level is not between 0 and 1.

    Source: Cochran (1977), Sampling Techniques, section 5A; Satterthwaite (1946), Biometrics Bulletin 2, 110-114.
    """
    require_columns("table", table.columns, ["stratum", *MOMENTS])
    used = table[(table["n_control"] > 1) & (table["n_treatment"] > 1)].reset_index(drop=True)
    n_c, mean_c, var_c, n_t, mean_t, var_t = (used[name].astype("float64") for name in MOMENTS)
    weight = n_c * n_t / (n_c + n_t)
    parts = [(weight**2 * var / n, n - 1) for var, n in ((var_c, n_c), (var_t, n_t))]
    total = sum(float(part.sum()) for part, _ in parts)
    below = sum(float((part**2 / degrees).sum()) for part, degrees in parts)
    crude = float("nan")
    if len(used):
        crude = (mean_t * n_t).sum() / n_t.sum() - (mean_c * n_c).sum() / n_c.sum()
    degrees = total**2 / below if below > 0 else float("nan")
    return _pooled(table, used, mean_t - mean_c, weight, total, crude=crude, level=confidence_level, degrees=degrees)


def _by_stratum(units: pd.DataFrame, strata: list[str], arm: str, value: str, figures: list[str]) -> pd.DataFrame:
    require_columns("units", units.columns, [*strata, arm, value])
    parts = [units[name].astype("str") for name in strata]
    joined = parts[0].str.cat(parts[1:], sep=" / ")
    groups = units.groupby([joined.rename("stratum"), units[arm].rename("arm")])[value]
    return groups.agg(figures).unstack("arm")


def _pooled(
    table: pd.DataFrame,
    used: pd.DataFrame,
    difference: pd.Series,
    weight: pd.Series,
    squared: float,
    *,
    crude: float,
    level: float,
    degrees: float = math.inf,
) -> StratifiedResult:
    require_between("confidence_level", level, 0, 1)
    total = float(weight.sum())
    pooled = float((weight * difference).sum()) / total if total else float("nan")
    error = math.sqrt(squared) / total if total and squared > 0 else float("nan")
    normal = math.isinf(degrees)
    quantile = normal_quantile(level) if normal else float(special.stdtrit(degrees, 0.5 + level / 2))
    statistic = pooled / error
    tail = special.ndtr(-abs(statistic)) if normal else special.stdtr(degrees, -abs(statistic))
    sizes = {name: int(used[name].sum()) for name in ("n_control", "n_treatment")}
    columns = {name: used[name] for name in ("stratum", "n_control", "n_treatment")}
    return StratifiedResult(
        table=pd.DataFrame({**columns, "difference": difference, "weight": weight / total if total else weight}),
        confidence_level=level,
        n_control=sizes["n_control"],
        n_treatment=sizes["n_treatment"],
        n_strata=len(used),
        n_strata_left=len(table) - len(used),
        n_units_left=int(table[["n_control", "n_treatment"]].to_numpy().sum()) - sum(sizes.values()),
        difference=pooled,
        difference_interval=UNKNOWN if math.isnan(error) else _around(pooled, quantile * error),
        statistic=statistic,
        pvalue=float(2 * tail),
        crude=float(crude),
    )


def _around(centre: float, half: float) -> Interval:
    return Interval(centre - half, centre + half)
