"""The thresholds of the customer portfolio (CPM) at the desk: the ten groups, and who moved up to the base date."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from crmlib import plots, words
from crmlib.analysis import aggregates, migration, monthly_flows, portfolio_cells, step_names
from crmlib.analysis import portfolio as analysis
from crmlib.panels import frame, sight
from crmlib.panels.controls import Control, Values
from crmlib.report import findings
from crmlib.words import N_

if TYPE_CHECKING:
    from collections.abc import Mapping

    from crmlib.analysis.portfolio import Thresholds
    from crmlib.analysis.portfolio_cells import Places, PortfolioCells
    from crmlib.shop import Shop

MONTH, DAYS_90 = "month", "days_90"
SINCE = {MONTH: N_("One month before the base date"), DAYS_90: N_("90 days before the base date")}
DAYS = {
    "toddling_days": N_("Toddling ends at a tenure of (days)"),
    "excellent_days": N_("Trend ends and excellent begins at a tenure of (days)"),
    "leave_days": N_("Counted as left at a silence of (days)"),
}
LONGEST = 3650
FLOW = ["cpm_step", "flow", "n_start", "n_made_move", "rate_moved", "rate_moved_low", "rate_moved_high"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Portfolio:
    """All that the panel moves on.

    Attributes:
        cells: customers now and at the earlier dates. preset, average: what the sum comes from. called: names of the
            steps. start: the thresholds to begin with, and `amount` as the client gave it.
    """

    shop: Shop
    cells: PortfolioCells
    preset: str
    average: float
    called: Mapping[str, str]
    start: Thresholds
    amount: float | None


def thresholds(
    shop: Shop, customers: pd.DataFrame, *, thresholds: Thresholds, preset: str = "user", amount: float | None = None,
    called: Mapping[str, str] | None = None, desk: bool = False, writable: bool = True,
) -> None:  # fmt: skip
    """Show the ten groups and the moves to the base date; at the desk the thresholds can be moved.

    Args:
        shop: whose customers they are; the button writes into its client file.
        customers: of `analysis.aggregates.customer_table`.
        thresholds: to begin with, the sum in the smallest unit.
        preset: where they come from.
        amount: the sum that the client has set, in the currency; None where it is the preset's.
        called: names of the steps, of `analysis.step_names.step_names`.
        desk: True shows the controls; False shows plain tables and makes no widget.
        writable: False leaves out what leads into the client file.

    Raises:
        ValueError: a column is missing.
    """
    known = Portfolio(
        shop=shop,
        cells=_cells(shop, customers),
        preset=preset,
        average=analysis.average_order_amount(customers),
        called=called or {},
        start=thresholds,
        amount=amount,
    )
    panel = frame.Panel(
        title=words.translate(N_("Try the thresholds of the customer portfolio")),
        controls=_controls(known),
        draw=lambda values: _drawn(known, values),
        refuse=refusal,
        notebook="portfolio",
        keep=lambda values: _kept(known, values),
    )
    frame.show(panel, client=shop.client, desk=desk, writable=writable)


def refusal(values: Values) -> str:
    """One sentence about tenures that do not follow one another; empty when they do.

    Example:
        >>> _ = words.speak("en")
        >>> refusal({"toddling_days": 90, "excellent_days": 90})
        'Excellent must begin at a longer tenure (90 days) than that at which toddling ends (90 days).'
    """
    first, second = int(values["toddling_days"]), int(values["excellent_days"])
    if second > first:
        return ""
    sentence = words.say(
        "Excellent must begin at a longer tenure ({second:days}) than that at which toddling ends ({first:days}).",
        first=first, second=second,
    )  # fmt: skip
    return sentence.text()


def _cells(shop: Shop, customers: pd.DataFrame) -> PortfolioCells:
    today = shop.as_of_day
    names = {portfolio_cells.month_before(today): MONTH, today - 90: DAYS_90}
    seen = ((names[day], day, table) for day, table in aggregates.snapshots(shop.orders, days=[*names]))
    return portfolio_cells.prepare(customers, seen, as_of_day=today, first_day=shop.first_day)


def _controls(known: Portfolio) -> tuple[Control, ...]:
    start, seen = known.start, min(known.shop.as_of_day - known.shop.first_day, LONGEST)
    sliders = [
        Control(
            name=name, label=words.translate(label), value=int(getattr(start, name)), kind="slider",
            low=2 if name == "excellent_days" else 1, high=max(seen, getattr(start, name), 365), width="44em",
        )
        for name, label in DAYS.items()
    ]  # fmt: skip
    cents = _cents()
    money = start.amount / cents
    sum_box = Control(
        name="amount", label=words.translate(N_("Trend and excellent begin at sales of")), low=1 / cents,
        value=int(money) if cents == 1 else money, kind="whole" if cents == 1 else "number", step=1 / cents,
        width="26em",
    )  # fmt: skip
    since = [(words.translate(text), name) for name, text in SINCE.items()]
    moves = Control(name="since", label=words.translate(N_("Moves since")), value=MONTH, kind="choice", choices=since)
    return (*sliders, sum_box, moves)


def _cents() -> int:
    return int(10 ** words.minor_digits(words.speech().currency))


def _read(values: Values) -> Thresholds:
    days = {name: int(values[name]) for name in DAYS}
    return analysis.Thresholds(**days, amount=round(float(values["amount"]) * _cents()))


def _kept(known: Portfolio, values: Values) -> dict[str, Any]:
    """The thresholds as parameters of the notebook; a sum that was not moved stays where it came from."""
    chosen = _read(values)
    amount = known.amount
    if chosen.amount != known.start.amount:
        money = chosen.amount / _cents()
        amount = int(money) if money.is_integer() else money
    return {**{name: getattr(chosen, name) for name in DAYS}, "amount": amount}


def _drawn(known: Portfolio, values: Values) -> str:
    chosen, since = _read(values), values["since"]
    places = portfolio_cells.place(known.cells, since=since, thresholds=chosen)
    moves = portfolio_cells.moves(known.cells, places)
    rates = step_names.renamed(monthly_flows.flow_rates(moves, n_months=1), dict(known.called))
    first, last = known.cells.earlier[since].day, known.cells.now.day
    moved = chosen.amount != known.start.amount
    said = [
        findings.portfolio.thresholds(chosen, preset="user" if moved else known.preset, average=known.average),
        *findings.portfolio.moved(rates, first, last, leave_days=chosen.leave_days),
    ]
    # Before anybody could have left, a date says nothing of who did: it is not drawn.
    begin = known.cells.first_day + chosen.leave_days
    if last < begin:
        said.append(findings.portfolio.nobody_left_yet(last, leave_days=chosen.leave_days))
    groups = _groups(known, places, left=last >= begin)
    if first < begin:
        return sight.sentences(*said) + groups
    chart = _chart(known, places)
    between = words.say(N_("{first:date} to {last:date}"), first=first, last=last).text()
    return sight.sentences(*said) + chart + groups + sight.beside(_grid(known, moves, between), _flows(rates, between))


def _groups(known: Portfolio, places: Places, *, left: bool) -> str:
    table = portfolio_cells.group_table(known.cells, places)
    if not left:
        table = table[table["standing"].astype("str") != analysis.STANDINGS["left"]]
    return sight.table(
        step_names.renamed(table, dict(known.called)),
        title=N_("The ten groups: customers, sales and averages"),
        period=sight.period(known.shop),
        n=known.cells.n,
        note=N_("Sales are all orders so far. Averages are per customer, the average order value per order."),
    )


def _chart(known: Portfolio, places: Places) -> str:
    counts = migration.step_months(portfolio_cells.step_counts(known.cells, places))
    table = step_names.renamed(counts, dict(known.called))
    return sight.chart(
        plots.portfolio.months,
        table,
        title=findings.portfolio.months_title(counts),
        alt=N_("Stacked bars of the two dates: active customers of the five steps, and those who left on top."),
        period=sight.period(known.shop),
        n=known.cells.n,
        note=N_("Each bar stands for one day of its month: the earlier date and the base date."),
    )


def _grid(known: Portfolio, moves: pd.DataFrame, between: str) -> str:
    table = step_names.renamed(migration.step_moves(moves), dict(known.called))
    return sight.grid(
        table.rename(columns={"step_before": "step_first", "step_after": "step_base"}),
        rows="step_first",
        columns="step_base",
        value="n_customers",
        title=N_("Where customers went between the two dates"),
        period=between,
        n=known.cells.n,
        note=N_("New: the first order lies between the two dates."),
    )


def _flows(rates: pd.DataFrame, between: str) -> str:
    table = rates[FLOW].rename(columns={name: name.replace("moved", "found") for name in FLOW})
    return sight.table(
        table[table["n_start"] > 0],
        title=N_("Moves between the two dates, by step"),
        period=between,
        n=int(rates.loc[(rates["cpm_step"] == "all_steps") & rates["flow"].isin(["leave", "return"]), "n_start"].sum()),
        note=N_(
            "By the step at the first date, with Wilson's interval. Stepped up, stayed and left are of the customers"
            " active then and add up to all of them; came back is of those who had left."
        ),
    )
