"""Which KPI improved least: month before, same month a year before, improvement rate, closing rate, worst first."""

from __future__ import annotations

import pandas as pd

from crmlib.analysis.checks import require_choice
from crmlib.analysis.kpi_bounds import FEWEST, with_bounds
from crmlib.analysis.kpi_ids import KPIS, LOWER
from crmlib.analysis.kpi_moves import UNMOVED, Move, move
from crmlib.analysis.kpi_stakes import monthly_stakes

COMPARE = {"before": "before", "year": "year"}
RANKED, FEW, NO_COMPARISON, ZERO = "ranked", "few_behind_it", "no_comparison", "previous_zero"
SCORE = "no_ratio"  # a score from -100 to 100 has no zero to divide by: +2.5 to -4.7 is no "-288 %"
YEAR = 12
NAN = float("nan")


def changes(measures: pd.DataFrame, against: pd.DataFrame, *, compare: str = "before") -> pd.DataFrame:
    """Each KPI's last observed month beside the month before (前月比) and the same month a year before (前年同月比).

    improvement_rate = (actual - previous) / |previous| x direction, NaN at a previous of zero and for the NPS;
    closing_rate = (actual - previous) / (target - previous), the part of the way to a target that was missed, NaN where
    it was met, and where that part is less than half the width of the change's interval: what chance alone closes and
    opens again is no way to go, and a rate of it is noise ("-792 %"). All three rates are NaN where fewer than 30 are
    behind either figure. "Before" is the month before, of a
    KPI that comes in waves the wave before: the latest earlier month with at least 30 behind it, without any the
    latest. The verdict is that of `kpi_moves.move` at 95 %: of twenty KPIs that have not changed about one is called
    changed.

    Args:
        measures: of `kpi_measures.together`.
        against: of `kpi_targets.against`.
        compare: which of the two improvement and change are counted from: before or year.

    Returns columns:
        kpi_id; measure_kind; month; n; actual; previous_month, previous, n_previous; year_month, year_before; change,
        change_low, change_high (points for shares, 95 %); improvement_rate;
        year_rate; closing_rate; change_verdict (see `kpi_moves.MOVES`).

    Raises:
        ValueError: compare is neither.
    """
    require_choice("compare", compare, COMPARE)
    past = with_bounds(measures[measures["state"] == "observed"])
    rows = [_row(row, past, compare) for row in against.to_dict("records")]
    table = pd.DataFrame(rows, columns=ROW)
    moves = [_move(row, past) for row in table.to_dict("records")]
    table["change_low"], table["change_high"] = [found.low for found in moves], [found.high for found in moves]
    table["change_verdict"] = [found.verdict for found in moves]
    scale = table["measure_kind"].map({"share": 100.0}).fillna(1.0)
    way = ((table["target"] - table["previous"]) * scale).abs()
    table["closing_rate"] = table["closing_rate"].mask(way < (table["change_high"] - table["change_low"]) / 2)
    return table[[*ROW[:10], "change", "change_low", "change_high", *ROW[11:-2], "change_verdict"]]


ROW = ["kpi_id", "measure_kind", "month", "n", "actual", "previous_month", "previous", "n_previous", "year_month",
       "year_before", "change", "improvement_rate", "year_rate", "closing_rate", "direction", "target"]  # fmt: skip


def ranking(changes: pd.DataFrame, against: pd.DataFrame, *, fewest: int = FEWEST) -> pd.DataFrame:
    """The KPIs by improvement rate, worst first; ties by what the gap to the target costs a year.

    Apart stand those that fewer than `fewest` are behind, now or then, those without a comparison, and those whose
    previous figure is zero.

    Args:
        changes: of `changes`.
        against: of `kpi_targets.against`.
        fewest: the smallest denominator that is ranked.

    Returns columns:
        kpi_rank (1 is the worst, NA apart); kpi_id; measure_kind; month; previous_month; previous; actual;
        improvement_rate; change_verdict; gap; achievement; closing_rate; stake_year (smallest unit,
        NaN where it cannot be told); mark; gap_verdict; n; kpi_owner; apart (ranked, few_behind_it,
        no_comparison, previous_zero, no_ratio).
    """
    held = against[["kpi_id", "gap", "achievement", "mark", "gap_verdict", "target", "target_source", "direction",
                    "kpi_owner"]]  # fmt: skip
    table = changes.merge(held, on="kpi_id", how="left")
    table["stake_year"] = table["kpi_id"].map(monthly_stakes(against)) * YEAR
    table["apart"] = [_apart(row, fewest) for row in table.to_dict("records")]
    order = {name: place for place, name in enumerate(KPIS)}
    table["_order"] = table["kpi_id"].map(order)
    table["_apart"] = table["apart"] != RANKED
    keys = ["_apart", "improvement_rate", "stake_year", "_order"]
    table = table.sort_values(keys, ascending=[True, True, False, True], na_position="last").reset_index(drop=True)
    ranked = table["apart"] == RANKED
    table["kpi_rank"] = pd.Series(range(1, len(table) + 1), dtype="Int64").where(ranked)
    names = ["kpi_rank", "kpi_id", "measure_kind", "month", "previous_month", "previous", "actual", "improvement_rate"]
    rest = ["change_verdict", "target", "target_source", "direction", "gap", "achievement", "closing_rate",
            "stake_year", "mark", "gap_verdict", "n", "kpi_owner", "apart"]  # fmt: skip
    return table[[*names, *rest]]


def _row(row: dict[str, object], past: pd.DataFrame, compare: str) -> list[object]:
    kpi_id, month, actual = str(row["kpi_id"]), int(str(row["month"])), float(str(row["actual"]))
    before = _earlier(past, kpi_id, month, waves=KPIS[kpi_id].waves)
    year = _at(past, kpi_id, month - YEAR)
    held = before if compare == "before" else year
    previous = held[1]
    sign = -1.0 if row["direction"] == LOWER else 1.0
    scale = 100.0 if row["measure_kind"] == "share" else 1.0
    ratio = row["measure_kind"] != "nps"
    enough = [min(float(str(row["n"])), n) >= FEWEST for n in (held[2], year[2])]
    rates = [_rate(actual, then) * sign if ratio and told else NAN
             for then, told in zip((previous, year[1]), enough, strict=True)]  # fmt: skip
    closing = _closing(actual, previous, float(str(row["target"])), sign) if enough[0] else NAN
    return [kpi_id, row["measure_kind"], month, row["n"], actual, *held, *year[:2], (actual - previous) * scale,
            *rates, closing, row["direction"], row["target"]]  # fmt: skip


def _at(past: pd.DataFrame, kpi_id: str, month: float) -> tuple[float, float, float]:
    rows = past[(past["kpi_id"] == kpi_id) & (past["month"] == month)]
    if rows.empty:
        return NAN, NAN, NAN
    return float(rows["month"].iloc[0]), float(rows["actual"].iloc[0]), float(rows["n"].iloc[0])


def _earlier(past: pd.DataFrame, kpi_id: str, month: int, *, waves: bool) -> tuple[float, float, float]:
    if not waves:
        return _at(past, kpi_id, month - 1)
    rows = past[(past["kpi_id"] == kpi_id) & (past["month"] < month)]
    # An answer that comes in late is no wave of its own.
    months = rows.loc[rows["n"] >= FEWEST, "month"]
    return _at(past, kpi_id, months.max() if len(months) else rows["month"].max())


def _rate(actual: float, previous: float) -> float:
    return NAN if not previous else (actual - previous) / abs(previous)


def _closing(actual: float, previous: float, target: float, sign: float) -> float:
    way = target - previous
    return (actual - previous) / way if way * sign > 0 else NAN


def _move(row: dict[str, object], past: pd.DataFrame) -> Move:
    rows = past[past["kpi_id"] == row["kpi_id"]].set_index("month", drop=False)
    if row["previous_month"] not in rows.index or row["month"] not in rows.index:
        return UNMOVED
    now, then = (rows.loc[row[month]].to_dict() for month in ("month", "previous_month"))
    return move(str(row["kpi_id"]), now, then, lower=row["direction"] == LOWER)


def _apart(row: dict[str, float], fewest: int) -> str:
    if pd.isna(row["previous_month"]):
        return NO_COMPARISON
    if row["n"] < fewest or row["n_previous"] < fewest:
        return FEW
    if row["measure_kind"] == "nps":
        return SCORE
    if row["previous"] == 0:
        return ZERO
    return RANKED if pd.notna(row["improvement_rate"]) else NO_COMPARISON
