"""What to do next on the KPIs, what was done, and the action log that goes out to be filled in."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import count, islice
from typing import TYPE_CHECKING, Any

import pandas as pd

from crmlib import words
from crmlib.report.findings import kpi_benchmark
from crmlib.report.findings.conclusions import Conclusion
from crmlib.report.findings.kpi import BEYOND, GOOD, UNKNOWN, told
from crmlib.report.findings.kpi_benchmark import is_benchmark, own
from crmlib.report.findings.kpi_names import KPI_IDS, ORDER_EACH
from crmlib.words import Sentence, say

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pandas import DataFrame

STATUSES = ("action_open", "action_doing", "action_done", "action_stopped")
CATEGORIES = ("about_crm", "about_acquisition", "about_product", "about_service")
# What may be entered in the log, in the order of its columns.
FORM: dict[str, Any] = {
    "kpi_code": KPI_IDS, "action_category": CATEGORIES, "action_finding": "memo", "action_hypothesis": "memo",
    "action_text": "memo",
    "action_owner": "short", "due_day": "date", "action_status": STATUSES, "action_result": "memo",
    "action_next": "memo", "action_experiment": "id",
}  # fmt: skip
LOG = ["action_id", "created_day", "kpi_id", *FORM]
CARRIED = ("action_id", "created_day", "kpi_id", "action_finding", "action_hypothesis", "action_text", "action_owner",
           "action_result", "action_next")  # fmt: skip
DAY_LETTERS = len("YYYY-MM-DD")
ACQUISITION = ("cpo", "n_customers_new", "referral_share")
# An experiment of theirs was not drawn at random: it is no more evidence here than in its own notebook.
UNJUDGED = ("not_random", "weak_evidence")
EPOCH = date(1970, 1, 1)


def conclusion(proposed: DataFrame, ranking: DataFrame, *, due_day: int) -> Conclusion:
    """The first of what is to be worked on; with nothing to work on what is reached.

    Args:
        proposed: of `analysis.actions.proposals`.
        ranking: of `analysis.kpi_ranking.ranking`.
        due_day: by when the proposal is due.
    """
    if len(proposed):
        first = proposed.iloc[0]
        return _missed(first, due_day) if first["why"] == "target_missed" else _fell(first, due_day)
    met = own(ranking[ranking["mark"] == GOOD])
    if met.empty:
        return Conclusion()
    first = met.sort_values("achievement", ascending=False).iloc[0]
    sentence = say(
        "{kpi:label} was {now:text} in {month:month}: the target of {target:text} is reached.", **_facts(first)
    )
    action = say("Keep it, and raise the target for the next period.")
    sure = first["gap_verdict"] == BEYOND
    return Conclusion(sentence, action, good=True, certain=sure, n=int(first["n"]), kpi=str(first["kpi_id"]))


def proposal(row: Any, *, due_day: int) -> Sentence:
    """R039: what to do, with the number to reach and the day."""
    facts = {"step": "step_" + row["kpi_id"], "kpi": row["kpi_id"], "now": told(row["actual"], row["measure_kind"]),
             "goal": told(row["goal"], row["measure_kind"]), "due": due_day}  # fmt: skip
    if is_benchmark(row) and row["why"] == "target_missed":
        return say(
            "{step:label}: {kpi:label} from {now:text} to the trade's benchmark of {goal:text} by {due:date}.", **facts
        )
    return say("{step:label}: {kpi:label} from {now:text} to {goal:text} by {due:date}.", **facts)


def next_steps(proposed: DataFrame, *, due_day: int, told: bool = True) -> list[Sentence]:
    """The proposals in order, one sentence each; `told`: a KPI can be held against a target or the figure before."""
    if not told:
        return [say("Give the KPIs targets and collect a second month: until then nothing can be proposed from them.")]
    if proposed.empty:
        return [say("Nothing to propose: no KPI misses its target or fell behind.")]
    return [proposal(row, due_day=due_day) for row in proposed.to_dict("records")]


def acted(reviewed: DataFrame, *, untouched: int) -> Sentence:
    """What was acted on last time, and whether it moved."""
    n = len(reviewed)
    if n == 0 and untouched:
        return say("Nothing was taken up: {n:count} proposals came back untouched.", n=untouched)
    if n == 0:
        return say("No action has been logged yet: fill in the action log of the workbook and put it back.")
    told = reviewed[~reviewed["moved"].isin(UNJUDGED)]
    own, weak = (told[told["judged_by"] == by] for by in ("by_experiment", "by_before_after"))
    better = int(own["moved"].isin(["treatment_better", "improved"]).sum())
    moved = int(weak["moved"].isin(["improved", "treatment_better"]).sum())
    return say(
        "Of {n:count} actions {own:count} have an experiment, which finds {better:count} better; of {weak:count} judged"
        " by before and after, which is weak, {moved:count} improved. The others cannot be judged yet.",
        n=n, own=len(own), better=better, weak=len(weak), moved=moved,
    )  # fmt: skip


def late(overdue: DataFrame) -> Sentence:
    """Which actions are late."""
    if overdue.empty:
        return say("No action is late.")
    first = overdue.iloc[0]
    facts = {"n": len(overdue), "id": str(first["action_id"]), "days": int(first["days_overdue"])}
    if len(overdue) == 1:
        return say("One action is late: {id:text}, by {days:days}.", **facts)
    return say("{n:count} actions are late, {id:text} the longest ({days:days}).", **facts)


def log(
    proposed: DataFrame, reviewed: DataFrame, *, as_of_day: int, due_day: int, blank_rows: int = 10,
    used: Iterable[str] = (),
) -> DataFrame:  # fmt: skip
    """The action log: what is still open, this run's proposals, and rows to write in; no number stands twice.

    A KPI whose earlier proposal is still open is not proposed again, nor is what was taken up with the same number.

    Args:
        proposed: of `analysis.actions.proposals`.
        reviewed: of `analysis.actions.taken_up`; what is done or stopped is not carried on.
        as_of_day: the day of the report.
        due_day: by when a proposal is due.
        blank_rows: how many rows are left to write in.
        used: numbers that stand in the logs that came back, of rows that nobody took up too.

    Returns columns:
        see `LOG`; a proposal's status stays empty until somebody takes it up.
    """
    stamp = (EPOCH + timedelta(days=int(as_of_day))).isoformat()
    open_ = [_carried(row) for row in reviewed.to_dict("records") if row["action_status"] not in ("done", "stopped")]
    given = {*reviewed["action_id"], *used}
    taken, held = set(reviewed["action_id"]), {_proposed_kpi(row["action_id"]) for row in open_}
    fresh = [row for row in proposed.to_dict("records") if row["kpi_id"] not in held]
    new = [_proposed(row, stamp, as_of_day, due_day) for row in fresh if f"{stamp}-{row['kpi_id']}" not in taken]
    free = (name for name in (f"{stamp}-{number:02}" for number in count(1)) if name not in given)
    blank = [{"action_id": name, "created_day": as_of_day} for name in islice(free, blank_rows)]
    table = pd.DataFrame([*open_, *new, *blank], columns=LOG)
    texts = [name for name in LOG if name not in ("created_day", "due_day")]
    # Blank cells are empty texts, so that every column of the sheet keeps one type.
    return table.assign(**{name: table[name].astype("object").fillna("").astype("str") for name in texts})


def _carried(row: dict[str, Any]) -> dict[str, Any]:
    known = {name: row[name] for name in CARRIED}
    due = None if pd.isna(row["due_day"]) else int(row["due_day"])
    status, category = "action_" + str(row["action_status"]), "about_" + str(row["action_category"])
    told_ = {"action_status": words.label(status) if status in STATUSES else "",
             "action_category": words.label(category) if category in CATEGORIES else ""}  # fmt: skip
    return {**known, **told_, "kpi_code": row["kpi_id"], "due_day": due, "action_experiment": row["experiment_id"]}


def _proposed_kpi(action_id: str) -> str:
    """The KPI that a number of ours, day-KPI, was proposed for; else empty."""
    day, kpi_id = action_id[:DAY_LETTERS], action_id[DAY_LETTERS + 1 :]
    return kpi_id if kpi_id in KPI_IDS and day.replace("-", "").isdigit() else ""


def _proposed(row: dict[str, Any], stamp: str, as_of_day: int, due_day: int) -> dict[str, Any]:
    category = "about_acquisition" if row["kpi_id"] in ACQUISITION else "about_crm"
    return {
        "action_id": f"{stamp}-{row['kpi_id']}", "created_day": as_of_day, "kpi_id": row["kpi_id"],
        "kpi_code": row["kpi_id"], "action_category": words.label(category), "action_finding": _why(row).text(),
        "action_text": proposal(row, due_day=due_day).text(), "due_day": None,
    }  # fmt: skip


def _why(row: dict[str, Any]) -> Sentence:
    facts = {"kpi": row["kpi_id"], "now": told(row["actual"], row["measure_kind"]),
             "goal": told(row["goal"], row["measure_kind"])}  # fmt: skip
    if row["why"] == "got_worse":
        return say("{kpi:label} is {now:text}, after {goal:text} before.", **facts)
    if is_benchmark(row):
        return say("{kpi:label} is {now:text}, the trade's benchmark {goal:text}.", **facts)
    return say("{kpi:label} is {now:text}, its target {goal:text}.", **facts)


def _missed(row: Any, due_day: int) -> Conclusion:
    facts, sure = _facts(row), row["gap_verdict"] == BEYOND
    if is_benchmark(row):
        sentence = kpi_benchmark.missed(facts, sure=sure, unknown=row["gap_verdict"] == UNKNOWN)
    elif sure:
        sentence = say(
            "{kpi:label} was {now:text} in {month:month} and missed its target of {target:text}; the gap is more"
            " than chance.",
            **facts,
        )
    elif row["gap_verdict"] == UNKNOWN:
        sentence = say("{kpi:label} was {now:text} in {month:month} and missed its target of {target:text}.", **facts)
    else:
        sentence = say(
            "{kpi:label} was {now:text} in {month:month} and missed its target of {target:text}; the gap is within"
            " chance.",
            **facts,
        )
    stake = None if pd.isna(row["stake_year"]) else float(row["stake_year"])
    action = proposal(row, due_day=due_day)
    kpi = str(row["kpi_id"])
    return Conclusion(sentence, action, stake, certain=sure, n=int(row["n"]), basis=basis(kpi), kpi=kpi)


def basis(kpi_id: str) -> Sentence:
    """What the money of a missed target counts."""
    if kpi_id in ORDER_EACH:
        return say("twelve times this month's gap, one average order for each customer or contract missing")
    if kpi_id == "n_orders":
        return say("twelve times this month's gap, each missing order at the average order")
    if kpi_id == "n_customers_new":
        return say("twelve times this month's gap, each missing customer at the sales of a customer's first year")
    if kpi_id == "average_order_amount":
        return say("twelve times this month's gap, on each order of the month")
    if kpi_id == "cpo":
        return say("twelve times this month's gap, on each customer won in the month")
    return say("twelve times this month's gap")


def _fell(row: Any, due_day: int) -> Conclusion:
    certain = row["change_verdict"] == "worsened"
    facts = {**_facts(row), "then": told(row["previous"], row["measure_kind"]), "rate": row["improvement_rate"]}
    if certain and pd.isna(row["improvement_rate"]):
        sentence = say("{kpi:label} fell behind: {now:text} in {month:month}, {then:text} before.", **facts)
    elif certain:
        sentence = say(
            "{kpi:label} fell behind: {now:text} in {month:month}, {then:text} before ({rate:change}).", **facts
        )
    else:
        sentence = say(
            "{kpi:label} was {now:text} in {month:month} after {then:text}; the fall may be chance.", **facts
        )
    action = proposal({**row, "goal": row["previous"]}, due_day=due_day)
    return Conclusion(sentence, action, certain=certain, n=int(row["n"]), kpi=str(row["kpi_id"]))


def _facts(row: Any) -> dict[str, Any]:
    target = "" if pd.isna(row["target"]) else told(row["target"], row["measure_kind"])
    return {"kpi": row["kpi_id"], "now": told(row["actual"], row["measure_kind"]), "target": target,
            "month": int(row["month"])}  # fmt: skip
