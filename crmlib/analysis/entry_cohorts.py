"""Cohorts of the customers who began with the same product or medium, pooled over the months they began in."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from crmlib.analysis.checks import require_columns
from crmlib.analysis.retention import cohorts, pooled

SUMS = ["n_customers", "n_orders", "amount"]


def pooled_by_group(counts: pd.DataFrame, *, groups: Sequence[str], as_of_day: int, horizon: int = 12) -> pd.DataFrame:
    """`retention.pooled` for each group, month by month after the first; groups without customers have no row.

    Args:
        counts: of `aggregates.entry_cohort_counts`.
        groups: names to keep, in this order; others are taken together as `others`, those without a name as
            `not_known`.
        as_of_day: the day of the report.
        horizon: months after the first.

    Returns columns:
        group; those of `retention.pooled`.

    Raises:
        ValueError: a column is missing, a month lies after as_of_day or horizon is below 0.
    """
    require_columns("counts", counts.columns, ["group", "cohort_month", "month", *SUMS])
    named = counts["group"].where(~counts["group"].isin(["", "unknown"]), "not_known")
    kept = named.where(named.isin([*groups, "not_known"]), "others")
    sums = counts.assign(group=kept).groupby(["group", "cohort_month", "month"], as_index=False)[SUMS].sum()
    parts = {name: rows.drop(columns="group") for name, rows in sums.groupby("group")}
    order = [name for name in dict.fromkeys([*groups, "others", "not_known"]) if name in parts]
    tables = [_pooled(parts[name], as_of_day, horizon).assign(group=name) for name in order]
    empty = _pooled(counts.head(0).drop(columns="group"), as_of_day, horizon).assign(group="")
    table = pd.concat(tables, ignore_index=True) if tables else empty
    return table[["group", *[name for name in table.columns if name != "group"]]]


def _pooled(counts: pd.DataFrame, as_of_day: int, horizon: int) -> pd.DataFrame:
    return pooled(cohorts(counts, as_of_day=as_of_day, horizon=horizon))
