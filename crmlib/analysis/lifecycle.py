"""The six segments of the lifecycle: from lead to lapsed, by orders and silence, every customer in exactly one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crmlib.analysis.checks import require_at_least, require_choice, require_columns
from crmlib.analysis.deciles import ranked_by_amount
from crmlib.analysis.flows import movement
from crmlib.analysis.intervals import wilson_bounds
from crmlib.analysis.portfolio import Thresholds as CpmThresholds
from crmlib.analysis.portfolio import assign_groups

SEGMENTS = ("life_prospect", "life_initial", "life_general", "life_excellent", "life_dormant", "life_lapsed")
ORDERED = SEGMENTS[1:]
EXCELLENT_RULES = ("cpm", "deciles")
TOP_DECILES = 2
MIN_N = 30
BANDS = (30, 60, 120, 240, 365)


@dataclass(frozen=True, kw_only=True)
class Silence:
    """Days of silence after which a customer is dormant, and lapsed; both are passed only when exceeded.

    Example:
        >>> Silence(dormant_days=60, lapsed_days=240).lapsed_days
        240
    """

    dormant_days: int = 60
    lapsed_days: int = 240

    def __post_init__(self) -> None:
        require_at_least("dormant_days", self.dormant_days, 1)
        if not self.lapsed_days > self.dormant_days:
            raise ValueError(f"lapsed_days == {self.lapsed_days}, must be above dormant_days == {self.dormant_days}.")


def assign(
    customers: pd.DataFrame, *, silence: Silence, excellent: str = "cpm", cpm: CpmThresholds | None = None
) -> pd.DataFrame:
    """The segment of every customer with an order, one of five; leads without one are `prospects`.

    dormant: silent for more than `dormant_days`; lapsed: for more than `lapsed_days`. Of the others, excellent by the
    chosen rule, initial with one order, general with more. An excellent customer who falls silent is dormant.

    Args:
        customers: of `aggregates.customer_table`.
        silence: the two limits.
        excellent: "cpm" (the CPM step excellent) or "deciles" (the two deciles with the largest sales, with two orders
            or more).
        cpm: the thresholds of the portfolio, for "cpm".

    Returns columns:
        those of `customers`; segment (ordered category).

    Raises:
        ValueError: a column is missing, an unknown rule, or no `cpm` for the rule "cpm".

    Example:
        >>> one = {"customer_id": ["a"], "n_orders": [1], "amount": [5], "recency_days": [60], "tenure_days": [0]}
        >>> rule = {"silence": Silence(), "cpm": CpmThresholds(amount=70_000)}
        >>> assign(pd.DataFrame(one), **rule)["segment"].tolist()
        ['life_initial']
    """
    require_columns("customers", customers.columns, ["customer_id", "n_orders", "amount", "recency_days"])
    require_choice("excellent", excellent, EXCELLENT_RULES)
    rules = [
        customers["recency_days"] > silence.lapsed_days,
        customers["recency_days"] > silence.dormant_days,
        _excellent(customers, excellent, cpm),
        customers["n_orders"] >= 2,
    ]
    code = np.select(rules, [5, 4, 3, 2], default=1)
    return customers.assign(segment=pd.Categorical.from_codes(code, list(SEGMENTS), ordered=True))


def prospects(leads: pd.DataFrame, customers: pd.DataFrame, *, as_of_day: int) -> pd.DataFrame | None:
    """Leads by a day who have not ordered; None where the data name no lead at all, so that they cannot be counted.

    A lead without a date counts from the beginning.

    Args:
        leads: customer_id, is_lead, lead_day; the table of customers.
        customers: those with an order.
        as_of_day: where observation ends.

    Returns columns:
        customer_id; lead_day (days since 1970-01-01, may be missing); acq_media.

    Raises:
        ValueError: a column is missing.
    """
    require_columns("leads", leads.columns, ["customer_id", "is_lead", "lead_day", "acq_media"])
    marked = leads[leads["is_lead"].fillna(False).astype(bool)]
    if marked.empty:
        return None
    there = marked["lead_day"].astype("float64").fillna(-np.inf) <= as_of_day
    found = marked[there & ~marked["customer_id"].isin(customers["customer_id"])]
    return found[["customer_id", "lead_day", "acq_media"]].sort_values("customer_id", ignore_index=True)


def segment_table(
    segmented: pd.DataFrame, leads: pd.DataFrame | None, *, before: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Customers, orders and sales of the six segments; prospects are NaN where the data name no lead.

    Shares are of all with an order; prospects have none.

    Returns columns:
        segment; n_customers; n_segment_before (at the earlier day, NaN without); share_customers (of customers with an
        order); n_orders; amount (smallest unit); share_amount; average_order_amount; amount_per_customer.

    Raises:
        ValueError: a column is missing.
    """
    require_columns("segmented", segmented.columns, ["segment", "n_orders", "amount"])
    groups = segmented.groupby("segment", observed=False)
    table = groups.agg(n_customers=("amount", "size"), n_orders=("n_orders", "sum"), amount=("amount", "sum"))
    table = table.reset_index().astype({"n_customers": "float64"})
    first = table["segment"] == SEGMENTS[0]
    table["n_segment_before"] = np.nan
    if before is not None:
        counts = before["segment"].value_counts()
        table["n_segment_before"] = table["segment"].astype(object).map(counts).astype("float64").mask(first)
    table["share_customers"] = (table["n_customers"] / (len(segmented) or np.nan)).mask(first)
    table["n_customers"] = table["n_customers"].mask(first, np.nan if leads is None else float(len(leads)))
    table["share_amount"] = (table["amount"] / (table["amount"].sum() or np.nan)).mask(first)
    table["average_order_amount"] = table["amount"] / table["n_orders"].where(table["n_orders"] > 0)
    n = table["n_customers"].where(table["n_customers"] > 0)
    table["amount_per_customer"] = (table["amount"] / n).mask(first)
    return table[["segment", "n_customers", "n_segment_before", "share_customers", "n_orders", "amount",
                  "share_amount", "average_order_amount", "amount_per_customer"]]  # fmt: skip


def movement_table(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Who moved from which segment to which between two days, as `flows.movement`; rows nobody stood in are left out.

    Returns columns:
        segment_before (came_new: first bought in between), segment_after; n_start; n_customers; segment_move_rate,
        segment_move_rate_low, segment_move_rate_high (of n_start, Wilson, NaN below 30); amount (smallest unit,
        between the days).
    """
    names = {"segment": "group"}
    wanted = ["customer_id", "segment", "amount"]
    found = movement(before[wanted].rename(columns=names), after[wanted].rename(columns=names), groups=ORDERED)
    moved = {"group_before": "segment_before", "group_after": "segment_after"}
    moved |= {f"rate{end}": f"segment_move_rate{end}" for end in ("", "_low", "_high")}
    shown = found[found["n_start"] > 0].rename(columns=moved).reset_index(drop=True)
    enough, rates = shown["n_start"] >= MIN_N, [f"segment_move_rate{end}" for end in ("", "_low", "_high")]
    return shown.assign(**{name: shown[name].where(enough) for name in rates})


def n_in(table: pd.DataFrame, segment: str) -> float:
    """The customers of a segment, NaN where it cannot be told."""
    return float(table.loc[table["segment"] == segment, "n_customers"].iloc[0])


def lapsing_soon(segmented: pd.DataFrame, *, silence: Silence, within_days: int = 30) -> pd.DataFrame:
    """Dormant customers whose silence passes the limit within so many days, the largest past sales first.

    A customer lapses on the first day on which the silence is more than `lapsed_days`.

    Returns columns:
        customer_id; days_to_lapse (from 1); recency_days; n_orders; amount (smallest unit); last_day (days since
        1970-01-01).

    Raises:
        ValueError: a column is missing or within_days is below 1.

    Example:
        >>> one = {"customer_id": ["a"], "recency_days": [240], "n_orders": [2], "amount": [5], "last_day": [0]}
        >>> lapsing_soon(pd.DataFrame(one), silence=Silence())["days_to_lapse"].tolist()
        [1]
    """
    names = ["customer_id", "recency_days", "n_orders", "amount", "last_day"]
    require_columns("segmented", segmented.columns, names)
    require_at_least("within_days", within_days, 1)
    left = silence.lapsed_days + 1 - segmented["recency_days"]
    soon = (left >= 1) & (left <= within_days) & (segmented["recency_days"] > silence.dormant_days)
    table = segmented.loc[soon, names]
    table.insert(1, "days_to_lapse", left[soon])
    return table.sort_values(["amount", "customer_id"], ascending=[False, True], ignore_index=True)


def revival(
    before: pd.DataFrame, after: pd.DataFrame, *, window_days: int, bands: Iterable[int] = BANDS
) -> pd.DataFrame:
    """How many bought again within a window after a day, by how long they had been silent on it.

    buy_rate = n_bought / n_customers with Wilson's interval. Every customer of the earlier day was observed for the
    whole window.

    Args:
        before: customer_id, recency_days, n_orders, amount on the earlier day.
        after: the same `window_days` later.
        window_days: days between the two.
        bands: upper bounds of the silence, inclusive, increasing.

    Returns columns:
        silence_band (days, silent_31_60 or silent_366_up); n_customers; n_bought; buy_rate, buy_rate_low,
        buy_rate_high; window_amount (smallest unit, of those who bought); amount_per_customer (of all in the band).

    Raises:
        ValueError: a column is missing or window_days is below 1.
    """
    for name, table in (("before", before), ("after", after)):
        require_columns(name, table.columns, ["customer_id", "recency_days", "n_orders", "amount"])
    require_at_least("window_days", window_days, 1)
    both = before.merge(after, on="customer_id", suffixes=("", "_after"))
    tops = list(bands)
    both["band"] = np.searchsorted(tops, both["recency_days"], side="left")
    both["bought"] = (both["n_orders_after"] > both["n_orders"]).astype("int64")
    both["brought"] = both["amount_after"] - both["amount"]
    groups = both.groupby("band").agg(
        n_customers=("bought", "size"), n_bought=("bought", "sum"), brought=("brought", "sum")
    )
    groups = groups.reindex(range(len(tops) + 1), fill_value=0)
    starts = [0, *(top + 1 for top in tops)]
    names = [f"silent_{start}_{top}" for start, top in zip(starts, tops, strict=False)]
    table = pd.DataFrame({"silence_band": [*names, f"silent_{starts[-1]}_up"]})
    table["n_customers"], table["n_bought"] = groups["n_customers"].to_numpy(), groups["n_bought"].to_numpy()
    n = table["n_customers"].where(table["n_customers"] > 0)
    table["buy_rate"] = table["n_bought"] / n
    table["buy_rate_low"], table["buy_rate_high"] = wilson_bounds(table["n_bought"], table["n_customers"])
    table["window_amount"] = groups["brought"].to_numpy()
    table["amount_per_customer"] = table["window_amount"] / n
    return table


def _excellent(customers: pd.DataFrame, rule: str, cpm: CpmThresholds | None) -> pd.Series[bool]:
    if rule == "cpm":
        if cpm is None:
            raise ValueError("cpm == None, must be given for the rule 'cpm'.")
        return assign_groups(customers, thresholds=cpm)["cpm_step"].eq("excellent")
    best = ranked_by_amount(customers)
    ids = best.loc[best["decile"] <= TOP_DECILES, "customer_id"]
    return customers["customer_id"].isin(ids) & (customers["n_orders"] > 1)
