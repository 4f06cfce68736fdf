"""The years of a report: 365 days back from the base date, or the client's fiscal years."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from crmlib.analysis.checks import require_choice
from crmlib.analysis.months import EPOCH

YEARS = ("rolling", "fiscal")
YEAR_DAYS = 365


def year_table(*, as_of_day: int, first_day: int, year: str = "rolling", fiscal_year_start: int = 4) -> pd.DataFrame:
    """The years that the data touch, the latest last.

    "rolling": 365 days each, the last ends on the day of the report. "fiscal": from the first of the month
    `fiscal_year_start`; the running one ends on the day of the report and is partial.

    Returns columns:
        year (0, 1, …); from_day, to_day (days since 1970-01-01); state (observed; partial where the data begin later
        or the year has not ended).

    Raises:
        ValueError: `year` is neither of the two.

    Example:
        >>> year_table(as_of_day=800, first_day=100)[["from_day", "to_day", "state"]].to_numpy().tolist()
        [[71, 435, 'partial'], [436, 800, 'observed']]
    """
    require_choice("year", year, YEARS)
    starts = _rolling(as_of_day, first_day) if year == "rolling" else _fiscal(as_of_day, first_day, fiscal_year_start)
    ends = [start - 1 for start in starts[1:]]
    over = [end <= as_of_day for end in ends]
    whole = [start >= first_day and done for start, done in zip(starts, over, strict=False)]
    return pd.DataFrame({
        "year": range(len(ends)),
        "from_day": starts[:-1],
        "to_day": [min(end, as_of_day) for end in ends],
        "state": np.where(whole, "observed", "partial"),
    })  # fmt: skip


def tellable_from(*, first_day: int, year: str = "rolling", fiscal_year_start: int = 4, n_years: int = 2) -> int:
    """The first base date on which so many full years have been observed.

    Example:
        >>> tellable_from(first_day=0)
        729
    """
    require_choice("year", year, YEARS)
    if year == "rolling":
        return first_day + n_years * YEAR_DAYS - 1
    begin = _fiscal_start(first_day, fiscal_year_start)
    first = begin if begin == first_day else _years_later(begin, 1)
    return _years_later(first, n_years) - 1


def _rolling(as_of_day: int, first_day: int) -> list[int]:
    n = max(1, -(-(as_of_day - first_day + 1) // YEAR_DAYS))
    return [as_of_day + 1 - YEAR_DAYS * k for k in range(n, -1, -1)]


def _fiscal(as_of_day: int, first_day: int, month: int) -> list[int]:
    starts = [_fiscal_start(min(first_day, as_of_day), month)]
    while starts[-1] <= as_of_day:
        starts.append(_years_later(starts[-1], 1))
    return starts


def _fiscal_start(day: int, month: int) -> int:
    there = date.fromordinal(EPOCH.toordinal() + int(day))
    return (date(there.year - (there.month < month), month, 1) - EPOCH).days


def _years_later(day: int, n_years: int) -> int:
    there = date.fromordinal(EPOCH.toordinal() + int(day))
    return (date(there.year + n_years, there.month, 1) - EPOCH).days
