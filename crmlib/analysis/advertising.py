"""How far the shop lives on advertising: sums that add up, the share of new customers, the cost trend and ratio."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crmlib.analysis.acquisition import by_medium
from crmlib.analysis.checks import require_columns
from crmlib.analysis.intervals import wilson_bounds
from crmlib.analysis.ltv import NAN

PARTS = ["both", "only_costs", "only_orders", "not_known", "outside_months"]


@dataclass(frozen=True, kw_only=True)
class CostRatioResult:
    """Cost of a new customer against the cost of an order from an existing one; NaN where one of them is not known.

    `basis` is contacts (contacts x cost of a contact / contacts that ended in an order), or untellable.
    """

    cpa: float
    cost_per_order: float
    ratio: float
    n_customers: int
    n_contacts: int
    n_ordered: int
    basis: str


def remainders(costs: pd.DataFrame, counts: pd.DataFrame, *, months: Sequence[int]) -> pd.DataFrame:
    """All costs, new customers and sales in parts that add up: matched, one side only, and outside the months.

    Returns columns:
        part (both, only_costs, only_orders, not_known, outside_months); n_media; cost; n_customers; amount (all orders
        of these customers).
    """
    table = by_medium(costs, counts, months=months)
    part = table["side"].mask(table["media"] == "not_known", "not_known")
    sums = table.groupby(part).agg(
        n_media=("media", "size"), cost=("cost", "sum"), n_customers=("n_customers", "sum"), amount=("amount", "sum")
    )
    outside, before = costs[~costs["month"].isin(months)], counts[~counts["month"].isin(months)]
    sums.loc["outside_months"] = [
        len(set(outside["media"]) | set(before["media"])), outside["cost"].sum(), before["n_customers"].sum(),
        before["amount"].sum(),
    ]  # fmt: skip
    return sums.reindex(PARTS, fill_value=0).astype("int64").rename_axis("part").reset_index()


def advertised(
    counts: pd.DataFrame, costs: pd.DataFrame, *, months: Sequence[int] | None = None,
    media: Sequence[str] | None = None,
) -> pd.DataFrame:  # fmt: skip
    """R037: the share of new customers that come from advertising, by month.

    A medium counts as advertising when it has a cost in the data, or is one of `media`. Customers without a medium
    count in the denominator.

    Returns columns:
        month; n_customers; n_advertised; share_advertised, share_advertised_low, share_advertised_high (Wilson).
    """
    named = set(costs["media"]) - {"not_known"} if media is None else set(media)
    rows = counts if months is None else counts[counts["month"].isin(months)]
    rows = rows.assign(n_advertised=rows["n_customers"].where(rows["media"].isin(named), 0))
    table = rows.groupby("month", as_index=False)[["n_customers", "n_advertised"]].sum().astype("int64")
    table["share_advertised"] = table["n_advertised"] / table["n_customers"].where(table["n_customers"] > 0)
    low, high = wilson_bounds(table["n_advertised"], table["n_customers"])
    return table.assign(share_advertised_low=low, share_advertised_high=high)


def cost_trend(costs: pd.DataFrame, counts: pd.DataFrame, *, months: Sequence[int]) -> pd.DataFrame:
    """R120: cost of a new customer by month, over the media that have a cost.

    Returns columns:
        month; cost; n_customers (of these media); cpa (NaN without a customer).
    """
    named = counts[counts["media"].isin(set(costs["media"]))].groupby("month")["n_customers"].sum()
    table = pd.DataFrame({"month": list(months)})
    table["cost"] = table["month"].map(costs.groupby("month")["cost"].sum()).fillna(0).astype("int64")
    table["n_customers"] = table["month"].map(named).fillna(0).astype("int64")
    table["cpa"] = table["cost"] / table["n_customers"].where(table["n_customers"] > 0)
    return table


def cost_ratio(
    table: pd.DataFrame, contacts: pd.DataFrame, *, contact_cost: float | None, first_day: int = 0
) -> CostRatioResult:
    """R121: the client's own ratio in place of 1:5, from contacts that ended in an order.

    cost_per_order = contacts x contact_cost / contacts with the result ordered; customers held out were not contacted.

    Raises:
        ValueError: a column is missing.
    """
    require_columns("contacts", contacts.columns, ["contacted_day", "result", "contact_group"])
    paid = table[table["cost"] > 0]
    n_new, cost = int(paid["n_customers"].sum()), float(paid["cost"].sum())
    made = contacts[(contacts["contact_group"] != "held_out") & (contacts["contacted_day"] >= first_day)]
    n_ordered = int((made["result"] == "ordered").sum())
    cpa = cost / n_new if n_new else NAN
    per_order = len(made) * contact_cost / n_ordered if n_ordered and contact_cost is not None else NAN
    ratio = cpa / per_order if per_order else NAN
    return CostRatioResult(
        cpa=cpa, cost_per_order=per_order, ratio=ratio, n_customers=n_new, n_contacts=len(made), n_ordered=n_ordered,
        basis="untellable" if np.isnan(ratio) else "contacts",
    )  # fmt: skip
