"""The year on one page (新CPM): active customers, who was kept, came new, came back or left, and sales per customer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from crmlib.analysis.checks import require_columns
from crmlib.analysis.intervals import Interval, wilson, wilson_bounds

BRIDGE = ("active_last_year", "came_new", "revived", "lost_in_year", "active_this_year")
RATES = {
    "retention_rate": ("n_kept_on", "n_active_before"),
    "new_retention_rate": ("n_new_kept", "n_new"),
    "year_leave_rate": ("n_lost", "n_active_before"),
    "return_rate": ("n_revived", "n_inactive"),
}
COMPARED = ["n_active_before", "n_kept_on", "n_revived", "n_lost", "n_inactive"]


@dataclass(frozen=True, kw_only=True)
class YearResult:
    """The latest complete year; NaN (counts: None) where the data do not reach far enough back.

    Attributes:
        tellable_from_day: the first base date on which the comparison with the year before can be made.
        second_rate: of the new customers of the year before (`n_second_base`), those with a second order within 365
            days of the first; all of them have been observed so long.
    """

    from_day: int
    to_day: int
    n_year_active: int
    amount: int
    annual_ltv: float
    n_active_before: int | None
    n_kept_on: int | None
    n_new: int | None
    n_new_kept: int | None
    n_revived: int | None
    n_lost: int | None
    rates: dict[str, float]
    intervals: dict[str, Interval]
    second_rate: float
    second_interval: Interval
    n_second_base: int
    tellable_from_day: int

    @property
    def tellable(self) -> bool:
        """Whether this year and the year before are both observed in full."""
        return self.n_active_before is not None

    @property
    def point_amount(self) -> float:
        """Sales of a year that one point of retention is worth: annual LTV x active customers x 0.01."""
        return self.annual_ltv * self.n_year_active * 0.01


def annual(counts: pd.DataFrame, years: pd.DataFrame) -> pd.DataFrame:
    """Active customers and sales of each year, and how they came about.

    Active (稼働顧客): at least one order in the year. New: the first order in the data. Kept: active in the year before
    too. Revived: bought before, not in the year before. Lost: active in the year before, not in this one. So active =
    kept + new + revived, and active before = kept + lost. Inactive: bought before the year before and not in it.
    retention_rate = kept / active before; new_retention_rate = new with a second order in the year / new;
    year_leave_rate = lost / active before = 1 - retention_rate; return_rate = revived / inactive; annual_ltv =
    amount / active, so that sales are annual LTV x active to the unit.

    Args:
        counts: of `aggregates.year_counts` with the `to_day` of `years` as ends.
        years: of `years.year_table`.

    Returns columns:
        those of `years`; n_year_active; n_new; n_new_kept; n_second (of the new, with a second order within 365 days
        of the first); amount, amount_new, amount_existing (smallest unit); annual_ltv (smallest unit a customer, NaN
        without one); n_active_before; n_kept_on; n_revived; n_lost; n_inactive; the four rates, each with _low and
        _high (Wilson). What compares two years is NaN unless both are observed in full.

    Raises:
        ValueError: a column is missing.

    Source: 新CPM of the Yazuya group (raku2bbc.com, yazuyamirai.com).
    """
    wanted = ["year", "years_before", "years_after", "n_customers", "n_repeat", "n_second", "amount"]
    require_columns("counts", counts.columns, wanted)
    require_columns("years", years.columns, ["year", "from_day", "to_day", "state"])
    table = pd.concat([years.reset_index(drop=True), _sums(counts, len(years))], axis=1)
    table["annual_ltv"] = table["amount"] / table["n_year_active"].where(table["n_year_active"] > 0)
    whole = table["state"] == "observed"
    both = whole & whole.shift(1, fill_value=False)
    table[COMPARED] = table[COMPARED].astype("float64").where(both)
    for name, (part, base) in RATES.items():
        known = table[base].where(table[base] > 0).astype("float64").where(both)
        table[name] = table[part] / known
        low, high = wilson_bounds(table[part].astype("float64"), known.fillna(0))
        table[f"{name}_low"], table[f"{name}_high"] = low, high
    return table


def latest_year(table: pd.DataFrame, *, tellable_from_day: int) -> YearResult | None:
    """The latest complete year of `annual`; None where no year is complete."""
    whole = table[table["state"] == "observed"]
    if whole.empty:
        return None
    row = whole.iloc[-1].to_dict()
    told = not np.isnan(row["n_active_before"])
    compared = ("n_active_before", "n_kept_on", "n_revived", "n_lost", "n_new", "n_new_kept")
    # New customers of a year are only such when the year before has been seen.
    counts: dict[str, Any] = {name: int(row[name]) if told else None for name in compared}
    earlier = whole.iloc[-2].to_dict() if told else dict.fromkeys(["n_second", "n_new"], 0)
    second = wilson(earlier["n_second"], earlier["n_new"])
    counts |= {name: int(row[name]) for name in ("from_day", "to_day", "n_year_active", "amount")}
    return YearResult(
        **counts,
        annual_ltv=float(row["annual_ltv"]),
        rates={name: float(row[name]) for name in RATES},
        intervals={name: Interval(row[f"{name}_low"], row[f"{name}_high"]) for name in RATES},
        second_rate=earlier["n_second"] / earlier["n_new"] if earlier["n_new"] else float("nan"),
        second_interval=second,
        n_second_base=int(earlier["n_new"]),
        tellable_from_day=tellable_from_day,
    )


def bridge(result: YearResult | None) -> pd.DataFrame:
    """From last year's active customers to this year's: + new + revived - lost; empty where it cannot be told.

    Returns columns:
        bridge_part (active_last_year, came_new, revived, lost_in_year, active_this_year); n_change (customers, lost
        below zero).
    """
    if result is None or not result.tellable:
        return pd.DataFrame({"bridge_part": pd.Series([], dtype="str"), "n_change": pd.Series([], dtype="int64")})
    found = [result.n_active_before, result.n_new, result.n_revived, -(result.n_lost or 0), result.n_year_active]
    return pd.DataFrame({"bridge_part": list(BRIDGE), "n_change": found}).astype({"n_change": "int64"})


def year_page(table: pd.DataFrame) -> pd.DataFrame:
    """The years as a reader wants them: who was active and how that came about, sales last."""
    counts = ["n_year_active", "n_new", "n_kept_on", "n_revived", "n_lost"]
    return table[["from_day", "to_day", "state", *counts, "annual_ltv", "amount"]]


def rate_table(table: pd.DataFrame) -> pd.DataFrame:
    """The rates of the latest complete year, and the second purchase of the new customers of the year before.

    Returns columns:
        annual_rate (code); n_part, n_base (customers; NaN where it cannot be told); rate_found, rate_found_low,
        rate_found_high (Wilson). No complete year gives no row.
    """
    whole = table[table["state"] == "observed"].tail(2)
    last = whole.tail(1)
    rows = [_rate_row(name, last[part], last[base], last[name]) for name, (part, base) in RATES.items()]
    earlier = whole.head(len(whole) - 1)
    told = last[last["n_active_before"].notna()]
    if len(told):
        second = earlier["n_second"] / earlier["n_new"].where(earlier["n_new"] > 0)
        rows.append(_rate_row("second_rate", earlier["n_second"], earlier["n_new"], second))
    found = pd.concat(rows, ignore_index=True)
    low, high = wilson_bounds(found["n_part"], found["n_base"].fillna(0))
    return found.assign(rate_found_low=low, rate_found_high=high)


def _rate_row(name: str, part: pd.Series[float], base: pd.Series[float], rate: pd.Series[float]) -> pd.DataFrame:
    # Counts without a rate are counts of what was not observed.
    known = rate.notna().to_numpy()
    counts = {"n_part": part.astype("float64").where(known), "n_base": base.astype("float64").where(known)}
    row = pd.DataFrame({**counts, "rate_found": rate.astype("float64")})
    row.insert(0, "annual_rate", name)
    return row


def _sums(counts: pd.DataFrame, n_years: int) -> pd.DataFrame:
    def total(rows: pd.DataFrame, name: str) -> pd.Series[int]:
        return rows.groupby("year")[name].sum().reindex(range(n_years), fill_value=0).astype("int64")

    new, kept = counts[counts["years_before"] == 0], counts[counts["years_before"] == 1]
    table = pd.DataFrame({"n_year_active": total(counts, "n_customers"), "n_new": total(new, "n_customers")})
    table["n_new_kept"], table["n_second"] = total(new, "n_repeat"), total(new, "n_second")
    table["amount"], table["amount_new"] = total(counts, "amount"), total(new, "amount")
    table["amount_existing"] = table["amount"] - table["amount_new"]
    table["n_active_before"] = table["n_year_active"].shift(1, fill_value=0)
    table["n_kept_on"] = total(kept, "n_customers")
    table["n_revived"] = table["n_year_active"] - table["n_new"] - table["n_kept_on"]
    table["n_lost"] = table["n_active_before"] - table["n_kept_on"]
    known = table["n_new"].cumsum().shift(1, fill_value=0)  # everybody who had bought before this year
    table["n_inactive"] = known - table["n_active_before"]
    return table
