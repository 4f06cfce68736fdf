"""Expectation before against experience after: the gap, its four quarters, and where it is widest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from crmlib.analysis.checks import require_columns
from crmlib.analysis.intervals import UNKNOWN, Interval, wilson_bounds
from crmlib.analysis.later_repeat import by_group
from crmlib.analysis.means import means, moments
from crmlib.analysis.nps import NpsResult, score
from crmlib.analysis.nps_bands import STANDARD, Bands

LEAST = 30
ALPHA = 0.05
QUARTERS = ("promise_kept", "better_than_expected", "let_down", "little_expected")
GAPS = ("above_expectation", "as_expected", "below_expectation")
PAIR = ["expectation", "experience"]


@dataclass(frozen=True, kw_only=True)
class GapResult:
    """Experience minus expectation over customers who told both; NaN where fewer than two did.

    `rate_above` is the share whose experience was above their expectation.
    """

    n: int
    mean_gap: float
    interval: Interval
    pvalue: float
    n_above: int
    n_below: int
    rate_above: float
    rate_above_interval: Interval


def paired(answers: pd.DataFrame) -> pd.DataFrame:
    """The answers that tell both, with `gap` (experience - expectation) and `gap_side` (an ordered category).

    Raises:
        ValueError: a column is missing.
    """
    require_columns("answers", answers.columns, PAIR)
    rows = answers.dropna(subset=PAIR)
    gap = rows["experience"].astype("float64") - rows["expectation"].astype("float64")
    side = np.select([gap > 0, gap == 0], [0, 1], 2)
    return rows.assign(gap=gap, gap_side=pd.Categorical.from_codes(side, list(GAPS), ordered=True))


def gap(pairs: pd.DataFrame) -> GapResult:
    """The mean of experience - expectation with the interval of the paired t test, and the share above.

    Where every gap is the same there is no spread to judge by, and the interval is NaN.

    Example:
        >>> told = paired(pd.DataFrame({"expectation": [3, 4, 3], "experience": [5, 4, 4]}))
        >>> gap(told).mean_gap, gap(told).n_above
        (1.0, 2)
    """
    values = pairs["gap"].to_numpy(dtype="float64")
    n, above = len(values), int((values > 0).sum())
    own = moments(values)
    # Against a second arm of zeros without spread Welch's test is the one-sample t test.
    spread = n > 1 and own.variance > 0
    ends = means(own, own).interval_control if spread else UNKNOWN
    low, high = wilson_bounds(above, n)
    return GapResult(
        n=n,
        mean_gap=own.mean,
        interval=ends,
        pvalue=_one_sample(own.mean, own.variance, n) if spread else np.nan,
        n_above=above,
        n_below=int((values < 0).sum()),
        rate_above=above / n if n else np.nan,
        rate_above_interval=Interval(float(low), float(high)),
    )


def cut(pairs: pd.DataFrame, *, high_from: int | None = None) -> float:
    """From which answer on an expectation or experience counts as high: given, else above the middle of the scale.

    The scale is taken to run from the lowest to the highest answer given to either question.

    Example:
        >>> cut(pd.DataFrame({"expectation": [1, 4], "experience": [2, 5]}))
        4.0
    """
    if high_from is not None or pairs.empty:
        return np.nan if high_from is None else float(high_from)
    values = pairs[PAIR].to_numpy(dtype="float64")
    return float(np.floor((values.min() + values.max()) / 2) + 1)


def quadrants(pairs: pd.DataFrame, *, high_from: float, bands: Bands = STANDARD, least: int = LEAST) -> pd.DataFrame:
    """The four quarters of expectation and experience, each high or low, with score and later repeat.

    Returns columns:
        of `groups`, by quarter: promise_kept (both high), better_than_expected (only experience), let_down (only
        expectation), little_expected (neither).
    """
    named = pairs.assign(quarter=_quarter(pairs, high_from))
    return groups(named, group="quarter", bands=bands, least=least)


def groups(pairs: pd.DataFrame, *, group: str, bands: Bands = STANDARD, least: int = LEAST) -> pd.DataFrame:
    """Each group's size, share, score and later repeat.

    Returns columns:
        group; n; share, share_low, share_high (of all who told both); nps, nps_low, nps_high; n_windowed,
        n_bought_later; repeat_rate and repeat_difference with their ends; pvalue. Rates and scores are NaN below
        `least` answers.
    """
    require_columns("pairs", pairs.columns, [group, "nps", "windowed", "bought_later"])
    names = [str(name) for name in pairs[group].cat.categories]
    parts = [pairs.loc[pairs[group] == name, "nps"] for name in names]
    scores = [score(part, bands=bands) for part in parts]
    n = np.array([one.n for one in scores], dtype="int64")
    whole = len(pairs) if len(pairs) >= least else np.nan
    # Too few for a share: no bounds either.
    low, high = wilson_bounds(n, [len(pairs) if len(pairs) >= least else 0] * len(n))
    table = pd.DataFrame({"group": names, "n": n, "share": n / whole, "share_low": low, "share_high": high})
    figures = [_score(one) if one.n >= least else (np.nan,) * 3 for one in scores]
    table[["nps", "nps_low", "nps_high"]] = np.array(figures, dtype="float64").reshape(-1, 3)
    repeats = by_group(pairs[pairs["windowed"].astype(bool)], group=group, least=least)
    found = table.merge(repeats, on="group", how="left")
    whole_numbers = ["n_windowed", "n_bought_later"]
    return found.assign(**{name: found[name].fillna(0).astype("int64") for name in whole_numbers})


def _score(found: NpsResult) -> tuple[float, float, float]:
    return found.nps, found.interval.low, found.interval.high


def gap_by(pairs: pd.DataFrame, *, group: str, least: int = LEAST, alpha: float = ALPHA) -> pd.DataFrame:
    """The mean gap of every group with its interval, and its difference from all others (Welch).

    Corrected for the k groups compared: intervals of the difference at 1 - alpha / k, pvalue = min(1, k p).

    Returns columns:
        group; n; mean_gap, mean_gap_low, mean_gap_high (points of the scale; NaN below `least`); gap_difference,
        gap_difference_low, gap_difference_high; pvalue.

    Raises:
        ValueError: a column is missing.
    """
    require_columns("pairs", pairs.columns, [group, "gap"])
    if pairs[group].isna().all():
        return pd.DataFrame(columns=_GAP_COLUMNS, dtype="float64")
    column = pairs[group].astype(pairs[group].dtype)
    names = [name for name in column.cat.categories if (column == name).any()]
    sides = [(str(name), pairs.loc[column == name, "gap"], pairs.loc[column != name, "gap"]) for name in names]
    told = [len(own) >= least <= len(rest) for _, own, rest in sides]
    k = max(sum(told), 1)
    rows = [
        _gap_row(side, told=known, least=least, level=1 - alpha / k, k=k)
        for side, known in zip(sides, told, strict=True)
    ]
    return pd.DataFrame(rows, columns=_GAP_COLUMNS)


_GAP_COLUMNS = ["group", "n", "mean_gap", "mean_gap_low", "mean_gap_high", "gap_difference", "gap_difference_low",
                "gap_difference_high", "pvalue"]  # fmt: skip


def _gap_row(
    side: tuple[str, pd.Series, pd.Series], *, told: bool, least: int, level: float, k: int
) -> tuple[object, ...]:
    name, own, rest = side
    mine = moments(own)
    ends = means(mine, mine).interval_control if len(own) >= least else UNKNOWN
    shown = (name, len(own), mine.mean if len(own) >= least else np.nan, ends.low, ends.high)
    if not told:
        return (*shown, *(np.nan,) * 4)
    found = means(moments(rest), mine, confidence_level=level)
    between = found.difference_interval
    return (*shown, found.difference, between.low, between.high, min(1.0, k * found.pvalue))


def _quarter(pairs: pd.DataFrame, high_from: float) -> pd.Categorical:
    wanted, got = (pairs[name].astype("float64").to_numpy() >= high_from for name in PAIR)
    place = np.select([wanted & got, ~wanted & got, wanted & ~got], [0, 1, 2], 3)
    return pd.Categorical.from_codes(place, list(QUARTERS), ordered=True)


def _one_sample(mean: float, variance: float, n: int) -> float:
    from scipy import special

    return float(2 * special.stdtr(n - 1, -abs(mean) / np.sqrt(variance / n)))
