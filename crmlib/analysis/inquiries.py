"""FAQのストック: what customers ask, how often, and how much of it is settled."""

from __future__ import annotations

import pandas as pd

from crmlib.analysis.checks import require_columns
from crmlib.analysis.intervals import wilson_bounds
from crmlib.analysis.months import month_of_day, month_state

NOT_KNOWN = "not_known"


def by_category(inquiries: pd.DataFrame) -> pd.DataFrame:
    """Inquiries by what they are about, most first.

    resolved_share = n_resolved / n_inquiries with Wilson's interval.

    Returns columns:
        inquiry_category (as the client names it; not_known where blank); n_inquiries; share_inquiries; n_resolved;
        resolved_share, resolved_share_low, resolved_share_high; n_with_faq (answered with an entry of the FAQ).

    Raises:
        ValueError: a column is missing.

    Example:
        >>> asked = pd.DataFrame({"category": ["size", None], "resolved": [True, False], "faq_id": ["f1", None]})
        >>> by_category(asked)[["inquiry_category", "n_inquiries", "resolved_share"]].to_numpy().tolist()
        [['not_known', 1, 0.0], ['size', 1, 1.0]]
    """
    require_columns("inquiries", inquiries.columns, ["category", "resolved", "faq_id"])
    marked = pd.DataFrame({
        "inquiry_category": _category(inquiries),
        "n_inquiries": 1,
        "n_resolved": inquiries["resolved"].astype("int64"),
        "n_with_faq": _told(inquiries["faq_id"]).astype("int64"),
    })  # fmt: skip
    sums = marked.groupby("inquiry_category", as_index=False).sum()
    sums.insert(2, "share_inquiries", sums["n_inquiries"] / (len(inquiries) or float("nan")))
    sums.insert(4, "resolved_share", sums["n_resolved"] / sums["n_inquiries"])
    low, high = wilson_bounds(sums["n_resolved"], sums["n_inquiries"])
    sums.insert(5, "resolved_share_low", low)
    sums.insert(6, "resolved_share_high", high)
    return sums.sort_values(["n_inquiries", "inquiry_category"], ascending=[False, True], ignore_index=True)


def by_month(inquiries: pd.DataFrame, *, as_of_day: int) -> pd.DataFrame:
    """Inquiries of every month from the first to the day of the report; a month without one is a true zero.

    Returns columns:
        month (year * 12 + month - 1); n_resolved, n_unresolved, n_inquiries; state (observed, partial).

    Raises:
        ValueError: a column is missing.
    """
    require_columns("inquiries", inquiries.columns, ["asked_day", "resolved"])
    names = ["month", "n_resolved", "n_unresolved", "n_inquiries"]
    if inquiries.empty:
        return pd.DataFrame(columns=names, dtype="int64").assign(state=pd.Series(dtype="str"))
    months = inquiries["asked_day"].map(month_of_day)
    settled = inquiries["resolved"].astype("int64")
    counts = pd.DataFrame({"month": months, "n_resolved": settled, "n_unresolved": 1 - settled, "n_inquiries": 1})
    every = pd.RangeIndex(int(months.min()), month_of_day(as_of_day) + 1, name="month")
    table = counts.groupby("month").sum().reindex(every, fill_value=0).reset_index()[names]
    return table.assign(state=[month_state(month, as_of_day=as_of_day) for month in table["month"]])


def _told(cells: pd.Series) -> pd.Series:
    return cells.notna() & (cells != "")


def _category(inquiries: pd.DataFrame) -> pd.Series:
    cells = inquiries["category"]
    return cells.astype(object).where(_told(cells), NOT_KNOWN).astype("str")
