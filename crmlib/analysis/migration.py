"""How customers move between the groups of CPM from one month end to the next: stepping up, staying, leaving, back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from crmlib.analysis.checks import require_at_least, require_columns
from crmlib.analysis.flows import NEW, movement
from crmlib.analysis.months import last_day, month_of_day
from crmlib.analysis.portfolio import GROUPS, STANDINGS, STEPS, Thresholds, assign_groups

LEFT = STANDINGS["left"]


@dataclass(frozen=True, kw_only=True)
class HistoryResult:
    """The groups at month ends, and who moved between each end and the one before.

    Attributes:
        counts: a row a month and group. moves: a row a month and pair of groups.
    """

    counts: pd.DataFrame
    moves: pd.DataFrame


def month_ends(*, as_of_day: int, first_day: int, n_months: int = 24) -> list[int]:
    """The last days of the latest complete months, at most so many, none before the first order.

    Raises:
        ValueError: n_months is below 1.

    Example:
        >>> month_ends(as_of_day=60, first_day=0, n_months=24)  # 1970-03-02
        [30, 58]
    """
    require_at_least("n_months", n_months, 1)
    latest = month_of_day(as_of_day + 1) - 1
    ends = [last_day(month) for month in range(latest - n_months + 1, latest + 1)]
    return [day for day in ends if day >= first_day]


def history(snapshots: Iterable[tuple[int, pd.DataFrame]], *, thresholds: Thresholds, first_day: int) -> HistoryResult:
    """Counts of the groups at each day, and the movement from each to the next; two days are held at a time.

    Args:
        snapshots: day and customer table, in the order of the days (`aggregates.snapshots`).
        thresholds: of the groups.
        first_day: of the data; until `leave_days` after it nobody can have left, so what a customer does from there
            on is not told (`tellable` 0).

    Returns columns:
        (counts) month (year * 12 + month - 1); group; n_customers; amount (smallest unit, so far). (moves) month (of
        the second day); tellable (0, 1); those of `flows.movement`.

    Raises:
        ValueError: a column is missing.
    """
    counts, moves = [_NO_COUNTS], [_NO_MOVES]
    grouped = ((day, assign_groups(table, thresholds=thresholds)) for day, table in snapshots)
    for (day, before), (next_day, after) in pairwise(_with_counts(grouped, counts)):
        tellable = int(day >= first_day + thresholds.leave_days)
        table = movement(before, after, groups=GROUPS)
        table.insert(0, "month", month_of_day(next_day))
        table.insert(1, "tellable", tellable)
        moves.append(table)
    return HistoryResult(counts=_joined(counts, ["group"]), moves=_joined(moves, ["group_before", "group_after"]))


def step_months(counts: pd.DataFrame) -> pd.DataFrame:
    """Active customers of each step and all who left, month by month, for stacked bars.

    Returns columns:
        month; cpm_step (first_time … excellent, has_left); n_customers.

    Raises:
        ValueError: a column is missing.
    """
    require_columns("counts", counts.columns, ["month", "group", "n_customers"])
    steps = [*STEPS, LEFT]
    month, months = pd.factorize(counts["month"], sort=True)
    place = _places(counts["group"]).cat.set_categories(steps).cat.codes.to_numpy()
    sums = np.zeros((len(months), len(steps)), dtype="int64")
    np.add.at(sums, (month, place), counts["n_customers"].to_numpy())
    return pd.DataFrame({
        "month": np.repeat(np.asarray(months, dtype="int64"), len(steps)),
        "cpm_step": pd.Categorical.from_codes(np.tile(np.arange(len(steps)), len(months)), steps, ordered=True),
        "n_customers": sums.ravel(),
    })  # fmt: skip


def step_moves(moves: pd.DataFrame) -> pd.DataFrame:
    """Where the customers of each step went in the last month, those who left taken together.

    Returns columns:
        step_before (came_new, first_time … excellent, has_left); step_after; n_customers.

    Raises:
        ValueError: a column is missing.
    """
    require_columns("moves", moves.columns, ["month", "group_before", "group_after", "n_customers"])
    latest = moves[moves["month"] == moves["month"].max()]
    before, after = (_places(latest[name]).cat for name in ("group_before", "group_after"))
    steps, ends = [NEW, *STEPS, LEFT], (before.codes.to_numpy(), after.codes.to_numpy())
    sums, there = np.zeros((len(steps),) * 2, dtype="int64"), np.zeros((len(steps),) * 2, dtype=bool)
    np.add.at(sums, ends, latest["n_customers"].to_numpy())
    there[ends] = True
    there[:, 0] = False
    rows, columns = np.nonzero(there)
    return pd.DataFrame({
        "step_before": pd.Categorical.from_codes(rows, steps, ordered=True),
        "step_after": pd.Categorical.from_codes(columns, steps, ordered=True),
        "n_customers": sums[rows, columns],
    })  # fmt: skip


def _with_counts(
    grouped: Iterable[tuple[int, pd.DataFrame]], counts: list[pd.DataFrame]
) -> Iterable[tuple[int, pd.DataFrame]]:
    for day, table in grouped:
        sums = table.groupby("group", observed=False)["amount"].agg(n_customers="size", amount="sum").reset_index()
        sums.insert(0, "month", month_of_day(day))
        counts.append(sums)
        yield day, table


_NO_COUNTS = pd.DataFrame({"month": [], "group": [], "n_customers": [], "amount": []})
_NO_MOVES = pd.DataFrame(
    {name: [] for name in ["month", "tellable", "group_before", "group_after", "n_start", "n_customers", "rate",
                           "rate_low", "rate_high", "amount"]}
)  # fmt: skip


def _joined(parts: list[pd.DataFrame], groups: list[str]) -> pd.DataFrame:
    filled = parts[1:] or parts
    table = pd.concat(filled, ignore_index=True)
    whole = [name for name in ("month", "tellable", "n_start", "n_customers", "amount") if name in table]
    known = {name: pd.CategoricalDtype([NEW, *GROUPS] if name == "group_before" else [*GROUPS], ordered=True)
             for name in groups}  # fmt: skip
    return table.astype({**dict.fromkeys(whole, "int64"), **known})


def _places(groups: pd.Series[str]) -> pd.Series[str]:
    known = pd.CategoricalDtype([NEW, *STEPS, LEFT], ordered=True)
    # The same few names stand on many rows.
    codes, names = pd.factorize(groups)
    places = known.categories.get_indexer([_place(str(name)) for name in names])
    return pd.Series(pd.Categorical.from_codes(np.append(places, -1)[codes], dtype=known), groups.index)


def _place(group: str) -> str:
    """The step of who is active, has_left of who left; came_new stays."""
    return LEFT if group.endswith("_left") else group.removesuffix("_active")
