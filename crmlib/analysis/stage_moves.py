"""Who moved from stage to stage between two days, and who left from which."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable

import pandas as pd

from crmlib.analysis.checks import require_at_least, require_columns
from crmlib.analysis.flows import NEW, movement
from crmlib.analysis.intervals import wilson_bounds
from crmlib.analysis.stages import STAGES

MIN_N = 30


def transitions(before: pd.DataFrame, after: pd.DataFrame, sales: pd.DataFrame, earlier: pd.DataFrame) -> pd.DataFrame:
    """Who moved from which proved stage to which between two days; every pair has its row.

    Args:
        before: of `stages.judge` for the earlier day.
        after: of `stages.judge` for the later day.
        sales: customer_id, amount by the later day.
        earlier: customer_id, amount by the earlier day.

    Returns columns:
        stage_before (came_new: first bought in between), stage_after (ordered categories); n_start; n_customers;
        stage_move_rate, stage_move_rate_low, stage_move_rate_high (of n_start, Wilson, NaN below 30);
        amount (smallest unit, between the days).

    Raises:
        ValueError: a column is missing.
    """
    names = {"stage": "group"}
    then = before[["customer_id", "stage"]].merge(earlier[["customer_id", "amount"]], on="customer_id")
    now = after[["customer_id", "stage"]].merge(sales[["customer_id", "amount"]], on="customer_id")
    found = movement(then.rename(columns=names), now.rename(columns=names), groups=STAGES)
    moved = {"group_before": "stage_before", "group_after": "stage_after"}
    moved |= {f"rate{end}": f"stage_move_rate{end}" for end in ("", "_low", "_high")}
    return _enough(found.rename(columns=moved), "stage_move_rate")


def moved_table(transitions: pd.DataFrame, *, untold: Collection[str] = ()) -> pd.DataFrame:
    """How many of each stage rose, stayed and fell between the two days.

    Args:
        transitions: of `transitions`.
        untold: stages that the data cannot tell, of `stage_tables.untellable`.

    Returns columns:
        stage_before; n_start; n_rose, n_stayed, n_fell; rose_rate, rose_rate_low, rose_rate_high; fell_rate (NaN where
        fewer than 30 were there; n_rose and its rate NaN too where no stage above can be told).

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
    table.insert(6, "rose_rate_low", low)
    table.insert(7, "rose_rate_high", high)
    table["fell_rate"] = table["fell_rate"].where(table["n_start"] >= MIN_N)
    return _told(_enough(table, "rose_rate"), set(untold))


def _told(table: pd.DataFrame, untold: set[str]) -> pd.DataFrame:
    # Nobody seen to rise into a stage that cannot be told is no share of zero. From the last stage nobody can rise.
    blind = [bool(STAGES[i + 1 :]) and set(STAGES[i + 1 :]) <= untold for i in range(len(STAGES))]
    if not any(blind):
        return table
    names = ["n_rose", "rose_rate", "rose_rate_low", "rose_rate_high"]
    return table.assign(**{name: table[name].astype("float64").mask(pd.Series(blind)) for name in names})


def shown_moves(transitions: pd.DataFrame, *, untold: Collection[str] = ()) -> pd.DataFrame:
    """The rows of the matrix that somebody stood in, and of those who came new; no share of a stage that is untold."""
    shown = transitions[transitions["n_start"] > 0].reset_index(drop=True)
    names = [name for name in shown.columns if name.startswith("stage_move_rate")]
    blind = shown["stage_after"].isin(list(untold))
    return shown.assign(**{name: shown[name].mask(blind) for name in names})


def period_days(*, as_of_day: int, first_day: int, days: int, most: int = 4) -> list[int]:
    """The ends of the last periods of so many days, at most four back, none before the first order but one.

    Example:
        >>> period_days(as_of_day=400, first_day=100, days=90)
        [130, 220, 310, 400]
    """
    require_at_least("days", days, 1)
    ends = [as_of_day - days * number for number in range(most, -1, -1)]
    return [end for end in ends[:-2] if end >= first_day] + ends[-2:]


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
        n_gone; stage_leave_rate, stage_leave_rate_low, stage_leave_rate_high (NaN where fewer than 30 were active).

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
    return _enough(
        table[[*names, "stage_leave_rate", "stage_leave_rate_low", "stage_leave_rate_high"]], "stage_leave_rate"
    )


def last_period(leaves: pd.DataFrame) -> pd.DataFrame:
    """The rows of the last period."""
    return leaves[leaves["period_end"] == leaves["period_end"].max()].reset_index(drop=True)


def _enough(table: pd.DataFrame, rate: str) -> pd.DataFrame:
    # A percentage of a handful of customers says more than they can carry.
    names = [rate, f"{rate}_low", f"{rate}_high"]
    return table.assign(**{name: table[name].astype("float64").where(table["n_start"] >= MIN_N) for name in names})
