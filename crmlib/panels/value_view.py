"""What the panel of lifetime value shows: the sentences, the payback chart, both cases beside each other, each day."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from crmlib import plots, words
from crmlib.analysis import ltv as analysis
from crmlib.analysis import ltv_views, payback
from crmlib.analysis.intervals import Interval
from crmlib.analysis.value_scenario import (
    Scenario,
    later_factor,
    margin_moved,
    second_rate,
    value_at,
    value_sums,
    values_at,
)
from crmlib.panels import sight
from crmlib.report import findings
from crmlib.words import N_

if TYPE_CHECKING:
    from crmlib.analysis.ltv import MarginResult, ValueResult
    from crmlib.panels.controls import Values
    from crmlib.shop import Shop

YEAR, POINT = 365, 0.01
BEFORE, AFTER = "as_it_is", "with_changes"
SHOWN_DAYS = (30, 90, 180, 365, 540, 720, 1080)
ALL_KNOWN = "all_costs_known"


@dataclass(frozen=True, kw_only=True, eq=False)
class Value:
    """All that the panel moves on.

    Attributes:
        parts: of `aggregates.value_parts`. bought: of `elements.from_purchases`. margin: what gross profit rests on.
        given: the margin rate as the client gave it. cpo: advertising cost of a customer of the main product, NaN
            where there is none. share: customers of the main product in new customers of paid media.
        horizon_days: to follow. n_new: customers won in the last year. variable_cost: of an order.
    """

    shop: Shop
    parts: pd.DataFrame
    bought: pd.DataFrame
    margin: MarginResult
    given: float | None
    cpo: float
    share: float
    horizon_days: int
    n_new: int
    variable_cost: float = 0.0


def cents() -> int:
    """Smallest units of the currency in one of it."""
    return int(10 ** words.minor_digits(words.speech().currency))


def margin_percent(known: Value) -> float:
    """Where the slider of the margin begins: the margin of all sales, or that which stands in; 0 where none does."""
    rate = known.margin.rate if known.margin.basis == ALL_KNOWN else known.margin.fill
    return 0.0 if rate is None or math.isnan(rate) else min(max(round(rate * 100, 1), 0.0), 100.0)


def _scenarios(known: Value, values: Values) -> tuple[Scenario, Scenario]:
    """As it is, with the margin that stands in where no cost is known, and with the changes."""
    fill, moved = known.margin.fill, {}
    # The box shows the rate rounded: left where it began it changes nothing.
    if values["margin"] != margin_percent(known):
        if known.margin.basis == ALL_KNOWN:
            moved = _moved(known, values["margin"] / 100)
        else:
            fill = values["margin"] / 100 or None
    changes = {"price_change": values["price"] / 100, "pace": values["pace"] / 100, **moved}
    later = later_factor(known.bought, values["points"] / 100)
    return Scenario(fill=fill), Scenario(fill=fill, later=later, **changes)


def _moved(known: Value, rate: float) -> dict[str, float]:
    """The margin of all sales at another rate, as what of a `Scenario` does it.

    Where an order costs something besides its goods, which no margin takes away, every margin moves by as much.
    """
    if known.variable_cost:
        return {"margin_shift": rate - known.margin.rate}
    return margin_moved(known.margin.rate, rate)


def drawn(known: Value, values: Values) -> str:
    """The view of these values."""
    as_it_is, changed = _scenarios(known, values)
    before = value_sums(known.parts, as_it_is, group=BEFORE)
    after = value_sums(known.parts, changed, group=AFTER)
    profits = [value_at(sums, YEAR, measure="profit") for sums in (before, after)]
    cpo = float(values["cpo"]) * cents()
    curves = _recovery(known, [before, after], cpo)
    back = {row["media"]: row for row in payback.months(curves, horizon_days=known.horizon_days).to_dict("records")}
    if not cpo:
        back = {}
    gains = [_point(known, *each) for each in zip((as_it_is, changed), profits, strict=True)]
    said = [
        findings.ltv.annual(value_at(before, YEAR), profits[0], YEAR),
        findings.ltv.costs_known(_margin_used(known, as_it_is)),
        findings.levers.tried(profits[0], profits[1], YEAR),
        findings.levers.cost(_limit(known, profits[0]), cpo, back.get(BEFORE)),
        findings.levers.point(gains[0], gains[0] * known.n_new, known.n_new),
    ]
    rates = _rates(known, values["points"] / 100)
    cases = _cases(known, rates, profits, gains, back, cpo)
    return sight.sentences(*said) + _chart(known, curves, before, back, cpo) + cases + _by_day(known, before, after)


def _margin_used(known: Value, scenario: Scenario) -> MarginResult:
    if known.margin.basis == ALL_KNOWN or scenario.fill == known.margin.fill:
        return known.margin
    basis = "untellable" if scenario.fill is None else "given"
    return replace(known.margin, rate_used=math.nan if scenario.fill is None else scenario.fill, basis=basis)


def _recovery(known: Value, sums: list[pd.DataFrame], cpo: float) -> pd.DataFrame:
    """Cumulative gross profit less the cost of a new customer, before and after, as the notebook has it by medium."""
    share = 1.0 if math.isnan(known.share) else known.share
    costs = pd.DataFrame({"media": [BEFORE, AFTER], "cpa": [cpo * share] * 2})
    return payback.curves(pd.concat(sums, ignore_index=True), costs)


def _rates(known: Value, points: float) -> list[float]:
    """Customers with a second purchase within the first year, as it is and with the points added."""
    rate = second_rate(known.bought)
    return [rate, min(rate + points, 1.0)]


def _point(known: Value, scenario: Scenario, profit: ValueResult) -> float:
    """First year's gross profit that one point more of second purchases brings a customer."""
    rate = second_rate(known.bought)
    if not rate > 0:
        return math.nan
    more = replace(scenario, later=min(scenario.later + POINT / rate, 1 / rate))
    return value_at(value_sums(known.parts, more), YEAR, measure="profit").value - profit.value


def _limit(known: Value, profit: ValueResult) -> ValueResult:
    """What a customer of the main product may cost: the first year's gross profit of the new customers it takes."""
    unit = 1 / known.share if known.share else math.nan
    ends = Interval(profit.interval.low * unit, profit.interval.high * unit)
    return replace(profit, value=profit.value * unit, interval=ends)


def _chart(known: Value, curves: pd.DataFrame, before: pd.DataFrame, back: dict[Any, Any], cpo: float) -> str:
    n, period = int(before["n_eligible"].max()) if len(before) else 0, sight.period(known.shop)
    if curves.empty:
        sales = analysis.cumulative(before.assign(n_fixed=0, amount_fixed=0.0))
        table = ltv_views.curve_lines(sales, sales.head(0))
        return sight.chart(
            plots.ltv.cumulative, table, title=findings.ltv.cumulative_title(value_at(before, YEAR), YEAR),
            alt=N_("Cumulative sales a customer by days since the first order, with 95% intervals of the mean."),
            period=period, n=n,
        )  # fmt: skip
    # Both end together, as the name of the shorter one would lie on the other.
    told = curves[curves["day"] <= curves.groupby("media")["day"].max().min()]
    return sight.chart(
        plots.ltv.payback, told, title=findings.levers.payback_title(back.get(BEFORE), back.get(AFTER), cpo),
        alt=N_(
            "Cumulative gross profit of a customer less the cost of winning one, as it is and with the changes; it has"
            " paid back where the line crosses zero."
        ),
        period=period, n=n, note=N_("At each day only the customers observed so long; points of at least 30 of them."),
    )  # fmt: skip


def _cases(
    known: Value, rates: list[float], profits: list[ValueResult], gains: list[float], back: dict[Any, Any], cpo: float
) -> str:
    rows = []
    for name, rate, profit, gain in zip((BEFORE, AFTER), rates, profits, gains, strict=True):
        limit, observed = _limit(known, profit), name == BEFORE
        found = back.get(name, {"payback_state": "untellable", "payback_month": math.nan})
        rows.append({
            "tried_case": name, "second_year": rate, "profit": profit.value, "limit_cpo": limit.value,
            "limit_cpo_low": limit.interval.low if observed else math.nan,
            "limit_cpo_high": limit.interval.high if observed else math.nan, "cpo": cpo or math.nan,
            "payback_state": found["payback_state"], "payback_month": found["payback_month"],
            "point_customer": gain, "point_year": gain * known.n_new,
        })  # fmt: skip
    note = N_(
        "First year, of the customers observed 365 days; intervals are Student's of the mean. One point of F2: those"
        " who make the second purchase go on as the others do. A higher price is taken to cost no customer and no"
        " goods, as in the report's sensitivity."
    )
    return sight.table(
        pd.DataFrame(rows), title=N_("Break-even CPO, payback and the value of one point of F2"),
        period=sight.period(known.shop), n=profits[0].n, note=note,
    )  # fmt: skip


def _by_day(known: Value, before: pd.DataFrame, after: pd.DataFrame) -> str:
    days = [day for day in SHOWN_DAYS if day in set(before["day"])]
    table = values_at(before, days)
    for sums, ends, prefix in ((before, ("", "_low", "_high"), "profit"), (after, ("",), "profit_tried")):
        profit = values_at(sums, days, measure="profit")
        table = table.assign(**{f"{prefix}{end}": profit[f"ltv{end}"] for end in ends})
    table.insert(8, "ltv_tried", values_at(after, days)["ltv"])
    return sight.table(
        table, title=N_("LTV by days since the first order, observed and with the changes"),
        period=sight.period(known.shop), n=int(before["n_eligible"].max()) if len(before) else 0,
        note=N_(
            "Observed: at each day only the customers whose first order lies so long before the base date. With the"
            " changes: another pace is read from another day, on a straight line between two of those followed and of"
            " the customers observed so long; blank where the days followed do not reach."
        ),
    )  # fmt: skip
