"""One month of one KPI: the months of the data, which of them can be told, and the row that holds its sums."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from crmlib.analysis.months import last_day, month_of_day, month_state

COLUMNS = ["kpi_id", "month", "state", "n", "method", "x", "y", "xx", "xy", "yy", "m", "bounded"]
NEEDS_PAST = ("n_customers_new", "repeat_share", "f2_rate", "ltv_12m", "cpo", "referral_share")
YEAR_DAYS = 365
QUIET_DAYS = 6  # a quiet first week is no sign that the export begins within the month
NOT_YET, PARTIAL, OBSERVED, BEGINNING = "not_yet", "partial", "observed", "data_begin"
Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Span:
    """First and last day of the orders, and whether the data begin with the shop's first order.

    Where they do not, every customer of the first months seems new: what rests on a first order is not taken from the
    first year.
    """

    first_day: int
    as_of_day: int
    from_the_start: bool = False

    @property
    def months(self) -> range:
        """Every month from the first order to the day of the report."""
        return range(month_of_day(self.first_day), month_of_day(self.as_of_day) + 1)

    def state(self, kpi_id: str, month: int, *, wait_days: int = 0) -> str:
        """The state of a KPI's month: over, and followed by `wait_days` of observation, or not.

        A month that the data begin in is no whole month; what needs the past before it is told a year later.
        """
        if not self.from_the_start and self._begins_within(kpi_id, month):
            return BEGINNING
        return month_state(month, as_of_day=self.as_of_day - wait_days)

    def _begins_within(self, kpi_id: str, month: int) -> bool:
        first, last = last_day(month - 1) + 1, last_day(month)
        if kpi_id in NEEDS_PAST:
            return first < self.first_day + YEAR_DAYS
        if kpi_id == "active_customers":
            return last - YEAR_DAYS + 1 < self.first_day
        return self.first_day - first > QUIET_DAYS and self.first_day <= last


def row(kpi_id: str, month: Any, method: str, *, n: Any, m: Any, bounded: bool = False, **sums: Any) -> Row:
    """The sums of a KPI and month; those not given are zero."""
    blank = dict.fromkeys(("x", "y", "xx", "xy", "yy"), 0.0)
    told = {name: float(value) for name, value in sums.items()}
    return {"kpi_id": kpi_id, "month": int(month), "method": method, "n": int(n), "m": int(m), "bounded": bounded,
            **blank, **told}  # fmt: skip


def with_states(rows: list[Row], span: Span, waits: Mapping[str, int] | None = None) -> pd.DataFrame:
    """The rows as a table, each with the state of its month; `waits`: days that a KPI is observed after it."""
    states = [span.state(r["kpi_id"], r["month"], wait_days=(waits or {}).get(r["kpi_id"], 0)) for r in rows]
    return pd.DataFrame([{**row, "state": state} for row, state in zip(rows, states, strict=True)], columns=COLUMNS)
