"""Stages as tables: who stands where, what each flag says, what is missing, who moved and who left."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from crmlib.analysis.checks import require_at_least, require_columns
from crmlib.analysis.flows import NEW, movement
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
        stage; stage_condition (code); table; table_state (there, missing_table); n_untellable (customers whose flag
        is open); measure_state, kpi_state (waits: they come with the plan of measures).
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


def transitions(before: pd.DataFrame, after: pd.DataFrame, sales: pd.DataFrame, earlier: pd.DataFrame) -> pd.DataFrame:
    """Who moved from which proved stage to which between two days; every pair has its row.

    Args:
        before: of `stages.judge` for the earlier day.
        after: of `stages.judge` for the later day.
        sales: customer_id, amount by the later day.
        earlier: customer_id, amount by the earlier day.

    Returns columns:
        stage_before (came_new: first bought in between), stage_after (ordered categories); n_start; n_customers;
        stage_move_rate, stage_move_rate_low, stage_move_rate_high (of n_start, Wilson); amount (smallest unit, between
        the days).

    Raises:
        ValueError: a column is missing.
    """
    names = {"stage": "group"}
    then = before[["customer_id", "stage"]].merge(earlier[["customer_id", "amount"]], on="customer_id")
    now = after[["customer_id", "stage"]].merge(sales[["customer_id", "amount"]], on="customer_id")
    found = movement(then.rename(columns=names), now.rename(columns=names), groups=STAGES)
    moved = {"group_before": "stage_before", "group_after": "stage_after"}
    moved |= {f"rate{end}": f"stage_move_rate{end}" for end in ("", "_low", "_high")}
    return found.rename(columns=moved)


def moved_table(transitions: pd.DataFrame) -> pd.DataFrame:
    """How many of each stage rose, stayed and fell between the two days.

    Returns columns:
        stage_before; n_start; n_rose, n_stayed, n_fell; rose_rate, rose_rate_low, rose_rate_high; fell_rate (NaN where
        nobody was there).

    Raises:
        ValueError: a column is missing.
    """
    require_columns("transitions", transitions.columns, ["stage_before", "stage_after", "n_start", "n_customers"])
    rows = transitions[transitions["stage_before"] != NEW]
    place = {stage: number for number, stage in enumerate(STAGES)}
    step = rows["stage_after"].astype(str).map(place) - rows["stage_before"].astype(str).map(place)
    parts = {"n_rose": step > 0, "n_stayed": step == 0, "n_fell": step < 0}
    counts = rows.assign(**{name: rows["n_customers"].where(found, 0) for name, found in parts.items()})
    table = counts.groupby(counts["stage_before"].astype(str))[list(parts)].sum().reindex(list(STAGES)).reset_index()
    table.insert(1, "n_start", table[list(parts)].sum(axis=1))
    n = table["n_start"].where(table["n_start"] > 0)
    table["rose_rate"], table["fell_rate"] = table["n_rose"] / n, table["n_fell"] / n
    low, high = wilson_bounds(table["n_rose"], table["n_start"])
    return table.assign(rose_rate_low=low, rose_rate_high=high)


def shown_moves(transitions: pd.DataFrame) -> pd.DataFrame:
    """The rows of the matrix that somebody stood in, and of those who came new."""
    return transitions[transitions["n_start"] > 0].reset_index(drop=True)


def period_days(*, as_of_day: int, first_day: int, days: int, most: int = 4) -> list[int]:
    """The ends of the last periods of so many days, at most four back, none before the first order but one.

    Example:
        >>> period_days(as_of_day=400, first_day=100, days=90)
        [130, 220, 310, 400]
    """
    require_at_least("days", days, 1)
    ends = [as_of_day - days * number for number in range(most, -1, -1)]
    return [end for end in ends[:-2] if end >= first_day] + ends[-2:]


def share_from(table: pd.DataFrame, stage: str) -> float:
    """The share of customers proved in a stage or a higher one, NaN where it cannot be told."""
    return float(table.loc[table["stage"] == stage, "share_or_higher"].iloc[0])


def n_met(flags: pd.DataFrame, stage: str) -> float:
    """How many meet the condition of a stage by itself, NaN where nobody can be told."""
    row = flags[flags["stage"] == stage].iloc[0]
    return float("nan") if np.isnan(row["yes_rate"]) else float(row["n_yes"])


def last_period(leaves: pd.DataFrame) -> pd.DataFrame:
    """The rows of the last period."""
    return leaves[leaves["period_end"] == leaves["period_end"].max()].reset_index(drop=True)


def leaves(staged: pd.DataFrame, snapshots: Iterable[tuple[int, pd.DataFrame]], *, leave_days: int) -> pd.DataFrame:
    """Who left between two days, by the stage at the first: active then, silent for more than `leave_days` later.

    stage_leave_rate = n_gone / n_start with Wilson's interval, of customers silent for at most `leave_days` at the
    first day. An order ends the silence; a customer can leave, come back and leave again.

    Args:
        staged: day, customer_id, stage; of `stages.snapshots`.
        snapshots: of `aggregates.snapshots`, for the same days.
        leave_days: silence after which a customer counts as left, strictly more.

    Returns columns:
        stage (ordered category); period_start, period_end (days since 1970-01-01); n_start (active at the first day);
        n_gone; stage_leave_rate, stage_leave_rate_low, stage_leave_rate_high (NaN where nobody was active).

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
        groups = left.groupby("stage", observed=False)["left"].agg(n_start="size", n_gone="sum").reset_index()
        parts.append(groups.assign(period_start=start, period_end=end))
    names = ["stage", "period_start", "period_end", "n_start", "n_gone"]
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=names)
    table["stage_leave_rate"] = table["n_gone"] / table["n_start"].where(table["n_start"] > 0)
    table["stage_leave_rate_low"], table["stage_leave_rate_high"] = wilson_bounds(
        table["n_gone"].astype("float64"), table["n_start"].astype("float64")
    )
    return table[[*names, "stage_leave_rate", "stage_leave_rate_low", "stage_leave_rate_high"]]
