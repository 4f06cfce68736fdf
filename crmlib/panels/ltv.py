"""Lifetime value at the desk: margin, cost of a customer, second purchase, price, pace, and when the cost is back."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from crmlib import words
from crmlib.analysis import aggregates
from crmlib.panels import frame
from crmlib.panels.controls import Control, Values
from crmlib.panels.value_view import ALL_KNOWN, YEAR, Value, cents, drawn, margin_percent
from crmlib.words import N_

if TYPE_CHECKING:
    import pandas as pd

    from crmlib.analysis.ltv import MarginResult
    from crmlib.shop import Shop


def sensitivity(
    shop: Shop, *, margin: MarginResult, bought: pd.DataFrame, media: pd.DataFrame, days: Sequence[int],
    variable_cost: float | None = 0.0, margin_rate: float | None = None, price_change: float = 0.05,
    rate_points: float = 0.01, horizon_days: int = 720, desk: bool = False, writable: bool = True,
) -> None:  # fmt: skip
    """Show LTV by day N and the payback as they are and with changes; at the desk the changes can be moved.

    Args:
        shop: whose orders they are; the button writes into its client file.
        margin: of `analysis.ltv.margin`.
        bought: of `analysis.elements.from_purchases`, the first year's purchases.
        media: of `analysis.acquisition.by_medium`; the cost of a customer over all media with a cost.
        days: to follow, of `analysis.ltv.value_days`.
        variable_cost: of an order, in the smallest unit.
        margin_rate: gross margin where no cost is known, as the client gave it.
        price_change: share by which prices rise, to begin with.
        rate_points: added to the share with a second purchase, to begin with.
        horizon_days: without payback by then it counts as not reached.
        desk: True shows the controls; False shows plain tables and makes no widget.
        writable: False leaves out what leads into the client file.

    Raises:
        ValueError: a column is missing.
    """
    sold = (shop.orders, shop.order_items, shop.relation("products"))
    parts = aggregates.value_parts(*sold, as_of_day=shop.as_of_day, days=days, variable_cost=variable_cost or 0.0)
    year = parts[parts["day"] == YEAR]
    cpo, share = _paid(media)
    known = Value(
        shop=shop, parts=parts, bought=bought, margin=margin, given=margin_rate, cpo=cpo, share=share,
        horizon_days=horizon_days, n_new=int((year["n_customers"] - year["n_eligible"]).sum()),
        variable_cost=variable_cost or 0.0,
    )  # fmt: skip
    panel = frame.Panel(
        title=words.translate(N_("Try what lifetime value and payback depend on")),
        controls=_controls(known, price_change, rate_points),
        draw=lambda values: drawn(known, values),
        notebook="ltv",
        keep=lambda values: _kept(known, values),
    )
    frame.show(panel, client=shop.client, desk=desk, writable=writable)


def _paid(media: pd.DataFrame) -> tuple[float, float]:
    """Cost of a customer of the main product over all media with a cost, and the share of these in new customers."""
    paid = media[media["cost"] > 0]
    if paid.empty or not paid["n_customers"].sum():
        return math.nan, 1.0
    n_main = float(paid["n_main"].sum(skipna=False))
    return float(paid["cost"].sum()) / n_main if n_main else math.nan, n_main / float(paid["n_customers"].sum())


def _controls(known: Value, price_change: float, rate_points: float) -> tuple[Control, ...]:
    units = cents()
    cost = 0.0 if math.isnan(known.cpo) else known.cpo / units
    whole = units == 1
    wide: dict[str, Any] = {"kind": "slider", "width": "44em"}
    points, rise = round(rate_points * 100, 1), round(price_change * 100, 1)
    return (
        Control(name="margin", label=_margin_label(known), value=margin_percent(known), high=100.0, step=0.1, **wide),
        Control(
            name="cpo", label=words.translate(N_("CPO, cost of a new customer of the main product")), width="30em",
            value=round(cost) if whole else round(cost, 2), kind="whole" if whole else "number", step=1 / units,
        ),
        Control(
            name="points", label=words.translate(N_("Second purchase within 365 days, more by (points)")), value=points,
            high=max(20.0, points), step=0.1, **wide,
        ),
        Control(
            name="price", label=words.translate(N_("Average order value (unit price), more by (%)")), value=rise,
            high=max(50.0, rise), step=0.5, **wide,
        ),
        Control(
            name="pace", label=words.translate(N_("Days between purchases, in % of today's")), value=100, low=50,
            high=200, step=5, **wide,
        ),
    )  # fmt: skip


def _margin_label(known: Value) -> str:
    if known.margin.basis == ALL_KNOWN:
        return words.translate(N_("Gross margin of all sales (%)"))
    return words.translate(N_("Gross margin where no cost is known (%), 0: not given"))


def _kept(known: Value, values: Values) -> dict[str, Any]:
    """What the notebook has as parameters; cost and pace are views only."""
    kept: dict[str, Any] = {
        "price_change": round(values["price"] / 100, 4), "rate_points": round(values["points"] / 100, 4),
    }  # fmt: skip
    if known.margin.basis != ALL_KNOWN:
        moved = values["margin"] != margin_percent(known)
        kept["margin_rate"] = (round(values["margin"] / 100, 4) or None) if moved else known.given
    return kept
