"""Value and interval of a monthly figure from its sums, by the kind of figure it is."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy import special

from crmlib.analysis.checks import require_between, require_columns
from crmlib.analysis.intervals import Interval, normal_quantile, wilson_bounds
from crmlib.analysis.nps import score

SUMS = ["method", "x", "y", "xx", "xy", "yy", "m", "bounded"]
FEWEST = 30
NAN = float("nan")
Bounds = tuple[float, float, float]


def with_bounds(measures: pd.DataFrame, *, confidence_level: float = 0.95, fewest: int = FEWEST) -> pd.DataFrame:
    """Add value and interval to monthly sums; no share of fewer than `fewest`.

    By `method`: count (x events): x with Garwood's exact Poisson interval; sum (x over customers, xx their squares): x
    as a compound Poisson sum, x * exp(±z * sqrt(xx) / x); share: x / y with Wilson's interval; ratio: x / y with the
    customer as the unit of chance, variance m / (m - 1) * (xx - 2 * R * xy + R² * yy) / y² of m customers, on the logit
    scale where `bounded` (a share of money) and on the log scale else; per_event (x fixed, y events): x / y with y's
    Poisson interval; nps (x promoters, xx detractors, y answers): the adjusted Wald interval.

    Returns columns:
        those of `measures`; actual, actual_low, actual_high (NaN where not defined, or a share of too few).

    Raises:
        ValueError: a column is missing, an unknown method, or confidence_level is not between 0 and 1.

    Source: Garwood (1936), Biometrika 28, 437-442; Cochran (1977), Sampling Techniques, 6.3.

    Example:
        >>> rows = pd.DataFrame({"kpi_id": ["f2_rate"], "method": ["share"], "n": [50], "x": [10], "y": [50],
        ...                      "xx": [0.0], "xy": [0.0], "yy": [0.0], "m": [50], "bounded": [False]})
        >>> with_bounds(rows)[["actual", "actual_low", "actual_high"]].round(3).to_numpy().tolist()
        [[0.2, 0.112, 0.33]]
    """
    require_columns("measures", measures.columns, ["kpi_id", "n", *SUMS])
    require_between("confidence_level", confidence_level, 0, 1)
    found = [_bounds(row, confidence_level) for row in measures.to_dict("records")]
    table = measures.assign(**{
        name: pd.Series([bounds[place] for bounds in found], index=measures.index, dtype="float64")
        for place, name in enumerate(("actual", "actual_low", "actual_high"))
    })  # fmt: skip
    few = (measures["n"] < fewest) & (measures["method"].isin(["share", "nps"]) | measures["bounded"].astype("bool"))
    columns = ["actual", "actual_low", "actual_high"]
    table[columns] = table[columns].mask(few)
    return table


def difference_bounds(actual: float, interval: Interval, before: float, interval_before: Interval) -> Interval:
    """Interval of actual - before from the two intervals, MOVER; of two shares it is Newcombe's.

    low = d - sqrt((a - a_low)² + (b_high - b)²), high = d + sqrt((a_high - a)² + (b - b_low)²), of two figures that
    rest on different customers; where the same customers are in both it is a little too wide.

    Source: Zou and Donner (2008), Statistics in Medicine 27, 1693-1702.

    Example:
        >>> found = difference_bounds(0.5, Interval(0.4, 0.6), 0.2, Interval(0.1, 0.3))
        >>> [round(end, 3) for end in (found.low, found.high)]
        [0.159, 0.441]
    """
    difference = actual - before
    down = np.hypot(actual - interval.low, interval_before.high - before)
    up = np.hypot(interval.high - actual, before - interval_before.low)
    return Interval(float(difference - down), float(difference + up))


def poisson_bounds(count: float, *, confidence_level: float = 0.95) -> Interval:
    """Garwood's exact interval of a count of independent events.

    Source: Garwood (1936), Biometrika 28, 437-442.

    Example:
        >>> [round(end, 3) for end in (poisson_bounds(0).high, poisson_bounds(10).low, poisson_bounds(10).high)]
        [3.689, 4.795, 18.39]
    """
    tail = (1 - confidence_level) / 2
    low = float(special.gammaincinv(count, tail)) if count > 0 else 0.0
    return Interval(low, float(special.gammaincinv(count + 1, 1 - tail)))


def _bounds(row: dict[str, float], level: float) -> Bounds:
    method = str(row["method"])
    if method not in _METHODS:
        raise ValueError(f"method == {method!r}, must be one of {', '.join(_METHODS)}.")
    return _METHODS[method](row, level)


def _count(row: dict[str, float], level: float) -> Bounds:
    found = poisson_bounds(row["x"], confidence_level=level)
    return float(row["x"]), found.low, found.high


def _sum(row: dict[str, float], level: float) -> Bounds:
    x = float(row["x"])
    if x <= 0 or row["n"] < 2:
        return x, NAN, NAN
    factor = float(np.exp(normal_quantile(level) * np.sqrt(row["xx"]) / x))
    return x, x / factor, x * factor


def _share(row: dict[str, float], level: float) -> Bounds:
    if not row["y"] > 0:
        return NAN, NAN, NAN
    low, high = wilson_bounds(row["x"], row["y"], confidence_level=level)
    return row["x"] / row["y"], float(low), float(high)


def _ratio(row: dict[str, float], level: float) -> Bounds:
    x, y, m = float(row["x"]), float(row["y"]), float(row["m"])
    if not y > 0:
        return NAN, NAN, NAN
    rate = x / y
    if m < 2 or x <= 0:
        return rate, NAN, NAN
    squares = max(row["xx"] - 2 * rate * row["xy"] + rate**2 * row["yy"], 0.0)
    half = normal_quantile(level) * float(np.sqrt(m / (m - 1) * squares)) / y
    if not row["bounded"]:
        factor = float(np.exp(half / rate))
        return rate, rate / factor, rate * factor
    if rate >= 1:
        return rate, NAN, NAN
    wide = half / (rate * (1 - rate))
    ends = (special.expit(special.logit(rate) + sign * wide) for sign in (-1, 1))
    low, high = ends
    return rate, float(low), float(high)


def _per_event(row: dict[str, float], level: float) -> Bounds:
    if not row["y"] > 0:
        return NAN, NAN, NAN
    found = poisson_bounds(row["y"], confidence_level=level)
    return row["x"] / row["y"], row["x"] / found.high, row["x"] / found.low


def _nps(row: dict[str, float], level: float) -> Bounds:
    promoters, detractors, n = int(row["x"]), int(row["xx"]), int(row["y"])
    found = score([10] * promoters + [8] * (n - promoters - detractors) + [0] * detractors, confidence_level=level)
    return found.nps, found.interval.low, found.interval.high


_METHODS: dict[str, Callable[[dict[str, float], float], Bounds]] = {
    "count": _count, "sum": _sum, "share": _share, "ratio": _ratio, "per_event": _per_event, "nps": _nps,
}  # fmt: skip
