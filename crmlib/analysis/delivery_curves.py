"""Survival by delivery for groups of contracts: by medium, by month of start, before and from the settling count."""

from __future__ import annotations

import numpy as np
import pandas as pd

from crmlib.analysis.checks import require_at_least, require_columns
from crmlib.analysis.intervals import wilson_bounds
from crmlib.analysis.months import month_of_day
from crmlib.analysis.subscriptions import steps


def survival_by(
    timeline: pd.DataFrame, *, group: str, max_delivery: int = 12, most: int = 6, min_n: int = 30
) -> pd.DataFrame:
    """残存率 by delivery of the largest groups of a column; the rest together as `others`, the unnamed as `not_known`.

    Returns columns:
        group; n_start (units of the group); delivery; n_due; survival, survival_low, survival_high, kept only where at
        least `min_n` units were at risk in the step before.

    Raises:
        ValueError: a column is missing.
    """
    require_columns("timeline", timeline.columns, [group])
    names = grouped(timeline[group], most=most)
    parts = [_curve(name, timeline[names == name], max_delivery, min_n) for name in _by_size(names)]
    columns = ["group", "n_start", "delivery", "n_due", "survival", "survival_low", "survival_high"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def survival_by_start(timeline: pd.DataFrame, *, max_delivery: int = 12, min_n: int = 30) -> pd.DataFrame:
    """残存率 by delivery of the units that began in each month; deliveries that too few could have had are not yet.

    Returns columns:
        cohort_month (year * 12 + month - 1, of the first delivery); delivery; n_start; remaining_rate,
        remaining_rate_low, remaining_rate_high; state (observed, not_yet).

    Raises:
        ValueError: a column is missing.
    """
    whole = timeline[timeline["first_delivery"] == 1]
    months = pd.Series([month_of_day(day) for day in whole["first_day"]], index=whole.index, dtype="int64")
    parts = [_curve("", whole[months == month], max_delivery, min_n).assign(cohort_month=month)
             for month in sorted(months.unique())]  # fmt: skip
    ends = {f"survival{end}": f"remaining_rate{end}" for end in ("", "_low", "_high")}
    names = ["cohort_month", "delivery", "n_start", *ends.values()]
    if not parts:
        return pd.DataFrame(columns=[*names, "state"])
    table = pd.concat(parts, ignore_index=True).rename(columns=ends)[names]
    return table.assign(state=np.where(table["remaining_rate"].isna(), "not_yet", "observed"))


def grouped(values: pd.Series, *, most: int) -> pd.Series:
    """Names of a column with the largest `most` kept, the others as `others`, missing and empty ones as `not_known`.

    Example:
        >>> grouped(pd.Series(["a", "a", "b", "", None]), most=1).tolist()
        ['a', 'a', 'others', 'not_known', 'not_known']
    """
    names = values.astype(object).where(values.notna() & (values.astype(object) != ""), "not_known")
    named = names[~names.isin(["not_known", "unknown"])]
    sizes = named.value_counts().rename_axis("name").reset_index(name="n")
    kept = sizes.sort_values(["n", "name"], ascending=[False, True])["name"].head(most)
    return names.mask(names == "unknown", "not_known").where(names.isin([*kept, "not_known", "unknown"]), "others")


def settled(timeline: pd.DataFrame, *, settle_deliveries: int) -> pd.DataFrame:
    """Steps before and from the settling count on: does leaving stop there (R057)?

    Returns columns:
        group (before_settling, after_settling); n_due; n_next; rate, rate_low, rate_high (all steps of the group
        pooled; a unit counts once a step).

    Raises:
        ValueError: settle_deliveries is below 2.
    """
    require_at_least("settle_deliveries", settle_deliveries, 2)
    last = int(timeline["last_delivery"].max()) if len(timeline) else 1
    table = steps(timeline, max_delivery=max(last, settle_deliveries))
    late = table["delivery"] >= settle_deliveries
    pooled = pd.DataFrame({
        "group": ["before_settling", "after_settling"],
        "n_due": [int(table.loc[chosen, "n_due"].sum()) for chosen in (~late, late)],
        "n_next": [int(table.loc[chosen, "n_next"].sum()) for chosen in (~late, late)],
    })  # fmt: skip
    pooled["rate"] = pooled["n_next"] / pooled["n_due"].where(pooled["n_due"] > 0)
    pooled["rate_low"], pooled["rate_high"] = wilson_bounds(pooled["n_next"], pooled["n_due"])
    return pooled


def _by_size(names: pd.Series) -> list[str]:
    sizes = names.value_counts().to_dict()
    last = {"others": 1, "not_known": 2}
    return sorted(sizes, key=lambda name: (last.get(name, 0), -sizes[name], name))


def _curve(name: str, part: pd.DataFrame, max_delivery: int, min_n: int) -> pd.DataFrame:
    table = steps(part, max_delivery=max_delivery)
    carried = table["n_due"].shift(1, fill_value=len(part)).cummin() >= min_n
    values = ["survival", "survival_low", "survival_high"]
    table[values] = table[values].where(carried)
    return table.assign(group=name, n_start=len(part))
