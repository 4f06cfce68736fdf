"""The KPIs that the workbench computes by itself: what each is called, how it is written, and which way is better."""

from __future__ import annotations

from dataclasses import dataclass

HIGHER, LOWER = "higher", "lower"


@dataclass(frozen=True, kw_only=True)
class Kpi:
    """One KPI, known by its id in `kpi_targets`, `actions`, `scenarios` and `experiments`.

    `kind` is how its value is written: customers, orders, money, share or nps. A target is typed as a person writes
    it: a share from 0 to 1, money in the currency's main unit, NPS in points. `adds_up`: the months of a year add up
    to the year's figure, so it is held against its target for the year to date too. `of` is what the denominator
    counts. `needs` is the table without which it cannot be told. `default_target` stands where the client has set
    none. `waves`: it comes in waves, so "before" is the wave before, not the month before. `window_months`: it looks
    back over so many months, so that two figures nearer than that rest largely on the same customers.
    """

    id: str
    kind: str
    direction: str = HIGHER
    adds_up: bool = False
    of: str = "customers"
    needs: str = "orders"
    default_target: float | None = None
    waves: bool = False
    window_months: int = 1


KPIS: dict[str, Kpi] = {
    kpi.id: kpi
    for kpi in (
        Kpi(id="amount", kind="money", adds_up=True, of="orders"),
        Kpi(id="n_orders", kind="orders", adds_up=True, of="orders"),
        Kpi(id="n_customers_new", kind="customers", adds_up=True),
        Kpi(id="active_customers", kind="customers", window_months=12),
        Kpi(id="repeat_share", kind="share", of="orders"),
        Kpi(id="average_order_amount", kind="money", of="orders"),
        Kpi(id="f2_rate", kind="share", default_target=0.30),
        Kpi(id="subscription_f2_rate", kind="share", of="contracts", default_target=0.87),
        Kpi(id="continuation_rate", kind="share", of="contracts", needs="subscriptions"),
        Kpi(id="cancellation_rate", kind="share", direction=LOWER, of="contracts", needs="subscriptions"),
        Kpi(id="revival_rate", kind="share"),
        Kpi(id="ltv_12m", kind="money"),
        Kpi(id="cpo", kind="money", direction=LOWER, needs="ad_costs"),
        Kpi(id="nps", kind="nps", of="responses", needs="surveys", waves=True),
        Kpi(id="response_rate", kind="share", needs="surveys_sent", waves=True),
        Kpi(id="referral_share", kind="share", needs="referrals"),
    )
}


def smallest_unit(kpi_id: str, target: float, *, minor_units: int = 0) -> float:
    """A target as typed, in the unit that actuals are computed in: money in the currency's smallest unit.

    Example:
        >>> smallest_unit("cpo", 12.5, minor_units=2), smallest_unit("f2_rate", 0.3, minor_units=2)
        (1250.0, 0.3)
    """
    return target * 10**minor_units if kpi_id in KPIS and KPIS[kpi_id].kind == "money" else float(target)
