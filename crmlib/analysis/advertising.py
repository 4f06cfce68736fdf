"""How far the shop lives on advertising: sums that add up, the share of new customers, and the cost trend."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from crmlib.analysis.acquisition import by_medium
from crmlib.analysis.intervals import wilson_bounds

PARTS = ["both", "only_costs", "only_orders", "not_known", "outside_months"]


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
