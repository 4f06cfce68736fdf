"""The action log: what was decided on which KPI, whether it is late, and whether the KPI moved."""

from __future__ import annotations

from typing import Any

import pandas as pd

from crmlib.analysis.checks import require_at_least, require_columns
from crmlib.analysis.experiment_views import verdicts
from crmlib.analysis.kpi_bounds import with_bounds
from crmlib.analysis.kpi_ids import KPIS, LOWER
from crmlib.analysis.kpi_moves import UNMOVED, Move, move
from crmlib.analysis.kpi_targets import BEYOND, owner_codes
from crmlib.analysis.months import last_day, month_of_day

STATUSES = {"unknown": 0, "open": 1, "doing": 2, "stopped": 3, "done": 3}
OVER = ("done", "stopped")
TAKEN = ("open", "doing", "done", "stopped")
BY_EXPERIMENT, BY_TIME, NOT_YET = "by_experiment", "by_before_after", "after_not_observed"
NO_KPI, UNKNOWN_KPI = "no_kpi_named", "not_a_kpi"
LOGGED = ["action_id", "created_day", "kpi_id", "action_category", "action_text", "action_owner", "due_day",
          "action_status", "experiment_id", "action_finding", "action_hypothesis", "action_result",
          "action_next"]  # fmt: skip
REVIEWED = [
    "action_id", "created_day", "kpi_id", "action_category", "action_text", "action_owner", "due_day", "action_status",
    "days_overdue", "measure_kind", "month_before", "value_before", "month_after", "value_after", "change",
    "change_low", "change_high", "judged_by", "moved", "relative", "relative_low", "relative_high",
]  # fmt: skip
WRITTEN = {"kpi_id": "kpi_id", "action_category": "category", "action_text": "action",
           "experiment_id": "experiment_id", "action_finding": "finding", "action_hypothesis": "hypothesis",
           "action_result": "result", "action_next": "next"}  # fmt: skip
WORK = ("target_missed", "got_worse")
MISSED = ("mark_bad", "mark_fair")
PROPOSED = ["kpi_id", "measure_kind", "month", "why", "goal", "actual", "previous", "target", "target_source",
            "improvement_rate", "achievement", "stake_year", "mark", "gap_verdict", "change_verdict", "n",
            "kpi_owner"]  # fmt: skip
NAN = float("nan")
Row = dict[str, Any]


def taken_up(actions: pd.DataFrame) -> pd.DataFrame:
    """One row an action that somebody took up, in the order of creation.

    A proposal of the list that came back without status, owner, due date or result was not taken up, nor was a row
    that was left to write in. Of two rows with one id the one that is further on counts, of equal ones the later row.

    Returns columns:
        action_id; created_day; kpi_id (empty where none is named); action_category (crm, acquisition, product, service,
        unknown); action_text; action_owner (a code, else empty); due_day (NaN without one); action_status;
        experiment_id (empty without one); action_finding, action_hypothesis, action_result and action_next (as
        written).

    Raises:
        ValueError: a column is missing.
    """
    wanted = ["action_id", "created_day", "kpi_id", "category", "action", "owner", "due_day", "status", "result"]
    require_columns("actions", actions.columns, [*wanted, "experiment_id", "finding", "hypothesis", "next"])
    touched = actions[["owner", "result"]].fillna("").astype("str").ne("").any(axis=1) | actions["due_day"].notna()
    rows = actions[actions["status"].isin(TAKEN) | touched]
    order = rows.assign(_far=rows["status"].map(STATUSES).fillna(0))
    order = order.sort_values("_far", kind="stable").drop_duplicates("action_id", keep="last")
    table = order.sort_values(["created_day", "action_id"]).reset_index(drop=True)
    told = {name: table[given].fillna("").astype("str") for name, given in WRITTEN.items()}
    found = table.assign(**told, action_owner=owner_codes(table["owner"]), action_status=table["status"])
    return found.assign(due_day=pd.to_numeric(table["due_day"]).astype("float64"))[LOGGED]


def n_not_taken_up(actions: pd.DataFrame) -> int:
    """How many proposals came back untouched."""
    named = actions.loc[actions["action"].fillna("").astype("str").str.strip() != "", "action_id"]
    return len(set(named) - set(taken_up(actions)["action_id"]))


def review(
    actions: pd.DataFrame, measures: pd.DataFrame, results: pd.DataFrame, *, as_of_day: int, alpha: float = 0.05
) -> pd.DataFrame:
    """Whether what was acted on moved: by its own experiment where there is one, else before and after.

    Before is the KPI's last month that had ended when the action was written down, after its last observed month that
    began later. Before and after has no control: whatever else changed is in it too, so it is weak. The change is
    judged by its interval at level 1 - alpha / k of k actions compared (difference of two figures, MOVER).

    Args:
        actions: of `taken_up`.
        measures: of `kpi_measures.together`.
        results: of `experiments.evaluate`; of several arms the one with the smallest corrected p-value speaks.
        as_of_day: the day of the report.
        alpha: chance of one wrong call among all actions that moved nothing.

    Returns columns:
        those of `taken_up` up to action_status; days_overdue (NaN unless it is late); measure_kind; month_before,
        value_before; month_after, value_after; change, change_low, change_high (points for shares); judged_by
        (by_experiment, by_before_after, after_not_observed, no_kpi_named, not_a_kpi); moved (improved, worsened,
        within_chance, not_compared, or the verdict of the experiment, not_random and weak_evidence where chance did not
        form the groups); relative, relative_low, relative_high (of the experiment, where chance did).
    """
    over = measures[measures["state"] == "observed"]
    narrow = with_bounds(over)
    spans = [_months(row, narrow) for row in actions.to_dict("records")]
    compared = sum(after is not None and before is not None for before, after in spans)
    wide = with_bounds(over, confidence_level=1 - alpha / max(compared, 1))
    rows = [
        _reviewed(row, span, wide, results, as_of_day)
        for row, span in zip(actions.to_dict("records"), spans, strict=True)
    ]
    return pd.DataFrame(rows, columns=REVIEWED)


def overdue(reviewed: pd.DataFrame) -> pd.DataFrame:
    """The actions that are late, the longest first."""
    rows = reviewed[reviewed["days_overdue"].notna()].sort_values(
        ["days_overdue", "action_id"], ascending=[False, True]
    )
    names = ["action_id", "kpi_id", "action_category", "action_text", "action_owner", "due_day", "action_status"]
    return rows[[*names, "days_overdue"]].reset_index(drop=True)


def proposals(ranking: pd.DataFrame, *, top: int = 5) -> pd.DataFrame:
    """What to work on next, each with the number to reach: first what is beyond chance, then by the money at stake.

    In this order: targets missed beyond chance; figures that got worse beyond chance, worst improvement first; targets
    missed by a gap that may be chance; figures that got worse, perhaps by chance, where no target is met. Among missed
    ones × before △, then what the gap costs a year, then the smaller achievement. The goal is the target where it is
    missed, else the figure before the fall.

    Args:
        ranking: of `kpi_ranking.ranking`.
        top: at most so many.

    Returns columns:
        kpi_id; measure_kind; month; why (target_missed, got_worse); goal; actual; previous; target; target_source;
        improvement_rate; achievement; stake_year; mark; gap_verdict; change_verdict; n; kpi_owner.
    """
    require_at_least("top", top, 1)
    missed, worse = ranking["mark"].isin(MISSED), ranking["change_verdict"] == "worsened"
    fell = (ranking["improvement_rate"] < 0) & (ranking["mark"] != "mark_good")
    turn = pd.Series(4, index=ranking.index).mask(fell, 3).mask(missed, 2).mask(worse, 1)
    turn = turn.mask(missed & (ranking["gap_verdict"] == BEYOND), 0)
    by_target = missed & turn.isin([0, 2])
    order = {"_turn": turn, "_mark": ranking["mark"].map({"mark_bad": 0}).fillna(1).where(by_target, 0)}
    order |= {"_stake": ranking["stake_year"].where(by_target), "_met": ranking["achievement"].where(by_target)}
    rows = ranking.assign(**order, why=missed.map({True: WORK[0], False: WORK[1]}))
    rows = rows.assign(goal=rows["target"].where(missed, rows["previous"]))[turn < 4]
    rows = rows.sort_values([*order], ascending=[True, True, False, True], kind="stable", na_position="last")
    return rows[PROPOSED].head(top).reset_index(drop=True)


def _months(row: Row, known: pd.DataFrame) -> tuple[Row | None, Row | None]:
    if row["kpi_id"] not in KPIS:
        return None, None
    rows = known[(known["kpi_id"] == row["kpi_id"]) & known["actual"].notna()].sort_values("month")
    created, months = int(row["created_day"]), rows["month"]
    before = rows[months.map(lambda month: last_day(int(month))) < created]
    after = rows[months > month_of_day(created)]
    return (_last(before), _last(after))


def _last(rows: pd.DataFrame) -> Row | None:
    return {str(k): v for k, v in rows.iloc[-1].items()} if len(rows) else None


def _reviewed(
    row: Row, span: tuple[Row | None, Row | None], wide: pd.DataFrame, results: pd.DataFrame, as_of_day: int
) -> Row:
    before, after = span
    kpi = KPIS.get(row["kpi_id"])
    late = as_of_day - row["due_day"] if row["action_status"] not in OVER else NAN
    found = {**row, "days_overdue": late if late > 0 else NAN, "measure_kind": kpi.kind if kpi else "number"}
    for name, held in (("before", before), ("after", after)):
        found[f"month_{name}"] = held["month"] if held else NAN
        found[f"value_{name}"] = held["actual"] if held else NAN
    found |= _change(row["kpi_id"], before, after, wide)
    found |= {"relative": NAN, "relative_low": NAN, "relative_high": NAN}
    own = results[results["experiment_id"] == row["experiment_id"]] if row["experiment_id"] else results.head(0)
    if len(own):
        best = own.sort_values("pvalue_holm" if "pvalue_holm" in own else "pvalue", na_position="last").iloc[0]
        shown = verdicts(best.to_frame().T).iloc[0]
        found |= {"judged_by": BY_TIME if best["assigned_method"] == "before_after" else BY_EXPERIMENT, "moved": shown}
        if bool(best["is_random"]):
            found |= {name: best[name] for name in ("relative", "relative_low", "relative_high")}
    return found


def _change(kpi_id: str, before: Row | None, after: Row | None, wide: pd.DataFrame) -> Row:
    if kpi_id not in KPIS:
        return _told(UNMOVED, UNKNOWN_KPI if kpi_id else NO_KPI)
    if before is None or after is None:
        return _told(UNMOVED, NOT_YET)
    rows = wide[wide["kpi_id"] == kpi_id].set_index("month", drop=False)
    now, then = (rows.loc[held["month"]].to_dict() for held in (after, before))
    return _told(move(kpi_id, now, then, lower=KPIS[kpi_id].direction == LOWER), BY_TIME)


def _told(found: Move, by: str) -> Row:
    return {"change": found.change, "change_low": found.low, "change_high": found.high, "moved": found.verdict,
            "judged_by": by}  # fmt: skip
