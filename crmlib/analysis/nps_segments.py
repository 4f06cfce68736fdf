"""The score by several groupings at once, each group against all others, corrected for all groups shown together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from crmlib.analysis.checks import require_columns
from crmlib.analysis.nps import NpsDifference, NpsResult, difference, score
from crmlib.analysis.nps_bands import STANDARD, Bands, band_of

LEAST = 30  # below it a percentage, and so a score, says more than the answers can carry
ALPHA = 0.05
SCORES = ["nps", "nps_low", "nps_high"]
DIFFERENCES = ["nps_difference", "nps_difference_low", "nps_difference_high", "pvalue"]
COLUMNS = ["dimension", "group", "n", "n_promoters", "n_passives", "n_detractors", *SCORES, *DIFFERENCES]


def compare(
    parts: Mapping[str, pd.DataFrame], *, bands: Bands = STANDARD, least: int = LEAST, alpha: float = ALPHA
) -> pd.DataFrame:
    """The score of every group of every grouping, and its difference from all other answers of its frame.

    Groups of fewer than `least` answers keep their counts and have no score; a group is compared where it and all
    others have `least`. Differences are corrected for their number k over all groupings together (Bonferroni):
    intervals at 1 - alpha / k, pvalue = min(1, k p), so pvalue < alpha exactly when the interval excludes 0, and
    where nothing differs anything at all is named in at most about alpha of reports. Intervals of a group's own score
    are not corrected.

    Where customers have answered several times, variances are multiplied by how much larger they are between
    customers than between answers (1 at least), so that nobody counts as several.

    Args:
        parts: for each grouping (a column) the answers it is asked of: that column, customer_id, nps. A missing group
            counts as not_answered; a grouping without any group has no rows.
        bands: where a band ends.
        least: answers a score needs.
        alpha: false calls allowed over everything.

    Returns columns:
        dimension; group; n; n_promoters, n_passives, n_detractors; nps, nps_low, nps_high (points, adjusted Wald);
        nps_difference, nps_difference_low, nps_difference_high (points); pvalue; n_comparisons (k).

    Raises:
        ValueError: a column is missing or an answer is not a whole number from 0 to 10.

    Source: Rocks (2016), The American Statistician 70(4), 365-372; Dunn (1961), JASA 56, 52-64; the ratio of
    variances: Kish (1965), Survey Sampling.
    """
    return judged(
        [side for name, frame in parts.items() for side in _sides(frame, name, bands)], least=least, alpha=alpha
    )


def judged(sides: Sequence[Side], *, least: int = LEAST, alpha: float = ALPHA) -> pd.DataFrame:
    """`compare` of groups whose scores are there: grouping, group, its score, that of all others, the inflation."""
    told = [min(own.n, rest.n) >= least for _, _, own, rest, _ in sides]
    k = sum(told)
    rows = [
        _row(side, told=known, least=least, level=1 - alpha / max(k, 1))
        for side, known in zip(sides, told, strict=True)
    ]
    table = pd.DataFrame(rows, columns=COLUMNS)
    table["pvalue"] = (table["pvalue"] * k).clip(upper=1)
    return table.assign(n_comparisons=k)


def part(table: pd.DataFrame, dimension: str) -> pd.DataFrame:
    """The rows of one grouping, in its own order, without the columns that say which it is.

    Months come as `month`, so that they are written as months.
    """
    rows = table[table["dimension"] == dimension].drop(columns=["dimension", "n_comparisons"])
    found = rows.reset_index(drop=True)
    return found.rename(columns={"group": "month"}).astype({"month": "int64"}) if dimension == "month" else found


def n_comparisons(table: pd.DataFrame) -> int:
    """How many comparisons the table was corrected for."""
    return int(table["n_comparisons"].max()) if len(table) else 0


def inflation(frame: pd.DataFrame, within: pd.Series[bool], *, bands: Bands = STANDARD) -> float:
    """Variance of a difference between two groups counted by customers, over that counted by answers; at least 1.

    Each answer pulls at the difference by (x - mean) / n of its side; summed by customer and squared this gives the
    variance between customers. Where everybody answered once it is 1.
    """
    signs = pd.Series(band_of(frame["nps"], bands=bands).cat.codes, index=frame.index).astype("float64") - 1
    pull = pd.Series(0.0, index=frame.index)
    for side, sign in ((within, 1.0), (~within, -1.0)):
        if side.any():
            pull[side] = sign * (signs[side] - signs[side].mean()) / side.sum()
    plain = float((pull**2).sum())
    together = float((pull.groupby(frame["customer_id"]).sum() ** 2).sum())
    return max(1.0, together / plain) if plain > 0 else 1.0


Side = tuple[str, object, NpsResult, NpsResult, float]


def _sides(frame: pd.DataFrame, name: str, bands: Bands) -> list[Side]:
    require_columns(name, frame.columns, [name, "customer_id", "nps"])
    if frame[name].isna().all():
        return []
    rows = frame.reset_index(drop=True)
    groups, order = grouped(rows[name])
    sides: list[Side] = []
    for group in order:
        within = groups == group
        own, rest = (score(rows.loc[side, "nps"], bands=bands) for side in (within, ~within))
        sides.append((name, group, own, rest, inflation(rows, within, bands=bands)))
    return sides


def grouped(column: pd.Series) -> tuple[pd.Series, list[object]]:
    """The name of every answer's group, and the groups in the order they are shown in; missing is not_answered."""
    groups = column.astype(object).where(column.notna(), "not_answered").map(_group_name)
    return groups, _in_order(column, groups)


def _in_order(column: pd.Series, groups: pd.Series) -> list[object]:
    """The order of the categories, else from low to high; not answered comes last."""
    found = set(groups.unique())
    known = [_group_name(value) for value in column.cat.categories] if column.dtype == "category" else []
    first = [group for group in known if group in found]
    rest = sorted(found - set(first) - {"not_answered"}, key=lambda group: (_number(group), str(group)))
    last = ["not_answered"] if "not_answered" in found - set(first) else []
    return [*first, *rest, *last]


def _number(group: object) -> float:
    try:
        return float(str(group))
    except ValueError:
        return np.inf


def _group_name(value: Any) -> str:
    # A column of whole numbers with gaps comes as floats: 5.0 is the group 5.
    if isinstance(value, str):
        return value
    number = float(value)
    return str(int(number)) if number.is_integer() else str(number)


def _row(side: Side, *, told: bool, least: int, level: float) -> tuple[object, ...]:
    name, group, own, rest, larger = side
    counts = (own.n, own.n_promoters, own.n_passives, own.n_detractors)
    shown = (own.nps, own.interval.low, own.interval.high) if own.n >= least else (np.nan,) * 3
    if not told:
        return (name, group, *counts, *shown, *(np.nan,) * 4)
    found: NpsDifference = difference(own, rest, confidence_level=level, inflation=larger)
    return (name, group, *counts, *shown, found.difference, found.interval.low, found.interval.high, found.pvalue)
