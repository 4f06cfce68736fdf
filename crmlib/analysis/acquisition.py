"""What new customers of each medium cost, what they bring, and whether the medium earns its cost."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from crmlib.analysis.checks import require_at_least, require_columns
from crmlib.analysis.intervals import wilson_bounds
from crmlib.analysis.ltv import by_group
from crmlib.analysis.months import EPOCH, last_day, month_of_day

COUNTED = ["n_customers", "n_trial", "n_trial_eligible", "n_pulled", "n_eligible", "n_next", "amount_first", "amount"]
SCALE_AT = 1.5  # times its cost that a medium's customers must surely bring before more is spent on it [inf]
LEAST = 30  # customers observed a year below which a medium is not judged
FIRST_YEAR = 365
HALF_YEAR = 180


def costs_by_month(ad_costs: pd.DataFrame) -> pd.DataFrame:
    """Advertising costs by medium and calendar month, campaigns together.

    Returns columns:
        media ("not_known" where empty); month (year * 12 + month - 1); cost (smallest unit).

    Raises:
        ValueError: a column is missing.
    """
    require_columns("ad_costs", ad_costs.columns, ["cost_day", "media", "cost"])
    named = ad_costs["media"].where(ad_costs["media"].notna() & (ad_costs["media"] != ""), "not_known")
    rows = pd.DataFrame({"media": named.astype("str"), "month": ad_costs["cost_day"], "cost": ad_costs["cost"]})
    rows["month"] = [month_of_day(int(day)) for day in rows["month"]]
    return rows.groupby(["media", "month"], as_index=False)["cost"].sum()


def covered_months(costs: pd.DataFrame, counts: pd.DataFrame, *, as_of_day: int) -> list[int]:
    """The months that have ended and lie within both the costs and the orders, in order.

    A month between the first and the last with a cost counts, also without one: then nothing was spent.
    """
    if costs.empty or counts.empty:
        return []
    first = max(int(costs["month"].min()), int(counts["month"].min()))
    last = min(int(costs["month"].max()), int(counts["month"].max()))
    return [month for month in range(first, last + 1) if last_day(month) <= as_of_day]


def day_span(months: Sequence[int]) -> tuple[int, int]:
    """First and last day of a run of months, in days since 1970-01-01; an empty span without months.

    Example:
        >>> day_span([1970 * 12])
        (0, 30)
    """
    if not months:
        return 0, -1
    return last_day(min(months) - 1) + 1 if min(months) > EPOCH.year * 12 else 0, last_day(max(months))


def by_medium(costs: pd.DataFrame, counts: pd.DataFrame, *, months: Sequence[int]) -> pd.DataFrame:
    """Costs and new customers of each medium in the months covered by both, names matched exactly.

    cpa = cost / new customers; cpr = cost / trial customers; pull_rate = trial customers who bought the main product
    within the window / trial customers observed so long; n_main = new customers whose first order was the main product
    + n_trial x pull_rate; cpo = cost / n_main, which is cpr / pull_rate where all began with a trial; mr = sales of
    first orders / cost.

    Returns columns:
        media; side (both, only_costs, only_orders); cost; n_customers; n_trial; n_trial_eligible; n_pulled; n_eligible,
        n_next (second purchase); amount_first, amount (smallest unit); cpa, cpr, cpo; pull_rate, pull_rate_low,
        pull_rate_high; n_main; mr; f2_rate, f2_rate_low, f2_rate_high. NaN where the denominator is 0.

    Raises:
        ValueError: a column is missing.
    """
    require_columns("costs", costs.columns, ["media", "month", "cost"])
    require_columns("counts", counts.columns, ["media", "month", *COUNTED])
    spent = costs[costs["month"].isin(months)].groupby("media")["cost"].sum()
    come = counts[counts["month"].isin(months)].groupby("media")[COUNTED].sum()
    table = come.join(spent, how="outer").rename_axis("media").reset_index()
    table["side"] = np.select(
        [
            table["media"].isin(costs["media"]) & table["media"].isin(counts["media"]),
            table["media"].isin(costs["media"]),
        ],
        ["both", "only_costs"],
        "only_orders",
    )
    table[[*COUNTED, "cost"]] = table[[*COUNTED, "cost"]].fillna(0).astype("int64")
    return _with_costs(table)


def judged(
    table: pd.DataFrame, sums: pd.DataFrame, *, scale_at: float = SCALE_AT, least: int = LEAST,
    day: int = FIRST_YEAR, half_day: int = HALF_YEAR,
) -> pd.DataFrame:  # fmt: skip
    """Each medium's half-year and annual value, its break-even cost, and what follows for its budget.

    limit_cpo = annual gross profit (less variable cost) a new customer x n_customers / n_main: what a main-product
    customer may cost. The verdict compares its interval with the cost, never the point: scale (the lower end is at
    least scale_at x cpo), keep_budget (the lower end is at least cpo), watch (the interval holds cpo), stop (the upper
    end is below cpo), too_few (fewer than `least` customers observed a year), untellable (no cost, no new customer,
    nobody observed a year or no gross profit).

    Returns columns:
        those of `by_medium`, and n_year (observed a year); ltv_half; ltv, ltv_low, ltv_high; ltv_naive; profit,
        profit_low, profit_high (annual, a customer); limit_cpo, limit_cpo_low, limit_cpo_high; roas (annual sales /
        cost); roi ((annual gross profit - cost) / cost); ltv_per_cost (annual sales a customer / cpa); verdict.

    Raises:
        ValueError: a column is missing, or scale_at or least is below 1.
    """
    require_at_least("scale_at", scale_at, 1)
    require_at_least("least", least, 1)
    ends = ["ltv", "ltv_low", "ltv_high"]
    annual = by_group(sums, day=day).rename(columns={"group": "media", "n_eligible": "n_year"})
    half = by_group(sums, day=half_day).rename(columns={"group": "media", "ltv": "ltv_half"})[["media", "ltv_half"]]
    names = dict(zip(ends, ["profit", "profit_low", "profit_high"], strict=True)) | {"group": "media"}
    gross = by_group(sums, day=day, measure="profit")[["group", *ends]].rename(columns=names)
    found = table.merge(annual.drop(columns="n_customers"), on="media", how="left").merge(half, on="media", how="left")
    found = found.merge(gross, on="media", how="left")
    found["n_year"] = found["n_year"].fillna(0).astype("int64")
    unit = found["n_customers"] / found["n_main"].where(found["n_main"] > 0)
    for end in ("", "_low", "_high"):
        found[f"limit_cpo{end}"] = found[f"profit{end}"] * unit
    found["ltv_per_cost"] = found["ltv"] / found["cpa"]
    found["roas"] = found["ltv_per_cost"]
    found["roi"] = found["profit"] / found["cpa"] - 1
    found["verdict"] = _verdict(found, scale_at, least)
    return found


def ranking(judged: pd.DataFrame) -> pd.DataFrame:
    """Media with a cost ranked by their first orders and by their annual value, where the order turns.

    Returns columns:
        media; n_year; mr; rank_first; ltv_per_cost; rank_ltv; rank_change (places gained once value counts); verdict.
        Media not observed a year have no second rank.

    Raises:
        ValueError: a column is missing.
    """
    require_columns("judged", judged.columns, ["media", "cost", "n_year", "mr", "ltv_per_cost", "verdict"])
    table = judged.loc[judged["cost"] > 0, ["media", "n_year", "mr", "ltv_per_cost", "verdict"]].copy()
    # Both ranks are over the same media, or a place gained would be one that nobody contested.
    both = table["mr"].notna() & table["ltv_per_cost"].notna()
    for name, by in (("rank_first", "mr"), ("rank_ltv", "ltv_per_cost")):
        table[name] = table[by].where(both).rank(method="min", ascending=False)
    table["rank_change"] = table["rank_first"] - table["rank_ltv"]
    order = table.sort_values(["rank_ltv", "media"], ignore_index=True)
    return order[["media", "n_year", "mr", "rank_first", "ltv_per_cost", "rank_ltv", "rank_change", "verdict"]]


def _with_costs(table: pd.DataFrame) -> pd.DataFrame:
    cost = table["cost"].where(table["cost"] > 0)
    eligible = table["n_trial_eligible"].where(table["n_trial_eligible"] > 0)
    table["cpa"] = cost / table["n_customers"].where(table["n_customers"] > 0)
    table["cpr"] = cost / table["n_trial"].where(table["n_trial"] > 0)
    table["pull_rate"] = table["n_pulled"] / eligible
    table["pull_rate_low"], table["pull_rate_high"] = wilson_bounds(table["n_pulled"], table["n_trial_eligible"])
    # Trials too young to be pulled up count with the rate of the others, not with 0.
    pulled = (table["n_trial"] * table["pull_rate"]).where(table["n_trial"] > 0, 0.0)
    table["n_main"] = table["n_customers"] - table["n_trial"] + pulled
    table["cpo"] = cost / table["n_main"].where(table["n_main"] > 0)
    table["mr"] = table["amount_first"] / cost
    table["f2_rate"] = table["n_next"] / table["n_eligible"].where(table["n_eligible"] > 0)
    table["f2_rate_low"], table["f2_rate_high"] = wilson_bounds(table["n_next"], table["n_eligible"])
    return table


def _verdict(found: pd.DataFrame, scale_at: float, least: int) -> np.ndarray:
    low, high, cost = found["limit_cpo_low"], found["limit_cpo_high"], found["cpo"]
    known = cost.notna() & found["limit_cpo"].notna() & (found["n_year"] > 0)
    few = known & ((found["n_year"] < least) | low.isna())
    rules = [~known, few, low >= scale_at * cost, low >= cost, high < cost]
    return np.select(rules, ["untellable", "too_few", "scale", "keep_budget", "stop"], "watch")
