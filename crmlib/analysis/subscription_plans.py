"""How long contracts last, plan by plan: Kaplan-Meier curves, the share left on a day, and one test of all plans."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from crmlib.analysis.checks import require_at_least, require_columns
from crmlib.analysis.log_rank import LogRankArmsResult, log_rank_arms
from crmlib.analysis.survival import COUNTS, KaplanMeierResult, kaplan_meier, share_past

LEAST = 30
MOST_PLANS = 6
UNKNOWN_PLAN, OTHER_PLANS = "not_known", "others"
SHARES = ["standing_rate", "standing_rate_low", "standing_rate_high"]
MEDIANS = ["half_left_days", "half_left_days_low", "half_left_days_high"]
PLAN_COLUMNS = ["plan", "n_contracts", "n_cancelled", *SHARES, *MEDIANS]
CURVE_COLUMNS = ["plan", "contract_days", "n_standing", *SHARES]


@dataclass(frozen=True, kw_only=True)
class PlanSurvival:
    """Contracts by plan. `table`: a row a plan; `curves`: a row a plan and day; `overall`: all contracts together.

    `test` asks whether all plans with enough contracts are cancelled at the same rate on every day; NaN with fewer than
    two of them. `n_left_out` contracts have an end that is not dated: they are in none of it. `day` is that of the
    table's shares.
    """

    table: pd.DataFrame
    curves: pd.DataFrame
    overall: KaplanMeierResult
    test: LogRankArmsResult
    n_plans_tested: int
    n_left_out: int
    day: int


def lifetimes(subscriptions: pd.DataFrame, *, as_of_day: int) -> pd.DataFrame:
    """How long every contract has lasted, and whether it was cancelled then.

    From the start to the cancellation or, of contracts that go on, to the base date. Only a cancellation is an event;
    active, paused and completed contracts are censored. What has ended without a day ends `tenure_days` after its
    start; without these either it has no lifetime (NaN).

    Returns columns:
        plan (not_known where blank); duration_days; cancelled.

    Raises:
        ValueError: a column is missing.
    """
    require_columns("subscriptions", subscriptions.columns, ["start_day", "status", "cancel_day", "plan"])
    start, cancel, tenure = (_numbers(subscriptions, name) for name in ("start_day", "cancel_day", "tenure_days"))
    over = subscriptions["status"].isin(["cancelled", "completed"])
    end = cancel.fillna(start + tenure).clip(upper=as_of_day).where(over, as_of_day)
    days = (end - start).clip(lower=0)
    gone = (subscriptions["status"] == "cancelled") & ~(cancel > as_of_day)
    plan = subscriptions["plan"].astype(object)
    columns = {"plan": plan.where(plan.notna(), UNKNOWN_PLAN), "duration_days": days}
    return pd.DataFrame({**columns, "cancelled": gone}).reset_index(drop=True)


def by_plan(found: pd.DataFrame, *, day: int, min_n: int = LEAST, most: int = MOST_PLANS) -> PlanSurvival:
    """The lifetimes of `lifetimes` by plan, the largest first; beyond `most` plans the rest count together as others.

    A plan with fewer than `min_n` contracts keeps its counts and has neither share, median nor curve. A share on a
    `day` that a plan's longest observed contract has not come to is NaN.

    Returns columns (of the table):
        plan; n_contracts; n_cancelled; standing_rate, standing_rate_low, standing_rate_high (share not cancelled within
        `day` days, with its interval, of `share_past`); half_left_days, half_left_days_low, half_left_days_high.
        Curves: plan; contract_days; n_standing (at risk); standing_rate, standing_rate_low, standing_rate_high.

    Raises:
        ValueError: day or min_n is below 1.

    Source: Kaplan and Meier (1958), JASA 53, 457-481; Mantel (1966), Cancer Chemotherapy Reports 50, 163-170.

    Example:
        >>> found = pd.DataFrame({"plan": ["a"] * 3, "duration_days": [10, 20, 20], "cancelled": [True, True, False]})
        >>> by_plan(found, day=10, min_n=1).table["standing_rate"].round(3).tolist()
        [0.667]
    """
    require_at_least("day", day, 1)
    require_at_least("min_n", min_n, 1)
    known = found[found["duration_days"].notna()]
    plans = _gathered(known["plan"], most)
    counts = _counts(known, plans)
    parts = {plan: kaplan_meier(counts[counts["plan"] == plan]) for plan in _ordered(plans)}
    told = [plan for plan, result in parts.items() if result.n >= min_n]
    rows = [(plan, r.n, r.n_events, *_figures(r, day, told=plan in told)) for plan, r in parts.items()]
    compared = [plan for plan in told if plan not in (UNKNOWN_PLAN, OTHER_PLANS)]
    return PlanSurvival(
        table=pd.DataFrame(rows, columns=PLAN_COLUMNS),
        curves=_curves({plan: parts[plan] for plan in told}),
        overall=kaplan_meier(counts),
        test=log_rank_arms(counts[counts["plan"].isin(compared)], arm="plan"),
        n_plans_tested=len(compared),
        n_left_out=int(found["duration_days"].isna().sum()),
        day=day,
    )


def dated(subscriptions: pd.DataFrame) -> pd.Series[int]:
    """The first days of the contracts that have one; of the others only the length is known, and no calendar date."""
    return subscriptions.loc[_numbers(subscriptions, "tenure_days").isna(), "start_day"]


def _numbers(table: pd.DataFrame, name: str) -> pd.Series[float]:
    if name not in table.columns:
        return pd.Series(np.nan, index=table.index)
    return pd.to_numeric(table[name]).astype("float64")


def _gathered(plans: pd.Series, most: int) -> pd.Series:
    named = plans[plans != UNKNOWN_PLAN].value_counts().sort_index().sort_values(ascending=False, kind="stable")
    kept = set(named.index[:most]) | {UNKNOWN_PLAN}
    return plans.where(plans.isin(kept), OTHER_PLANS)


def _ordered(plans: pd.Series) -> list[str]:
    """The largest first; the others and the unknown last."""
    sizes = plans.value_counts().sort_index()
    last = (OTHER_PLANS, UNKNOWN_PLAN)
    return sorted(sizes.index, key=lambda plan: (last.index(plan) if plan in last else -1, -sizes[plan], str(plan)))


def _counts(known: pd.DataFrame, plans: pd.Series) -> pd.DataFrame:
    rows = pd.DataFrame({
        "plan": plans, "duration_days": known["duration_days"].astype("int64"),
        "n_events": known["cancelled"].astype("int64"), "n_censored": (~known["cancelled"]).astype("int64"),
    })  # fmt: skip
    return rows.groupby(["plan", "duration_days"], as_index=False)[COUNTS[1:]].sum()


def _figures(result: KaplanMeierResult, day: int, *, told: bool) -> tuple[float, ...]:
    if not told:
        return (float("nan"),) * 6
    found = share_past(result, day)
    rate = (found.value, found.interval.low, found.interval.high)
    return (*rate, result.median, result.median_interval.low, result.median_interval.high)


def _curves(parts: dict[str, KaplanMeierResult]) -> pd.DataFrame:
    names = {"day": "contract_days", "n_at_risk": "n_standing", "survival": SHARES[0], "survival_low": SHARES[1],
             "survival_high": SHARES[2]}  # fmt: skip
    tables = [result.table.rename(columns=names).assign(plan=plan) for plan, result in parts.items()]
    return pd.concat(tables, ignore_index=True)[CURVE_COLUMNS] if tables else pd.DataFrame(columns=CURVE_COLUMNS)
