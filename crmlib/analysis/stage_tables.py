"""Stages as tables: who stands where, what each flag says, what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from crmlib.analysis.checks import require_columns
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
        stage; n_yes; n_no; n_untellable; yes_rate, yes_rate_low, yes_rate_high (NaN where nobody is told, or
        only those who do not meet it).

    Raises:
        ValueError: a column is missing.
    """
    require_columns("judged", judged.columns, FLAGS)
    table = pd.DataFrame({"stage": [FLAG_STAGES[name] for name in FLAGS]})
    for answer in ANSWERS:
        table[f"n_{answer}"] = [int((judged[name] == answer).sum()) for name in FLAGS]
    # Where nobody can be shown to meet it, "no" is all that could be told, and a share of 0 would be a lie.
    told = (table["n_yes"] + table["n_no"]).mask((table["n_yes"] == 0) & (table["n_untellable"] > 0), 0)
    table["yes_rate"] = table["n_yes"] / told.where(told > 0)
    table["yes_rate_low"], table["yes_rate_high"] = wilson_bounds(table["n_yes"], told)
    return table


def checklist(judged: pd.DataFrame, evidence: Evidence) -> pd.DataFrame:
    """For each stage and table: is the table there, and how many are open.

    Returns columns:
        stage; stage_condition (code); table; table_state (there, missing_table); n_untellable (customers whose flag
        is open).
    """
    flags = {stage: name for name, stage in FLAG_STAGES.items()}
    rows = [(stage, table) for stage in STAGES for table in NEEDS[stage] or ("orders",)]
    found = pd.DataFrame(rows, columns=["stage", "table"])
    found.insert(1, "stage_condition", found["stage"].map(CONDITIONS))
    found["table_state"] = ["there" if _there(table, evidence) else "missing_table" for table in found["table"]]
    open_ = {stage: int((judged[name] == "untellable").sum()) for stage, name in flags.items()}
    found["n_untellable"] = found["stage"].map(open_).fillna(0).astype("int64")
    return found


def _there(table: str, evidence: Evidence) -> bool:
    if table == "products":
        return evidence.roles_known
    return table not in evidence.seen or not np.isnan(evidence.seen[table])


def share_from(table: pd.DataFrame, stage: str) -> float:
    """The share of customers proved in a stage or a higher one, NaN where it cannot be told."""
    return float(table.loc[table["stage"] == stage, "share_or_higher"].iloc[0])


def n_met(flags: pd.DataFrame, stage: str) -> float:
    """How many meet the condition of a stage by itself, NaN where nobody can be told."""
    row = flags[flags["stage"] == stage].iloc[0]
    return float("nan") if np.isnan(row["yes_rate"]) else float(row["n_yes"])
