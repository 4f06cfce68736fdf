"""RFM cuts at the desk: change the bounds of the scores, see grid, segments and finding at once, keep the cuts."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from crmlib import plots, words
from crmlib.analysis import score_cells
from crmlib.analysis.rfm import Cuts, Rule, assign_segments
from crmlib.panels import frame, sight
from crmlib.panels.controls import Control, Values
from crmlib.report import findings
from crmlib.words import N_

if TYPE_CHECKING:
    from pandas import DataFrame

    from crmlib.analysis.score_cells import ScoreCells
    from crmlib.shop import Shop

# Measure: the notebook's parameter that holds its bounds, and the scores they are the upper bounds of.
PARAMETERS = {"recency_days": "r_cuts", "n_orders": "f_cuts", "amount": "m_cuts"}
SCORES = {
    "recency_days": ("R5", "R4", "R3", "R2"),
    "n_orders": ("F1", "F2", "F3", "F4"),
    "amount": ("M1", "M2", "M3", "M4"),
}
SEGMENTS = ["segment", "n_customers", "share_customers", "n_orders", "amount", "share_amount"]
Bounds = dict[str, list[float]]


def cuts(
    shop: Shop, customers: DataFrame, *, cuts: Cuts, rules: Sequence[Rule], desk: bool = False, writable: bool = True
) -> None:
    """Show the R x F grid and the segments under fixed cuts; at the desk the cuts can be changed.

    Args:
        shop: whose customers they are; the button writes into its client file.
        customers: of `analysis.aggregates.customer_table`; used are recency_days, n_orders, amount (smallest unit).
        cuts: the bounds to begin with, money in the smallest unit.
        rules: the table of segments.
        desk: True shows text boxes for the twelve bounds; False shows plain tables and makes no widget.
        writable: False leaves out what leads into the client file.

    Raises:
        ValueError: a column is missing, or the rules leave a cell of scores without a segment.
    """
    cells = score_cells.prepare(customers)
    panel = frame.Panel(
        title=words.translate(N_("Try the cuts of recency, frequency and money")),
        controls=_controls(_bounds(cuts)),
        draw=lambda values: _drawn(shop, cells, _cuts(_read(values)), rules),
        refuse=lambda values: refusal(_read(values)),
        notebook="rfm",
        keep=lambda values: parameters(_read(values)),
    )
    frame.show(panel, client=shop.client, desk=desk, writable=writable)


def refusal(bounds: Bounds) -> str:
    """One sentence about the first measure whose bounds do not increase; empty when all do.

    Example:
        >>> _ = words.speak("en")
        >>> refusal({"recency_days": [30, 60, 60, 365]})
        'Days since last order: the four upper bounds must increase from left to right, given are 30, 60, 60, 365.'
    """
    for measure, values in bounds.items():
        if any(round(low, 2) >= round(high, 2) for low, high in pairwise(values)):
            sentence = words.say(
                "{measure}: the four upper bounds must increase from left to right, given are {given}.",
                measure=words.column(measure).label,
                given=", ".join(str(_plain(value)) for value in values),
            )
            return sentence.text()
    return ""


def parameters(bounds: Bounds) -> dict[str, Any]:
    """The bounds as parameters of the notebook `rfm`.

    Example:
        >>> parameters({"recency_days": [30, 60, 180, 365]})
        {'scoring': 'fixed', 'r_cuts': [30, 60, 180, 365]}
    """
    kept = {PARAMETERS[measure]: [_plain(value) for value in values] for measure, values in bounds.items()}
    return {"scoring": "fixed", **kept}


def _drawn(shop: Shop, cells: ScoreCells, cuts: Cuts, rules: Sequence[Rule]) -> str:
    counted = assign_segments(score_cells.count(cells, cuts=cuts), rules=rules)
    segments = score_cells.summary(counted, by="segment")
    n, period = int(segments["n_customers"].sum()), sight.period(shop)
    days_seen = shop.as_of_day - shop.first_day
    said = findings.rfm.best(segments), findings.rfm.slipping(segments, days_seen=days_seen, cuts=cuts, method="fixed")
    title = words.translate(N_("Segments by customers, orders and sales"))
    table = sight.table(segments[SEGMENTS], title=title, period=period, n=n)
    chart = sight.chart(
        plots.rfm.segments,
        segments,
        title=findings.rfm.segments_title(segments),
        alt=words.translate(N_("Bars of each segment's share of customers and of sales; the table has the figures.")),
        period=period,
        n=n,
        height=4.6,
    )
    return sight.sentences(*said) + sight.beside(_grid(score_cells.rf_grid(counted), n, period), chart) + table


def _controls(bounds: Bounds) -> tuple[Control, ...]:
    found = []
    for measure, values in bounds.items():
        whole = measure != "amount" or words.minor_digits(words.speech().currency) == 0
        for score, value in zip(SCORES[measure], values, strict=True):
            found.append(
                Control(
                    name=score, label=f"{score} ≤", value=int(value) if whole else value,
                    kind="whole" if whole else "number", step=1 if whole else 0.01, row=words.column(measure).header,
                )
            )  # fmt: skip
    return tuple(found)


def _read(values: Values) -> Bounds:
    return {measure: [float(values[score]) for score in scores] for measure, scores in SCORES.items()}


def _bounds(cuts: Cuts) -> Bounds:
    """The bounds as people write them: money in the currency, not in its smallest unit."""
    cents = 10 ** words.minor_digits(words.speech().currency)
    money = [bound / cents for bound in cuts.amount]
    return {"recency_days": list(cuts.recency_days), "n_orders": list(cuts.orders), "amount": money}


def _cuts(bounds: Bounds) -> Cuts:
    cents = 10 ** words.minor_digits(words.speech().currency)
    money = [round(bound * cents) for bound in bounds["amount"]]
    return Cuts(recency_days=bounds["recency_days"], orders=bounds["n_orders"], amount=money)


def _plain(number: float) -> float:
    return int(number) if float(number).is_integer() else round(number, 2)


def _grid(grid: DataFrame, n: int, period: str) -> str:
    """Five rows of R from 5 down, five columns of F from 1 up: customers, and their share as the shade of the cell."""
    cells = {(row["r"], row["f"]): row for row in grid.to_dict("records")}
    most = max(row["n_customers"] for row in cells.values()) or 1
    scores = [1, 2, 3, 4, 5]
    rows = [[_cell(cells[r, f], most) for f in scores] for r in reversed(scores)]
    caption = words.translate(N_("Customers by R and F score"))
    heads, labels = [f"F {score}" for score in scores], [f"R {score}" for score in reversed(scores)]
    return sight.matrix(rows, caption=caption, heads=heads, labels=labels, period=period, n=n)


def _cell(cell: dict[Any, Any], most: int) -> str:
    shade = 0.5 * cell["n_customers"] / most
    n, share = words.text(cell["n_customers"], "customers"), words.text(cell["share_customers"], "share")
    return f'<td style="text-align:right;background:rgba(108,164,210,{shade:.2f})">{n}<br><small>{share}</small></td>'
