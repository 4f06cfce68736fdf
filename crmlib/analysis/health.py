"""What of an export looks wrong from month to month: parts that stop at once, shares of guests, years of birth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from crmlib.analysis.checks import require_columns

if TYPE_CHECKING:
    from pandas import DataFrame

# A part that sold in so many whole months on end, and usually so much, does not stop by chance.
STEADY_MONTHS, USUAL_ORDERS, LEAST_ORDERS = 6, 10, 3
OLDEST, YOUNGEST = 110, 5
_SHOWN = ["part_of", "part", "month", "n_months", "n_usual", "amount"]


def sudden_zero(parts: DataFrame, months: DataFrame) -> DataFrame:
    """Media, channels, kinds and categories without an order after months in all of which they had some.

    Args:
        parts: part_of, part, month, n_orders, amount; months without an order have no row.
        months: of `coverage.months`; whole months alone are looked at.

    Returns columns:
        part_of; part; month (the first without an order); n_months (without one, up to its return or the last whole
        month); n_usual, amount (median of a month before). Those that sold most come first.

    Example:
        >>> parts = pd.DataFrame({"part_of": "channel", "part": "own", "month": range(6), "n_orders": 12, "amount": 9})
        >>> months = pd.DataFrame({"month": range(8), "n_orders": 30, "month_verdict": "whole"})
        >>> sudden_zero(parts, months)[["month", "n_months", "n_usual"]].to_numpy().tolist()
        [[6, 2, 12]]
    """
    require_columns("parts", parts.columns, ["part_of", "part", "month", "n_orders", "amount"])
    whole = months.loc[(months["month_verdict"] == "whole") & (months["n_orders"] > 0), "month"].tolist()
    rows = []
    for (part_of, part), sold in parts.groupby(["part_of", "part"]):
        table = sold.groupby("month")[["n_orders", "amount"]].sum().reindex(whole, fill_value=0)
        rows += [(part_of, part, *stop) for stop in _stops(whole, table["n_orders"].to_numpy(), table["amount"])]
    found = pd.DataFrame(rows, columns=_SHOWN)
    return found.sort_values(["amount", "part"], ascending=[False, True], ignore_index=True)


def _stops(months: list[int], orders: np.ndarray, amounts: pd.Series) -> list[tuple[int, int, int, int]]:
    found, since = [], 0
    place = 0
    while place < len(months):
        if orders[place]:
            place += 1
            continue
        until = next((later for later in range(place, len(months)) if orders[later]), len(months))
        steady = orders[since:place]
        if len(steady) >= STEADY_MONTHS and np.median(steady) >= USUAL_ORDERS and steady.min() >= LEAST_ORDERS:
            usual = int(np.median(amounts.iloc[since:place]))
            found.append((months[place], until - place, int(np.median(steady)), usual))
        since = place = until
    return found


def guests(months: DataFrame) -> DataFrame:
    """Rows without a customer, month by month.

    Args:
        months: month, n_rows (counted or left out for it alone), n_guests (of which without a customer).

    Returns columns:
        month, n_rows, n_guests, share.
    """
    require_columns("months", months.columns, ["month", "n_rows", "n_guests"])
    return months.assign(share=months["n_guests"] / months["n_rows"])


def odd_ages(customers: DataFrame, *, year: int) -> int:
    """How many customers were born too long ago or too lately to have bought.

    Example:
        >>> odd_ages(pd.DataFrame({"birth_year": [1900.0, 1980.0, None, 2025.0]}), year=2026)
        2
    """
    require_columns("customers", customers.columns, ["birth_year"])
    age = year - customers["birth_year"].dropna().astype("int64")
    return int(((age > OLDEST) | (age < YOUNGEST)).sum())
