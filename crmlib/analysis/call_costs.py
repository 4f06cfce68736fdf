"""What a revival costs, and what a new customer costs."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from crmlib.analysis.checks import require_at_least, require_columns
from crmlib.analysis.intervals import Interval
from crmlib.analysis.months import last_day, month_of_day
from crmlib.analysis.revival import HELD_OUT, EffectResult


@dataclass(frozen=True, kw_only=True)
class CostResult:
    """Costs in the smallest unit; NaN where they are not known.

    `per_revived` counts every revived customer, `per_extra` only those beyond who would have come back anyway; its
    upper end is infinite where the calls may have brought nobody. `new_per_extra` is per_new / per_extra.
    """

    n_contacts: int
    cost: float
    per_revived: float
    per_extra: float
    per_extra_interval: Interval
    n_new: int
    ad_cost: float
    per_new: float
    new_per_revived: float
    new_per_extra: float


def call_costs(
    approached: pd.DataFrame, found: EffectResult, *, contact_cost: float, ad_costs: pd.DataFrame,
    customers: pd.DataFrame, as_of_day: int,
) -> CostResult:  # fmt: skip
    """Cost of a revived customer by calls against the cost of a new one by advertising.

    Calls: contact_cost * contacts made with the observed approaches / revived customers. Advertising: its cost / new
    customers whose first order lies within the days that have costs. Costs that all stand on first days of months are
    those of whole months: their last month counts to its end, and one that has not ended counts on neither side.

    Args:
        approached: of `revival.approaches`.
        found: of `revival.effect` or `revival.effect_against`.
        contact_cost: of one contact, smallest unit; NaN where it is not known.
        ad_costs: cost_day, cost; empty where there is none.
        customers: of `aggregates.customer_table`.
        as_of_day: where observation ends.

    Raises:
        ValueError: a column is missing or contact_cost is below 0.
    """
    require_columns("ad_costs", ad_costs.columns, ["cost_day", "cost"])
    require_at_least("contact_cost", 0 if contact_cost != contact_cost else contact_cost, 0)
    rows = approached[approached["observed"].astype(bool) & (approached["contact_group"] != HELD_OUT)]
    n_contacts = int(rows["n_contacts"].sum())
    cost = float(contact_cost) * n_contacts
    per_revived = _ratio(cost, int(rows["revived"].sum()))
    # Of randomised lists only a part of the calls is compared; the cost is that of a call there too.
    extra_rate = found.difference * len(rows)
    bounds = [end * len(rows) for end in (found.difference_interval.low, found.difference_interval.high)]
    n_new, spent = new_customers(ad_costs, customers, as_of_day)
    per_extra, per_new = _ratio(cost, extra_rate), _ratio(spent, n_new)
    return CostResult(
        n_contacts=n_contacts,
        cost=cost,
        per_revived=per_revived,
        per_extra=per_extra,
        per_extra_interval=Interval(_ratio(cost, bounds[1]), _ratio(cost, bounds[0], beyond=float("inf"))),
        n_new=n_new,
        ad_cost=spent,
        per_new=per_new,
        new_per_revived=_ratio(per_new, per_revived),
        new_per_extra=_ratio(per_new, per_extra),
    )


def new_customers(ad_costs: pd.DataFrame, customers: pd.DataFrame, as_of_day: int) -> tuple[int, float]:
    """New customers in the days that have costs of advertising, and these costs; NaN without any.

    Costs of whole months count as in `call_costs`.
    """
    rows = ad_costs[ad_costs["cost_day"] <= as_of_day]
    until = rows["cost_day"]
    if _is_monthly(rows):
        until = pd.Series([last_day(month_of_day(int(day))) for day in rows["cost_day"]], index=rows.index)
    rows, until = rows[until <= as_of_day], until[until <= as_of_day]
    if rows.empty:
        return 0, float("nan")
    first = customers["first_day"].between(rows["cost_day"].min(), until.max())
    return int(first.sum()), float(rows["cost"].sum())


def cost_of_a_new_one(ad_costs: pd.DataFrame, customers: pd.DataFrame, as_of_day: int) -> float:
    """Cost of advertising / new customers of its days, smallest unit; NaN where either is not known.

    Raises:
        ValueError: a column is missing.
    """
    require_columns("ad_costs", ad_costs.columns, ["cost_day", "cost"])
    n_new, spent = new_customers(ad_costs, customers, as_of_day)
    return _ratio(spent, n_new)


def _is_monthly(ad_costs: pd.DataFrame) -> bool:
    return all(last_day(month_of_day(int(day)) - 1) + 1 == day for day in ad_costs["cost_day"])


def _ratio(above: float, below: float, *, beyond: float = float("nan")) -> float:
    """A quotient, `beyond` where nothing is divided by."""
    if above != above or below != below:
        return float("nan")
    return above / below if below > 0 else beyond
