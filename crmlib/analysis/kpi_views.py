"""The KPI tables as a page shows them: few columns, months side by side, and what is missing for each KPI."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from crmlib.analysis.kpi_bounds import with_bounds
from crmlib.analysis.kpi_ids import KPIS
from crmlib.analysis.kpi_ranking import RANKED
from crmlib.analysis.kpi_rows import OBSERVED
from crmlib.analysis.kpi_targets import DEFAULT, OWN

BARS = "▁▂▃▄▅▆▇█"
ABSENT = "░"
MONTHS = 13
JUDGED = ("mark_good", "mark_fair", "mark_bad")


def target_table(against: pd.DataFrame, ranking: pd.DataFrame) -> pd.DataFrame:
    """KPIs with a target, as they stand: figure, target, difference, achievement, mark, and what the gap costs."""
    rows = shown_marks(against)
    rows = rows[rows["target"].notna()].rename(columns={"month": "kpi_month", "n": "kpi_n"})
    rows = rows.assign(stake_year=rows["kpi_id"].map(ranking.set_index("kpi_id")["stake_year"]))
    names = ["kpi_id", "measure_kind", "kpi_month", "actual", "actual_low", "actual_high", "target", "gap"]
    return rows[[*names, "achievement", "mark", "gap_verdict", "stake_year", "target_source", "kpi_n"]].reset_index(
        drop=True
    )


def shown_marks(rows: pd.DataFrame) -> pd.DataFrame:
    """Marks as they are shown: what is held against a benchmark of the trade is not called a target reached or missed.

    Example:
        >>> rows = {"mark": ["mark_good", "mark_good"], "target_source": ["own_target", "default_target"]}
        >>> shown_marks(pd.DataFrame(rows))["mark"].tolist()
        ['mark_good', 'trade_good']
    """
    trade = rows["mark"].where(~rows["mark"].isin(JUDGED), rows["mark"].str.replace("mark_", "trade_"))
    return rows.assign(mark=rows["mark"].where(rows["target_source"] != DEFAULT, trade))


def achievement_table(against: pd.DataFrame) -> pd.DataFrame:
    """What the chart draws: achievement with its 95 % interval, the mark, and whether the gap is more than chance."""
    rows = shown_marks(against[against["achievement"].notna() & against["mark"].isin(JUDGED)])
    names = ["kpi_id", "achievement", "achieved_from", "achieved_to", "mark", "gap_verdict"]
    return rows.sort_values("achievement", kind="stable")[names].reset_index(drop=True)


def change_table(changes: pd.DataFrame) -> pd.DataFrame:
    """Each KPI beside the month before and the same month a year before."""
    names = {
        "month": "kpi_month",
        "change": "change_from_before",
        "change_low": "change_from",
        "change_high": "change_to",
    }
    rows = changes[changes["previous"].notna() | changes["year_before"].notna()].rename(columns=names)
    shown = ["kpi_id", "measure_kind", "kpi_month", "actual", "previous_month", "previous", "change_from_before"]
    return rows[
        [
            *shown,
            "change_from",
            "change_to",
            "improvement_rate",
            "change_verdict",
            "closing_rate",
            "year_before",
            "year_rate",
        ]
    ].reset_index(drop=True)


def ranking_table(ranking: pd.DataFrame, *, due_day: int) -> pd.DataFrame:
    """The ranked KPIs, worst first, with the next step, who is in charge and by when."""
    rows = shown_marks(ranking[ranking["apart"] == RANKED])
    rows = rows.assign(next_step=["step_" + name for name in rows["kpi_id"]], due_day=due_day)
    names = ["kpi_rank", "kpi_id", "measure_kind", "previous_month", "previous", "actual", "improvement_rate"]
    return rows[
        [*names, "change_verdict", "gap", "mark", "gap_verdict", "next_step", "kpi_owner", "due_day"]
    ].reset_index(drop=True)


def apart_table(ranking: pd.DataFrame) -> pd.DataFrame:
    """The KPIs that are not ranked, and why."""
    rows = ranking[ranking["apart"] != RANKED].rename(columns={"n": "kpi_n", "month": "kpi_month"})
    return rows[["kpi_id", "measure_kind", "kpi_month", "previous", "actual", "kpi_n", "apart"]].reset_index(drop=True)


def year_table(year: pd.DataFrame) -> pd.DataFrame:
    """The fiscal year to date, with how many of its months have a target."""
    rows = year.rename(columns={"n_months": "n_year_months", "n_targets": "n_target_months"})
    names = ["kpi_id", "measure_kind", "n_year_months", "actual", "actual_low", "actual_high", "target", "gap"]
    return rows[[*names, "achievement", "mark", "gap_verdict", "n_target_months", "year_before", "year_rate"]]


def history(measures: pd.DataFrame, *, n_months: int = MONTHS) -> pd.DataFrame:
    """The last months of each KPI as a row of bars, lowest to highest; a month that is not told is pale.

    Returns columns:
        kpi_id; measure_kind; kpi_month (the last one told); spark; spark_first, spark_least, spark_most, actual (the
        oldest, lowest, highest and latest of them that are told).
    """
    known = with_bounds(measures[measures["state"] == OBSERVED]).dropna(subset=["actual"])
    if known.empty:
        return pd.DataFrame(columns=[*_HISTORY])
    last = int(known["month"].max())
    rows = []
    for kpi_id, part in known[known["month"] > last - n_months].groupby("kpi_id", sort=False):
        told = part.set_index("month")["actual"].sort_index()
        series = told.reindex(range(last - n_months + 1, last + 1))
        ends = (float(told.iloc[0]), float(told.min()), float(told.max()), float(told.iloc[-1]))
        rows.append((kpi_id, KPIS[str(kpi_id)].kind, int(told.index[-1]), sparkline(series.tolist()), *ends))
    return pd.DataFrame(rows, columns=[*_HISTORY])


def monthly(measures: pd.DataFrame) -> pd.DataFrame:
    """The observed months of all KPIs, the latest first; NaN where a KPI's month cannot be told.

    Returns columns:
        month; kpi_<id>: a column a KPI that is told in any month, in the order of `kpi_ids.KPIS`.
    """
    known = with_bounds(measures[measures["state"] == OBSERVED]).dropna(subset=["actual"])
    wide = known.pivot(index="month", columns="kpi_id", values="actual").sort_index(ascending=False)
    told = wide.reindex(columns=[kpi_id for kpi_id in KPIS if kpi_id in wide.columns])
    return told.add_prefix("kpi_").rename_axis(columns=None).reset_index()


_HISTORY = ("kpi_id", "measure_kind", "kpi_month", "spark", "spark_first", "spark_least", "spark_most", "actual")


def sparkline(values: list[float]) -> str:
    """Values as bars of eight heights between their lowest and highest; what is missing is pale.

    Example:
        >>> sparkline([1, 2, float("nan"), 8]), sparkline([5, 5])
        ('▁▂░█', '▄▄')
    """
    known = [value for value in values if value == value]
    low, high = min(known, default=0.0), max(known, default=0.0)
    top = len(BARS) - 1
    steps = [top // 2 if high == low else round((v - low) / (high - low) * top) if v == v else 0 for v in values]
    return "".join(BARS[step] if value == value else ABSENT for value, step in zip(values, steps, strict=True))


def gap_table(
    against: pd.DataFrame, targets: pd.DataFrame, actions: pd.DataFrame, scenarios: pd.DataFrame,
    experiments: pd.DataFrame, *, has: Callable[[str], bool],
) -> pd.DataFrame:  # fmt: skip
    """R032: every KPI with what it lacks: its table, a target, or a measure that works on it.

    A measure is an action that was taken up and is not stopped, a scenario, or an experiment that names the KPI. The
    target of a KPI that is told is that of its month; of one that is not any that is set. A benchmark of the trade is
    no target of the client's: with it alone the target is missing.

    Args:
        against: of `kpi_targets.against`.
        targets: of `kpi_targets.chosen`.
        actions: of `actions.taken_up`.
        scenarios: the canonical table.
        experiments: the canonical table.
        has: whether a table has a row, by its name.

    Returns columns:
        kpi_id; kpi_needs; kpi_told (kpi_told_yes, kpi_table_missing, kpi_not_observed); has_target (yes, no,
        default_target);
        n_actions; n_scenarios; n_experiments; kpi_gap (gap_table, gap_both, gap_target, gap_measure, gap_nothing).
    """
    held, own = against.set_index("kpi_id"), set(targets["kpi_id"])
    acting = actions[actions["action_status"] != "stopped"]
    counts = [frame["kpi_id"].value_counts() for frame in (acting, scenarios, experiments)]
    rows = []
    for name, kpi in KPIS.items():
        needs = "subscriptions" if name == "subscription_f2_rate" and name not in held.index else kpi.needs
        there = name in held.index
        told = "kpi_told_yes" if there else "kpi_not_observed" if has(needs) else "kpi_table_missing"
        n = [int(count.get(name, 0)) for count in counts]
        aimed = held.loc[name, "target_source"] == OWN if there else name in own
        trade = held.loc[name, "target_source"] == DEFAULT if there else kpi.default_target is not None
        answer = "yes" if aimed else DEFAULT if trade else "no"
        rows.append((name, needs, told, answer, *n, _gap(told, bool(aimed), any(n))))
    names = ["kpi_id", "kpi_needs", "kpi_told", "has_target", "n_actions", "n_scenarios", "n_experiments", "kpi_gap"]
    return pd.DataFrame(rows, columns=names)


def review_table(reviewed: pd.DataFrame) -> pd.DataFrame:
    """What was acted on, and whether it moved."""
    names = {
        "change": "change_from_before", "change_low": "change_from", "change_high": "change_to",
        "relative": "effect_relative", "relative_low": "effect_relative_low", "relative_high": "effect_relative_high",
    }  # fmt: skip
    rows = reviewed.rename(columns=names)
    rows = coded(rows)
    shown = ["action_id", "kpi_id", "measure_kind", "action_category", "action_text", "action_owner", "action_status"]
    rest = ["value_before", "value_after", "change_from_before", "change_from", "change_to", "judged_by", "moved"]
    return rows[[*shown, *rest, *list(names.values())[3:]]].reset_index(drop=True)


def overdue_table(late: pd.DataFrame) -> pd.DataFrame:
    """The actions that are late."""
    names = ["action_id", "kpi_id", "action_text", "action_owner", "due_day", "days_overdue", "action_status"]
    return coded(late)[names]


def coded(table: pd.DataFrame) -> pd.DataFrame:
    """Status and category as the codes that have a name in reports; other questions call other things open."""
    status, category = (
        "action_" + table["action_status"].astype("str"),
        "about_" + table["action_category"].astype("str"),
    )
    return table.assign(action_status=status, action_category=category)


def unused_table(unused: pd.DataFrame) -> pd.DataFrame:
    """Targets that nothing is held against."""
    names = {"scope": "target_scope", "n_targets": "n_targets_unused", "why": "why_unused"}
    return unused.rename(columns=names)[["kpi_id", *names.values()]]


def _gap(told: str, has_target: bool, has_measure: bool) -> str:
    if told == "kpi_table_missing":
        return "gap_table"
    if not has_target:
        return "gap_target" if has_measure else "gap_both"
    return "gap_nothing" if has_measure else "gap_measure"
