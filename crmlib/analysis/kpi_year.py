"""The fiscal year to date against the targets of its months, for what adds up: sales, orders, new customers."""

from __future__ import annotations

import pandas as pd

from crmlib.analysis.checks import require_between, require_columns
from crmlib.analysis.kpi_bounds import FEWEST, with_bounds
from crmlib.analysis.kpi_ids import KPIS
from crmlib.analysis.kpi_rows import COLUMNS
from crmlib.analysis.kpi_targets import FAIR_AT, GOOD_AT, gap_verdict, mark_of
from crmlib.analysis.months import last_day

YEAR = 12
NAN = float("nan")
ADD_UP = [name for name, kpi in KPIS.items() if kpi.adds_up]


def year_months(measures: pd.DataFrame, *, fiscal_year_start: int = 4) -> list[int]:
    """The months of the fiscal year that are over, up to the last month with sales that is; a running one is not.

    Example:
        >>> rows = pd.DataFrame({"kpi_id": "amount", "month": [24300, 24301], "state": ["observed", "partial"]})
        >>> [month - 24300 for month in year_months(rows, fiscal_year_start=11)]
        [-2, -1, 0]
    """
    require_between("fiscal_year_start", fiscal_year_start, 0, 13)
    over = measures[(measures["kpi_id"] == "amount") & (measures["state"] == "observed")]
    if over.empty:
        return []
    last = int(over["month"].max())
    return list(range(last - (last - fiscal_year_start + 1) % YEAR, last + 1))


def year_days(months: list[int], *, years_before: int = 0) -> tuple[int, int]:
    """First and last day of these months, or of the same months some years before; an empty span without months.

    Example:
        >>> year_days([1971 * 12]), year_days([1971 * 12], years_before=1)
        ((365, 395), (0, 30))
    """
    if not months:
        return 0, -1
    back = YEAR * years_before
    return last_day(min(months) - 1 - back) + 1, last_day(max(months) - back)


def year_to_date(
    window: pd.DataFrame, before: pd.DataFrame, measures: pd.DataFrame, targets: pd.DataFrame, *, months: list[int],
    good_at: float = GOOD_AT, fair_at: float = FAIR_AT,
) -> pd.DataFrame:  # fmt: skip
    """Sales, orders and new customers since the fiscal year began, against their targets and the year before.

    A KPI is told where all these months were observed, not where the data begin within them. The target is the sum over
    the same months and is told only where each of them has one; the year before only where all its months were
    observed, the change on it only of 30 orders or new customers and more in both. Mark and verdict on the gap are
    those of `kpi_targets.against`.

    Args:
        window: of `aggregates.customer_window` over the months.
        before: the same, a year before.
        measures: of `kpi_measures.together`.
        targets: of `kpi_targets.chosen`.
        months: of `year_months`.
        good_at: achievement from which the mark is good.
        fair_at: achievement from which it is fair.

    Returns columns:
        kpi_id; measure_kind; n_months; n_targets (months that have one); actual, actual_low, actual_high; target; gap;
        achievement; mark; gap_verdict; year_before; year_rate (change on it).
    """
    require_columns("window", window.columns, ["customer_id", "n_orders", "amount"])
    if not months:
        return pd.DataFrame(columns=RESULT)
    whole = [name for name in ADD_UP if _observed(measures, name, months)]
    now, then = _sums(window, measures, months), _sums(before, measures, [month - YEAR for month in months])
    past = then[["kpi_id", "x", "n"]].rename(columns={"x": "year_before", "n": "n_before"})
    table = with_bounds(now[now["kpi_id"].isin(whole)]).merge(past, on="kpi_id", how="left")
    known = [_observed(measures, name, [month - YEAR for month in months]) for name in table["kpi_id"]]
    table["year_before"] = table["year_before"].astype("float64").where(pd.Series(known, dtype="bool"))
    table["n_months"] = len(months)
    held = targets[targets["month"].isin(months)].groupby("kpi_id")["target"]
    table["n_targets"] = table["kpi_id"].map(held.size()).fillna(0).astype("int64")
    table["target"] = table["kpi_id"].map(held.sum()).astype("float64").where(table["n_targets"] == len(months))
    table["gap"] = table["actual"] - table["target"]
    table["achievement"] = table["actual"] / table["target"].where(table["target"] > 0)
    rows = table.assign(direction="higher").to_dict("records")
    table["mark"] = [mark_of(row, good_at, fair_at) for row in rows]
    table["gap_verdict"] = [gap_verdict(row) for row in rows]
    enough = table[["n", "n_before"]].min(axis=1) >= FEWEST
    table["year_rate"] = (table["actual"] / table["year_before"].where(table["year_before"] > 0) - 1).where(enough)
    table["measure_kind"] = [KPIS[name].kind for name in table["kpi_id"]]
    return table[RESULT]


RESULT = ["kpi_id", "measure_kind", "n_months", "n_targets", "actual", "actual_low", "actual_high", "target", "gap",
          "achievement", "mark", "gap_verdict", "year_before", "year_rate"]  # fmt: skip


def _sums(window: pd.DataFrame, measures: pd.DataFrame, months: list[int]) -> pd.DataFrame:
    new = measures[(measures["kpi_id"] == "n_customers_new") & measures["month"].isin(months)]["x"].sum()
    n, squares = float(window["n_orders"].sum()), window[["n_orders", "amount"]].astype("float64") ** 2
    rows = [
        ("amount", "sum", float(window["amount"].sum()), n, float(squares["amount"].sum())),
        ("n_orders", "sum", n, n, float(squares["n_orders"].sum())),
        ("n_customers_new", "count", float(new), float(new), 0.0),
    ]
    table = pd.DataFrame(rows, columns=["kpi_id", "method", "x", "n", "xx"])
    blank = dict.fromkeys(("y", "xy", "yy"), 0.0)
    return table.assign(month=max(months), state="observed", m=len(window), bounded=False, **blank)[COLUMNS]


def _observed(measures: pd.DataFrame, kpi_id: str, months: list[int]) -> bool:
    rows = measures[(measures["kpi_id"] == kpi_id) & measures["month"].isin(months)]
    return len(rows) == len(months) and bool((rows["state"] == "observed").all())
