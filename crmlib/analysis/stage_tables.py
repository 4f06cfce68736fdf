"""Stages as tables: who stands where, what each flag says, what is missing, who left, who may monitor."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from crmlib.analysis.checks import require_at_least, require_columns
from crmlib.analysis.intervals import wilson_bounds
from crmlib.analysis.stages import ANSWERS, FLAG_STAGES, FLAGS, NEEDS, STAGES

if TYPE_CHECKING:
    from crmlib.analysis.stage_evidence import Evidence

CONDITIONS = {
    "stage_purchaser": "has_bought", "stage_general": "has_second", "stage_excellent": "has_backend",
    "stage_follower": "follows", "stage_fan": "pleased_and_refers", "stage_fan_club": "does_not_leave",
    "stage_evangelist": "covers_and_refers",
}  # fmt: skip


def stage_table(judged: pd.DataFrame, customers: pd.DataFrame, *, before: pd.DataFrame | None = None) -> pd.DataFrame:
    """Customers and sales of each proved stage, which add up to all; a stage nobody can be judged for is NaN.

    A stage is untellable when nobody is proved in it and its flag is open for some customer who meets stages 2 and 3
    or may meet them. Its customers stand, as far as proved, in the stages below.

    Args:
        judged: of `stages.judge`.
        customers: customer_id, amount.
        before: of `stages.judge` for an earlier day.

    Returns columns:
        stage (ordered category); n_customers; n_stage_before (at the earlier day, NaN without); share_customers;
        n_or_higher, share_or_higher (proved in this stage or a higher one); amount (smallest unit), share_amount,
        amount_per_customer; n_open (of n_customers: may stand higher, the data do not tell).

    Raises:
        ValueError: a column is missing, or the two tables do not hold the same customers.
    """
    require_columns("customers", customers.columns, ["customer_id", "amount"])
    both = judged[["customer_id", "stage", "settled"]].merge(customers[["customer_id", "amount"]], on="customer_id")
    if not len(both) == len(judged) == len(customers):
        raise ValueError(f"judged has {len(judged)} customers and customers {len(customers)}; they must be the same.")
    groups = both.assign(open=~both["settled"]).groupby("stage", observed=False)
    table = groups.agg(n_customers=("amount", "size"), amount=("amount", "sum"), n_open=("open", "sum")).reset_index()
    table["n_or_higher"] = table["n_customers"][::-1].cumsum()
    table["n_stage_before"] = np.nan if before is None else table["stage"].map(before["stage"].value_counts())
    untold = table["stage"].isin(untellable(judged))
    n = len(both) or np.nan
    table["share_customers"], table["share_or_higher"] = table["n_customers"] / n, table["n_or_higher"] / n
    table["share_amount"] = table["amount"] / (table["amount"].sum() or np.nan)
    table["amount_per_customer"] = table["amount"] / table["n_customers"].where(table["n_customers"] > 0)
    names = ["n_customers", "n_stage_before", "share_customers", "n_or_higher", "share_or_higher", "amount",
             "share_amount", "amount_per_customer", "n_open"]  # fmt: skip
    table[names] = table[names].astype("float64").mask(untold)
    return table[["stage", *names]]


def untellable(judged: pd.DataFrame) -> list[str]:
    """Stages in which nobody is proved, though some customers who may have the ground for them cannot be judged."""
    require_columns("judged", judged.columns, ["stage", "stage_possible", *FLAGS])
    found = []
    for name, stage in FLAG_STAGES.items():
        reachable = judged["stage_possible"] >= stage
        if not (judged["stage"] == stage).any() and (reachable & (judged[name] == "untellable")).any():
            found.append(stage)
    return found


def flag_table(judged: pd.DataFrame) -> pd.DataFrame:
    """What each condition says by itself, whatever stands below it.

    yes_rate = n_yes / (n_yes + n_no) with Wilson's interval, of those whom the data tell.

    Returns columns:
        stage; n_yes; n_no; n_untellable; yes_rate, yes_rate_low, yes_rate_high (NaN where nobody is told).

    Raises:
        ValueError: a column is missing.
    """
    require_columns("judged", judged.columns, FLAGS)
    table = pd.DataFrame({"stage": [FLAG_STAGES[name] for name in FLAGS]})
    for answer in ANSWERS:
        table[f"n_{answer}"] = [int((judged[name] == answer).sum()) for name in FLAGS]
    told = table["n_yes"] + table["n_no"]
    table["yes_rate"] = table["n_yes"] / told.where(told > 0)
    table["yes_rate_low"], table["yes_rate_high"] = wilson_bounds(table["n_yes"], told)
    return table


def checklist(judged: pd.DataFrame, evidence: Evidence) -> pd.DataFrame:
    """For each stage and table: is the table there, how many are open; measures and targets are not yet in the data.

    Returns columns:
        stage; stage_condition (code); table; table_state (there, missing_table); n_untellable (customers whose flag is open);
        measure_state, kpi_state (waits: they come with the plan of measures).
    """
    flags = {stage: name for name, stage in FLAG_STAGES.items()}
    rows = [(stage, table) for stage in STAGES for table in NEEDS[stage] or ("orders",)]
    found = pd.DataFrame(rows, columns=["stage", "table"])
    found.insert(1, "stage_condition", found["stage"].map(CONDITIONS))
    found["table_state"] = ["there" if _there(table, evidence) else "missing_table" for table in found["table"]]
    open_ = {stage: int((judged[name] == "untellable").sum()) for stage, name in flags.items()}
    found["n_untellable"] = found["stage"].map(open_).fillna(0).astype("int64")
    return found.assign(measure_state="waits", kpi_state="waits")


def _there(table: str, evidence: Evidence) -> bool:
    if table == "products":
        return evidence.roles_known
    return table not in evidence.seen or not np.isnan(evidence.seen[table])


def leaves(staged: pd.DataFrame, snapshots: Iterable[tuple[int, pd.DataFrame]], *, leave_days: int) -> pd.DataFrame:
    """Who left between two days, by the stage at the first: active then, silent for more than `leave_days` later.

    leave_rate = n_left / n_start with Wilson's interval, of customers silent for at most `leave_days` at the first day.
    An order between the days ends the silence; a customer can leave, come back and leave again.

    Args:
        staged: day, customer_id, stage; of `stages.snapshots`.
        snapshots: of `aggregates.snapshots`, for the same days.
        leave_days: silence after which a customer counts as left, strictly more.

    Returns columns:
        stage (ordered category); period_start, period_end (days since 1970-01-01); n_start (active at the first day);
        n_left; leave_rate, leave_rate_low, leave_rate_high (NaN where nobody was active).

    Raises:
        ValueError: a column is missing or leave_days is below 1.
    """
    require_columns("staged", staged.columns, ["day", "customer_id", "stage"])
    require_at_least("leave_days", leave_days, 1)
    tables = sorted(snapshots, key=lambda pair: pair[0])
    parts = []
    for (start, then), (end, now) in itertools.pairwise(tables):
        active = then.loc[then["recency_days"] <= leave_days, ["customer_id"]]
        later = active.merge(now[["customer_id", "recency_days"]], on="customer_id")
        later = later.merge(staged.loc[staged["day"] == start, ["customer_id", "stage"]], on="customer_id")
        left = later.assign(left=later["recency_days"] > leave_days)
        groups = left.groupby("stage", observed=False)["left"].agg(n_start="size", n_left="sum").reset_index()
        parts.append(groups.assign(period_start=start, period_end=end))
    names = ["stage", "period_start", "period_end", "n_start", "n_left"]
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=names)
    table["leave_rate"] = table["n_left"] / table["n_start"].where(table["n_start"] > 0)
    table["leave_rate_low"], table["leave_rate_high"] = wilson_bounds(
        table["n_left"].astype("float64"), table["n_start"].astype("float64")
    )
    return table[[*names, "leave_rate", "leave_rate_low", "leave_rate_high"]]


def monitor_candidates(judged: pd.DataFrame, evidence: Evidence, customers: pd.DataFrame) -> pd.DataFrame:
    """Customers to ask as monitors: evangelists, then fans, then who refers many or bought almost all products.

    Returns columns:
        customer_id; stage; candidate_because (is_evangelist, is_fan, refers_many, covers_products); n_referrals;
        coverage (share of back-end and cross products bought, NaN without roles); n_event_joins; n_orders; amount
        (smallest unit); last_day (days since 1970-01-01).

    Raises:
        ValueError: a column is missing.
    """
    limits = evidence.thresholds
    told = ["customer_id", "n_referrals", "coverage", "n_event_joins"]
    table = judged.merge(evidence.customers[told], on="customer_id")
    table = table.merge(customers[["customer_id", "n_orders", "amount", "last_day"]], on="customer_id")
    reasons = {
        "is_evangelist": table["is_evangelist"] == "yes",
        "is_fan": table["is_fan"] == "yes",
        "refers_many": table["n_referrals"] >= limits.referrals_evangelist,
        "covers_products": table["coverage"] >= limits.coverage,
    }
    table["candidate_because"] = np.select(list(reasons.values()), list(reasons), "")
    found = table[table["candidate_because"] != ""]
    order = {name: place for place, name in enumerate(reasons)}
    found = found.assign(place=found["candidate_because"].map(order))
    found = found.sort_values(["place", "n_referrals", "amount", "customer_id"], ascending=[True, False, False, True])
    names = ["customer_id", "stage", "candidate_because", *told[1:], "n_orders", "amount", "last_day"]
    return found[names].reset_index(drop=True)


def stage_sheet(judged: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    """Every customer with the stage, the reason, what is missing and the flags, the highest stage and sales first.

    Returns columns:
        those of `stages.judge` but `settled`; n_orders; amount (smallest unit); last_day (days since 1970-01-01).

    Raises:
        ValueError: a column is missing.
    """
    names = ["customer_id", "n_orders", "amount", "last_day"]
    require_columns("customers", customers.columns, names)
    table = judged.drop(columns="settled").merge(customers[names], on="customer_id")
    return table.sort_values(["stage", "amount", "customer_id"], ascending=[False, False, True], ignore_index=True)
