"""KPIs against their targets: difference, achievement, a mark that is the fact, and whether it is more than chance."""

from __future__ import annotations

from typing import Any

import pandas as pd

from crmlib.analysis.checks import require_at_least, require_columns
from crmlib.analysis.kpi_bounds import FEWEST, with_bounds
from crmlib.analysis.kpi_ids import KPIS, LOWER, smallest_unit

GOOD_AT, FAIR_AT = 1.0, 0.9
EXACT = 1e-9  # a target that is met to the last digit of floating point is met
OWN, DEFAULT = "own_target", "default_target"
MARKS = ("mark_good", "mark_fair", "mark_bad", "too_few_to_judge", "no_target")
BEYOND, WITHIN, SCATTER, UNKNOWN = "beyond_chance", "within_chance", "within_scatter", "chance_unknown"
TOTALS = ("amount", "n_orders", "n_customers_new", "active_customers")  # full counts: nothing is sampled
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
    """The last month of each KPI that is over and observed long enough; no running month, no stray answer."""
    over = measures[
        (measures["state"] == "observed") & ((measures["n"] > 0) | measures["method"].isin(["count", "sum"]))
    ]
    waves = over["kpi_id"].isin([name for name, kpi in KPIS.items() if kpi.waves])
    # Of what comes in waves a late answer is no wave: any month with enough behind it goes before one without.
    order = over.assign(_enough=~waves | (over["n"] >= FEWEST)).sort_values(["_enough", "month"])
    last = order.drop_duplicates("kpi_id", keep="last").sort_index()
    return last.drop(columns="_enough").reset_index(drop=True)


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
    measures: pd.DataFrame, targets: pd.DataFrame, *, good_at: float = GOOD_AT, fair_at: float = FAIR_AT
) -> pd.DataFrame:
    """Each KPI's last observed month held against its target.

    gap = actual - target; achievement = actual / target, of a KPI where lower is better target / actual, NaN where the
    target is not above zero. The mark is a fact of the month: good from `good_at`, fair from `fair_at`, else bad; where
    there is no achievement good or bad by the side of the target. Whether the gap is more than chance is said apart: it
    is where the target lies outside the KPI's own 95 % interval. That is not corrected for the number of KPIs, so of
    twenty that meet their target exactly about one seems beyond chance. A total (sales, orders, new and active
    customers) is no sample: within its interval the gap is no larger than the scatter of a month.

    Args:
        measures: of `kpi_measures.together`.
        targets: of `chosen`.
        good_at: achievement from which the mark is good.
        fair_at: achievement from which it is fair.

    Returns columns:
        kpi_id; measure_kind; month; n; actual, actual_low, actual_high (95 %); target; target_source (own_target,
        default_target, empty); direction; gap (points for shares); achievement, achieved_from, achieved_to (95 %); mark
        (see MARKS); gap_verdict (beyond_chance, within_chance, within_scatter, chance_unknown); kpi_owner.

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
    scale = table["measure_kind"].map({"share": 100.0}).fillna(1.0)
    table["gap"] = (table["actual"] - table["target"]) * scale
    ends = {"achievement": "actual", "achieved_from": "actual_low", "achieved_to": "actual_high"}
    for name, end in ends.items():
        table[name] = _achievement(table[end], table["target"], table["direction"])
    lower = table["direction"] == LOWER
    swapped = table.loc[lower, ["achieved_to", "achieved_from"]].to_numpy()
    table.loc[lower, ["achieved_from", "achieved_to"]] = swapped
    table["mark"] = [mark_of(row, good_at, fair_at) for row in table.to_dict("records")]
    table["gap_verdict"] = [gap_verdict(row) for row in table.to_dict("records")]
    names = ["kpi_id", "measure_kind", "month", "n", "actual", "actual_low", "actual_high", "target", "target_source"]
    rest = ["direction", "gap", "achievement", "achieved_from", "achieved_to", "mark", "gap_verdict"]
    return table[[*names, *rest, "kpi_owner"]]


def mark_of(row: dict[str, Any], good_at: float, fair_at: float) -> str:
    """The mark of one row, by its achievement alone; without one, by the side of the target.

    Example:
        >>> row = {"target": 0.3, "actual": 0.28, "achievement": 0.28 / 0.3, "direction": "higher"}
        >>> mark_of(row, 1.0, 0.9), mark_of(row, 1.0, 0.95)
        ('mark_fair', 'mark_bad')
    """
    if pd.isna(row["target"]):
        return "no_target"
    if pd.isna(row["actual"]):
        return "too_few_to_judge"
    if pd.isna(row["achievement"]):
        short = row["actual"] > row["target"] if row["direction"] == LOWER else row["actual"] < row["target"]
        return "mark_bad" if short else "mark_good"
    if row["achievement"] >= good_at - EXACT:
        return "mark_good"
    return "mark_fair" if row["achievement"] >= fair_at - EXACT else "mark_bad"


def gap_verdict(row: dict[str, Any]) -> str:
    """Whether the gap of one row is more than chance: its target outside the 95 % interval of the actual."""
    if pd.isna(row["target"]) or pd.isna(row["actual_low"]) or pd.isna(row["actual_high"]):
        return UNKNOWN
    if not row["actual_low"] <= row["target"] <= row["actual_high"]:
        return BEYOND
    return SCATTER if row["kpi_id"] in TOTALS else WITHIN


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
