"""KPIs against their targets: difference, achievement and a mark, never where the difference may be chance."""

from __future__ import annotations

import pandas as pd

from crmlib.analysis.checks import require_at_least, require_columns
from crmlib.analysis.kpi_bounds import with_bounds
from crmlib.analysis.kpi_ids import KPIS, LOWER, smallest_unit

GOOD_AT, FAIR_AT, ALPHA = 1.0, 0.9, 0.05
OWN, DEFAULT = "own_target", "default_target"
MARKS = ("mark_good", "mark_fair", "mark_bad", "within_chance", "too_few_to_judge", "no_target")
TARGETS = ["kpi_id", "month", "target", "direction", "weight", "kpi_owner"]
OWNER = r"[A-Za-z_-]*[0-9][A-Za-z0-9_-]*"  # a code with a digit; who wrote a name there is not carried on
LONGEST_OWNER = 8


def chosen(kpi_targets: pd.DataFrame, *, minor_units: int = 0) -> pd.DataFrame:
    """The client's targets of the whole shop, in the units that actuals are computed in.

    Scope "all", one row a KPI and month; of two rows the later one. A direction that is not given is the KPI's own.

    Returns columns:
        kpi_id; month (year * 12 + month - 1); target; direction (higher, lower); weight; kpi_owner (a code, empty where
        none is given).

    Raises:
        ValueError: a column is missing.
    """
    require_columns("kpi_targets", kpi_targets.columns, ["kpi_id", "month", "scope", "target", "direction"])
    rows = kpi_targets[kpi_targets["kpi_id"].isin(list(KPIS)) & (kpi_targets["scope"] == "all")]
    rows = rows[rows["target"].notna()].drop_duplicates(["kpi_id", "month"], keep="last")
    pairs = zip(rows["kpi_id"], rows["target"], strict=True)
    table = rows.assign(
        target=[smallest_unit(kpi_id, float(target), minor_units=minor_units) for kpi_id, target in pairs],
        direction=[given if given in ("higher", "lower") else KPIS[kpi_id].direction
                   for kpi_id, given in zip(rows["kpi_id"], rows["direction"], strict=True)],
        kpi_owner=owner_codes(rows["owner"]) if "owner" in rows else "",
    )  # fmt: skip
    return table.assign(weight=rows.get("weight", 1.0))[TARGETS].reset_index(drop=True)


def owner_codes(owners: pd.Series[str]) -> pd.Series[str]:
    """The owners that are codes; a name is no code and becomes empty.

    Example:
        >>> owner_codes(pd.Series(["S1", "Yamada", None])).tolist()
        ['S1', '', '']
    """
    texts = owners.fillna("").astype("str")
    return texts.where(texts.str.fullmatch(OWNER) & (texts.str.len() <= LONGEST_OWNER), "")


def not_used(kpi_targets: pd.DataFrame) -> pd.DataFrame:
    """The targets that nothing is held against: of an id that is no KPI here, or of a part of the shop.

    Returns columns:
        kpi_id; scope; n_targets; why (unknown_kpi, other_scope).
    """
    require_columns("kpi_targets", kpi_targets.columns, ["kpi_id", "scope"])
    known = kpi_targets["kpi_id"].isin(list(KPIS))
    rows = kpi_targets[~known | (kpi_targets["scope"] != "all")]
    counts = rows.groupby(["kpi_id", "scope"], dropna=False).size().rename("n_targets").reset_index()
    counts["why"] = ["other_scope" if name in KPIS else "unknown_kpi" for name in counts["kpi_id"]]
    return counts


def latest(measures: pd.DataFrame) -> pd.DataFrame:
    """The last month of each KPI that is over and observed long enough; a running month never is."""
    over = measures[
        (measures["state"] == "observed") & ((measures["n"] > 0) | measures["method"].isin(["count", "sum"]))
    ]
    return over.sort_values("month").drop_duplicates("kpi_id", keep="last").sort_index().reset_index(drop=True)


def target_of(targets: pd.DataFrame, kpi_id: str, month: int) -> tuple[float, str]:
    """The target of a KPI in a month, and where it comes from.

    A target of sales, orders or new customers counts for its own month; that of a rate or an average holds until the
    next one. Without any of the client's own the default of the field, where there is one; else NaN and "".
    """
    own = targets[targets["kpi_id"] == kpi_id]
    held = own[own["month"] == month] if KPIS[kpi_id].adds_up else own[own["month"] <= month]
    if len(held):
        return float(held.sort_values("month")["target"].iloc[-1]), OWN
    default = KPIS[kpi_id].default_target
    return (default, DEFAULT) if default is not None and own.empty else (float("nan"), "")


def against(
    measures: pd.DataFrame, targets: pd.DataFrame, *, good_at: float = GOOD_AT, fair_at: float = FAIR_AT,
    alpha: float = ALPHA,
) -> pd.DataFrame:  # fmt: skip
    """Each KPI's last observed month held against its target.

    gap = actual - target; achievement = actual / target, of a KPI where lower is better target / actual, NaN where the
    target is not above zero. The mark is good from `good_at`, fair from `fair_at`, else bad, and given only where the
    target lies outside the interval of the actual at level 1 - alpha / k of k KPIs that have a target (Bonferroni).

    Args:
        measures: of `kpi_measures.together`.
        targets: of `chosen`.
        good_at: achievement from which the mark is good.
        fair_at: achievement from which it is fair.
        alpha: chance of one wrong mark among all KPIs that meet their target exactly.

    Returns columns:
        kpi_id; measure_kind; month; n; actual, actual_low, actual_high (95 %); target; target_source (own_target,
        default_target, empty); direction; gap (points for shares); achievement; judged_from, judged_to (the interval
        that the mark follows); achieved_from, achieved_to (the same as achievement); mark (see MARKS); kpi_owner.

    Raises:
        ValueError: a column is missing, or fair_at is above good_at.
    """
    require_at_least("good_at", good_at, fair_at)
    table = with_bounds(latest(measures))
    found = [target_of(targets, name, int(month)) for name, month in zip(table["kpi_id"], table["month"], strict=True)]
    table["target"] = pd.Series([target for target, _ in found], dtype="float64")
    table["target_source"] = [source for _, source in found]
    table["direction"] = [_direction(targets, name) for name in table["kpi_id"]]
    table["measure_kind"] = [KPIS[name].kind for name in table["kpi_id"]]
    table["kpi_owner"] = [
        _owner(targets, name, int(m)) for name, m in zip(table["kpi_id"], table["month"], strict=True)
    ]
    table = _judged_interval(table, alpha)
    scale = table["measure_kind"].map({"share": 100.0}).fillna(1.0)
    table["gap"] = (table["actual"] - table["target"]) * scale
    ends = {"achievement": "actual", "achieved_from": "judged_from", "achieved_to": "judged_to"}
    for name, end in ends.items():
        table[name] = _achievement(table[end], table["target"], table["direction"])
    lower = table["direction"] == LOWER
    swapped = table.loc[lower, ["achieved_to", "achieved_from"]].to_numpy()
    table.loc[lower, ["achieved_from", "achieved_to"]] = swapped
    table["mark"] = [mark_of(row, good_at, fair_at) for row in table.to_dict("records")]
    names = ["kpi_id", "measure_kind", "month", "n", "actual", "actual_low", "actual_high", "target", "target_source"]
    rest = ["direction", "gap", "achievement", "judged_from", "judged_to", "achieved_from", "achieved_to", "mark"]
    return table[[*names, *rest, "kpi_owner"]]


def mark_of(row: dict[str, float], good_at: float, fair_at: float) -> str:
    """The mark of one row: its target outside the interval that judges it, then the achievement (see `against`)."""
    if pd.isna(row["target"]):
        return "no_target"
    if pd.isna(row["actual"]):
        return "too_few_to_judge"
    if pd.isna(row["judged_from"]) or row["judged_from"] <= row["target"] <= row["judged_to"]:
        return "within_chance"
    better = (row["actual"] > row["target"]) != (row["direction"] == LOWER)
    if pd.isna(row["achievement"]):
        return "mark_good" if better else "mark_bad"
    if row["achievement"] >= good_at:
        return "mark_good"
    return "mark_fair" if row["achievement"] >= fair_at else "mark_bad"


def _judged_interval(table: pd.DataFrame, alpha: float) -> pd.DataFrame:
    judged = int((table["target"].notna() & table["actual_low"].notna()).sum())
    sums = ["kpi_id", "n", "method", "x", "y", "xx", "xy", "yy", "m", "bounded"]
    wide = with_bounds(table[sums], confidence_level=1 - alpha / max(judged, 1))
    return table.assign(judged_from=wide["actual_low"], judged_to=wide["actual_high"])


def _achievement(actual: pd.Series, target: pd.Series, direction: pd.Series) -> pd.Series:
    higher = actual / target.where(target > 0)
    lower = target.where(target > 0) / actual.where(actual > 0)
    return higher.where(direction != LOWER, lower)


def _direction(targets: pd.DataFrame, kpi_id: str) -> str:
    own = targets.loc[targets["kpi_id"] == kpi_id].sort_values("month")["direction"]
    return str(own.iloc[-1]) if len(own) else KPIS[kpi_id].direction


def _owner(targets: pd.DataFrame, kpi_id: str, month: int) -> str:
    own = targets[(targets["kpi_id"] == kpi_id) & (targets["month"] <= month)].sort_values("month")["kpi_owner"]
    return str(own.iloc[-1]) if len(own) else ""
