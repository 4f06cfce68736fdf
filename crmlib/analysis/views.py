"""Computed tables as a reader wants them: columns chosen, named and ordered; nothing is estimated here."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from crmlib.analysis.intervals import Interval
from crmlib.analysis.rfm import cut_table, score_table

if TYPE_CHECKING:
    from crmlib.analysis.nps import NpsResult
    from crmlib.analysis.rfm import Cuts
    from crmlib.analysis.survival import KaplanMeierResult

CUSTOMER_COLUMNS = [
    "segment", "customer_id", "r", "f", "m", "n_orders", "amount", "recency_days", "first_day", "last_day",
    "average_gap_days",
]  # fmt: skip
SMALL_GROUP = 30  # below it a percentage says more than the answers can carry


@dataclass(frozen=True, kw_only=True)
class StepResult:
    """One step rate with its interval and its two denominators; NaN where nobody was observed long enough."""

    rate: float
    interval: Interval
    n_eligible: int
    n_reached: int


def customer_list(segmented: pd.DataFrame) -> pd.DataFrame:
    """One row a customer for the workbook: by segment, then by sales, then by id.

    Returns columns:
        segment, customer_id; r, f, m; n_orders; amount (smallest unit); recency_days; first_day, last_day (days since
        1970-01-01); average_gap_days (NaN at one order).
    """
    order = segmented.sort_values(["segment", "amount", "customer_id"], ascending=[True, False, True])
    return order[CUSTOMER_COLUMNS].reset_index(drop=True)


def score_ranges(scored: pd.DataFrame, cuts: Cuts, *, method: str) -> pd.DataFrame:
    """What each score means and how many have it: the bounds of fixed cuts, else the lowest and highest value found.

    Returns columns:
        those of `rfm.score_table`; under fixed cuts an open end is NaN.
    """
    found = score_table(scored)
    if method != "fixed":
        return found
    bounds = cut_table(cuts)
    return found.assign(**{name: bounds[name] for name in bounds.columns if name != "score"})


def step(steps: pd.DataFrame, order_number: int) -> StepResult:
    """The step from purchase `order_number` to the next, from `retention.steps`.

    Example:
        >>> step(pd.DataFrame(columns=["order_number"]), 1).n_reached
        0
    """
    rows = steps[steps["order_number"] == order_number].to_dict("records")
    if not rows:
        return StepResult(rate=math.nan, interval=Interval(math.nan, math.nan), n_eligible=0, n_reached=0)
    row = rows[0]
    interval = Interval(row["step_rate_low"], row["step_rate_high"])
    counts = {name: int(row[name]) for name in ("n_eligible", "n_reached")}
    return StepResult(rate=row["step_rate"], interval=interval, **counts)


def step_table(steps: pd.DataFrame) -> pd.DataFrame:
    """The steps by name (F1→F2 …), step and cumulative rate beside each other, the naive rates last."""
    table = steps.copy()
    table.insert(0, "step", [f"F{n}→F{n + 1}" for n in table["order_number"]])
    rates = ["step_rate", "step_rate_low", "step_rate_high"]
    whole = ["cumulative_rate", "cumulative_rate_low", "cumulative_rate_high"]
    naive = ["naive_step_rate", "naive_cumulative_rate"]
    return table[["step", "n_reached", "n_eligible", "n_next", *rates, *whole, *naive]]


def returned(result: KaplanMeierResult) -> pd.DataFrame:
    """The Kaplan-Meier curve turned over: the share that has come back by each day, with its interval.

    Returns columns:
        day; n_at_risk; share_returned, share_returned_low, share_returned_high (1 - survival).
    """
    table = result.table
    return pd.DataFrame({
        "day": table["day"],
        "n_at_risk": table["n_at_risk"],
        "share_returned": 1 - table["survival"],
        "share_returned_low": 1 - table["survival_high"],
        "share_returned_high": 1 - table["survival_low"],
    })  # fmt: skip


def share_by(returned: pd.DataFrame, day: int) -> float:
    """The share that has come back by that day; NaN when nobody was observed so long."""
    if returned.empty or returned["day"].max() < day:
        return math.nan
    return float(returned.loc[returned["day"] <= day, "share_returned"].iloc[-1])


def curve_table(cohorts: pd.DataFrame, pooled: pd.DataFrame) -> pd.DataFrame:
    """Observed points of every cohort after its first month, and the pooled curve with its interval.

    Returns columns:
        series (YYYY-MM, or "pooled"); k; n_start; n_customers; rate; rate_low, rate_high (pooled only).
    """
    names = ["series", "k", "n_start", "n_customers", "rate", "rate_low", "rate_high"]
    lines = cohorts[(cohorts["state"] == "observed") & (cohorts["k"] > 0)].copy()
    lines["series"] = [_month_name(month) for month in lines["cohort_month"]]
    lines[["rate_low", "rate_high"]] = math.nan
    together = pooled[(pooled["n_cohorts"] > 0) & (pooled["k"] > 0)].assign(series="pooled")
    return pd.concat([lines[names], together[names]], ignore_index=True).astype({"k": "int64"})


def latest(cohorts: pd.DataFrame, pooled: pd.DataFrame, *, n_cohorts: int) -> pd.DataFrame:
    """The last `n_cohorts` cohorts as a long matrix, under a pooled row over all of them, also those not shown.

    Returns columns:
        cohort_month (year * 12 + month - 1, or "pooled"); k; n_start; n_customers; rate, rate_low, rate_high;
        amount_per_customer; state.
    """
    kept = sorted(cohorts["cohort_month"].unique())[-n_cohorts:]
    states = pooled["n_cohorts"].gt(0).map({True: "observed", False: "not_yet"})
    together = pooled.assign(cohort_month="pooled", state=states)
    shown = cohorts[cohorts["cohort_month"].isin(kept)]
    columns = [name for name in cohorts.columns if name in together.columns]
    return pd.concat([together[columns].astype({"cohort_month": object}), shown[columns]], ignore_index=True)


def n_started(cohorts: pd.DataFrame) -> int:
    """Customers of all cohorts together."""
    return int(cohorts.loc[cohorts["k"] == 0, "n_start"].sum())


def cohort_list(cohorts: pd.DataFrame) -> pd.DataFrame:
    """Every cell of every cohort for the workbook, cells not yet observed left out."""
    told = cohorts[cohorts["state"] != "not_yet"]
    return told.drop(columns="amount_per_customer").reset_index(drop=True)


def band_table(result: NpsResult) -> pd.DataFrame:
    """The three bands of an NPS: answers and their share of all."""
    counts = [result.n_promoters, result.n_passives, result.n_detractors]
    table = pd.DataFrame({"band": ["promoters", "passives", "detractors"], "n": counts})
    table["share"] = table["n"] / result.n if result.n else math.nan
    return table


def answers_of(answers: pd.DataFrame, survey: str | None) -> pd.DataFrame:
    """The answers of one survey, by default the one answered last, so that nobody is counted twice.

    Raises:
        ValueError: a survey_id that is not in the data, with those that are.
    """
    known = sorted(answers["survey_id"].unique())
    if survey is not None and survey not in known:
        raise ValueError(f"survey == {survey!r}, must be one of {', '.join(known)}.")
    if answers.empty:
        return answers
    chosen = survey or answers.sort_values("answered_at")["survey_id"].iloc[-1]
    return answers[answers["survey_id"] == chosen].reset_index(drop=True)


def sent_of(sent: pd.DataFrame, answers: pd.DataFrame) -> pd.DataFrame:
    """The sendings of the surveys that are among the answers."""
    return sent[sent["survey_id"].isin(answers["survey_id"].unique())]


def group_table(groups: pd.DataFrame) -> pd.DataFrame:
    """Groups by falling score; those of 30 answers and more with their scores, smaller ones with their counts only."""
    table = groups.sort_values(["nps", "group"], ascending=[False, True], ignore_index=True)
    scores = [name for name in table.columns if name.startswith("nps") or name == "pvalue"]
    table[scores] = table[scores].where(table["n"] >= SMALL_GROUP)
    return table


def _month_name(month: int) -> str:
    return f"{int(month) // 12}-{int(month) % 12 + 1:02d}"
